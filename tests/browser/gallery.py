"""Pages and mails on the wall: any of them in Chromium, with the policy it is sent with and no portal behind it."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, Route

from tests.browser.chromium import ARTEFACTS, DESKTOP, Scheme, Screen, context_on
from tests.browser.watching import Watch

ORIGIN = "https://portal.example"


class Gallery:
    """One frame, and whatever hangs in it at the moment."""

    def __init__(self, browser: Browser) -> None:
        self.page: Page = context_on(browser, DESKTOP).new_page()
        self.page.emulate_media(reduced_motion="reduce")
        self.page.route("**/*", self._give)
        self.watch = Watch(self.page, ORIGIN)
        self._answer = ("", "")

    def hangs(self, html: str, csp: str = "") -> Page:
        """This, in the frame, on a screen, whatever the one before was printed on."""
        self._answer = (html, csp)
        self.watch.complaints.clear()
        self.watch.requests.clear()
        self.watch.answers.clear()
        self.page.emulate_media(media="screen")
        self.page.goto(f"{ORIGIN}/")
        return self.page

    def lights(self, screen: Screen, scheme: Scheme) -> None:
        """As it looks on this screen, by day or by night."""
        self.page.set_viewport_size({"width": screen.width, "height": screen.height})
        self.page.emulate_media(color_scheme=scheme)

    def picture(self, room: str, name: str) -> None:
        """The whole of it, kept."""
        where = ARTEFACTS / room / f"{name}.png"
        where.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=where, full_page=True)

    def _give(self, route: Route) -> None:
        html, csp = self._answer
        policy = {"Content-Security-Policy": csp} if csp else {}
        route.fulfill(body=html, headers={"Content-Type": "text/html; charset=utf-8", **policy})
