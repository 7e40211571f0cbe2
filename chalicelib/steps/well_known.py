"""Well-known addresses: what password managers, security researchers and crawlers look for. Knows no account."""

from typing import Any

from chalice import Blueprint

from chalicelib.domain.brand import contact_uri
from chalicelib.domain.events import iso
from chalicelib.presentation.languages import LANGUAGES
from chalicelib.web.page import Page
from chalicelib.web.request import Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__)
VALID_SECONDS = 30 * 86400  # RFC 9116, 2.5.5 asks for less than a year


@step.lambda_function(name="well_known")
def well_known(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def change_password(request: Request) -> Page:
    """Where a password manager takes its owner (W3C, A Well-Known URL for Changing Passwords)."""
    return Page(status=303, location="/password/change")


def security(request: Request) -> Page:
    """Whom to tell of a way in (RFC 9116): the support contact, or the help page where that is no address."""
    settings = request.settings
    contact = contact_uri(settings.brand.support_contact) or f"{settings.portal_url}/help"
    lines = (
        f"Contact: {contact}",
        f"Expires: {iso(request.now() + VALID_SECONDS)}",
        f"Preferred-Languages: {', '.join(LANGUAGES)}",
        f"Canonical: {settings.portal_url}/.well-known/security.txt",
    )
    return Page(text="\n".join(lines) + "\n")


def robots(request: Request) -> Page:
    """Nothing here is for a search engine (RFC 9309)."""
    return Page(text="User-agent: *\nDisallow: /\n")


ROUTES = {
    "GET /.well-known/change-password": Route(change_password),
    "GET /.well-known/security.txt": Route(security),
    "GET /robots.txt": Route(robots),
}
