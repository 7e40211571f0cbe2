"""What an account's owner may see of its trail: which kinds, in whose words, and what to do where it was not them.

Not what staff may see. Attack: a stolen session reads what the portal knows: who administers it and from where, why,
which networks are permitted, and the inner cause of a refusal. Defence: a kind or a reason that is not in these tables
is not shown, and of what somebody else did the owner sees that it was done, no name, no place and no reason (TR-04).
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType

from chalicelib.domain.events import PROVED, Event, EventKind
from chalicelib.domain.refusals import Reason


class Advice(StrEnum):
    """What is to be done about an event that was not the owner's doing."""

    NOTHING = "nothing"  # nobody got in
    PASSWORD = "password"  # noqa: S105 - somebody knows it
    SESSION = "session"  # somebody is, or was, logged on
    TWO_STEP = "two_step"  # and has a recovery code, or changed who can enter one
    MAILBOX = "mailbox"  # somebody reads the mail
    SUPPORT = "support"  # staff did it


class Doer(StrEnum):
    """Who did it, as far as the owner is told."""

    ACCOUNT = "account"
    ADMINISTRATOR = "administrator"
    NOBODY = "nobody"  # who was not logged on


SHOWN: Mapping[EventKind, Advice] = MappingProxyType(
    {
        EventKind.LOGON_SUCCEEDED: Advice.SESSION,
        EventKind.RECOVERY_CODE_USED: Advice.TWO_STEP,
        EventKind.LOGON_HALF_DONE: Advice.PASSWORD,
        EventKind.LOGON_REFUSED: Advice.NOTHING,
        EventKind.CODE_REFUSED: Advice.PASSWORD,
        EventKind.TWO_STEP_STOPPED: Advice.PASSWORD,
        EventKind.RESET_ASKED: Advice.NOTHING,
        EventKind.RESET_REFUSED: Advice.NOTHING,
        EventKind.REQUEST_REFUSED: Advice.SESSION,
        EventKind.REAUTHENTICATED: Advice.SESSION,
        EventKind.REAUTHENTICATION_REFUSED: Advice.SESSION,
        EventKind.LOGGED_OFF: Advice.SESSION,
        EventKind.SESSIONS_REVOKED: Advice.SESSION,
        EventKind.PASSWORD_RESET: Advice.MAILBOX,
        EventKind.PASSWORD_CHANGED: Advice.SESSION,
        EventKind.TWO_STEP_ENROLLED: Advice.TWO_STEP,
        EventKind.TWO_STEP_MOVED: Advice.TWO_STEP,
        EventKind.TWO_STEP_REMOVED: Advice.TWO_STEP,
        EventKind.RECOVERY_CODES_RENEWED: Advice.TWO_STEP,
        EventKind.PREFERENCES_CHANGED: Advice.SESSION,
        EventKind.MESSAGE_READ: Advice.SESSION,
        EventKind.MESSAGE_ANSWERED: Advice.SESSION,
        EventKind.ACCOUNT_EXPORTED: Advice.SESSION,
        EventKind.ERASURE_ASKED: Advice.SESSION,
        EventKind.ACCOUNT_FROZEN: Advice.MAILBOX,
        EventKind.ADDRESS_CHANGED: Advice.MAILBOX,
        # Staff's alone, on this account.
        EventKind.ACCOUNT_INVITED: Advice.SUPPORT,
        EventKind.INVITATION_WITHDRAWN: Advice.SUPPORT,
        EventKind.KIND_CHANGED: Advice.SUPPORT,
        EventKind.ACCOUNT_DISABLED: Advice.SUPPORT,
        EventKind.ACCOUNT_ENABLED: Advice.SUPPORT,
        EventKind.ACCOUNT_UNLOCKED: Advice.SUPPORT,
        EventKind.ACCOUNT_CONTAINED: Advice.SUPPORT,
        EventKind.PASSWORD_ISSUED: Advice.SUPPORT,
        EventKind.ADDRESS_ASKED: Advice.SUPPORT,
        EventKind.CHANGE_FORCED: Advice.SUPPORT,
        EventKind.RANGES_CHANGED: Advice.SUPPORT,
        EventKind.TWO_STEP_REQUIRED: Advice.SUPPORT,
        EventKind.TWO_STEP_RESET: Advice.SUPPORT,
        # An administrator's own, on the portal.
        EventKind.POLICY_CHANGED: Advice.SESSION,
        EventKind.BRAND_CHANGED: Advice.SESSION,
    }
)
# Left out: what became of mails, what administrators hear of each other, and what others sent or took back: not the
# owner's logon, refusal or change. The console's readings: whose trail was read is told to nobody outside the console.

# The owner's word for a true reason. Several of ours share one: how far an attempt got is not for whoever made it.
REASONS: Mapping[str, str] = MappingProxyType(
    {
        Reason.WRONG_PASSWORD: "wrong_password",
        Reason.LOCKED: "too_many",
        Reason.STOPPED: "too_many",
        "confirmations_used_up": "too_many",
        "codes_stopped": "too_many",
        Reason.OUTSIDE_RANGES: "outside_networks",
        Reason.UNKNOWN: "closed",
        Reason.ALIAS: "closed",
        Reason.DISABLED: "closed",
        Reason.ERASED: "closed",
        Reason.FROZEN: "closed",
        Reason.NO_PASSWORD: "closed",
        Reason.TEMPORARY_EXPIRED: "temporary_password",
        Reason.TEMPORARY_USED: "temporary_password",
        Reason.TEMPORARY_VOID: "temporary_password",
        "code_wrong": "wrong_code",
        "code_of_another_time": "wrong_code",
        "code_replayed": "used_code",
        "code_used_meanwhile": "used_code",
        "link_used": "dead_link",
        "link_expired": "dead_link",
        "link_void": "dead_link",
    }
)


WHOLE = frozenset({EventKind.LOGON_SUCCEEDED, EventKind.RECOVERY_CODE_USED})


def of_owner(events: Sequence[Event]) -> list[Event]:
    """Those that the owner may see, with the owner's words for their reasons.

    The half of a logon whose whole is among them is left out: it would read as somebody's who got no further. So is
    what is of an account that had the address before and was erased (ADR 53).
    """
    whole = {one.told["logon"] for one in events if one.kind in WHOLE} - {None}
    return [
        _worded(one)
        for one in events
        if one.kind in SHOWN
        and one.erased is None
        and not (one.kind is EventKind.LOGON_HALF_DONE and one.told["logon"] in whole)
    ]


def doer(event: Event) -> Doer:
    """Who did it. A stranger may sit in a session of another account: that makes nobody an administrator."""
    if event.by_owner:
        return Doer.ACCOUNT
    if event.told["actor_kind"] is not None or SHOWN.get(event.kind) is Advice.SUPPORT:
        return Doer.ADMINISTRATOR
    return Doer.ACCOUNT if event.kind in PROVED else Doer.NOBODY


def advice(event: Event) -> Advice:
    """What to do if it was not the owner."""
    by, usual = doer(event), SHOWN[event.kind]
    if by is Doer.ADMINISTRATOR:
        return Advice.SUPPORT
    return Advice.SESSION if usual is Advice.SUPPORT else usual


def _worded(event: Event) -> Event:
    """A wrong current password is refused in a session, so it is no stranger's, among whose logons it would be counted.

    Attack: a thief in a session guesses the password while two hundred strangers are refused: one line, nothing to do.
    """
    kind = event.kind
    if kind is EventKind.LOGON_REFUSED and event.by_owner:
        kind = EventKind.REAUTHENTICATION_REFUSED
    return event._replace(kind=kind, reason=REASONS.get(event.reason or ""))
