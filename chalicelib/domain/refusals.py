"""The one family of refusals: raised where a rule is, turned into an answer in one place (`web/answer.py`).

A refusal has two voices. `code`, and `hint` where a code is too general, pick the fixed sentence a person reads;
`cause` is the precise reason for the log and the event, and chooses nothing. Neither may hold a secret.
"""

from collections.abc import Mapping
from enum import StrEnum


class Code(StrEnum):
    """The `code` member of a problem document (design, section 6)."""

    INVALID_REQUEST = "invalid_request"
    MALFORMED_JSON = "malformed_json"
    TOO_LARGE = "too_large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    NOT_FOUND = "not_found"
    INVALID_LOGON = "invalid_logon"
    INVALID_CODE = "invalid_code"
    THROTTLED = "throttled"
    LINK_UNUSABLE = "link_unusable"
    CRITERIA_NOT_MET = "criteria_not_met"
    SESSION_REQUIRED = "session_required"
    STEP_REQUIRED = "step_required"
    NOT_PERMITTED = "not_permitted"
    ADDRESS_NOT_PERMITTED = "address_not_permitted"
    CROSS_ORIGIN = "cross_origin"
    REAUTHENTICATION_REQUIRED = "reauthentication_required"
    TWO_STEP_REQUIRED = "two_step_required"
    EXISTS = "exists"
    CONFLICT = "conflict"
    OWN_ACCOUNT = "own_account"
    ALREADY_JOINED = "already_joined"
    LAST_ADMINISTRATOR = "last_administrator"
    WOULD_LOCK_YOU_OUT = "would_lock_you_out"
    SENDER_NOT_PERMITTED = "sender_not_permitted"
    IDEMPOTENCY_MISMATCH = "idempotency_mismatch"
    ALREADY_READ = "already_read"
    NO_REPLY = "no_reply"
    UNAVAILABLE = "unavailable"


class Reason(StrEnum):
    """The true reason behind a generic refusal; only the event and the log hold it."""

    UNKNOWN = "unknown_address"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a reason
    LOCKED = "locked"
    STOPPED = "password_stopped_after_100_failures"
    DISABLED = "account_disabled"
    ERASED = "account_erased"
    FROZEN = "account_frozen"
    ALIAS = "alias_instead_of_primary_address"
    OUTSIDE_RANGES = "ip_denied"
    NO_PASSWORD = "no_password_chosen_yet"  # noqa: S105 - a reason
    TEMPORARY_EXPIRED = "temporary_password_expired"
    TEMPORARY_USED = "temporary_password_used"
    TEMPORARY_VOID = "temporary_password_void"
    CHANGED_MEANWHILE = "account_changed_meanwhile"


class Hint(StrEnum):
    """A fixed sentence that helps more than its code's, chosen where the rule is."""

    NO_SESSION = "no_session"
    ALREADY_READ = "already_read"
    PASSWORDS_ARE_MADE = "passwords_are_made"
    PAGE_EXPIRED = "page_expired"
    ANOTHER_LINK = "another_link"
    NO_COOKIES = "no_cookies"
    TOO_LONG = "too_long"
    FORMER_ADDRESS = "former_address"
    NOT_ACTIVE = "not_active"
    OWNER_FIRST = "owner_sets_up_two_step_first"
    TWO_NEEDED = "two_administrators_needed"
    OUTSIDE_LIMIT = "outside_limit"
    OF_ALL_THERE = "administrator_of_all_there"
    OVERTAKEN = "overtaken"  # another request was first; this one may be its repeat


class Refusal(Exception):
    """A rule said no.

    `facts` are members the contract adds to the problem document (`criteria`, `next`, the bad entry); `retry_after`
    is in seconds. `reference` is given where an event was already recorded under one, else the doorway makes one.
    """

    def __init__(
        self,
        code: Code,
        cause: str,
        *,
        hint: Hint | None = None,
        facts: Mapping[str, object] | None = None,
        retry_after: int | None = None,
        reference: str | None = None,
    ) -> None:
        super().__init__(f"{code}: {cause}")
        self.code = code
        self.cause = cause
        self.hint = hint
        self.facts = dict(facts or {})
        self.retry_after = retry_after
        self.reference = reference


class Unavailable(Refusal):
    """A dependency is slow, throttled or down. Nothing was changed, or what was changed is safe to ask for again."""

    def __init__(self, cause: str) -> None:
        super().__init__(Code.UNAVAILABLE, cause, retry_after=5)


class Forbidden(Unavailable):
    """Whoever delivers our mails does not let this one out as things are; somebody can mend that.

    `of_recipient`: it names who the mail is for, as SES does in its sandbox: others can be reached meanwhile.
    """

    def __init__(self, cause: str, *, of_recipient: bool) -> None:
        super().__init__(cause)
        self.of_recipient = of_recipient


def invalid(cause: str, field: str | None = None) -> Refusal:
    """The refusal of one bad input; names the field, never its value."""
    return Refusal(Code.INVALID_REQUEST, cause, facts={"field": field} if field else {})
