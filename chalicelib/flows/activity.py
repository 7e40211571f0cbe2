"""The trail of an account as its owner sees it: in the owner's words, without what is staff's alone (TR-04).

The step asks for a page of it; `domain/activity.py` decides what may be seen.
"""

from typing import TYPE_CHECKING

from chalicelib.domain.activity import Doer, advice, doer, of_owner
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import Event, EventKind, Stretch, iso
from chalicelib.domain.trail import ROWS, Entry, Lines, folded
from chalicelib.presentation.browsers import read_browser
from chalicelib.presentation.languages import Translate

if TYPE_CHECKING:
    from chalicelib.domain.ports.events import EventActs


def owner_lines(acts: "EventActs", who: AccountId, before: str | None, most: int, say: Translate) -> Lines:
    """What the owner may see, refusals folded by the hour. One trip, however little of what was read is
    shown; where the account had another address before, two.
    """
    whole = acts.history(who, before, ROWS)
    entries, rest = folded(whole._replace(events=of_owner(whole.events)), most)
    return Lines([owner_facts(one, say) for one in entries], rest)


def owner_part(
    acts: "EventActs", who: AccountId, before: str | None, most: int, replies: int, say: Translate
) -> tuple[Lines, list[Event]]:
    """The same for the export, ending where it would tell of more than so many replies; and the events of those."""
    whole = acts.history(who, before, ROWS)
    seen = Stretch(of_owner(whole.events), whole.before)
    wrote = [one for one in seen.events if one.kind is EventKind.MESSAGE_ANSWERED]
    if len(wrote) > replies:
        some = seen.events[: seen.events.index(wrote[replies])]
        seen = Stretch(some, some[-1].sort_key)
    entries, rest = folded(seen, most)
    lines = Lines([owner_facts(one, say) for one in entries], rest)
    return lines, [one for one in wrote[:replies] if rest is None or one.sort_key >= rest]


def owner_facts(entry: Entry, say: Translate) -> dict[str, object]:
    """An event as its owner may see it, or the refusals of an hour with what they share.

    Where an administrator sat, and with what, is not the owner's business, nor that of whoever has the session.
    """
    newest = entry.events[0]
    by = doer(newest)
    staff = by is Doer.ADMINISTRATOR
    agent, source = (None, None) if staff else (entry.shared("user_agent"), entry.shared("source"))
    return {
        "at": iso(newest.at),
        "kind": newest.kind.value,
        "change": newest.kind.changes,
        "by": by.value,
        "reason": None if staff else entry.shared("reason"),
        "reasons": {} if staff else dict(entry.reasons),
        "address": source or "",
        "addresses": 0 if staff else len({one.source for one in entry.events if one.source}),
        "browser": read_browser(agent).described(say) if agent else "",
        "reference": newest.reference if len(entry.events) == 1 else None,
        "count": len(entry.events),
        "first_at": iso(entry.events[-1].at),
        "last_at": iso(newest.at),
        "continues": entry.continues,
        "if_not_you": advice(newest).value,
    }
