"""The REQUEST authorizer: runs before every step, on API Gateway's event, with no cache (TTL 0).

Enforces the permitted IP ranges, the session and its epoch, its stage and kind, and same origin. It may not answer a
person: it gives a verdict, which the step's doorway turns into the answer. Here is where the IP allow-lists of live
sessions are enforced; those of a logon are in `steps/logon.py`.
"""

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

from chalice import Blueprint

from chalicelib.domain import access
from chalicelib.domain.accounts import (
    PORTAL_POLICY,
    Account,
    Kind,
    Policy,
    effective_ranges,
    ranges_rule,
    two_step_required,
)
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.networks import InvalidSource, parse_address, permitted
from chalicelib.domain.next_step import next_step
from chalicelib.domain.refusals import Code, Hint, Refusal
from chalicelib.domain.repeats import repeatable
from chalicelib.domain.sessions import Caller, Session, Standing, caller_of, cause_of_death, touch_due
from chalicelib.domain.tokens import Digest, split_session_token
from chalicelib.portal import Portal
from chalicelib.runtime import log
from chalicelib.web import context as verdicts
from chalicelib.web.asked import UNREADABLE, Asked, asked, policy, shut_out, whole_stage
from chalicelib.web.cookies import read_cookie, session_name
from chalicelib.web.same_origin import check_same_origin
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__, store=("sessions",))

# Refusals that are about the caller: the page that says so keeps their navigation, and what they had typed.
ITS_OWN = frozenset({Code.NOT_PERMITTED, Code.REAUTHENTICATION_REQUIRED})
TOO_LATE = frozenset({Code.STEP_REQUIRED, Code.REAUTHENTICATION_REQUIRED})


@step.lambda_function(name="authorizer")
def authorizer(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Judge one request. An exception is API Gateway's 503: closed when in doubt (IP-04)."""
    with log.bare_faults(), portal().invoked(event, context) as here:
        return judge(event, here)


def judge(event: Mapping[str, Any], portal: Portal) -> dict[str, Any]:
    """The policy and its context for one REQUEST event."""
    request = asked(event, portal)
    arn = whole_stage(str(event.get("methodArn") or ""))
    if access.for_services(request.method, request.resource):
        from chalicelib.flows.service_door import judged  # noqa: PLC0415 - for what services ask

        return policy(*judged(request, arn))
    who = _presented(request)
    standing = _standing(request, who)
    caller, cause = _caller(request, standing)
    before = _before(request, standing)
    denied = _outside(request, standing, caller or before)
    if denied and not _reachable(request, caller, denied):
        return _shut_out(request, arn, caller, before, denied)
    refusal = _refusal(request, caller, cause if who else None)
    if refusal:
        # A secret that was handed over opens nothing but the answer of a form that was sent twice (WB-20).
        overtaken = before if refusal.code is Code.SESSION_REQUIRED else None
        # Nor does the secret that took its place: the form whose answer it is may come again, a step too late.
        if caller and caller.answered == request.resource and refusal.code in TOO_LATE:
            overtaken = caller
        refusal.hint = Hint.OVERTAKEN if overtaken else refusal.hint
        said = {"code": refusal.code, "cause": refusal.cause, "resource": request.resource}
        log.write(logging.WARNING, "authz_fail", **said)
        seen = caller if refusal.code in ITS_OWN else overtaken
        return policy("Allow", arn, verdicts.write(seen, refusal))
    if not denied:  # from outside nothing keeps a session alive
        _touch(request, standing)
    return policy("Allow", arn, verdicts.write(caller, None))


def _presented(request: Asked) -> tuple[AccountId, Digest] | None:
    """The session presented: from Authorization if there is one, else the cookie; never from URL or body (SE-03)."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return split_session_token(token.strip())
    cookies = request.headers.get("cookie", "")
    return split_session_token(read_cookie(cookies, session_name(request.portal.settings.secure)))


def _standing(request: Asked, who: tuple[AccountId, Digest] | None) -> Standing:
    """All that is judged by, in one trip; read again where it was torn.

    A batch is no snapshot: of one transaction the account may be read after it, and the session that it handed over
    before. Then the second of two clicks would read that its session has ended, of the very form that moved the epoch.
    """
    guard = access.guard_of(request.method, request.resource)
    read = partial(request.portal.store.sessions.standing, who, console=guard is not None and guard.console)
    standing = read()
    session, account = standing.session, standing.account
    torn = session and account and session.handed_over_at is None and session.epoch < account.epoch
    return read() if torn and request.method == "POST" else standing


def _caller(request: Asked, standing: Standing) -> tuple[Caller | None, str | None]:
    session, account = standing.session, standing.account
    if session is None or account is None:
        return None, "unknown_session"
    cause = cause_of_death(session, account, request.portal.clock(), request.portal.settings.session_idle)
    if cause:
        return None, cause
    caller, form = _as_caller(request, session, account, standing.domain), session.answered
    if account.limited:
        caller = caller._replace(domains=standing.limit)
    if form and request.method == "POST" and repeatable(form.at, request.portal.clock()):
        caller = caller._replace(answered=form.page)
    return caller._replace(console_shut=_console_shut(request, caller, standing)), None


def _console_shut(request: Asked, caller: Caller, standing: Standing) -> bool:
    """Whether staff would be refused at the console's door, so that a logon does not lead them to it."""
    ranges = (standing.portal or Policy(PORTAL_POLICY)).admin_ranges
    return caller.kind is not Kind.RECIPIENT and not permitted(request.source, ranges)


def _before(request: Asked, standing: Standing) -> Caller | None:
    """Whose session this was, where a request has handed it over a moment ago: the one we see may be its repeat.

    It is refused all the same, and opens nothing; the step, which has the body, can tell whether it is (WB-20).
    """
    session, account = standing.session, standing.account
    if session is None or account is None or not account.open or request.method != "POST":
        return None
    if not repeatable(session.handed_over_at, request.portal.clock()):
        return None
    return _as_caller(request, session, account, standing.domain)


def _as_caller(request: Asked, session: Session, account: Account, domain: Policy | None) -> Caller:
    required = two_step_required(account, domain, everybody=request.portal.settings.require_two_step_of_all)
    stage = next_step(
        account,
        opened_with=session.opened_with,
        code_entered=session.code_entered,
        two_step_required=required,
    )
    return caller_of(session, account, stage, two_step_required=required)


def _outside(request: Asked, standing: Standing, caller: Caller | None) -> str | None:
    """Which rule shuts this source address out, or None. Garbage is outside of everything."""
    try:
        source = parse_address(request.source)
    except InvalidSource:
        return UNREADABLE
    portal_policy = standing.portal or Policy(PORTAL_POLICY)
    if not permitted(source, portal_policy.ranges):
        return "portal_ranges"
    guard = access.guard_of(request.method, request.resource)
    if guard and guard.admin_network and not permitted(source, portal_policy.admin_ranges):
        return "admin_ranges"
    if caller is None or standing.account is None:
        return None
    own = effective_ranges(standing.account, standing.domain)
    return None if permitted(source, own) else ranges_rule(standing.account)


def _reachable(request: Asked, caller: Caller | None, denied: str) -> bool:
    """Help, and the end of one's own session: from every address that is one (IP-09)."""
    guard = access.guard_of(request.method, request.resource)
    return denied != UNREADABLE and guard is not None and access.open_everywhere(guard, caller)


def _refusal(request: Asked, caller: Caller | None, cause: str | None) -> Refusal | None:
    guard = access.guard_of(request.method, request.resource)
    if guard is None:
        return Refusal(Code.NOT_FOUND, "route_not_declared")
    try:
        check_same_origin(request.method, request.headers, request.portal.settings.same_origins)
        access.check(guard, caller, cause, request.portal.clock())
    except Refusal as refusal:
        return refusal
    return None


def _touch(request: Asked, standing: Standing) -> None:
    """Write last-seen, at most once a minute; a request does not fail because this does."""
    session, now = standing.session, request.portal.clock()
    if session is None or not touch_due(session, now, request.portal.settings.session_idle):
        return
    try:
        request.portal.store.sessions.touch(session, now)
    except Refusal as refusal:
        log.write(logging.WARNING, "touch_failed", cause=refusal.cause)


def _shut_out(
    request: Asked, arn: str, caller: Caller | None, before: Caller | None, rule: str
) -> dict[str, Any]:
    """The refusal, with the reference under which the trail has it (SE-12, IP-09): API Gateway's page says it.

    But where every answer is a document: no answer of API Gateway's can be one to whoever accepts a page.
    """
    from chalicelib.flows.shut_out import ShutOut, recorded  # noqa: PLC0415 - for those who are shut out

    one = ShutOut(caller or before, rule, request.source, request.resource, request.headers)
    reference = recorded(request.portal, one)
    guard = access.guard_of(request.method, request.resource)
    if guard and guard.document:
        refusal = Refusal(Code.ADDRESS_NOT_PERMITTED, rule, reference=reference)
        return policy("Allow", arn, verdicts.write(None, refusal))
    return policy("Deny", arn, shut_out(request, caller, rule, reference))
