"""Logon: an e-mail address and a password, temporary or chosen, for a session.

Every refusal is the same answer at the same cost: one Argon2 computation and three trips, whatever the account is. The
true reason is in the event. It may not send mail, nor tell anybody whether an address is known. Here is where an
account's IP allow-list is enforced at logon.
"""

from typing import Any, NamedTuple

from chalice import Blueprint

from chalicelib.domain import lockout
from chalicelib.domain.accounts import Account, Kind, Status, effective_ranges, two_step_required
from chalicelib.domain.addresses import AccountId, account_id
from chalicelib.domain.events import Event, EventKind, Reason
from chalicelib.domain.findings import Admission
from chalicelib.domain.networks import parse_address, permitted, throttle_key
from chalicelib.domain.next_step import next_step
from chalicelib.domain.pacing import until_next_tick
from chalicelib.domain.password_text import UnusablePassword, normalise
from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.domain.sessions import Credential, Next, Opening, client_of, new_session
from chalicelib.domain.temporary import Temporary, parse_temporary
from chalicelib.domain.tokens import digest, new_token
from chalicelib.portal import Portal
from chalicelib.web.form import Field, Form
from chalicelib.web.logged_on import logged_on
from chalicelib.web.page import Page
from chalicelib.web.record import happened, reference
from chalicelib.web.serve import Route, serve
from chalicelib.web.typed import field_errors, typed_address
from chalicelib.wiring import portal

step = Blueprint(__name__)


@step.lambda_function(name="logon")
def logon(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer one request."""
    return serve(event, portal(), ROUTES)


class Attempt(NamedTuple):
    """One attempt as it stands after the reservation."""

    email: str
    account_id: AccountId
    now: float
    admission: Admission
    temporary: Temporary | None
    counted: bool
    account: Account | None


def show(form: Form, portal: Portal) -> Page:  # noqa: ARG001 - every step takes both
    """The form."""
    notice = form.query.get("notice", "")
    state = notice if notice in {"logged_off", "session_ended"} else "fresh"
    return Page(facts={"fields": ["email", "password"]}, template="logon", view={"state": state})


def submit(form: Form, portal: Portal) -> Page:
    """Log on, or refuse without saying why."""
    email, password = form.text("email"), form.text("password")
    attempt = _reserve(form, portal, email, password)
    matches = portal.hasher.verify(*_against(attempt, password))
    reason = _reason(attempt, form, matches=matches)
    if reason is not None:
        raise _refused(form, portal, attempt, reason)
    return _open(form, portal, attempt, password)


def _reserve(form: Form, portal: Portal, email: str, password: str) -> Attempt:
    """Count the attempt before any hash; what cannot be an address or a password is refused before any look-up."""
    address = typed_address(email)
    try:
        normalise(password)
    except UnusablePassword as error:
        raise invalid("password_unusable", "password") from error
    who, now, temporary = account_id(address), portal.clock(), parse_temporary(password)
    admission = portal.store.logons.admit(
        throttle_key(parse_address(form.source)), who, temporary.name if temporary else None, now
    )
    counted, account = portal.store.logons.reserve_attempt(who, now)
    return Attempt(email.strip(), who, now, admission, temporary, counted, account)


def _against(attempt: Attempt, password: str) -> tuple[str | None, str]:
    """The one hash to verify against. While locked it is a dummy, so guessing in a lock learns nothing (LG-01)."""
    if not attempt.counted or attempt.account is None:
        return None, password
    if attempt.temporary is None:
        return attempt.account.password_hash, password
    issued = attempt.admission.temporary
    return (issued.password_hash if issued else None), attempt.temporary.text


def _reason(attempt: Attempt, form: Form, *, matches: bool) -> Reason | None:
    """Why this attempt is refused, the most telling first; None when it is not."""
    account = attempt.account
    if account is None:
        return Reason.UNKNOWN
    if not account.open:
        return _closed(account)
    if not permitted(parse_address(form.source), effective_ranges(account, attempt.admission.policy)):
        return Reason.OUTSIDE_RANGES
    if not attempt.counted:
        return Reason.STOPPED if lockout.hard_stopped(account.failures) else Reason.LOCKED
    if not matches:
        return Reason.WRONG_PASSWORD if account.password_hash else Reason.NO_PASSWORD
    return _temporary_reason(attempt, account)


def _closed(account: Account) -> Reason:
    if account.alias_of is not None:
        return Reason.ALIAS
    return Reason.DISABLED if account.status is Status.DISABLED else Reason.FROZEN


def _temporary_reason(attempt: Attempt, account: Account) -> Reason | None:
    issued = attempt.admission.temporary
    if attempt.temporary is None or issued is None:
        return None
    reasons = {
        "used": Reason.TEMPORARY_USED,
        "void": Reason.TEMPORARY_VOID,
        "expired": Reason.TEMPORARY_EXPIRED,
    }
    why = issued.unusable(account, attempt.now)
    return reasons.get(why, Reason.TEMPORARY_VOID) if why else None


def _refused(form: Form, portal: Portal, attempt: Attempt, reason: Reason) -> Refusal:
    """Record the true reason; give back the refusal that tells nothing."""
    failures = attempt.account.failures if attempt.account and attempt.counted else 0
    settings = portal.settings
    lock = lockout.lock_seconds(failures, settings.lock_threshold, settings.lock_seconds)
    event = happened(
        form,
        portal,
        EventKind.LOGON_REFUSED,
        attempt.account_id,
        reason=reason,
        email=attempt.email,
        reference=reference(portal),
        details={"failures": failures, "locks": failures == settings.lock_threshold} if lock else {},
    )
    counter, counted = attempt.admission.counter, attempt.counted
    outside = reason is Reason.OUTSIDE_RANGES
    portal.store.logons.refuse(event, attempt.account, counter=counter, counted=counted, outside=outside)
    portal.sleep(until_next_tick(portal.clock() - attempt.now))
    return Refusal(Code.INVALID_LOGON, reason, reference=event.reference)


def _open(form: Form, portal: Portal, attempt: Attempt, password: str) -> Page:
    account = attempt.account
    if account is None:  # never: an unknown address was refused above
        raise Refusal(Code.INVALID_LOGON, Reason.UNKNOWN)
    opened_with = Credential.TEMPORARY if attempt.temporary else Credential.PASSWORD
    stage = next_step(
        account,
        opened_with=opened_with,
        code_entered=False,
        two_step_required=two_step_required(
            account, attempt.admission.policy, everybody=portal.settings.require_two_step_of_all
        ),
    )
    secret = new_token(portal.random)
    opening = Opening(
        opened_with,
        False,
        stage,
        attempt.now,
        form.source,
        form.user_agent,
        portal.settings.session_lifetime,
    )
    issued = attempt.admission.temporary if attempt.temporary else None
    session = portal.store.logons.open(
        account,
        new_session(account, digest(secret), opening),
        _success(form, portal, attempt, stage),
        burn=issued.key if issued else None,
        rehash=_fresh_hash(portal, account, password) if issued is None else None,
        client=_new_client(form, account, stage),
    )
    if session is None:
        raise _refused(form, portal, attempt, Reason.CHANGED_MEANWHILE)
    return logged_on(form, portal, session, secret)


def _success(form: Form, portal: Portal, attempt: Attempt, stage: Next) -> Event:
    kind = EventKind.LOGON_SUCCEEDED if stage is Next.PORTAL else EventKind.LOGON_HALF_DONE
    failures = max(0, attempt.account.failures - 1) if attempt.account else 0
    details: dict[str, object] = {} if stage is Next.PORTAL else {"next": stage.value}
    if failures:
        details["failures_before"] = failures
    if attempt.account and attempt.account.kind is not Kind.RECIPIENT:
        details["kind"] = attempt.account.kind.value
    if attempt.account and attempt.account.clients and _new_client(form, attempt.account, stage):
        details["new_client"] = True
    return happened(form, portal, kind, attempt.account_id, email=attempt.email, details=details)


def _new_client(form: Form, account: Account, stage: Next) -> str | None:
    """This browser, if the account has not seen it; a logon that is only half done teaches it nothing."""
    client = client_of(account, form.user_agent)
    return client if stage is Next.PORTAL and client not in account.clients else None


def _fresh_hash(portal: Portal, account: Account, password: str) -> str | None:
    """A hash with today's parameters where the stored one is older (PW-11): the only time the password is at hand."""
    stale = account.password_hash is not None and portal.hasher.needs_rehash(account.password_hash)
    return portal.hasher.hash(password) if stale else None


def show_refused(form: Form, portal: Portal, refusal: Refusal) -> Page | None:
    """The form again, with what the support desk will ask for."""
    email = form.text("email").strip()[:254]
    if refusal.code is Code.INVALID_LOGON:
        from chalicelib.web import diagnosis, support  # noqa: PLC0415 - the parser stays off the logon path

        view: dict[str, object] = {
            "state": "refused",
            "support": support.support_details(form, portal, refusal.reference, email),
            "portal_url": portal.settings.portal_url,
            "email": email,
            "diagnosis": diagnosis.diagnose(form, portal),
        }
        return Page(template="logon", view=view)
    if refusal.code is Code.THROTTLED:
        view = {"state": "throttled", "retry_after": refusal.retry_after, "email": email}
        return Page(template="logon", view=view)
    if refusal.code is Code.INVALID_REQUEST:
        view = {"state": "fresh", "email": email, "errors": field_errors(form, refusal)}
        return Page(template="logon", view=view)
    return None


ROUTES = {
    "GET /logon": Route(show),
    "POST /logon": Route(submit, {"email": Field(most=2000), "password": Field(most=8192)}, show_refused),
}
