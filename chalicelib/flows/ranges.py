"""Permitted IP ranges as a request gives them, and what a list would have refused before it is saved."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from chalicelib.domain.accounts import Policy
from chalicelib.domain.events import Event, EventKind, Stretch, Trail, iso
from chalicelib.domain.networks import (
    InvalidRange,
    InvalidSource,
    noted_ranges,
    parse_address,
    permitted,
    typed_ranges,
)
from chalicelib.domain.refusals import Code, Hint, Refusal, invalid
from chalicelib.web.request import Field, Request

RANGES = Field(list, required=False, most=100, nullable=True)
RESTRICTION = Field(required=False, most=10)
# All of a policy's, which the authorizer reads beside its ranges with every request.
NOTES_MOST = 2000
T = TypeVar("T")
LOGONS = frozenset({EventKind.LOGON_SUCCEEDED, EventKind.LOGON_HALF_DONE})


def given_ranges(request: Request) -> tuple[str, ...] | None:
    """The list sent; null is no restriction, an empty list nobody. Raises INVALID_REQUEST that names the bad entry."""
    given = _given(request)
    return None if given is None else _parsed(request, lambda: typed_ranges(given))


def given_noted(request: Request) -> tuple[tuple[str, ...] | None, Mapping[str, str]]:
    """The same, with whose networks they are."""
    given = _given(request)
    noted = {} if given is None else _parsed(request, lambda: noted_ranges(given))
    return (None if given is None else tuple(noted)), noted


def _given(request: Request) -> list[str] | None:
    """A browser's text field cannot tell null from an empty list, so its form says which by `restriction`."""
    restriction = request.fields.get("restriction")
    if restriction not in (None, "listed", "none", "nobody", "keep"):
        raise invalid("restriction", "restriction")
    if restriction is None and "ranges" not in request.fields:
        raise invalid("missing_field", "ranges")
    if restriction == "none":
        return None
    given = [] if restriction == "nobody" else request.fields.get("ranges")
    if restriction == "listed" and not "".join(given or []).strip(" ,;"):
        # A field left empty by mistake must not shut everybody out, nor let everybody in.
        raise invalid("no_range_listed", "ranges")
    return None if given is None else list(given)


def sets_ranges(request: Request) -> bool:
    """Whether a containment is to change the ranges at all."""
    return request.fields.get("restriction") != "keep" and "ranges" in request.fields


def _parsed(request: Request, parse: Callable[[], T]) -> T:
    try:
        return parse()
    except InvalidRange as error:
        cause = request.say(error.text, **error.values)
        facts = {"field": "ranges", "entry": str(error.entry)[:100], "cause": cause}
        raise Refusal(Code.INVALID_REQUEST, f"range:{error.cause}", facts=facts) from error


def notes_of(policy: Policy | None) -> dict[str, str]:
    """Whose network each range of a policy is, where somebody wrote it down."""
    return dict(json.loads(policy.notes)) if policy and policy.notes else {}


def with_notes(old: Policy | None, new: Policy, saved: Sequence[str], notes: Mapping[str, str]) -> Policy:
    """The policy with the notes of the list that is saved, and those of its other list."""
    before, listed = notes_of(old), (*(new.ranges or ()), *(new.admin_ranges or ()))
    kept = {one: notes.get(one, "") if one in saved else before.get(one, "") for one in listed}
    told = json.dumps({one: note for one, note in kept.items() if note}, ensure_ascii=False)
    if len(told) > NOTES_MOST:
        raise Refusal(Code.INVALID_REQUEST, "notes", hint=Hint.TOO_LONG, facts={"field": "ranges"})
    return new._replace(notes="" if told == "{}" else told)


def noted(ranges: Sequence[str] | None, notes: Mapping[str, str]) -> list[str] | None:
    """The lines that stand in a form: each range with its note."""
    return None if ranges is None else [f"{one} # {notes[one]}" if one in notes else one for one in ranges]


def renoted(old: Policy | None, new: Policy) -> tuple[dict[str, object], dict[str, object]]:
    """What of the notes differs, before and after, as lines of the form; nothing where none does.

    Attack: a stolen session notes the intruder's network down as the main office, and nothing tells that it was not
    always so. Defence: the event has both.
    """
    was, is_ = ({f"{one} # {note}" for one, note in notes_of(policy).items()} for policy in (old, new))
    if was == is_:
        return {}, {}
    return {"notes": sorted(was - is_)}, {"notes": sorted(is_ - was)}


def not_locking_oneself_out(
    request: Request, ranges: tuple[str, ...] | None, *, concerns_caller: bool
) -> None:
    """Raise WOULD_LOCK_YOU_OUT for a list the saver's own address is outside of, unless confirmed (IP-05)."""
    if not concerns_caller or request.fields.get("confirm") is True:
        return
    if not permitted(request.source, ranges):
        raise Refusal(Code.WOULD_LOCK_YOU_OUT, "own_address_outside")


def logons_of(trail: Trail, since: float) -> Stretch:
    """An account's logons since then, from both sides of its trail: refusals push none of them out."""
    events = [one for side in trail for one in side.events if one.kind in LOGONS and one.at >= since]
    ends = [side.before for side in trail if side.before is not None and side.before >= iso(since)]
    return Stretch(events, max(ends, default=None))


def refused_by(ranges: tuple[str, ...] | None, attempts: Stretch) -> dict[str, object]:
    """Which of these successful logons the list would have refused: the dry run's answer.

    `more` says that there were more logons than were tried: it proves less than it seems to (TR-02).
    """
    logons = [event for event in attempts.events if event.kind in LOGONS]
    refused = [event for event in logons if not _inside(event, ranges)]
    rows = [{"at": iso(event.at), "email": event.email, "address": event.source} for event in refused]
    return {"refused": rows, "checked": len(logons), "more": attempts.before is not None}


def _inside(event: Event, ranges: tuple[str, ...] | None) -> bool:
    try:
        return permitted(parse_address(event.source or ""), ranges)
    except InvalidSource:
        return False
