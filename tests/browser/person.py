"""Somebody before Chromium: reads, types, presses. Whatever they see is looked at, whatever a page does is watched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Locator

from tests.browser.chromium import ARTEFACTS, Screen, context_on
from tests.browser.looking import faults, misplaced
from tests.browser.watching import Watch

# What is done with each page that a flow stops at: its name, and a sentence about it.
Stop = Callable[["Person", str, str], None]
_seen: set[tuple[str, str]] = set()


def nothing(found: list[str]) -> None:
    """No finding; or all of them."""
    assert not found, "\n".join(found)


def looked_at(person: Person, name: str, sentence: str) -> None:
    """Nothing sticks out; with scripts, axe finds nothing. A picture of each page and screen is kept."""
    assert sentence
    nothing(misplaced(person.page))
    if (person.screen.name, name) in _seen:
        return
    _seen.add((person.screen.name, name))
    if person.screen.scripts:
        nothing(faults(person.page))
    person.picture(ARTEFACTS / person.screen.name / f"{name}.png")


class Person:
    """One person with a browser of their own."""

    def __init__(self, browser: Browser, portal: str, screen: Screen, stop: Stop = looked_at) -> None:
        self.portal = portal
        self.screen = screen
        self._stop = stop
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
        """Stop here: this is a page people come by."""
        self._stop(self, name, sentence)

    def picture(self, where: Path) -> None:
        """The whole page."""
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
