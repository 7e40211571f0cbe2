"""Console: the users of a domain, with search and paging; and inviting one."""

from typing import Any
from urllib.parse import urlencode

from chalice import Blueprint

from chalicelib.domain.accounts import Kind
from chalicelib.domain.addresses import InvalidAddress, account_id, canonical_address
from chalicelib.domain.admin_findings import Listed
from chalicelib.domain.invitations import invitation
from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.portal import Portal
from chalicelib.web.console import actor, console_view, correct, user_path
from chalicelib.web.form import Field, Form
from chalicelib.web.page import Page
from chalicelib.web.serve import Route, serve
from chalicelib.web.typed import typed_address, typed_domain
from chalicelib.wiring import portal

PAGE_SIZE = 50

step = Blueprint(__name__)


@step.lambda_function(name="admin_users")
def admin_users(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer one request."""
    return serve(event, portal(), ROUTES)


def show(form: Form, portal: Portal) -> Page:
    """One page of users by address; `after` is where the next one begins."""
    domain, prefix = form.query.get("domain", "").strip(), form.query.get("q", "").strip().lower()[:254]
    found, after = _found(portal, domain, prefix, form.query.get("after"))
    listed = [{"email": one.address, "kind": one.kind, "status": one.status} for one in found]
    return Page(
        facts={"users": listed, "next": after},
        template="admin_users",
        view=_view(form, portal) | {"users": listed, "next_url": _next_url(domain, prefix, after)},
    )


def _view(form: Form, portal: Portal) -> dict[str, object]:
    asked = {"domain": form.query.get("domain", "").strip(), "q": form.query.get("q", "").strip()[:254]}
    return {"users": None, "next_url": None, **asked, **console_view(form, portal)}


def _next_url(domain: str, prefix: str, after: str | None) -> str | None:
    return f"/admin/users?{urlencode({'domain': domain, 'q': prefix, 'after': after})}" if after else None


def _found(portal: Portal, domain: str, prefix: str, after: str | None) -> tuple[list[Listed], str | None]:
    if domain:
        return portal.store.directory.users(typed_domain(domain), prefix, after, PAGE_SIZE)
    if "@" in prefix and (whole := _exactly(portal, prefix)):
        return whole, None
    return _everywhere(portal, prefix, after)


def _exactly(portal: Portal, text: str) -> list[Listed]:
    try:
        account, _ = portal.store.passwords.owner(account_id(canonical_address(text)))
    except InvalidAddress:
        return []
    return [Listed(account.address, account.kind.value, account.status.value)] if account else []


def _everywhere(portal: Portal, prefix: str, after: str | None) -> tuple[list[Listed], str | None]:
    """Domain by domain, by name; the address that `after` names tells the domain to go on in."""
    found: list[Listed] = []
    start = after.rpartition("@")[2] if after else ""
    for policy in portal.store.directory.domains():
        if policy.name < start:
            continue
        room = PAGE_SIZE - len(found)
        some, more = portal.store.directory.users(
            policy.name, prefix, after if policy.name == start else None, room
        )
        found.extend(some)
        if more or len(found) >= PAGE_SIZE:
            return found, found[-1].address
    return found, None


def submit(form: Form, portal: Portal) -> Page:
    """Invite somebody: a temporary password goes out by mail (LG-11: no password of anybody's choosing)."""
    address = typed_address(form.text("email"))
    kind = _kind(form)
    event_id = portal.random(16).hex()
    account, event = invitation(address, kind, at=portal.clock(), event_id=event_id, actor=form.known.address)
    if not portal.store.administration.invite(actor(form), account, event):
        raise Refusal(Code.EXISTS, "account_exists")
    facts = {"email": address, "kind": kind.value, "status": "active"}
    return Page(status=201, facts=facts, location=f"{user_path(address)}?done=invited")


def _kind(form: Form) -> Kind:
    try:
        return Kind(form.text("kind") or Kind.RECIPIENT)
    except ValueError as error:
        raise invalid("kind", "kind") from error


def show_refused(form: Form, portal: Portal, refusal: Refusal) -> Page | None:
    """The form again, as it was filled in."""
    return correct(
        form, portal, refusal, "admin_users", {**_view_of_refusal(form, portal), "typed": dict(form.fields)}
    )


def _view_of_refusal(form: Form, portal: Portal) -> dict[str, object]:
    return _view(form, portal) if form.caller else {}


ROUTES = {
    "GET /admin/users": Route(show, {}, show_refused),
    "POST /admin/users": Route(
        submit, {"email": Field(most=2000), "kind": Field(required=False, most=20)}, show_refused
    ),
}
