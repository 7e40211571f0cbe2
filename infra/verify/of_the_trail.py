"""What must hold of the trail: each row where it belongs, each due mail with its fate, and no secret in any."""

from __future__ import annotations

import math
import re
from datetime import datetime

from chalicelib.domain.erasing import covers, decision_of, erased, owner_of
from chalicelib.domain.events import MAILS, RESTORED, SERVICE_TRAIL, EventKind
from chalicelib.domain.mails import ASIDE, LATER, NOTE, WAITS, hour_of
from chalicelib.domain.trail_copy import plain
from chalicelib.mail.worker import note_of
from chalicelib.storage.bus import SETTLED, TOLD
from chalicelib.storage.rows import APART, trail_key
from infra.verify.invariants import Case, Wrong, of

NOTES = {
    EventKind.MAIL_SENT,
    EventKind.MAIL_FAILED,
    EventKind.MAIL_WITHHELD,
    EventKind.MAIL_UNKNOWN,
    EventKind.ADMINISTRATORS_TOLD,
}
# A service's key, a hash, a sealed seed's or a token's likeness, and a link with one in it.
SECRET = re.compile(
    r"\$argon2|/password/reset/[\w-]{20}|/not-me/[\w-]{20}|otpauth:|smp_[a-z2-7]{16}_[0-9A-Za-z]"
)


@of("events")
def event_lies_where_it_belongs(case: Case) -> Wrong:
    """Changes lie on a side of their own (TR-01), and what makes a mail due is found by its hour."""
    event, item = case.value, case.item
    if item["account_id"]["S"].startswith((WAITS, TOLD)):
        return
    if item["at"]["S"] != event.sort_key:
        yield "its key is not that of its time and id"
    if item["account_id"]["S"] != trail_key(event):
        yield "it lies on the wrong side of its trail"
    hour = item.get("mail_hour", {}).get("S")
    if hour != hour_of(event) and RESTORED not in item:
        yield f"it is found under the hour {hour} and not under {hour_of(event)}"


@of("events")
def what_waits_is_an_event(case: Case) -> Wrong:
    """What was put aside names an event that is there, in nobody's trail (RL-16)."""
    side, key = case.item["account_id"]["S"], case.item["at"]["S"]
    if not side.startswith(WAITS):
        return
    at, _, trail = key.removesuffix(SETTLED).partition(ASIDE)
    ends = float(case.item.get("expires_at", {}).get("N", "inf"))
    if _moment(at) + ends - case.value.at <= case.around.now:
        return  # it is kept as long as its event, from a later moment on
    if case.around.row("events", account_id=trail, at=at) is None:
        yield "no event waits under its key", _moment(at)


def _moment(key: str) -> float:
    """When the event of this key was; never over, where it is none."""
    try:
        return datetime.fromisoformat(key.partition("#")[0]).timestamp()
    except ValueError:
        return math.inf


@of("events")
def due_mail_has_its_fate(case: Case) -> Wrong:
    """Sent, failed or withheld: of each mail that was due a note says which, once the sweep has looked for it."""
    hour = case.item.get("mail_hour", {}).get("S")
    if hour is None or hour.endswith(LATER) or case.value.at > case.around.now - case.around.patience:
        return
    account = case.around.account(case.value.account_id)
    if account is None or case.value.at < account.created_at:
        return  # asked for an address that there is not, or was not yet: nobody is mailed
    # Beside changes lies the note of a change; an administrator's being told of one is none.
    side = trail_key(note_of(case.value, EventKind.MAIL_SENT, {}))
    if not case.around.has_note(side, case.item["at"]["S"]):
        yield "its mail is due and has no fate", case.value.at


@of("events")
def note_is_of_an_event(case: Case) -> Wrong:
    """What became of a mail says so of a mail that was due."""
    trail, at = case.item["account_id"]["S"].removesuffix(APART), case.item["at"]["S"]
    if case.value.kind not in NOTES or not at.endswith(NOTE):
        return
    sides = (trail, trail + APART)  # the note names what made the mail due, not on which side that lies
    if not any(case.around.row("events", account_id=side, at=at.removesuffix(NOTE)) for side in sides):
        yield "it is the note of no event"


@of("events")
def erasure_was_decided(case: Case) -> Wrong:
    """The person is out of it, all of it and for good, and an administrator's decision says why (TR-17)."""
    item, decision = case.item, decision_of(case.item)
    if decision is None:
        return
    found = case.around.row("events", account_id=owner_of(item), at=decision)
    if not covers(found, item):
        yield "the person was taken out of it, and no decision to erase the account covers it", case.value.at
    if plain(erased(item, decision)) != plain(item):
        yield "it was erased, and something of the person is left in it"


@of("events")
def change_is_of_an_account(case: Case) -> Wrong:
    """A refusal may be of anybody; a change is of an account that is there, or of a domain's rules."""
    event = case.value
    policy = event.kind in {EventKind.POLICY_CHANGED, EventKind.BRAND_CHANGED}
    if policy or APART in case.item["account_id"]["S"] or not event.kind.changes:
        return
    if event.account_id.startswith(SERVICE_TRAIL):
        if not case.around.service(event.account_id):
            yield "it is a change of no service"
    elif case.around.account(event.account_id) is None and not _of_one_that_was_erased(case):
        yield "it is a change of no account"


def _of_one_that_was_erased(case: Case) -> bool:
    """Whether the person was taken out of it, or SES told of a mail when the account was gone already."""
    if decision_of(case.item) is not None:
        return True
    trail = case.around.trail(case.value.account_id)
    return case.value.kind in MAILS and any(one.kind is EventKind.ACCOUNT_ERASED for one in trail)


@of("events")
def event_holds_no_secret(case: Case) -> Wrong:
    """The trail is read by support and by other systems (LO-02)."""
    if SECRET.search(str(case.item)):
        yield "it holds what looks like a secret"
