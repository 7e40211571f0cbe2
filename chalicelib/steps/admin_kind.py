"""Console: what somebody's account is for: a recipient's, the support desk's or an administrator's; of which domains.

Nobody changes their own, and whoever is limited changes nobody's, so an administrator of all always remains (AD-07).
"""

from typing import TYPE_CHECKING, Any

from chalice import Blueprint

from chalicelib.domain import membership
from chalicelib.domain.accounts import Account, Kind
from chalicelib.domain.addresses import DomainName
from chalicelib.domain.dual_control import Act
from chalicelib.domain.events import EventKind
from chalicelib.domain.membership import Office
from chalicelib.domain.reach import MOST
from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.flows.console import MAX_REASON, actor, carry_out, console_view, correct, reason_of
from chalicelib.flows.domains import domains_input, domains_typed, spellings
from chalicelib.flows.dual_control import Opinion, second_opinion
from chalicelib.flows.inputs import kind_input
from chalicelib.flows.repeats import NAMED
from chalicelib.flows.seen import FORM_OF_BEFORE, named_after, named_as_before, not_saved_over
from chalicelib.flows.targets import target
from chalicelib.web.page import Page
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

if TYPE_CHECKING:
    from chalicelib.domain.details import Details

ALL, SOME = "all", "some"  # the form's choice

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True)


@step.lambda_function(name="admin_kind")
def admin_kind(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """The form."""
    account, _ = target(request)
    office = _present(request, account)
    facts = {
        "email": account.address,
        "status": account.status.value,
        "kind": account.kind.value,
        "domains": _listed(office),
    }
    view = {
        "email": account.address,
        "kind": account.kind.value,
        "reach": ALL if office.domains is None else SOME,
        "domains": list(office.domains or ()),
        "reason": "",
        **console_view(request),
        "form_name": named_after(request, office),
    }
    return Page(facts=facts, template="admin_kind", view=view)


def submit(request: Request) -> Page:
    """Another kind, or other domains, with what follows from it."""
    account, _ = target(request)
    before = _present(request, account)
    office, reason = _wanted(request, before), reason_of(request)
    not_saved_over(request, before, office)
    if account.id == request.known.account_id and request.store.directory.stands_alone(account.id):
        # A better word than that another administrator can do it: there is none.
        raise Refusal(Code.LAST_ADMINISTRATOR, "no_other_administrator")
    seen = spellings(request, tuple(map(DomainName, office.domains))) if office.domains else {}
    if seen:
        view = _typed(request) | {"domains": list(office.domains or ()), "respelled": seen}
        return Page(
            status=409,
            template="admin_kind",
            view={
                "email": account.address,
                **console_view(request),
                "form_name": named_as_before(request),
                "errors": {},
                **view,
            },
        )
    measure = membership.change_kind(account, actor(request), office, before, request.now())
    told: Details = {
        "kind": office.kind.value,
        "reason": reason,
    }
    if EventKind.ACCOUNT_INVITED in measure.events:
        told["again"] = True
    opinion = Opinion()
    if measure.events and office.gives_more_than(before):
        opinion = second_opinion(request, Act.MAKE_ADMINISTRATOR, account, reason, office.domains)
    if opinion.page:
        return opinion.page
    page = carry_out(request, account, measure, "kind_changed", told, opinion.first)
    return page._replace(facts={**(page.facts or {}), "domains": _listed(office)})


def _present(request: Request, account: Account) -> Office:
    """What it is now."""
    return Office(account.kind, request.store.directory.limit(account.id) if account.limited else None)


def _listed(office: Office) -> list[str] | None:
    """Its domains as the contract has them."""
    return None if office.domains is None else list(office.domains)


def _wanted(request: Request, before: Office) -> Office:
    """What it shall be. Where a program does not speak of domains, a limit stays: it is lifted by saying so.

    Attack: a script that knows nothing of limits makes the support desk of one customer administrators, and they are
    administrators of all; or one that takes the last domain off a list does. Defence: what was limited stays so, and a
    list of none is refused: every domain is null, as it is with ranges.
    """
    kind, reach = kind_input(request), request.text("reach")
    if kind is Kind.RECIPIENT:
        return Office(kind)
    if reach not in ("", ALL, SOME):
        raise invalid("reach", "reach")
    if not reach and "domains" not in request.fields:
        return Office(kind, before.domains)
    if reach == ALL or (not reach and request.fields["domains"] is None):
        return Office(kind)
    return Office(kind, tuple(sorted(domains_input(request, MOST))))


def _typed(request: Request) -> dict[str, object]:
    """The form as it was filled in."""
    kind, reach = request.text("kind"), request.text("reach")
    return {
        "kind": kind if kind in set(Kind) else "",
        "reach": reach if reach == SOME else ALL,
        "domains": domains_typed(request),
        "reason": request.text("reason"),
    }


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """The form again, as it was filled in."""
    view = _typed(request) | {"form_name": named_as_before(request)}
    if refusal.cause == FORM_OF_BEFORE:
        view["form_name"] = named_after(request, _present(request, target(request)[0]))
    return correct(request, refusal, "admin_kind", view)


ROUTES = {
    "GET /admin/users/{email}/kind": Route(show),
    "POST /admin/users/{email}/kind": Route(
        submit,
        {
            **NAMED,
            "kind": Field(most=20),
            "reach": Field(required=False, most=10),
            "domains": Field(list, required=False, most=MOST, nullable=True),
            "reason": Field(most=MAX_REASON),
        },
        show_refused,
    ),
}
