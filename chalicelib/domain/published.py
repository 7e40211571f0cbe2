"""What other systems hear of events: which kinds, under which names, with which fields, and what of it is personal.

Two families. A notice, for what an account's owner may be at risk by elsewhere too: always published, with the
address by which other systems know people. And every event as it stands in the trail, where a stage asks for it.
`infra/event_schemas.py` makes the schemas and docs/events.md of these tables. Nothing here is ever a secret, since no
event holds one; what of it is personal goes out only where the stage says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from chalicelib.domain.addresses import CanonicalAddress, account_id
from chalicelib.domain.events import ATTEMPTS, Event, EventKind, iso
from chalicelib.domain.personal import IMPERSONAL, IMPERSONAL_STATE, PERSONAL_FIELDS

NOTICE_SOURCE = "secure-messaging-portal.accounts"
AUDIT_SOURCE = "secure-messaging-portal.audit"
NOTICE_VERSION = 1
NOTICES: Mapping[EventKind, str] = MappingProxyType(
    {
        EventKind.ACCOUNT_CONTAINED: "account.contained",
        EventKind.ACCOUNT_DISABLED: "account.disabled",
        EventKind.ACCOUNT_FROZEN: "account.frozen",
        EventKind.PASSWORD_RESET: "account.password_reset",
        EventKind.PASSWORD_CHANGED: "account.password_reset",
    }
)

# The details of each kind, by the names of `domain/details.py`: what is not named here stays inside.
BY_STAFF = ("actor_kind", "kind", "before", "after", "reason")
OF_LOGON = ("next", "logon", "kind", "failures_before", "new_client", "second_step")
OF_CODE = ("failures", "session_ended")
OF_NOTE = ("about", "cause", "message_id", "mailed", "without_logo", "request")
OF_SES = ("mail", "message_id", "cause")
OF_MEASURES = (*BY_STAFF, "measures")
OF_RULES = ("policy", "before", "after")
OF_SERVICE = ("service", "actor_kind", "before", "after")
DETAILS: Mapping[EventKind, tuple[str, ...]] = MappingProxyType(
    {
        EventKind.ACCOUNT_INVITED: (*BY_STAFF, "message", "from", "again"),
        EventKind.INVITATION_WITHDRAWN: BY_STAFF,
        EventKind.KIND_CHANGED: (*BY_STAFF, "again"),
        EventKind.ACCOUNT_FROZEN: ("by", "kind", "two_step"),
        EventKind.ACCOUNT_DISABLED: BY_STAFF,
        EventKind.ACCOUNT_ENABLED: BY_STAFF,
        EventKind.ACCOUNT_UNLOCKED: BY_STAFF,
        EventKind.ACCOUNT_CONTAINED: OF_MEASURES,
        EventKind.ACCOUNT_ERASED: BY_STAFF,
        EventKind.ADDRESS_ASKED: (*BY_STAFF, "to"),
        EventKind.ADDRESS_PROOF_ISSUED: ("actor_kind", "to"),
        EventKind.ADDRESS_CHANGED: ("from", "to", "kind"),
        EventKind.LOGON_SUCCEEDED: OF_LOGON,
        EventKind.LOGON_HALF_DONE: OF_LOGON,
        EventKind.LOGON_REFUSED: ("failures", "locks", "session_ended", "rule"),
        EventKind.CODE_REFUSED: OF_CODE,
        EventKind.REAUTHENTICATED: ("second_step",),
        EventKind.REAUTHENTICATION_REFUSED: OF_CODE,
        EventKind.LOGGED_OFF: (),
        EventKind.SESSIONS_REVOKED: (*BY_STAFF, "count"),
        EventKind.PREFERENCES_CHANGED: ("language", "time_zone"),
        EventKind.REQUEST_REFUSED: ("rule",),
        EventKind.RESET_ASKED: (),
        EventKind.RESET_REFUSED: (),
        EventKind.RESET_HELD: (),
        EventKind.PASSWORD_RESET: (*BY_STAFF, "force_change", "by", "first"),
        EventKind.PASSWORD_CHANGED: ("from", "first", "next", "logon"),
        EventKind.PASSWORD_ISSUED: (*OF_MEASURES, "force_change"),
        EventKind.CHANGE_FORCED: BY_STAFF,
        EventKind.RANGES_CHANGED: BY_STAFF,
        EventKind.POLICY_CHANGED: OF_RULES,
        EventKind.BRAND_CHANGED: OF_RULES,
        EventKind.TRAIL_READ: ("attempts", "events_of", "acts_of", "file"),
        EventKind.USERS_READ: ("user", "users", "file"),
        EventKind.ACCOUNT_EXPORTED: (),
        EventKind.ERASURE_ASKED: (),
        EventKind.TWO_STEP_REQUIRED: BY_STAFF,
        EventKind.TWO_STEP_RESET: BY_STAFF,
        EventKind.TWO_STEP_ENROLLED: ("logon",),
        EventKind.TWO_STEP_MOVED: ("logon",),
        EventKind.TWO_STEP_REMOVED: (),
        EventKind.RECOVERY_CODES_RENEWED: (),
        EventKind.TWO_STEP_STOPPED: (),
        EventKind.RECOVERY_CODE_USED: OF_LOGON,
        EventKind.MESSAGE_SENT: ("message", "from", "expires_at"),
        EventKind.MESSAGE_READ: ("message",),
        EventKind.MESSAGE_RECALLED: ("message",),
        EventKind.MESSAGE_ANSWERED: ("message", "reply", "reader"),
        EventKind.REPLY_RECEIVED: ("message", "from"),
        EventKind.SERVICE_MADE: OF_SERVICE,
        EventKind.SERVICE_ROTATED: OF_SERVICE,
        EventKind.SERVICE_REVOKED: OF_SERVICE,
        EventKind.SECOND_ASKED: (*BY_STAFF, "act", "domains", "epochs"),
        EventKind.ADMINISTRATOR_CHANGED: ("about", "whose", "actor_kind"),
        EventKind.ADMINISTRATORS_TOLD: ("about", "administrators"),
        EventKind.ADDRESS_LIFTED: (*BY_STAFF, "again"),
        EventKind.MAIL_DELIVERED: OF_SES,
        EventKind.MAIL_DELAYED: OF_SES,
        EventKind.MAIL_BOUNCED: OF_SES,
        EventKind.MAIL_COMPLAINED: OF_SES,
        EventKind.MAIL_SENT: (*OF_NOTE, "message"),
        EventKind.MAIL_FAILED: (*OF_NOTE, "mail"),  # by SES at once, or later in its news
        EventKind.MAIL_WITHHELD: OF_NOTE,
        EventKind.MAIL_UNKNOWN: OF_NOTE,
        EventKind.CANARY_SET_UP: (),
    }
)
# A change of meaning raises the number of its kind; a field more does not (ADR 47).
VERSIONS: Mapping[EventKind, int] = MappingProxyType(dict.fromkeys(EventKind, 1))


class Told(NamedTuple):
    """One event as it goes out: who speaks, the `detail-type`, and the detail."""

    source: str
    name: str
    detail: dict[str, object]


class Waiting(NamedTuple):
    """Some of the events of an hour that were put aside, oldest first, and the position behind which the rest is.

    `events` by the key that each is put aside under; `unread` are the keys of those that this version cannot read.
    """

    events: Mapping[str, Event]
    unread: Sequence[str] = ()
    behind: str | None = None


def told_of(event: Event, *, everything: bool, personal: bool) -> Iterator[Told]:
    """All that goes out of one event; nothing where other systems do not hear of it."""
    if event.kind in NOTICES:
        yield Told(NOTICE_SOURCE, NOTICES[event.kind], notice(event))
    if everything:
        yield Told(AUDIT_SOURCE, event.kind.value, audit(event, personal=personal))


def notice(event: Event) -> dict[str, object]:
    """What another system must know to act on it, and no more."""
    return {
        "version": NOTICE_VERSION,
        "id": event.id,
        "at": iso(event.at),
        "account_id": event.account_id,
        "email": event.email,
        "by": event.told["actor_kind"] or "owner",
        "reason": event.told["reason"],
        "measures": event.told["measures"] or [],
    }


def audit(event: Event, *, personal: bool) -> dict[str, object]:
    """The event as it stands in the trail. Every field is there, null where there is nothing to tell."""
    told: dict[str, object] = {
        "version": VERSIONS[event.kind],
        "id": identity(event),
        "at": iso(event.at),
        "kind": event.kind.value,
        "changes": event.kind.changes,
        "attempt": event.kind in ATTEMPTS,
        "account_id": event.account_id,
        "actor_id": _actor_id(event),
        "reason": event.reason,
        "reference": event.reference,
        "request": event.request,
        "url": event.url,
        "personal_data": personal,
        "email": event.email,
        "actor": event.actor,
        "source": event.source,
        "user_agent": event.user_agent,
        "language": event.language,
        "time_zone": event.zone,
        "details": _details(event, personal=personal),
    }
    return told if personal else told | dict.fromkeys(PERSONAL_FIELDS)


def identity(event: Event) -> str:
    """One name for one event: each administrator's copy of one has the same `id` in the trail, and the key tells them
    apart.
    """
    return f"{event.account_id}/{event.sort_key}"


def _actor_id(event: Event) -> str | None:
    """Whoever did it, as an account or a sending system; None for nobody who was logged on, and for `setup`."""
    actor = event.actor or ""
    if actor.endswith(")"):
        return event.acted_by  # a sending system's name, which may have any character in it
    return account_id(CanonicalAddress(actor)) if "@" in actor else None


def _details(event: Event, *, personal: bool) -> dict[str, object]:
    names = DETAILS[event.kind]
    return {
        name: value if personal or not isinstance(value, Mapping) else _state(value)
        for name, value in event.details.items()
        if name in names and value is not None and (personal or name in IMPERSONAL)
    }


def _state(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if name in IMPERSONAL_STATE}
