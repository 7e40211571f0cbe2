"""What the support desk asks for, as a page shows it (design, flow 2): no token, and nothing about the account."""

from chalicelib.browser import read_browser
from chalicelib.portal import Portal
from chalicelib.web.form import Form


def support_details(form: Form, portal: Portal, reference: str | None, email: str) -> dict[str, object]:
    """Reference, time, URL, browser and version, operating system, the address typed and the source address."""
    browser = read_browser(form.user_agent)
    return {
        "reference": reference or "",
        "at": portal.clock(),
        "url": form.url,
        "browser": browser.name or form.user_agent[:120],
        "browser_version": browser.version,
        "operating_system": browser.operating_system,
        "email": email,
        "address": form.source,
    }
