"""Help: the troubleshooting guide, with what the portal sees of its reader. Open to everybody; knows no account."""

from typing import Any

from chalice import Blueprint

from chalicelib.domain.events import iso
from chalicelib.flows.support import support_details
from chalicelib.presentation.browsers import read_browser, supported_browsers
from chalicelib.web.page import Page
from chalicelib.web.request import Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True)


@step.lambda_function(name="help")
def help(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: A001 - the step's name
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """Your address, the time, your browser, the supported ones, and what to do."""
    support = support_details(request, None, "")
    supported = read_browser(request.user_agent).supported
    kept = _kept(request)
    facts = {
        "address": str(request.source),
        "time": iso(request.now()),
        "browser": support["browser"],
        "browser_version": support["browser_version"],
        "operating_system": support["operating_system"],
        "supported": supported,
        "supported_browsers": supported_browsers(request.say),
        "portal_url": request.settings.portal_url,
        "kept_days": kept,
        "support_contact": request.settings.brand.support_contact,
    }
    view = {
        "support": support,
        "supported": supported,
        "supported_browsers": supported_browsers(request.say),
        "portal_url": request.settings.portal_url,
        "kept": kept,
    }
    return Page(facts=facts, template="help", view=view)


def _kept(request: Request) -> dict[str, int]:
    """For how many days what is kept; 0 for good, and of messages until their own end."""
    settings = request.settings
    return {
        "events": settings.trail_days,
        "attempts": settings.attempt_days or settings.trail_days,
        "read_messages": settings.read_message_days,
    }


ROUTES = {"GET /help": Route(show)}
