"""Console: ask for another address of an account. Nothing changes before the new one has proven itself by a mail.

The present address is told at once, with a link that stops it (ADR 55).
"""

from typing import TYPE_CHECKING, Any

from chalice import Blueprint

from chalicelib.domain.accounts import Kind
from chalicelib.domain.addresses import account_id
from chalicelib.domain.administration import refuse_former
from chalicelib.domain.events import EventKind, iso
from chalicelib.domain.moves import proposed
from chalicelib.domain.reach import refuse_outside
from chalicelib.domain.refusals import Code, Hint, Refusal
from chalicelib.flows.console import (
    MAX_REASON,
    acted,
    console_view,
    correct,
    reason_of,
    shown_in_both_spellings,
)
from chalicelib.flows.dual_control import not_taken_over
from chalicelib.flows.events import event_of
from chalicelib.flows.inputs import address_input, respelled
from chalicelib.flows.repeats import NAMED
from chalicelib.flows.targets import target, user_path
from chalicelib.web.page import Page
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

if TYPE_CHECKING:
    from chalicelib.domain.details import Details

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True)


@step.lambda_function(name="admin_address")
def admin_address(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """The form; of a former address, that it is one."""
    account, _ = target(request)
    refuse_former(account)
    view = {"email": account.address, **console_view(request), "errors": {}}
    return Page(facts={"fields": ["new_email", "reason"]}, template="admin_address", view=view)


def submit(request: Request) -> Page:
    """Let the change wait for its proof, in place of one that waits; both addresses are mailed."""
    account, _ = target(request)
    typed = request.text("new_email")
    to, reason = address_input(typed, "new_email"), reason_of(request)
    if account.id == request.known.account_id:
        raise Refusal(Code.OWN_ACCOUNT, "not_oneself")
    refuse_outside(request.known, account_id(to))
    not_taken_over(request, account, Hint.OWNER_FIRST)
    lifetime = request.settings.first_password_lifetime
    pending = proposed(account, to, request.now(), lifetime)
    if respelled(request, typed, to):
        view = {"email": account.address, **console_view(request), "reason": reason}
        return shown_in_both_spellings(request, "admin_address", view, "new_email", to)
    facts: Details = {"actor_kind": request.known.kind.value, "to": to}
    asked: Details = facts | {"reason": reason}
    if account.kind is not Kind.RECIPIENT:
        asked["kind"] = account.kind.value
    events = [
        event_of(request, EventKind.ADDRESS_ASKED, account.id, email=account.address, details=asked),
        event_of(request, EventKind.ADDRESS_PROOF_ISSUED, account.id, email=account.address, details=facts),
    ]
    # The mail's link ends with what waits, to the second: both by the event's time, since the clock goes on meanwhile.
    pending = pending._replace(valid_until=events[1].at + lifetime)
    ask = request.store.moves.ask
    done = acted(request, lambda who: ask(who, account, pending, events), "address_asked")
    shown = {"email": account.address, "new_email": to, "expires_at": iso(pending.valid_until), "done": done}
    return Page(status=202, facts=shown, location=f"{user_path(account.address)}?done={done}")


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """The form again, as it was filled in."""
    view = {"typed": dict(request.fields), "reason": request.text("reason")}
    return correct(request, refusal, "admin_address", view)


ROUTES = {
    "GET /admin/users/{email}/address": Route(show, {}, show_refused),
    "POST /admin/users/{email}/address": Route(
        submit, {**NAMED, "new_email": Field(most=2000), "reason": Field(most=MAX_REASON)}, show_refused
    ),
}
