"""Console: what somebody's account is for: a recipient's, the support desk's or an administrator's.

Nobody changes their own, so an administrator always remains (AD-07).
"""

from typing import TYPE_CHECKING, Any

from chalice import Blueprint

from chalicelib.domain import membership
from chalicelib.domain.accounts import Kind
from chalicelib.domain.dual_control import Act
from chalicelib.domain.events import EventKind
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.flows.console import MAX_REASON, actor, carry_out, console_view, correct, reason_of, target
from chalicelib.flows.dual_control import second_opinion
from chalicelib.flows.inputs import kind_input
from chalicelib.flows.repeats import NAMED
from chalicelib.web.page import Page
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

if TYPE_CHECKING:
    from chalicelib.domain.details import Details

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True)


@step.lambda_function(name="admin_kind")
def admin_kind(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """The form."""
    account, _ = target(request)
    facts = {"email": account.address, "status": account.status.value, "kind": account.kind.value}
    view = {"email": account.address, "kind": account.kind.value, "reason": "", **console_view(request)}
    return Page(facts=facts, template="admin_kind", view=view)


def submit(request: Request) -> Page:
    """Another kind, with what follows from it."""
    account, _ = target(request)
    kind, reason = kind_input(request), reason_of(request)
    if account.id == request.known.account_id and request.store.directory.stands_alone(account.id):
        # A better word than that another administrator can do it: there is none.
        raise Refusal(Code.LAST_ADMINISTRATOR, "no_other_administrator")
    measure = membership.change_kind(account, actor(request), kind, request.now())
    told: Details = {"kind": kind.value, "reason": reason}
    if EventKind.ACCOUNT_INVITED in measure.events:
        told["again"] = True
    if kind is not Kind.ADMINISTRATOR or not measure.events:
        return carry_out(request, account, measure, "kind_changed", told)
    opinion = second_opinion(request, Act.MAKE_ADMINISTRATOR, account, reason)
    return opinion.page or carry_out(request, account, measure, "kind_changed", told, opinion.first)


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """The form again, as it was filled in."""
    typed = request.text("kind")
    view = {"kind": typed if typed in set(Kind) else "", "reason": request.text("reason")}
    return correct(request, refusal, "admin_kind", view)


ROUTES = {
    "GET /admin/users/{email}/kind": Route(show),
    "POST /admin/users/{email}/kind": Route(
        submit, {**NAMED, "kind": Field(most=20), "reason": Field(most=MAX_REASON)}, show_refused
    ),
}
