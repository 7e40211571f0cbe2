"""Help: the troubleshooting guide, with what the portal sees of its reader. Open to everybody; knows no account."""

from typing import Any

from chalice import Blueprint

from chalicelib.browser import read_browser, supported_browsers
from chalicelib.domain.events import iso
from chalicelib.portal import Portal
from chalicelib.web.form import Form
from chalicelib.web.page import Page
from chalicelib.web.serve import Route, serve
from chalicelib.web.support import support_details
from chalicelib.wiring import portal

step = Blueprint(__name__)


@step.lambda_function(name="help")
def help(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: A001, ARG001 - the step's name; Lambda's signature
    """Answer one request."""
    return serve(event, portal(), ROUTES)


def show(form: Form, portal: Portal) -> Page:
    """Your address, the time, your browser, the supported ones, and what to do."""
    support = support_details(form, portal, None, "")
    supported = read_browser(form.user_agent).supported
    facts = {
        "address": form.source,
        "time": iso(portal.clock()),
        "browser": support["browser"],
        "browser_version": support["browser_version"],
        "operating_system": support["operating_system"],
        "supported": supported,
        "supported_browsers": supported_browsers(form.say),
        "portal_url": portal.settings.portal_url,
        "support_contact": portal.settings.brand.support_contact,
    }
    view = {
        "support": support,
        "supported": supported,
        "supported_browsers": supported_browsers(form.say),
        "portal_url": portal.settings.portal_url,
    }
    return Page(facts=facts, template="help", view=view)


ROUTES = {"GET /help": Route(show)}
