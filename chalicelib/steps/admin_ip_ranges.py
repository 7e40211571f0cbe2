"""Console: the permitted IP ranges of the portal, of its administrators, of a domain and of an account; with a dry run.

Here they are administered; they are enforced in `steps/authorizer.py` on every request and in `steps/logon.py`.
A save that would shut the saver out is refused unless confirmed.
"""

from collections.abc import Iterator
from typing import Any

from chalice import Blueprint

from chalicelib.domain import administration
from chalicelib.domain.accounts import PORTAL_POLICY, Policy, effective_ranges
from chalicelib.domain.addresses import domain_id, domain_id_of
from chalicelib.domain.admin_findings import PolicyChange
from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.portal import Portal
from chalicelib.web.attempts import DAYS_KEPT_IN_SIGHT, days_back
from chalicelib.web.console import actor, carry_out, console_view, correct, named_domain, target
from chalicelib.web.form import Field, Form
from chalicelib.web.page import Page
from chalicelib.web.ranges import RANGES, RESTRICTION, given_ranges, not_locking_oneself_out, refused_by
from chalicelib.web.record import happened
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import portal

SCOPES = ("portal", "admin")

step = Blueprint(__name__)


@step.lambda_function(name="admin_ip_ranges")
def admin_ip_ranges(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer one request."""
    return serve(event, portal(), ROUTES)


def show_portal(form: Form, portal: Portal) -> Page:
    """The portal's own ranges and the administrators'."""
    return _shown(form, portal, _portal_policy(portal), "portal")


def show_domain(form: Form, portal: Portal) -> Page:
    """A domain's ranges."""
    name = named_domain(form)
    return _shown(form, portal, portal.store.directory.policy(domain_id(name)) or Policy(name), "domain")


def save_account(form: Form, portal: Portal) -> Page:
    """The account's own ranges, which count instead of its domain's."""
    account, policy = target(form, portal)
    ranges = given_ranges(form)
    new = effective_ranges(account._replace(ranges=ranges), policy)
    not_locking_oneself_out(form, new, concerns_caller=account.id == form.known.account_id)
    return carry_out(form, portal, account, administration.restrict(account, ranges), "ranges_saved")


def save_domain(form: Form, portal: Portal) -> Page:
    """The ranges of every account of the domain that has none of its own."""
    name, ranges = named_domain(form), given_ranges(form)
    caller, _ = portal.store.passwords.owner(form.known.account_id)
    concerned = caller is not None and caller.ranges is None and domain_id_of(caller.id) == domain_id(name)
    not_locking_oneself_out(form, ranges, concerns_caller=concerned)
    old = portal.store.directory.policy(domain_id(name))
    new = (old or Policy(name))._replace(ranges=ranges)
    return _save(form, portal, PolicyChange(domain_id(name), old, new), f"/admin/domains/{name}/ip-ranges")


def save_portal(form: Form, portal: Portal) -> Page:
    """The ranges of the whole portal, or of its console."""
    ranges, scope = given_ranges(form), _scope(form)
    not_locking_oneself_out(form, ranges, concerns_caller=True)
    old = portal.store.directory.policy(PORTAL_POLICY)
    base = old or Policy(PORTAL_POLICY)
    new = base._replace(ranges=ranges) if scope == "portal" else base._replace(admin_ranges=ranges)
    return _save(form, portal, PolicyChange(PORTAL_POLICY, old, new), "/admin/ip-ranges")


def try_account(form: Form, portal: Portal) -> Page:
    """Which of the account's last logons the list would have refused."""
    account, policy = target(form, portal)
    ranges = effective_ranges(account._replace(ranges=given_ranges(form)), policy)
    since = portal.clock() - DAYS_KEPT_IN_SIGHT * 86400
    events = [event for event in portal.store.events.of_account(account.id, 1000) if event.at >= since]
    return _tried(form, portal, refused_by(ranges, events))


def try_domain(form: Form, portal: Portal) -> Page:
    """Which of the domain's last logons the list would have refused."""
    name = named_domain(form)
    mine = (event for event in _recent(portal) if (event.email or "").lower().endswith(f"@{name}"))
    return _tried(form, portal, refused_by(given_ranges(form), mine))


def try_portal(form: Form, portal: Portal) -> Page:
    """Which of everybody's last logons the list would have refused; of administrators' only, for the console's list."""
    events: Iterator[Event] = _recent(portal)
    if _scope(form) == "admin":
        events = (event for event in events if event.details.get("kind") == "administrator")
    return _tried(form, portal, refused_by(given_ranges(form), events))


def _shown(form: Form, portal: Portal, policy: Policy, subject: str) -> Page:
    lists = [{"scope": "portal" if subject == "portal" else "", "ranges": _list(policy.ranges)}]
    facts: dict[str, object] = {"ranges": _list(policy.ranges)}
    if subject == "portal":
        lists.append({"scope": "admin", "ranges": _list(policy.admin_ranges)})
        facts["admin_ranges"] = _list(policy.admin_ranges)
    view = _view(form, portal) | {"subject": subject, "lists": lists}
    return Page(facts=facts, template="admin_ip_ranges", view=view)


def _tried(form: Form, portal: Portal, found: dict[str, object]) -> Page:
    return Page(facts=found, template="admin_ip_ranges", view=_view(form, portal) | {"dry_run": found})


def _view(form: Form, portal: Portal) -> dict[str, object]:
    """The page of the subject the path names, with what was sent in its form."""
    params = form.params
    subject = "account" if "email" in params else "domain" if "domain" in params else "portal"
    sent = {
        "scope": form.fields.get("scope", "portal") if subject == "portal" else "",
        "ranges": form.fields.get("ranges"),
    }
    if form.fields.get("restriction") in {"none", "listed", "nobody"}:
        sent |= {"restriction": form.fields["restriction"], "ranges": form.fields.get("ranges") or []}
    return {
        "subject": subject,
        "name": params.get("email") or params.get("domain") or "",
        "lists": [sent],
        "your_address": form.source,
        **console_view(form, portal),
    }


def show_refused(form: Form, portal: Portal, refusal: Refusal) -> Page | None:
    """The form again: with the bad entry named, or with the confirmation that is asked for."""
    if form.caller is None:
        return None
    if refusal.code is Code.WOULD_LOCK_YOU_OUT:
        return Page(template="admin_ip_ranges", view=_view(form, portal) | {"would_lock_you_out": True})
    return correct(form, portal, refusal, "admin_ip_ranges", _view(form, portal))


def _recent(portal: Portal) -> Iterator[Event]:
    for day in days_back(portal.clock(), DAYS_KEPT_IN_SIGHT):
        yield from portal.store.directory.attempts_of_day(day, 2000)


def _save(form: Form, portal: Portal, change: PolicyChange, page: str) -> Page:
    before = (
        {"ranges": _list(change.old.ranges), "admin_ranges": _list(change.old.admin_ranges)}
        if change.old
        else {}
    )
    after = {"ranges": _list(change.new.ranges), "admin_ranges": _list(change.new.admin_ranges)}
    details = {"policy": change.new.name, "before": before, "after": after}
    event = happened(form, portal, EventKind.POLICY_CHANGED, form.known.account_id, details=details)
    if not portal.store.administration.apply_policy(actor(form), change, event):
        raise Refusal(Code.CONFLICT, "changed_meanwhile")
    return Page(facts=after, location=f"{page}?done=ranges_saved")


def _portal_policy(portal: Portal) -> Policy:
    return portal.store.directory.policy(PORTAL_POLICY) or Policy(PORTAL_POLICY)


def _scope(form: Form) -> str:
    scope = form.fields.get("scope", "portal")
    if scope not in SCOPES:
        raise invalid("scope", "scope")
    return str(scope)


def _list(ranges: tuple[str, ...] | None) -> list[str] | None:
    return None if ranges is None else list(ranges)


FIELDS = {"ranges": RANGES, "restriction": RESTRICTION, "confirm": Field(bool, required=False)}
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
