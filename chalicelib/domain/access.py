"""Every guard of every route on one page: who may call it, and at which point of logging on.

Deny by default: a route that is not in this table is refused (AD-01). A test holds the table against `infra/api.yaml`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from chalicelib.domain.accounts import Kind
from chalicelib.domain.addresses import synthetic
from chalicelib.domain.reach import refuse_limited
from chalicelib.domain.refusals import Code, Hint, Refusal
from chalicelib.domain.sessions import Caller, Next, recently_reauthenticated


class Guard(NamedTuple):
    """`next` None: no session needed; else where a session may stand. `kinds` None: any kind of account.

    `admin_network`: the administrators' IP ranges apply too. `fresh`: the password was typed in the last ten minutes,
    at whatever point the session stands: a rule that changes can send a whole one, hours old, back to a step.
    `service`: a sending system's key, and no session whatever (ADR 46).
    `everywhere`: outside the permitted ranges too, for what tells nothing of anybody and can only end a session.
    `document`: whoever asks from outside is told so by a document of the step, never by a page (ADR 32).
    `canary`: for the account that nobody is behind, which may do nothing else but such.
    `whole_portal`: not for staff of some domains alone; all else of the console the step keeps within these (ADR 58).
    """

    next: frozenset[Next] | None = None
    kinds: frozenset[Kind] | None = None
    admin_network: bool = False
    fresh: bool = False
    everywhere: bool = False
    service: bool = False
    document: bool = False
    canary: bool = False
    whole_portal: bool = False

    @property
    def console(self) -> bool:
        """Whether it is the staff's alone."""
        return self.kinds is not None


PUBLIC = Guard()
HELP = Guard(everywhere=True)
ANY_SESSION = Guard(next=frozenset(Next), document=True)
LOGOFF = Guard(next=frozenset(Next), everywhere=True)
FULL = Guard(next=frozenset({Next.PORTAL}))
CANARY = Guard(FULL.next, canary=True)
CODE = Guard(next=frozenset({Next.ENTER_CODE}))
CHANGE = Guard(next=frozenset({Next.CHANGE_PASSWORD, Next.PORTAL}))
ENROL = Guard(next=frozenset({Next.ENROL_TWO_STEP, Next.PORTAL}))
AGAIN = ENROL  # where something is asked for that must be fresh, the password can be typed again
FULL_FRESH = Guard(FULL.next, fresh=True)
ENROL_FRESH = Guard(next=frozenset({Next.ENROL_TWO_STEP, Next.PORTAL}), fresh=True)
DESK = Guard(
    FULL.next, frozenset({Kind.ADMINISTRATOR, Kind.SUPPORT}), admin_network=True
)  # reads, changes nothing
ADMIN = Guard(FULL.next, frozenset({Kind.ADMINISTRATOR}), admin_network=True)
ADMIN_FRESH = Guard(FULL.next, frozenset({Kind.ADMINISTRATOR}), admin_network=True, fresh=True)
ALL = ADMIN._replace(whole_portal=True)  # what is of the whole portal, and whom it is in the hands of
ALL_FRESH = ADMIN_FRESH._replace(whole_portal=True)

SERVICE = Guard(service=True)

GUARDS: Mapping[str, Guard] = MappingProxyType(
    {
        "GET /": PUBLIC,
        "GET /health": PUBLIC,
        "GET /health/deep": CANARY,
        "GET /help": HELP,
        "GET /.well-known/change-password": PUBLIC,
        "GET /.well-known/security.txt": PUBLIC,
        "GET /robots.txt": PUBLIC,
        "GET /session": ANY_SESSION,
        "GET /logon": PUBLIC,
        "POST /logon": PUBLIC,
        "GET /logon/code": CODE,
        "POST /logon/code": CODE,
        "POST /logoff": LOGOFF,
        "GET /password/forgot": PUBLIC,
        "POST /password/forgot": PUBLIC,
        "GET /password/reset/{token}": PUBLIC,
        "GET /password/reset": PUBLIC,
        "POST /password/reset": PUBLIC,
        "GET /password/criteria": PUBLIC,
        "POST /password/criteria": PUBLIC,  # the step asks for a session that may set a password, or a live link
        "GET /password/change": CHANGE,
        "POST /password/change": CHANGE,
        "GET /account": FULL,
        "GET /account/activity": FULL,
        # Attack: who finds an open session walks away with all of it. Defence: the password of the last ten minutes.
        "GET /account/export": FULL_FRESH,
        "POST /account/erasure": FULL_FRESH,
        "GET /account/sessions": FULL,
        "POST /account/sessions/revoke": FULL,  # fresh, but to end itself: the step asks
        "GET /account/preferences": FULL,
        "POST /account/preferences": FULL,
        "GET /account/two-step": ENROL,
        "POST /account/two-step": ENROL_FRESH,
        "POST /account/two-step/confirm": ENROL_FRESH,
        "GET /account/two-step/remove": FULL,
        "POST /account/two-step/remove": FULL,
        "POST /account/two-step/recovery-codes": FULL,
        "POST /account/two-step/move": FULL,
        "GET /reauthenticate": AGAIN,
        "POST /reauthenticate": AGAIN,
        "GET /not-me/{token}": PUBLIC,
        "POST /not-me": PUBLIC,
        "GET /address/{token}": PUBLIC,
        "GET /address": PUBLIC,
        "POST /address": PUBLIC,
        "GET /messages": FULL,
        "GET /messages/{id}": FULL,
        "GET /messages/{id}/reply": FULL,
        "POST /messages/{id}/reply": FULL,
        "GET /admin/overview": DESK,
        "GET /admin/users": DESK,
        "POST /admin/users": ADMIN_FRESH,
        "GET /admin/users/import": ADMIN,
        "POST /admin/users/import": ADMIN_FRESH,
        "GET /admin/users/{email}": DESK,
        "GET /admin/users/{email}/messages": DESK,
        "POST /admin/users/{email}/invite": ADMIN_FRESH,
        "POST /admin/users/{email}/withdraw": ADMIN_FRESH,
        "GET /admin/users/{email}/kind": ALL,
        "POST /admin/users/{email}/kind": ALL_FRESH,
        "POST /admin/users/{email}/password": ADMIN_FRESH,
        "POST /admin/users/{email}/force-change": ADMIN_FRESH,
        "POST /admin/users/{email}/disable": ADMIN_FRESH,
        "POST /admin/users/{email}/enable": ADMIN_FRESH,
        "POST /admin/users/{email}/unlock": ADMIN_FRESH,
        "POST /admin/users/{email}/two-step": ADMIN_FRESH,
        "POST /admin/users/{email}/two-step/reset": ADMIN_FRESH,
        "POST /admin/users/{email}/ip-ranges": ADMIN_FRESH,
        "POST /admin/users/{email}/ip-ranges/dry-run": ADMIN,
        "POST /admin/users/{email}/sessions/revoke": ADMIN_FRESH,
        "POST /admin/users/{email}/contain": ADMIN_FRESH,
        "GET /admin/users/{email}/address": ADMIN,
        "POST /admin/users/{email}/address": ADMIN_FRESH,
        "POST /admin/users/{email}/deliverable": ADMIN_FRESH,
        "GET /admin/users/{email}/erase": ADMIN,
        "POST /admin/users/{email}/erase": ADMIN_FRESH,
        "GET /admin/domains": DESK,
        "POST /admin/domains": ADMIN_FRESH,
        "GET /admin/domains/{domain}/ip-ranges": ADMIN,
        "POST /admin/domains/{domain}/ip-ranges": ADMIN_FRESH,
        "POST /admin/domains/{domain}/ip-ranges/dry-run": ADMIN,
        "GET /admin/domains/{domain}/brand": ADMIN,
        "POST /admin/domains/{domain}/brand": ADMIN_FRESH,
        "GET /admin/ip-ranges": ALL,
        "POST /admin/ip-ranges": ALL_FRESH,
        "POST /admin/ip-ranges/dry-run": ALL,
        "GET /admin/attempts": DESK,
        "GET /admin/attempts/export": DESK,
        "GET /admin/users/export": DESK,
        "GET /admin/events": DESK,
        "GET /admin/events/export": DESK,
        "GET /admin/messages": ADMIN,
        "GET /admin/messages/{id}/replies": ADMIN,
        "GET /admin/services": ALL,
        "POST /admin/services": ALL_FRESH,
        "POST /admin/services/{id}/rotate": ALL_FRESH,
        "POST /admin/services/{id}/revoke": ALL_FRESH,
        "POST /service/messages": SERVICE,
        "GET /service/messages/{id}": SERVICE,
        "POST /service/messages/{id}/recall": SERVICE,
        # Of all writes of the console only these two are not fresh: writing a message can take longer than ten minutes,
        # and asking for the password then would throw the text away. Neither changes who may log on.
        "POST /admin/messages": ADMIN,
        "POST /admin/messages/{id}/recall": ADMIN,
    }
)


def guard_of(method: str, resource: str) -> Guard | None:
    """The guard of a route; HEAD asks what GET asks. None for a route nobody declared."""
    return GUARDS.get(f"{'GET' if method == 'HEAD' else method} {resource}")


def for_services(method: str, resource: str) -> bool:
    """Whether only a sending system's key opens this route."""
    guard = guard_of(method, resource)
    return guard is not None and guard.service


def open_everywhere(guard: Guard, caller: Caller | None) -> bool:
    """Whether the permitted ranges do not count: never for what needs a session, where there is none (IP-09)."""
    return guard.everywhere and (guard.next is None or caller is not None)


def check(guard: Guard, caller: Caller | None, cause: str | None, now: float) -> None:
    """Raise the refusal this guard has for this caller; `cause` is why a presented session is dead."""
    if guard.next is None and not guard.service:
        return
    if caller is None or guard.next is None:
        raise Refusal(Code.SESSION_REQUIRED, cause or "no_session", hint=None if cause else Hint.NO_SESSION)
    if caller.next not in guard.next:
        raise Refusal(Code.STEP_REQUIRED, f"stage_{caller.next}", facts={"next": caller.next.value})
    # Attack: whoever takes the canary's key over looks around as a person; a person asks what the store is asked for in
    # each answer, a thousand times a second. Defence: it may do this and nothing else, and nobody else may (ADR 43).
    if synthetic(caller.account_id) != guard.canary and not guard.everywhere:
        raise Refusal(Code.NOT_PERMITTED, "not_the_canary" if guard.canary else "the_canary")
    if guard.kinds is not None and caller.kind not in guard.kinds:
        raise Refusal(Code.NOT_PERMITTED, f"kind_{caller.kind}")
    if guard.whole_portal:
        refuse_limited(caller, "whole_portal")
    if guard.fresh and not recently_reauthenticated(caller, now):
        raise Refusal(Code.REAUTHENTICATION_REQUIRED, "password_typed_too_long_ago")
