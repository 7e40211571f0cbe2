"""2-step verification of one's own account: propose a seed, confirm it by a code, get recovery codes, remove it.

A seed is shown once and is not active until a code of it was entered; no step of a logon is skipped by it (TF-05).
"""

from typing import Any

from chalice import Blueprint
from markupsafe import Markup

from chalicelib.domain.accounts import Account
from chalicelib.domain.events import EventKind
from chalicelib.domain.next_step import next_step
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.sessions import Next
from chalicelib.domain.two_step import (
    matching_step,
    new_recovery_codes,
    new_seed,
    otpauth_uri,
    recovery_digest,
)
from chalicelib.portal import Portal
from chalicelib.web import codes
from chalicelib.web.confirm import confirm_password
from chalicelib.web.form import Field, Form
from chalicelib.web.logged_on import follow_up, logged_on
from chalicelib.web.page import Page
from chalicelib.web.paths import PAGES, after
from chalicelib.web.qr import qr_svg
from chalicelib.web.record import happened
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import portal

PENDING_SECONDS = 600

step = Blueprint(__name__)


@step.lambda_function(name="account_two_step")
def account_two_step(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer one request."""
    return serve(event, portal(), ROUTES)


def show(form: Form, portal: Portal) -> Page:  # noqa: ARG001 - every step takes both
    """Whether it is on, and what can be done about it."""
    caller = form.known
    state = "on" if caller.two_step_active else "off"
    facts = {"active": caller.two_step_active, "required": caller.two_step_required}
    return Page(facts=facts, template="account_two_step", view=_view(form, state))


def propose(form: Form, portal: Portal) -> Page:
    """A new seed, shown this once; it dies in ten minutes unless a code of it is entered."""
    caller = form.known
    seed = new_seed(portal.random)
    sealed = codes.seal_seed(portal, caller.account_id, seed)
    until = portal.clock() + PENDING_SECONDS
    if not portal.store.two_steps.propose(caller.account_id, caller.epoch, sealed, until):
        raise Refusal(Code.CONFLICT, "already_enrolled")
    return _shown(form, portal, seed)


def confirm(form: Form, portal: Portal) -> Page:
    """Make the seed active by a right code; every other session ends, and ten recovery codes are shown once."""
    caller = form.known
    account = codes.reserve(form, portal)
    seed = _pending(form, portal, account)
    step_number = matching_step(seed, form.text("code"), portal.clock())
    if step_number is None:
        raise codes.refused(form, portal, account, "code_wrong")
    recovery = new_recovery_codes(portal.random)
    stage = next_step(
        account._replace(two_step=account.two_step._replace(seed=account.two_step.pending_seed)),
        opened_with=caller.opened_with,
        code_entered=True,
        two_step_required=caller.two_step_required,
    )
    secret, session = follow_up(
        form, portal, stage, epoch=caller.epoch + 1, opened_with=caller.opened_with, code_entered=True
    )
    event = happened(form, portal, EventKind.TWO_STEP_ENROLLED, account.id)
    digests = [digest for digest in map(recovery_digest, recovery) if digest]
    if not portal.store.two_steps.enrol(account, step_number, digests, caller.digest, session, event):
        raise Refusal(Code.CONFLICT, "changed_meanwhile")
    page = logged_on(form, portal, session, secret, recovery_codes=list(recovery))
    view = _view(form, "codes") | {
        "recovery_codes": recovery,
        "next_url": after(stage, _wanted(form)),
    }
    return page._replace(location=None, template="account_two_step", view=view)


def _wanted(form: Form) -> str | None:
    """Where the person wanted to go, unless it was to this very page, which is done."""
    wanted = form.query.get("next")
    return None if wanted == PAGES[Next.ENROL_TWO_STEP] else wanted


def show_removal(form: Form, portal: Portal) -> Page:
    """The same page; its form for turning 2-step off asks for password and code."""
    return show(form, portal)


def remove(form: Form, portal: Portal) -> Page:
    """Turn it off by password and code together; every other session ends (TF-06)."""
    caller = form.known
    if caller.two_step_required:
        raise Refusal(Code.TWO_STEP_REQUIRED, "two_step_is_required_of_this_account")
    if not caller.two_step_active:
        raise Refusal(Code.CONFLICT, "not_enrolled")
    confirm_password(form, portal, form.text("password"), EventKind.REAUTHENTICATION_REFUSED)
    proof = codes.prove(form, portal, codes.reserve(form, portal), form.text("code"))
    secret, session = follow_up(
        form, portal, Next.PORTAL, epoch=caller.epoch + 1, opened_with=caller.opened_with, code_entered=False
    )
    event = happened(form, portal, EventKind.TWO_STEP_REMOVED, caller.account_id)
    if not portal.store.two_steps.remove(proof.account, proof.step, caller.digest, session, event):
        raise codes.refused(form, portal, proof.account, "code_used_meanwhile")
    return logged_on(form, portal, session, secret)._replace(location="/account")


def _pending(form: Form, portal: Portal, account: Account) -> str:
    two_step = account.two_step
    if two_step.pending_seed is None or portal.clock() >= two_step.pending_until:
        raise codes.refused(form, portal, account, "no_pending_seed")
    return codes.open_seed(portal, account, two_step.pending_seed)


def _shown(form: Form, portal: Portal, seed: str) -> Page:
    uri = otpauth_uri(seed, form.known.address, portal.settings.brand.name)
    svg = qr_svg(uri)
    facts = {"secret": seed, "otpauth_uri": uri, "qr_svg": svg}
    view = _view(form, "enrol") | {"secret": seed, "qr_svg": Markup(svg)}  # noqa: S704 - made by segno from our own text
    return Page(facts=facts, template="account_two_step", view=view)


def _view(form: Form, state: str) -> dict[str, object]:
    caller = form.known
    return {
        "state": state,
        "required": caller.two_step_required,
        "recovery_codes_left": caller.recovery_codes_left,
    }


def show_refused(form: Form, portal: Portal, refusal: Refusal) -> Page | None:
    """The page again with what was wrong; a pending seed is shown again, so a mistyped code costs nothing."""
    if form.caller is None or refusal.code not in {Code.INVALID_CODE, Code.INVALID_LOGON, Code.CONFLICT}:
        return None
    said = {
        Code.INVALID_CODE: {"code": form.say("This code is not valid. Wait for the next one and try again.")},
        Code.INVALID_LOGON: {"password": form.say("This is not your password.")},
        Code.CONFLICT: {"code": form.say("Something changed meanwhile. Please start again.")},
    }[refusal.code]
    account, _ = portal.store.passwords.owner(form.caller.account_id)
    pending = (
        account is not None
        and account.two_step.pending_seed
        and portal.clock() < account.two_step.pending_until
    )
    if account is not None and pending and not form.caller.two_step_active and account.two_step.pending_seed:
        page = _shown(form, portal, codes.open_seed(portal, account, account.two_step.pending_seed))
        return page._replace(view={**page.view, "errors": said})
    state = "on" if form.caller.two_step_active else "off"
    return Page(template="account_two_step", view=_view(form, state) | {"errors": said})


ROUTES = {
    "GET /account/two-step": Route(show),
    "POST /account/two-step": Route(propose, {}, show_refused),
    "POST /account/two-step/confirm": Route(confirm, {"code": Field(most=100)}, show_refused),
    "GET /account/two-step/remove": Route(show_removal),
    "POST /account/two-step/remove": Route(
        remove, {"password": Field(most=8192), "code": Field(most=100)}, show_refused
    ),
}
