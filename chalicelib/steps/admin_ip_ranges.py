"""Console: the permitted IP ranges of the portal, of its administrators, of a domain and of an account; with a dry run.

Here they are administered; they are enforced in `steps/authorizer.py` on every request and in `steps/logon.py`.
A save that would shut the saver out is refused unless confirmed.
"""

from typing import Any

from chalice import Blueprint

from chalicelib.domain import administration
from chalicelib.domain.accounts import PORTAL_POLICY, Policy, PolicyChange, effective_ranges
from chalicelib.domain.addresses import domain_id, domain_id_of
from chalicelib.domain.events import EventKind, Stretch
from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.flows.attempts import DAYS_KEPT_IN_SIGHT, days_back
from chalicelib.flows.console import acted, carry_out, console_view, correct
from chalicelib.flows.events import event_of
from chalicelib.flows.ranges import (
    RANGES,
    RESTRICTION,
    given_noted,
    given_ranges,
    logons_of,
    not_locking_oneself_out,
    noted,
    notes_of,
    refused_by,
    renoted,
    with_notes,
)
from chalicelib.flows.repeats import NAMED
from chalicelib.flows.seen import FORM_OF_BEFORE, named_after, named_as_before, not_saved_over, of_account
from chalicelib.flows.targets import named, named_domain, refuse_over_administrators, target
from chalicelib.portal import Portal
from chalicelib.web.page import Page
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

SCOPES = ("portal", "admin")
MOST_OF_A_DAY, MOST_OF_ONE = 1000, 1000  # rows of 1 MB, so that each is one trip

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True)


@step.lambda_function(name="admin_ip_ranges")
def admin_ip_ranges(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def show_portal(request: Request) -> Page:
    """The portal's own ranges and the administrators'."""
    return _shown(request, _portal_policy(request.portal), "portal")


def show_domain(request: Request) -> Page:
    """A domain's ranges."""
    name = named_domain(request)
    return _shown(request, request.store.directory.policy(domain_id(name)) or Policy(name), "domain")


def save_account(request: Request) -> Page:
    """The account's own ranges, which count instead of its domain's."""
    account, policy = target(request)
    ranges = given_ranges(request)
    new = effective_ranges(account._replace(ranges=ranges), policy)
    not_saved_over(request, of_account(account), of_account(account._replace(ranges=ranges)))
    not_locking_oneself_out(request, new, concerns_caller=account.id == request.known.account_id)
    return carry_out(request, account, administration.restrict(account, ranges), "ranges_saved")


def save_domain(request: Request) -> Page:
    """The ranges of every account of the domain that has none of its own."""
    name, (ranges, notes) = named_domain(request), given_noted(request)
    refuse_over_administrators(request, name)
    caller, _ = request.store.accounts.find(request.known.account_id)
    concerned = caller is not None and caller.ranges is None and domain_id_of(caller.id) == domain_id(name)
    not_locking_oneself_out(request, ranges, concerns_caller=concerned)
    old = request.store.directory.policy(domain_id(name))
    new = with_notes(old, (old or Policy(name))._replace(ranges=ranges), ranges or (), notes)
    return _save(request, PolicyChange(domain_id(name), old, new), f"/admin/domains/{name}/ip-ranges")


def save_portal(request: Request) -> Page:
    """The ranges of the whole portal, or of its console."""
    (ranges, notes), scope = given_noted(request), _scope(request)
    not_locking_oneself_out(request, ranges, concerns_caller=True)
    old = request.store.directory.policy(PORTAL_POLICY)
    base = old or Policy(PORTAL_POLICY)
    new = base._replace(ranges=ranges) if scope == "portal" else base._replace(admin_ranges=ranges)
    new = with_notes(old, new, ranges or (), notes)
    return _save(request, PolicyChange(PORTAL_POLICY, old, new), "/admin/ip-ranges")


def try_account(request: Request) -> Page:
    """Which of the account's last logons the list would have refused."""
    account, policy = target(request)
    ranges = effective_ranges(account._replace(ranges=given_ranges(request)), policy)
    since = request.now() - DAYS_KEPT_IN_SIGHT * 86400
    trail = request.store.events.trail(account.id, None, MOST_OF_ONE)
    return _tried(request, refused_by(ranges, logons_of(trail, since)))


def try_domain(request: Request) -> Page:
    """Which of the domain's last logons the list would have refused."""
    name = named_domain(request)
    recent = _recent(request.portal)
    mine = [event for event in recent.events if (event.email or "").lower().endswith(f"@{name}")]
    return _tried(request, refused_by(given_noted(request)[0], recent._replace(events=mine)))


def try_portal(request: Request) -> Page:
    """Which of everybody's last logons the list would have refused; of administrators' only, for the console's list."""
    recent = _recent(request.portal)
    if _scope(request) == "admin":
        staff = [event for event in recent.events if event.told["kind"] == "administrator"]
        recent = recent._replace(events=staff)
    return _tried(request, refused_by(given_noted(request)[0], recent))


def _shown(request: Request, policy: Policy, subject: str) -> Page:
    notes = notes_of(policy)
    lists = [{"scope": "portal" if subject == "portal" else "", "ranges": noted(policy.ranges, notes)}]
    facts: dict[str, object] = {"ranges": _list(policy.ranges), "notes": notes}
    if subject == "portal":
        lists.append({"scope": "admin", "ranges": noted(policy.admin_ranges, notes)})
        facts["admin_ranges"] = _list(policy.admin_ranges)
    view = _view(request) | {"subject": subject, "lists": lists}
    view["form_name"] = named_after(request, _lists(policy))
    return Page(facts=facts, template="admin_ip_ranges", view=view)


def _tried(request: Request, found: dict[str, object]) -> Page:
    return Page(facts=found, template="admin_ip_ranges", view=_view(request) | {"dry_run": found})


def _view(request: Request) -> dict[str, object]:
    """The page of the subject the path names, with what was sent in its form."""
    params = request.params
    subject = "account" if "email" in params else "domain" if "domain" in params else "portal"
    sent = {
        "scope": request.fields.get("scope", "portal") if subject == "portal" else "",
        "ranges": request.fields.get("ranges"),
    }
    if request.fields.get("restriction") in {"none", "listed", "nobody"}:
        sent |= {"restriction": request.fields["restriction"], "ranges": request.fields.get("ranges") or []}
    return {
        "subject": subject,
        "name": named(request),
        "lists": [sent],
        "your_address": str(request.source),
        **console_view(request),
        "form_name": named_as_before(request),
    }


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """The form again: with the bad entry named, or with the confirmation that is asked for."""
    if request.caller is None:
        return None
    if refusal.code is Code.WOULD_LOCK_YOU_OUT:
        return Page(template="admin_ip_ranges", view=_view(request) | {"would_lock_you_out": True})
    view = _view(request)
    if refusal.cause == FORM_OF_BEFORE:
        saved, view["now_saved"] = _saved(request)
        view["form_name"] = named_after(request, saved)
    return correct(request, refusal, "admin_ip_ranges", view)


def _saved(request: Request) -> tuple[object, list[str] | None]:
    """What is saved by now: as forms are named after it, and the list that the refused one was about."""
    if "email" in request.params:
        account, _ = target(request)
        return of_account(account), _list(account.ranges)
    key = domain_id(named_domain(request)) if "domain" in request.params else PORTAL_POLICY
    policy = request.store.directory.policy(key) or Policy(key)
    of_console = key == PORTAL_POLICY and _scope(request) == "admin"
    return _lists(policy), noted(policy.admin_ranges if of_console else policy.ranges, notes_of(policy))


def _lists(policy: Policy | None) -> object:
    return (policy.ranges, policy.admin_ranges, policy.notes) if policy else (None, None, "")


def _recent(portal: Portal) -> Stretch:
    """The attempts of the last days, in one trip, at most so many of each; with a position where there were more."""
    days = list(days_back(portal.clock(), DAYS_KEPT_IN_SIGHT))
    found = portal.store.events.attempts(days, None, MOST_OF_A_DAY)
    cut = next((one.before for one in found if one.before is not None), None)
    return Stretch([event for one in found for event in one.events], cut)


def _save(request: Request, change: PolicyChange, page: str) -> Page:
    before = (
        {"ranges": _list(change.old.ranges), "admin_ranges": _list(change.old.admin_ranges)}
        if change.old
        else {}
    )
    after = {"ranges": _list(change.new.ranges), "admin_ranges": _list(change.new.admin_ranges)}
    not_saved_over(request, _lists(change.old), _lists(change.new))
    notes_before, notes_after = renoted(change.old, change.new)
    event = event_of(
        request,
        EventKind.POLICY_CHANGED,
        request.known.account_id,
        details={"policy": change.new.name, "before": before | notes_before, "after": after | notes_after},
    )
    apply = request.store.administration.apply_policy
    done = acted(
        request,
        lambda who: apply(who, change, event),
        "ranges_saved",
        holds=lambda: request.store.directory.policy(change.key) == change.new,
    )
    return Page(facts={**after, "notes": notes_of(change.new)}, location=f"{page}?done={done}")


def _portal_policy(portal: Portal) -> Policy:
    return portal.store.directory.policy(PORTAL_POLICY) or Policy(PORTAL_POLICY)


def _scope(request: Request) -> str:
    scope = request.fields.get("scope", "portal")
    if scope not in SCOPES:
        raise invalid("scope", "scope")
    return str(scope)


def _list(ranges: tuple[str, ...] | None) -> list[str] | None:
    return None if ranges is None else list(ranges)


FIELDS = {**NAMED, "ranges": RANGES, "restriction": RESTRICTION, "confirm": Field(bool, required=False)}
SCOPED = {**FIELDS, "scope": Field(required=False, most=10)}
ACCOUNT, DOMAIN = "/admin/users/{email}/ip-ranges", "/admin/domains/{domain}/ip-ranges"
ROUTES = {
    "GET /admin/ip-ranges": Route(show_portal),
    "POST /admin/ip-ranges": Route(save_portal, SCOPED, show_refused),
    "POST /admin/ip-ranges/dry-run": Route(try_portal, SCOPED, show_refused),
    f"GET {DOMAIN}": Route(show_domain),
    f"POST {DOMAIN}": Route(save_domain, FIELDS, show_refused),
    f"POST {DOMAIN}/dry-run": Route(try_domain, FIELDS, show_refused),
    f"POST {ACCOUNT}": Route(save_account, FIELDS, show_refused),
    f"POST {ACCOUNT}/dry-run": Route(try_account, FIELDS, show_refused),
}
