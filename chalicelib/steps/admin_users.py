"""Console: the users of a domain, with search and paging, whose reading is itself an event; and inviting one."""

from typing import Any
from urllib.parse import urlencode

from chalice import Blueprint

from chalicelib.domain.accounts import Kind, ListedAccount
from chalicelib.domain.addresses import DomainName, InvalidAddress, account_id, canonical_address
from chalicelib.domain.invitations import invitation
from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.flows.console import (
    acted,
    console_view,
    correct,
    searched,
    shown_in_both_spellings,
    user_path,
)
from chalicelib.flows.inputs import address_input, domain_input, respelled
from chalicelib.flows.readings import reading_users
from chalicelib.flows.repeats import NAMED
from chalicelib.portal import Portal
from chalicelib.web.page import Page
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

PAGE_SIZE = 50

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True)


@step.lambda_function(name="admin_users")
def admin_users(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """One page of users by address; `after` is where the next one begins."""
    typed = request.query.get("domain", "").strip()
    domain = domain_input(typed) if typed else DomainName("")
    prefix = request.query.get("q", "").strip().lower()[:254]
    with reading_users(request, {"users": {"domain": domain, "q": searched(request, "q")}}):
        found, after = _found(request.portal, domain, prefix, request.query.get("after", "")[:254])
    listed = [{"email": one.address, "kind": one.kind, "status": one.status} for one in found]
    lines = [line | {"invited_at": one.invited_at} for line, one in zip(listed, found, strict=True)]
    return Page(
        facts={"users": listed, "next": after},
        template="admin_users",
        view=_view(request, domain) | {"users": lines, "next_url": _next_url(domain, prefix, after)},
    )


def _view(request: Request, domain: str = "") -> dict[str, object]:
    """Attack: a link to this page with a sentence as its domain, which then is the page's heading. Defence: the heading
    has a domain in its one spelling or none; what else was asked for stands in its field alone (WB-14).
    """
    asked = {"domain": domain, "q": searched(request, "q")}
    return {"users": None, "next_url": None, **asked, **console_view(request)}


def _next_url(domain: str, prefix: str, after: str | None) -> str | None:
    return f"/admin/users?{urlencode({'domain': domain, 'q': prefix, 'after': after})}" if after else None


def _found(
    portal: Portal, domain: DomainName, prefix: str, after: str
) -> tuple[list[ListedAccount], str | None]:
    if domain:
        return portal.store.directory.users(domain, prefix, after, PAGE_SIZE)
    if "@" in prefix and (whole := _exactly(portal, prefix)):
        return whole, None
    return _everywhere(portal, prefix, after)


def _exactly(portal: Portal, text: str) -> list[ListedAccount]:
    try:
        user = portal.store.directory.user(account_id(canonical_address(text)))
    except InvalidAddress:
        return []
    return [user] if user else []


def _everywhere(portal: Portal, prefix: str, after: str) -> tuple[list[ListedAccount], str | None]:
    """Domain by domain, by name; the address that `after` names tells the domain to go on in."""
    found: list[ListedAccount] = []
    start = after.rpartition("@")[2]
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


def submit(request: Request) -> Page:
    """Invite somebody: a temporary password goes out by mail (LG-11: no password of anybody's choosing)."""
    address = address_input(request.text("email"))
    kind = _kind(request)
    if respelled(request, request.text("email"), address):
        return shown_in_both_spellings(request, "admin_users", _view(request), "email", address)
    event_id = request.portal.random(16).hex()
    account, event = invitation(
        address,
        kind,
        at=request.now(),
        event_id=event_id,
        actor=request.known.address,
        request=request.portal.request_id,
    )
    invite, exists = request.store.accounts.invite, Refusal(Code.EXISTS, "account_exists")
    done = acted(request, lambda who: invite(account, event, who), "invited", exists)
    facts = {"email": address, "kind": kind.value, "status": "active"}
    return Page(status=201, facts=facts, location=f"{user_path(address)}?done={done}")


def _kind(request: Request) -> Kind:
    try:
        return Kind(request.text("kind") or Kind.RECIPIENT)
    except ValueError as error:
        raise invalid("kind", "kind") from error


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """The form again, as it was filled in."""
    return correct(
        request, refusal, "admin_users", {**_view_of_refusal(request), "typed": dict(request.fields)}
    )


def _view_of_refusal(request: Request) -> dict[str, object]:
    return _view(request) if request.caller else {}


ROUTES = {
    "GET /admin/users": Route(show, {}, show_refused),
    "POST /admin/users": Route(
        submit, {**NAMED, "email": Field(most=2000), "kind": Field(required=False, most=20)}, show_refused
    ),
}
