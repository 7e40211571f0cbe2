"""Logon: an email address and a password, temporary or chosen, for a session.

Every refusal is the same answer at the same cost: one Argon2 computation and three trips, whatever the account is. The
true reason is in the event. It may not send mail, nor tell anybody whether an address is known. An account's IP
allow-list is enforced here for the logon itself (`domain/logons.py`), and by the authorizer for every request after it.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chalice import Blueprint

from chalicelib.domain.accounts import Account, Kind, two_step_required
from chalicelib.domain.addresses import account_id
from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.logons import Attempt, LogonRefused, judge, to_verify, told_of
from chalicelib.domain.networks import throttle_key
from chalicelib.domain.next_step import next_step
from chalicelib.domain.password_text import UnusablePassword, normalise
from chalicelib.domain.refusals import Code, Hint, Reason, Refusal, Unavailable, invalid
from chalicelib.domain.repeats import Answer
from chalicelib.domain.sessions import Credential, Next, Session, new_client
from chalicelib.domain.temporary import parse_temporary
from chalicelib.domain.timing import until_next_tick
from chalicelib.domain.tokens import Token
from chalicelib.flows.events import event_of, new_reference, say
from chalicelib.flows.inputs import (
    address_input,
    arrived,
    asked_back,
    cookie_came_back,
    field_errors,
    way_back,
)
from chalicelib.flows.repeats import of_form
from chalicelib.flows.sessions import known_browser, logon_again, new_session, session_page
from chalicelib.web.cookies import ADDRESS_MOST
from chalicelib.web.page import Page
from chalicelib.web.paths import suffix
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

if TYPE_CHECKING:
    from chalicelib.domain.details import Details

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True, keys=("pepper", "devices"), store=("logons",))


@step.lambda_function(name="logon")
def logon(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """The form."""
    notice = request.query.get("notice", "")
    said = notice in {"logged_off", "session_ended", "nothing_changed"}
    return _form(request, {"state": notice if said else "fresh"})


def submit(request: Request) -> Page:
    """Log on, or refuse without saying why. Whoever pressed *Forgot Your Password?* instead takes the address along."""
    if request.text("forgot"):
        there = "/password/forgot" + suffix(request.query.get("next"))
        return Page(location=there, cookies=(way_back(request),))
    cookie_came_back(request)
    attempt = _reserve(request)
    try:
        page = _let_in(request, attempt, matches=request.portal.hasher.verify(*to_verify(attempt)))
    except LogonRefused as refused:
        raise _refused(request, attempt, refused.reason) from refused
    except Unavailable:
        # The password was right, or nobody has looked at it: an outage locks nobody out (LG-19).
        if attempt.account is not None and attempt.counted:
            request.store.logons.give_back(attempt.account, known=attempt.known)
        raise
    return page._replace(cookies=(*page.cookies, *arrived(request)))


def _let_in(request: Request, attempt: Attempt, *, matches: bool) -> Page:
    """The session of a right credential; of the same form, sent twice, the same one (WB-20). Raises `LogonRefused`.

    Attack: who has only read a temporary password sends it just after its owner. Defence: the repeat comes with the
    secret that our page gave the owner's browser, or with the session itself; without it the password is used up.
    """
    made, who = of_form(request), attempt.account_id
    try:
        account = judge(attempt, matches=matches)
        again = logon_again(request, who, None, known=attempt.known)
        return again or session_page(request, *_open(request, attempt, account, made))
    except LogonRefused as refused:
        used = matches and refused.reason in {Reason.TEMPORARY_USED, Reason.CHANGED_MEANWHILE}
        if again := logon_again(request, who, made, known=attempt.known) if used else None:
            return again
        if made is None or refused.reason is not Reason.CHANGED_MEANWHILE:
            raise
    # What its page's secret made is over, and the page is still there: a right password opens another session.
    return session_page(request, *_open(request, attempt, account, None))


def _form(request: Request, view: Mapping[str, object], *cookies: str) -> Page:
    facts = {"fields": ["email", "password"]}
    return Page(facts=facts, template="logon", view=view, cookies=(*cookies, *asked_back(request)))


def _reserve(request: Request) -> Attempt:
    """Count the attempt before any hash; what cannot be an address or a password is refused before any look-up."""
    email, now = request.text("email"), request.now()
    who = account_id(address_input(email))
    try:
        password = normalise(request.text("password"))
    except UnusablePassword as error:
        raise invalid("password_unusable", "password") from error
    temporary = parse_temporary(password)
    name = temporary.name if temporary else None
    request.portal.demand_keys("pepper", "devices")
    admission = request.store.logons.admit(throttle_key(request.source), who, name, now)
    known = admission.knows_network(now) or known_browser(request, who, now)
    counted, account = request.store.logons.reserve_attempt(who, now, known=known)
    return Attempt(
        email=email.strip(),
        account_id=who,
        password=password,
        temporary=temporary,
        source=request.source,
        now=now,
        admission=admission,
        counted=counted,
        account=account,
        known=known,
    )


def _open(request: Request, attempt: Attempt, account: Account, made: Answer | None) -> tuple[Token, Session]:
    """The session of an account that may come in; raises `LogonRefused` where it changed meanwhile."""
    opened_with = Credential.TEMPORARY if attempt.temporary else Credential.PASSWORD
    required = two_step_required(
        account, attempt.admission.policy, everybody=request.settings.require_two_step_of_all
    )
    secret, session = new_session(
        request,
        next_step(account, opened_with=opened_with, code_entered=False, two_step_required=required),
        account_id=account.id,
        epoch=account.epoch,
        opened_with=opened_with,
        known=attempt.known,
        made=made,
    )
    client = new_client(account, request.user_agent, session.next)
    event = _logged_on(request, attempt, account, session, new_client=client is not None)
    stored = request.store.logons.open(
        account,
        session,
        event,
        burn=attempt.issued.key if attempt.issued else None,
        rehash=None if attempt.issued else _fresh_hash(request, account, attempt.password),
        client=client,
        network=attempt.admission.to_learn(attempt.now) if session.next is Next.PORTAL else None,
    )
    if stored is None:
        raise LogonRefused(Reason.CHANGED_MEANWHILE)
    say(event)
    return secret, stored


def _logged_on(
    request: Request, attempt: Attempt, account: Account, session: Session, *, new_client: bool
) -> Event:
    """A session that is whole or half-done, with what its owner should hear of (LG-12)."""
    kind = EventKind.LOGON_SUCCEEDED if session.whole else EventKind.LOGON_HALF_DONE
    details: Details = {} if session.whole else {"next": session.next.value, "logon": session.logon}
    before = account.failures + account.known_failures - 1  # this attempt is counted too
    if before > 0:
        details["failures_before"] = before
    if account.kind is not Kind.RECIPIENT:
        details["kind"] = account.kind.value
    if account.clients and new_client:
        details["new_client"] = True
    return event_of(request, kind, account.id, email=attempt.email, details=details)


def _fresh_hash(request: Request, account: Account, password: str) -> str | None:
    """A hash with today's parameters where the stored one is older (PW-11): the only time the password is at hand."""
    hasher, stored = request.portal.hasher, account.password_hash
    return hasher.hash(password) if stored is not None and hasher.needs_rehash(stored) else None


def _refused(request: Request, attempt: Attempt, reason: Reason) -> Refusal:
    """Record the true reason; give back, on the tick, the refusal that tells nothing."""
    settings = request.settings
    event = event_of(
        request,
        EventKind.LOGON_REFUSED,
        attempt.account_id,
        reason=reason,
        email=attempt.email,
        reference=new_reference(request),
        details=told_of(attempt, reason, settings.lock_threshold, settings.lock_seconds),
    )
    request.store.logons.refuse(
        event,
        attempt.account,
        counter=attempt.admission.counter,
        counted=attempt.counted,
        outside=reason is Reason.OUTSIDE_RANGES,
        known=attempt.known,
    )
    say(event)
    request.portal.sleep(until_next_tick(request.now() - attempt.now))
    return Refusal(Code.INVALID_LOGON, reason, reference=event.reference)


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """The form again, with what the support desk will ask for."""
    email = request.text("email").strip()[:ADDRESS_MOST]
    if refusal.code is Code.INVALID_LOGON:
        from chalicelib.flows import diagnosis, support  # noqa: PLC0415 - the parser stays off the logon path

        view: dict[str, object] = {
            "state": "refused",
            "support": support.support_details(request, refusal.reference, email),
            "portal_url": request.settings.portal_url,
            "lock_seconds": request.settings.lock_seconds,
            "email": email,
            "diagnosis": diagnosis.diagnose(request),
        }
        return _form(request, view, way_back(request))
    if refusal.code is Code.THROTTLED:
        view = {"state": "throttled", "retry_after": refusal.retry_after, "email": email}
        return _form(request, view, way_back(request))
    if refusal.hint is Hint.NO_COOKIES:
        return _form(request, {"state": "no_cookies", "email": email})
    if refusal.code is Code.INVALID_REQUEST:
        return _form(request, {"state": "fresh", "email": email, "errors": field_errors(request, refusal)})
    return None


FIELDS = {
    "email": Field(most=2000),
    "password": Field(most=8192),
    "forgot": Field(required=False, most=1),
    "cookies": Field(required=False, most=1),
}
ROUTES = {"GET /logon": Route(show), "POST /logon": Route(submit, FIELDS, show_refused)}
