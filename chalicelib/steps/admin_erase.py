"""Console: erase an account. It is closed at once and for good, with who decided it and why; what there is of it goes
within minutes (`steps/erase_accounts.py`). The page before it says what goes and what stays.
"""

from typing import Any

from chalice import Blueprint

from chalicelib.domain import administration
from chalicelib.domain.accounts import Account
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.dual_control import Act
from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.flows.console import MAX_REASON, actor, carry_out, console_view, correct, reason_of
from chalicelib.flows.dual_control import Opinion, second_opinion
from chalicelib.flows.inputs import address_input
from chalicelib.flows.repeats import NAMED
from chalicelib.flows.targets import target
from chalicelib.web.page import Page
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True)


@step.lambda_function(name="admin_erase")
def admin_erase(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """What would go, and the form that asks for the address once more."""
    account, _ = target(request)
    facts = {"email": account.address, "status": account.status.value}
    own = account.id == request.known.account_id
    view = {**facts, "own_account": own, "errors": {}, "problem": "", **console_view(request)}
    return Page(facts=facts, template="admin_erase", view=view)


def submit(request: Request) -> Page:
    """Close it for good. The worker does the rest."""
    account, _ = target(request)
    administration.refuse_former(account)
    _demand_another(request, account)
    measure = administration.erase(account, actor(request), request.now())
    _demand_confirmed(request, account)
    reason, opinion, formers = reason_of(request), Opinion(), list[AccountId]()
    if measure.events:
        opinion = second_opinion(request, Act.ERASE, account, reason)
        if opinion.page:
            return opinion.page
        formers = request.store.moves.formers(account.id)
    done = carry_out(request, account, measure, "erased", {"reason": reason}, opinion.first, formers)
    return done._replace(status=202)


def _demand_another(request: Request, account: Account) -> None:
    """Nobody erases themselves, and who is the last administrator is told so (AD-07)."""
    if account.id == request.known.account_id and request.store.directory.stands_alone(account.id):
        raise Refusal(Code.LAST_ADMINISTRATOR, "no_other_administrator")


def _demand_confirmed(request: Request, account: Account) -> None:
    """The address once more: whoever has the wrong page open types another one."""
    try:
        same = address_input(request.text("confirm")) == account.address
    except Refusal:
        same = False
    if not same:
        raise invalid("another_address", "confirm")


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """The form again, as it was filled in."""
    view: dict[str, object] = {"status": "", "own_account": False}
    view["typed"] = {"reason": request.text("reason"), "confirm": request.text("confirm")}
    if refusal.facts.get("field") == "confirm":
        view["errors"] = {"confirm": request.say("Enter the address of this account.")}
    return correct(request, refusal, "admin_erase", view)


FIELDS = {**NAMED, "confirm": Field(most=2000), "reason": Field(most=MAX_REASON)}
ROUTES = {
    "GET /admin/users/{email}/erase": Route(show),
    "POST /admin/users/{email}/erase": Route(submit, FIELDS, show_refused),
}
