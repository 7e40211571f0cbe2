"""Which mail an event makes due. What it must carry is `mail/duties.py`'s, when it goes out the workers'.

Notices hang on the event, so no path to a change can forget its notice (ML-01).
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.domain.accounts import Account
from chalicelib.domain.brand import Brand
from chalicelib.domain.events import Event, EventKind, Reason, iso

if TYPE_CHECKING:
    from chalicelib.domain.details import Details

NOTE = "~mail"  # behind the key of an event: the key of the note its mail leaves, whatever became of it
MANY_FAILURES = 5


class Mail(StrEnum):
    """Every mail there is."""

    INVITATION = "invitation"
    MESSAGE = "message"
    RESET = "reset"
    FRESH = "fresh"
    LOCKED = "locked"
    ISSUED = "issued"
    PASSWORD = "password"  # noqa: S105 - the name of a mail
    FROZEN = "frozen"
    CONTAINED = "contained"
    TWO_STEP_ENROLLED = "two_step_enrolled"
    TWO_STEP_REMOVED = "two_step_removed"
    TWO_STEP_RESET = "two_step_reset"
    RECOVERY_CODE = "recovery_code"
    NEW_CLIENT = "new_client"
    AFTER_FAILURES = "after_failures"
    CODE_WRONG = "code_wrong"


class Due(NamedTuple):
    """The account an event is about, whether its mail was already sent, and the brand of whoever it comes from."""

    account: Account | None
    sent: bool
    brand: Brand | None = None


def mail_of(event: Event) -> Mail | None:
    """The mail this event makes due; None for none. The three tables below also say what wakes the worker at all."""
    reason, mail = REASONED.get(event.kind, (None, None))
    if reason is not None and event.reason == reason:
        return mail
    if event.kind in DETAILED:
        return DETAILED[event.kind](event.told) if event.details else None
    return ALWAYS.get(event.kind)


def hour(at: float) -> str:
    """The hour of a moment, as events are found by it whose mail must go out: `2026-11-27T01`, in UTC."""
    return iso(at)[:13]


def hour_of(event: Event) -> str | None:
    """The hour under which an event is found; None where it makes no mail due."""
    return hour(event.at) if mail_of(event) else None


def _of_refusal(told: "Details") -> Mail | None:
    return Mail.LOCKED if told["locks"] else None


def _of_logon(told: "Details") -> Mail | None:
    if (told["failures_before"] or 0) >= MANY_FAILURES:
        return Mail.AFTER_FAILURES
    return Mail.NEW_CLIENT if told["new_client"] else None


ALWAYS: Mapping[EventKind, Mail] = MappingProxyType(
    {
        EventKind.ACCOUNT_INVITED: Mail.INVITATION,
        EventKind.MESSAGE_SENT: Mail.MESSAGE,
        EventKind.RESET_ASKED: Mail.RESET,
        EventKind.PASSWORD_RESET: Mail.PASSWORD,
        EventKind.PASSWORD_CHANGED: Mail.PASSWORD,
        EventKind.ACCOUNT_FROZEN: Mail.FROZEN,
        EventKind.TWO_STEP_ENROLLED: Mail.TWO_STEP_ENROLLED,
        EventKind.TWO_STEP_REMOVED: Mail.TWO_STEP_REMOVED,
        EventKind.TWO_STEP_RESET: Mail.TWO_STEP_RESET,
        EventKind.PASSWORD_ISSUED: Mail.ISSUED,
        EventKind.ACCOUNT_CONTAINED: Mail.CONTAINED,
        EventKind.RECOVERY_CODE_USED: Mail.RECOVERY_CODE,
    }
)
# Due for this one reason. infra/workers.py makes the stream's filter of the three tables: what is in none wakes nobody.
REASONED: Mapping[EventKind, tuple[str, Mail]] = MappingProxyType(
    {
        EventKind.LOGON_REFUSED: (Reason.TEMPORARY_EXPIRED, Mail.FRESH),
        EventKind.CODE_REFUSED: ("code_wrong", Mail.CODE_WRONG),
    }
)
# Due or not by their details; a plain right or wrong password has none.
DETAILED: Mapping[EventKind, "Callable[[Details], Mail | None]"] = MappingProxyType(
    {EventKind.LOGON_REFUSED: _of_refusal, EventKind.LOGON_SUCCEEDED: _of_logon}
)
