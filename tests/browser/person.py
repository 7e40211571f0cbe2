"""Somebody before Chromium: reads, types, presses. Whatever they see is looked at, whatever a page does is watched."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import Browser, Locator

from tests.browser.chromium import ARTEFACTS, Screen, context_on
from tests.browser.looking import faults, misplaced
from tests.browser.watching import Watch


def nothing(found: list[str]) -> None:
    """No finding; or all of them."""
    assert not found, "\n".join(found)


class Person:
    """One person with a browser of their own."""

    def __init__(self, browser: Browser, portal: str, screen: Screen) -> None:
        self.portal = portal
        self.screen = screen
        self.stops: dict[str, str] = {}
        self.context = context_on(browser, screen)
        self.page = self.context.new_page()
        self.page.emulate_media(
            reduced_motion="reduce"
        )  # a button half-way between two colours is no finding
        self.watch = Watch(self.page, portal)
        self.status = 0

    def opens(self, where: str) -> None:
        """Type an address, or follow a link of a mail."""
        answer = self.page.goto(where if where.startswith("http") else self.portal + where)
        self.status = answer.status if answer else 0

    def types(self, label: str, text: str, within: Locator | None = None) -> None:
        """Into the field of this label."""
        (within or self.page).get_by_label(label, exact=True).fill(text)

    def presses(self, name: str, within: Locator | None = None) -> None:
        """The button of this name; the next page is there afterwards."""
        self.leaves_by((within or self.page).get_by_role("button", name=name, exact=True))

    def follows(self, name: str, within: Locator | None = None) -> None:
        """The link of this name."""
        self.leaves_by((within or self.page).get_by_role("link", name=name, exact=True).first)

    def unfolds(self, title: str) -> Locator:
        """The part of the page that its title opens."""
        part = self.page.locator("details", has=self.page.locator("summary", has_text=title)).first
        if part.get_attribute("open") is None:
            part.locator("summary").click()
        return part

    def reads(self, words: str) -> None:
        """These words are on the page."""
        assert words in self.text, f"{self.status} {self.path}: no {words!r} in\n{self.text}"

    def looks(self, name: str, sentence: str) -> None:
        """Stop here: a page people come by. Nothing sticks out, axe finds nothing, and a picture of it is kept."""
        assert sentence
        self.stops[name] = sentence
        nothing(misplaced(self.page))
        if self.screen.scripts:
            nothing(faults(self.page))
        where = ARTEFACTS / self.screen.name / f"{name}.png"
        where.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=where, full_page=True)

    def logs_on(self, address: str, password: str) -> None:
        """From the log on page."""
        if self.path != "/logon":
            self.opens("/logon")
        self.types("Email address", address)
        self.types("Password", password)
        self.presses("Log on")

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    @property
    def text(self) -> str:
        """Everything the page says."""
        return self.page.locator("body").inner_text()

    def fact(self, term: str) -> str:
        """What a list of facts says of this."""
        return (
            self.page.locator("dt", has_text=term)
            .first.locator("xpath=following-sibling::dd[1]")
            .inner_text()
        )

    def leaves(self) -> None:
        """Nothing went wrong behind their back."""
        found = self.watch.found()
        self.context.close()
        nothing(found)

    def leaves_by(self, control: Locator) -> None:
        """Whatever leads to another page."""
        with self.page.expect_navigation() as left:
            control.click()
        self.status = left.value.status
