"""What the support desk asks for, as a page shows it (design, flow 2): no token, and nothing about the account."""

from chalicelib.presentation.browsers import read_browser
from chalicelib.web.request import Request


def support_details(request: Request, reference: str | None, email: str) -> dict[str, object]:
    """Reference, time, URL, browser and version, operating system, the address typed and the source address."""
    browser = read_browser(request.user_agent)
    return {
        "reference": reference or "",
        "at": request.now(),
        "url": request.url,
        "browser": browser.called(request.user_agent, request.say),
        "browser_version": browser.version,
        "operating_system": browser.operating_system,
        "email": email,
        "address": str(request.source),
    }
