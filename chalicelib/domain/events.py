"""Events: the audit trail, the support desk's record and the outbox of mails, in one row each.

An event is written in the same transaction as the change it tells of, so no change goes unrecorded and no notice can
be forgotten. It never holds a secret: no password, token, code or cookie.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, cast

from chalicelib.domain.addresses import AccountId, CanonicalAddress, account_id, synthetic

if TYPE_CHECKING:
    from chalicelib.domain.details import Details


class EventKind(StrEnum):
    """What happened, in the words of the OWASP logging vocabulary where it has one (LO-01)."""

    ACCOUNT_INVITED = "account_invited"
    INVITATION_WITHDRAWN = "invitation_withdrawn"
    KIND_CHANGED = "authz_change"
    ACCOUNT_FROZEN = "account_frozen"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_ENABLED = "account_enabled"
    ACCOUNT_UNLOCKED = "authn_login_unlock"
    ACCOUNT_CONTAINED = "account_contained"
    ACCOUNT_ERASED = "account_erased"
    ADDRESS_ASKED = "address_change_asked"
    ADDRESS_PROOF_ISSUED = "address_proof_issued"
    ADDRESS_CHANGED = "address_changed"
    LOGON_SUCCEEDED = "authn_login_success"
    LOGON_HALF_DONE = "authn_login_half_done"
    LOGON_REFUSED = "authn_login_fail"
    CODE_REFUSED = "authn_code_fail"
    REAUTHENTICATED = "authn_reauthenticated"
    REAUTHENTICATION_REFUSED = "authn_reauthentication_fail"
    LOGGED_OFF = "session_logged_off"
    SESSIONS_REVOKED = "session_revoked"
    PREFERENCES_CHANGED = "account_preferences_changed"
    REQUEST_REFUSED = "authz_fail"
    RESET_ASKED = "password_reset_asked"
    RESET_REFUSED = "authn_token_reuse"
    RESET_HELD = "password_reset_held"
    PASSWORD_RESET = "authn_password_reset"  # noqa: S105 - the name of an event
    PASSWORD_CHANGED = "authn_password_change"  # noqa: S105 - the name of an event
    PASSWORD_ISSUED = "authn_password_issued"  # noqa: S105 - the name of an event
    CHANGE_FORCED = "authn_password_change_forced"
    RANGES_CHANGED = "authz_ranges_changed"
    POLICY_CHANGED = "authz_policy_changed"
    BRAND_CHANGED = "brand_changed"
    TRAIL_READ = "trail_read"
    USERS_READ = "users_read"
    ACCOUNT_EXPORTED = "account_exported"
    ERASURE_ASKED = "account_erasure_asked"
    TWO_STEP_REQUIRED = "two_step_required"
    TWO_STEP_RESET = "two_step_reset"
    TWO_STEP_ENROLLED = "two_step_enrolled"
    TWO_STEP_MOVED = "two_step_moved"
    TWO_STEP_REMOVED = "two_step_removed"
    RECOVERY_CODES_RENEWED = "recovery_codes_renewed"
    TWO_STEP_STOPPED = "two_step_stopped"
    RECOVERY_CODE_USED = "two_step_recovery_code_used"
    MESSAGE_SENT = "message_sent"
    MESSAGE_READ = "message_read"
    MESSAGE_RECALLED = "message_recalled"
    MESSAGE_ANSWERED = "message_answered"
    REPLY_RECEIVED = "reply_received"
    SERVICE_MADE = "service_made"
    SERVICE_ROTATED = "service_key_rotated"
    SERVICE_REVOKED = "service_revoked"
    SECOND_ASKED = "second_administrator_asked"
    ADMINISTRATOR_CHANGED = "administrator_changed"
    ADMINISTRATORS_TOLD = "administrators_told"
    ADDRESS_LIFTED = "mail_address_lifted"
    MAIL_DELIVERED = "mail_delivered"
    MAIL_DELAYED = "mail_delayed"
    MAIL_BOUNCED = "mail_bounced"
    MAIL_COMPLAINED = "mail_complained"
    MAIL_SENT = "mail_sent"
    MAIL_FAILED = "mail_failed"
    MAIL_WITHHELD = "mail_withheld"
    MAIL_UNKNOWN = "mail_unknown"
    CANARY_SET_UP = "canary_set_up"

    @property
    def changes(self) -> bool:
        """Whether an account, a session, a message or a rule is another than before. A new kind is a change."""
        return self not in UNCHANGING


# What anybody can cause who knows an address, or a password without its second step, as often as they like.
FOLDED = frozenset(
    {
        EventKind.LOGON_HALF_DONE,
        EventKind.LOGON_REFUSED,
        EventKind.CODE_REFUSED,
        EventKind.REAUTHENTICATION_REFUSED,
        EventKind.REQUEST_REFUSED,
        EventKind.RESET_ASKED,
        EventKind.RESET_REFUSED,
        EventKind.MAIL_WITHHELD,
    }
)
# What became of a mail.
MAILS = frozenset(kind for kind in EventKind if kind.startswith("mail_")) - {EventKind.ADDRESS_LIFTED}
UNDELIVERED = frozenset({EventKind.MAIL_BOUNCED, EventKind.MAIL_COMPLAINED})
READINGS = frozenset({EventKind.TRAIL_READ, EventKind.USERS_READ})
UNCHANGING = (FOLDED | READINGS | MAILS - UNDELIVERED) | {
    EventKind.ADMINISTRATOR_CHANGED,
    EventKind.ADMINISTRATORS_TOLD,
    EventKind.ACCOUNT_EXPORTED,
    EventKind.RESET_HELD,
}
ATTEMPTS = frozenset(
    {
        EventKind.LOGON_SUCCEEDED,
        EventKind.LOGON_HALF_DONE,
        EventKind.LOGON_REFUSED,
        EventKind.CODE_REFUSED,
        EventKind.RECOVERY_CODE_USED,
        EventKind.REAUTHENTICATION_REFUSED,
        EventKind.REQUEST_REFUSED,
    }
)  # what the support desk is asked about: every attempt to get in, with its outcome, and who was shut out
NOTEWORTHY = UNDELIVERED | {EventKind.ACCOUNT_INVITED, EventKind.ACCOUNT_CONTAINED, EventKind.RESET_HELD}
NOTEWORTHY |= {EventKind.ERASURE_ASKED, EventKind.SECOND_ASKED}  # for the console's home
AS_STAFF = READINGS | {EventKind.POLICY_CHANGED, EventKind.BRAND_CHANGED}  # what staff do to no account
PROVED = frozenset(
    {
        EventKind.LOGON_SUCCEEDED,
        EventKind.LOGON_HALF_DONE,
        EventKind.RECOVERY_CODE_USED,
        EventKind.PASSWORD_RESET,
        EventKind.ACCOUNT_FROZEN,
        EventKind.ADDRESS_CHANGED,
    }
)  # what takes the account's own password, code or mailed link: who did it acted as the account, without a session
SERVICE_TRAIL = "service:"  # before its id: the account id under which the events of a sending system lie
_BY_SERVICE = r"\(smp_([a-z2-7]{16})\)"
RESTORED = "restored"  # the attribute of a row put back from a backup: of it everybody was told long ago

NO_DETAILS = cast("Details", MappingProxyType({}))


class Event(NamedTuple):
    """One thing that happened to one account, known or not (an unknown address has an account id too).

    `id` is random and is what secrets of its mail are derived from, so a re-sent mail carries the same link. `email` is
    the address as typed; `url` never holds a token. `language` and `zone` are the browser's that asked: its mail speaks
    to whom is behind it. `details` is what else there is to tell, written there and read from `told`. `request` is the
    id of the request that did it; lines of the log, copies, mails and news of them keep it (LO-11). `filed_at` is the
    time in its key where that is not when it happened: of what is folded, so that the second one finds the first.
    """

    account_id: AccountId
    kind: EventKind
    at: float
    id: str
    reference: str | None = None
    reason: str | None = None
    email: str | None = None
    source: str | None = None
    user_agent: str | None = None
    url: str | None = None
    actor: str | None = None
    language: str | None = None
    zone: str | None = None
    details: "Details" = NO_DETAILS
    request: str | None = None
    filed_at: float | None = None
    erased: str | None = None  # the key of the decision that took the person's data out of it

    @property
    def told(self) -> "Details":
        """The details to read from: None for what this event does not tell."""
        return cast("Details", defaultdict(lambda: None, self.details))

    @property
    def by_owner(self) -> bool:
        """Whether it was done in a session of the account itself."""
        actor = self.actor or ""
        return "@" in actor and account_id(CanonicalAddress(actor)) == self.account_id

    @property
    def acted_by(self) -> AccountId | None:
        """Who did it to others or to the portal, a service among them: what a taken-over administrator did (TR-05)."""
        actor = self.actor or ""
        if self.kind is EventKind.ADMINISTRATOR_CHANGED or self.kind in MAILS:
            return None  # neither is what the act itself caused: the copy for each administrator, the mail
        if actor.endswith(")") and (service := re.search(_BY_SERVICE + "$", actor)):
            return AccountId(f"{SERVICE_TRAIL}{service[1]}")  # see domain/services.py, actor_of
        if "@" not in actor or (self.by_owner and self.kind not in AS_STAFF):
            return None
        return account_id(CanonicalAddress(actor))

    @property
    def is_attempt(self) -> bool:
        """Whether it is found by its day. Of the canary's, only wrong ones are: somebody tries to be it."""
        unsought = self.kind is EventKind.LOGON_SUCCEEDED and synthetic(self.account_id)
        return self.kind in ATTEMPTS and not unsought

    @property
    def beside_changes(self) -> bool:
        """Whether it is a change, or what became of the mail that a change made due: its note names it (TR-01)."""
        return (self.told["about"] or self.kind) not in UNCHANGING

    @property
    def sort_key(self) -> str:
        """Time first, so a query reads in order; the id behind it keeps two events of one instant apart."""
        return f"{iso(self.at if self.filed_at is None else self.filed_at)}#{self.id}"

    @property
    def listed(self) -> str | None:
        """Where the index of days has it: an attempt under its day, what is noteworthy under its kind and month."""
        if self.kind in NOTEWORTHY:
            return f"{self.kind.value}#{self.sort_key[:7]}"
        return self.sort_key[:10] if self.is_attempt else None


class Stretch(NamedTuple):
    """Events in a row, the newest first, and the position before which the rest is; None where nothing is left."""

    events: Sequence[Event]
    before: str | None = None


class Trail(NamedTuple):
    """The two sides of an account's trail, each as far as it was read."""

    changes: Stretch
    others: Stretch

    def together(self) -> Stretch:
        """Both in one row, as far as neither has a gap."""
        end = max((side.before for side in self if side.before is not None), default=None)
        events = sorted((*self.changes.events, *self.others.events), key=attrgetter("sort_key"), reverse=True)
        return Stretch([one for one in events if end is None or one.sort_key >= end], end)


def iso(at: float) -> str:
    """UTC epoch seconds as ISO 8601 with milliseconds and Z, which sorts as text."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
