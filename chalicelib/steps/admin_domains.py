"""Console: the domains, and what holds for all users of one."""

from typing import Any

from chalice import Blueprint

from chalicelib.domain.accounts import Policy, PolicyChange
from chalicelib.domain.addresses import DomainName, domain_id
from chalicelib.domain.events import EventKind
from chalicelib.domain.reach import refuse_domain_outside
from chalicelib.domain.refusals import Refusal
from chalicelib.flows.console import acted, console_view, correct, shown_in_both_spellings
from chalicelib.flows.events import event_of
from chalicelib.flows.inputs import domain_input, respelled, searched
from chalicelib.flows.paging import Place, place_of, rows_of, ways
from chalicelib.flows.repeats import NAMED
from chalicelib.web.page import Page
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True)


@step.lambda_function(name="admin_domains")
def admin_domains(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """One page of the domains with a user or a policy, by name; `q` is how it begins."""
    listed, turns, urls = _page(request, searched(request, "q").lower(), place_of(request))
    return Page(
        facts={"domains": listed, **turns}, template="admin_domains", view=_view(request, listed) | urls
    )


def submit(request: Request) -> Page:
    """Add a domain, or change what holds for it; its IP ranges stay as they are."""
    name = domain_input(request.text("domain"))
    refuse_domain_outside(request.known, name)
    if respelled(request, request.text("domain"), name):
        return shown_in_both_spellings(request, "admin_domains", _listed(request), "domain", name)
    key = domain_id(name)
    old = request.store.directory.policy(key)
    base = old or Policy(name)
    new = Policy(
        name=name,
        internal=bool(request.fields.get("internal", base.internal)),
        two_step_required=bool(request.fields.get("two_step_required", base.two_step_required)),
        ranges=base.ranges,
        admin_ranges=base.admin_ranges,
        notes=base.notes,
    )
    event = event_of(
        request,
        EventKind.POLICY_CHANGED,
        request.known.account_id,
        details={"policy": name, "before": _facts(old) if old else {}, "after": _facts(new)},
    )
    apply, change = request.store.administration.apply_policy, PolicyChange(key, old, new)
    done = "domain_changed" if old else "domain_added"
    done = acted(
        request,
        lambda who: apply(who, change, event),
        done,
        holds=lambda: request.store.directory.policy(key) == new,
    )
    return Page(status=200 if old else 201, facts=_facts(new), location=f"/admin/domains?done={done}")


def _facts(policy: Policy) -> dict[str, object]:
    return {
        "domain": policy.name,
        "name": policy.name,
        "internal": policy.internal,
        "two_step_required": policy.two_step_required,
        "ranges": None if policy.ranges is None else list(policy.ranges),
    }


def _page(
    request: Request, prefix: str, place: Place
) -> tuple[list[dict[str, object]], dict[str, str | None], dict[str, str]]:
    """A page's rows, and the ways from it."""
    most, own = rows_of(request), request.known.domains
    if own is not None:  # so few that all of them are one page
        there = request.store.directory.policies([domain_id(DomainName(one)) for one in own])
        listed = sorted((one for one in there if one.name.startswith(prefix)), key=lambda one: one.name)
        turns, urls = ways(Place(None, back=False), "/admin/domains", {"q": prefix}, [], None)
        return [_facts(one) for one in listed], turns, urls
    found = request.store.directory.domains(prefix, place.name, most + 1, backwards=place.back)
    some = found[:most][::-1] if place.back else found[:most]
    further = found[most - 1].name if len(found) > most else None
    turns, urls = ways(place, "/admin/domains", {"q": prefix}, [one.name for one in some], further)
    return [_facts(one) for one in some], turns, urls


def _view(request: Request, listed: list[dict[str, object]]) -> dict[str, object]:
    rows = [{**one, "users": None} for one in listed]
    return {"domains": rows, "q": searched(request, "q"), **console_view(request)}


def _listed(request: Request) -> dict[str, object]:
    """The first page, around a form that was sent."""
    listed, _, urls = _page(request, "", Place(None, back=False))
    return _view(request, listed) | urls


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """The list with the form as it was filled in."""
    if request.caller is None:
        return None
    return correct(request, refusal, "admin_domains", _listed(request) | {"typed": dict(request.fields)})


ROUTES = {
    "GET /admin/domains": Route(show),
    "POST /admin/domains": Route(
        submit,
        {
            **NAMED,
            "domain": Field(most=300),
            "internal": Field(bool, required=False),
            "two_step_required": Field(bool, required=False),
        },
        show_refused,
    ),
}
