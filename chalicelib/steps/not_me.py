"""“This was not me”: the link in every notice of a changed password. Its GET changes nothing; its post freezes.

A frozen account has no password, no session and no credential left; whoever reads its mail gets it back.
"""

from typing import Any

from chalice import Blueprint

from chalicelib.domain.events import EventKind
from chalicelib.domain.resets import Purpose
from chalicelib.portal import Portal
from chalicelib.web.cookies import clear_session
from chalicelib.web.form import Field, Form
from chalicelib.web.links import find, unusable
from chalicelib.web.page import Page
from chalicelib.web.record import happened
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import portal

step = Blueprint(__name__)


@step.lambda_function(name="not_me")
def not_me(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer one request."""
    return serve(event, portal(), ROUTES)


def ask(form: Form, portal: Portal) -> Page:
    """Explain what the button will do; one read, no change, whoever opens it (RS-03)."""
    token = form.params.get("token", "")
    find(form, portal, Purpose.NOT_ME, token)
    return Page(facts={"fields": ["token"]}, template="not_me", view={"state": "ask", "token": token})


def submit(form: Form, portal: Portal) -> Page:
    """Freeze the account: its sessions and credentials are void in one write."""
    link = find(form, portal, Purpose.NOT_ME, form.text("token"))
    details = {"by": "not_me_link"}
    event = happened(
        form, portal, EventKind.ACCOUNT_FROZEN, link.account_id, email=link.address, details=details
    )
    if not portal.store.passwords.freeze(link, event):
        raise unusable(form, portal, link.account_id, "void")
    cookie = clear_session(secure=portal.settings.secure)
    return Page(facts={"status": "frozen"}, template="not_me", view={"state": "done"}, cookies=(cookie,))


ROUTES = {
    "GET /not-me/{token}": Route(ask),
    "POST /not-me": Route(submit, {"token": Field(most=200)}),
}
