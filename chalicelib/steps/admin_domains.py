"""Console: the domains, and what holds for all users of one."""

from typing import Any

from chalice import Blueprint

from chalicelib.domain.accounts import Policy
from chalicelib.domain.addresses import domain_id
from chalicelib.domain.admin_findings import PolicyChange
from chalicelib.domain.events import EventKind
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.portal import Portal
from chalicelib.web.console import actor, console_view, correct
from chalicelib.web.form import Field, Form
from chalicelib.web.page import Page
from chalicelib.web.record import happened
from chalicelib.web.serve import Route, serve
from chalicelib.web.typed import typed_domain
from chalicelib.wiring import portal

step = Blueprint(__name__)


@step.lambda_function(name="admin_domains")
def admin_domains(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer one request."""
    return serve(event, portal(), ROUTES)


def show(form: Form, portal: Portal) -> Page:
    """Every domain with a user or a policy."""
    listed = [_facts(policy) for policy in portal.store.directory.domains()]
    return Page(facts={"domains": listed}, template="admin_domains", view=_view(form, portal, listed))


def submit(form: Form, portal: Portal) -> Page:
    """Add a domain, or change what holds for it; its IP ranges stay as they are."""
    name = typed_domain(form.text("domain"))
    key = domain_id(name)
    old = portal.store.directory.policy(key)
    base = old or Policy(name)
    new = Policy(
        name=name,
        internal=bool(form.fields.get("internal", base.internal)),
        two_step_required=bool(form.fields.get("two_step_required", base.two_step_required)),
        ranges=base.ranges,
        admin_ranges=base.admin_ranges,
    )
    details = {"policy": name, "before": _facts(old) if old else {}, "after": _facts(new)}
    event = happened(form, portal, EventKind.POLICY_CHANGED, form.known.account_id, details=details)
    if not portal.store.administration.apply_policy(actor(form), PolicyChange(key, old, new), event):
        raise Refusal(Code.CONFLICT, "changed_meanwhile")
    done = "domain_changed" if old else "domain_added"
    return Page(status=200 if old else 201, facts=_facts(new), location=f"/admin/domains?done={done}")


def _facts(policy: Policy) -> dict[str, object]:
    return {
        "domain": policy.name,
        "name": policy.name,
        "internal": policy.internal,
        "two_step_required": policy.two_step_required,
        "ranges": None if policy.ranges is None else list(policy.ranges),
    }


def _view(form: Form, portal: Portal, listed: list[dict[str, object]]) -> dict[str, object]:
    return {"domains": [{**one, "users": None} for one in listed], **console_view(form, portal)}


def show_refused(form: Form, portal: Portal, refusal: Refusal) -> Page | None:
    """The list with the form as it was filled in."""
    if form.caller is None:
        return None
    listed = [_facts(policy) for policy in portal.store.directory.domains()]
    return correct(
        form, portal, refusal, "admin_domains", _view(form, portal, listed) | {"typed": dict(form.fields)}
    )


ROUTES = {
    "GET /admin/domains": Route(show),
    "POST /admin/domains": Route(
        submit,
        {
            "domain": Field(most=300),
            "internal": Field(bool, required=False),
            "two_step_required": Field(bool, required=False),
        },
        show_refused,
    ),
}
