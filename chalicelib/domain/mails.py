"""Which mails there are, which one an event makes due, and whose brand it carries.

Notices hang on the event, so no path to a change forgets its notice (ML-01). What a mail says is `chalicelib/mail`'s.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.domain.accounts import Account, Kind
from chalicelib.domain.addresses import (
    AccountId,
    DomainId,
    InvalidAddress,
    canonical_address,
    domain_id,
    domain_id_of,
    domain_of,
)
from chalicelib.domain.brand import Brand
from chalicelib.domain.events import Event, EventKind, iso
from chalicelib.domain.refusals import Reason
from chalicelib.domain.sessions import ENTER_CODE_SECONDS, Next

if TYPE_CHECKING:
    from chalicelib.domain.details import Details

LATER = "~later"  # behind an hour: the events whose mail is due only if nothing follows
WAITS = "waits#"  # before an hour: the key under which lies what was put aside in it, to be tried again
ASIDE = "|"  # between the two parts of the key of what was put aside: neither holds it
NOTE = "~mail"  # behind the key of an event: the key of the note its mail leaves, whatever became of it
MANY_FAILURES = 5
# SES cannot be asked what became of a mail whose answer was lost. So a mail is claimed before, and of claims whose end
# nobody knows there are never more than two: once, or twice at worst (ML-11).
MOST_UNKNOWN = 2
CLAIM_SECONDS = 60  # longer than any call: until then whoever has claimed it may still be about to send it


class Mail(StrEnum):
    """Every mail there is. Its function in `chalicelib/mail` and its three templates have the same name."""

    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the name of a mail
    PASSWORD_RESET_FRESH = "password_reset_fresh"  # noqa: S105 - the name of a mail
    ACCOUNT_LOCKED = "account_locked"
    PASSWORD_WAS_RESET = "password_was_reset"  # noqa: S105 - the name of a mail
    PASSWORD_SET = "password_set"  # noqa: S105 - the name of a mail
    TWO_STEP_CHANGED = "two_step_changed"
    RECOVERY_CODE_USED = "recovery_code_used"
    ACCOUNT_FROZEN = "account_frozen"
    ACCOUNT_CONTAINED = "account_contained"
    MESSAGE_WAITING = "message_waiting"
    REPLY_WAITING = "reply_waiting"
    SUSPICIOUS_LOGON = "suspicious_logon"
    NEW_CLIENT_LOGON = "new_client_logon"
    ADMINISTRATOR_CHANGED = "administrator_changed"
    CODE_NOT_ENTERED = "code_not_entered"
    KIND_CHANGED = "kind_changed"
    ADDRESS_CHANGE_ASKED = "address_change_asked"
    ADDRESS_PROOF = "address_proof"
    ADDRESS_CHANGED = "address_changed"


class Claim(NamedTuple):
    """How often a mail was handed to SES without an answer, when last, and the key that its link is derived with."""

    tries: int = 0
    at: float = 0
    key_id: str | None = None

    def is_fresh(self, now: float) -> bool:
        """Whether whoever made it may still be about to send."""
        return self.tries > 0 and now < self.at + CLAIM_SECONDS


class Due(NamedTuple):
    """The account an event is about, whether its mail was sent, the brand of whoever it comes from, its claim."""

    account: Account | None
    sent: bool
    brand: Brand | None = None
    claim: Claim = Claim()


def mail_of(event: Event) -> Mail | None:
    """The mail this event makes due; None for none. The three tables below also say what wakes the worker at all."""
    reason, mail = REASONED.get(event.kind, (None, None))
    if reason is not None and event.reason == reason:
        return mail
    if event.kind in DETAILED:
        return DETAILED[event.kind](event.told) if event.details else None
    mail = ALWAYS.get(event.kind)
    return Mail.PASSWORD_SET if mail is Mail.PASSWORD_WAS_RESET and event.told["first"] else mail


def mail_if_nothing_follows(event: Event) -> Mail | None:
    """The mail this event makes due once it is known what did not follow it: the sweep finds out, not the stream.

    A right password whose code never comes is told to the owner (LG-17); one whose code comes in seconds is the owner.
    """
    waits = event.kind is EventKind.LOGON_HALF_DONE and event.told["next"] == Next.ENTER_CODE
    return Mail.CODE_NOT_ENTERED if waits else None


def without_code(events: Sequence[Event], now: float) -> list[Event]:
    """Of these events of one account, the logons whose code did not come in its time, oldest first."""
    entered = {event.told["logon"] for event in events if event.kind in WITH_CODE}
    return [
        event
        for event in sorted(events, key=lambda event: event.at)
        if mail_if_nothing_follows(event)
        and event.told["logon"] not in entered
        and event.at + ENTER_CODE_SECONDS <= now
    ]


def hour(at: float) -> str:
    """The hour of a moment, as events are found by it whose mail must go out: `2026-11-27T01`, in UTC."""
    return iso(at)[:13]


def hour_of(event: Event) -> str | None:
    """The hour under which an event is found; None where it makes no mail due, its owner's or other administrators'."""
    if mail_if_nothing_follows(event):
        return hour(event.at) + LATER
    return hour(event.at) if mail_of(event) or concerns_administrators(event) else None


def concerns_administrators(event: Event) -> bool:
    """Whether every other administrator is told of this (AD-09).

    Attack: one administrator's stolen session makes another administrator, or takes over the account of one, and only
    the account it was done to is told. Defence: whatever gives somebody an administrator's account, or shuts one out,
    is told to all the others. What administrators change of their own, as everybody may, is their own affair.
    """
    kinds = (event.told["kind"], *((event.told[side] or {}).get("kind") for side in ("before", "after")))
    return event.kind in FOR_ADMINISTRATORS and Kind.ADMINISTRATOR in kinds


def told_of(event: Event, administrator: AccountId) -> Event:
    """An event that concerns administrators as an event of one of them: with a mail, a note and retries of its own.

    The same each time it is made, so that a worker that stopped half-way makes none twice (RL-06).
    """
    facts: Details = {
        "about": event.kind.value,
        "whose": event.email,
        "actor_kind": event.told["actor_kind"],
    }
    return event._replace(
        account_id=administrator,
        kind=EventKind.ADMINISTRATOR_CHANGED,
        id=f"{event.id}~told",
        reference=None,
        email=None,
        language=None,
        zone=None,
        details=facts,
    )


def sender_of(event: Event) -> DomainId:
    """The domain whose brand the mail carries: the sender's where it is about a secure message, else the account's own.

    The invitation of a new recipient is about one too, and comes beside the notice: two mails that look like two
    senders would look like fraud. The domain is that of whoever was logged on, or one that a service may speak for.
    """
    told = event.told["from"] if event.kind is EventKind.MESSAGE_SENT else None
    if event.kind is EventKind.ACCOUNT_INVITED and event.told["kind"] == Kind.RECIPIENT:
        told = event.told["from"] or event.actor
    try:
        return domain_id(domain_of(canonical_address(str(told or ""))))
    except InvalidAddress:
        return domain_id_of(event.account_id)


def _of_logon(told: "Details") -> Mail | None:
    if (told["failures_before"] or 0) >= MANY_FAILURES:
        return Mail.SUSPICIOUS_LOGON
    return Mail.NEW_CLIENT_LOGON if told["new_client"] else None


def _of_confirmation(told: "Details") -> Mail | None:
    """Attack: a thief in a session spends the owner's recovery codes one by one, and no mail says so (ML-01)."""
    return Mail.RECOVERY_CODE_USED if told["second_step"] == "recovery_code" else None


# Whose mails somebody at a keyboard can cause as often as they like: these count against the budget of all (ML-06).
ASKED_FOR = frozenset({EventKind.RESET_ASKED, EventKind.LOGON_REFUSED})
WITH_CODE = frozenset({EventKind.LOGON_SUCCEEDED, EventKind.RECOVERY_CODE_USED})
ALWAYS: Mapping[EventKind, Mail] = MappingProxyType(
    {
        EventKind.ACCOUNT_INVITED: Mail.INVITATION,
        EventKind.MESSAGE_SENT: Mail.MESSAGE_WAITING,
        EventKind.REPLY_RECEIVED: Mail.REPLY_WAITING,
        EventKind.RESET_ASKED: Mail.PASSWORD_RESET,
        EventKind.PASSWORD_RESET: Mail.PASSWORD_WAS_RESET,
        EventKind.PASSWORD_CHANGED: Mail.PASSWORD_WAS_RESET,
        EventKind.ACCOUNT_FROZEN: Mail.ACCOUNT_FROZEN,
        EventKind.TWO_STEP_ENROLLED: Mail.TWO_STEP_CHANGED,
        EventKind.TWO_STEP_MOVED: Mail.TWO_STEP_CHANGED,
        EventKind.TWO_STEP_REMOVED: Mail.TWO_STEP_CHANGED,
        EventKind.RECOVERY_CODES_RENEWED: Mail.TWO_STEP_CHANGED,
        EventKind.TWO_STEP_RESET: Mail.TWO_STEP_CHANGED,
        EventKind.TWO_STEP_STOPPED: Mail.TWO_STEP_CHANGED,
        EventKind.PASSWORD_ISSUED: Mail.PASSWORD_RESET,
        EventKind.ACCOUNT_CONTAINED: Mail.ACCOUNT_CONTAINED,
        EventKind.RECOVERY_CODE_USED: Mail.RECOVERY_CODE_USED,
        EventKind.KIND_CHANGED: Mail.KIND_CHANGED,
        EventKind.ADMINISTRATOR_CHANGED: Mail.ADMINISTRATOR_CHANGED,
        EventKind.ADDRESS_ASKED: Mail.ADDRESS_CHANGE_ASKED,
        EventKind.ADDRESS_PROOF_ISSUED: Mail.ADDRESS_PROOF,
        EventKind.ADDRESS_CHANGED: Mail.ADDRESS_CHANGED,
    }
)
# Told to every other administrator besides, where the account is an administrator's.
FOR_ADMINISTRATORS = frozenset(
    {
        EventKind.ACCOUNT_INVITED,
        EventKind.INVITATION_WITHDRAWN,
        EventKind.KIND_CHANGED,
        EventKind.PASSWORD_RESET,
        EventKind.TWO_STEP_RESET,
        EventKind.ACCOUNT_CONTAINED,
        EventKind.ACCOUNT_DISABLED,
        EventKind.ACCOUNT_ERASED,
        EventKind.ACCOUNT_ENABLED,
        EventKind.ACCOUNT_FROZEN,
        EventKind.ADDRESS_ASKED,
        EventKind.ADDRESS_CHANGED,
    }
)
# Due for this one reason. infra/workers.py makes the stream's filter of the three tables: what is in none wakes nobody.
REASONED: Mapping[EventKind, tuple[str, Mail]] = MappingProxyType(
    {
        EventKind.LOGON_REFUSED: (Reason.TEMPORARY_EXPIRED, Mail.PASSWORD_RESET_FRESH),
        EventKind.CODE_REFUSED: ("code_wrong", Mail.SUSPICIOUS_LOGON),
    }
)
# Due or not by their details; a plain right or wrong password has none.
DETAILED: Mapping[EventKind, "Callable[[Details], Mail | None]"] = MappingProxyType(
    {
        EventKind.LOGON_REFUSED: lambda told: Mail.ACCOUNT_LOCKED if told["locks"] else None,
        EventKind.LOGON_SUCCEEDED: _of_logon,
        EventKind.REAUTHENTICATED: _of_confirmation,
    }
)
