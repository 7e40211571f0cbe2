"""The second click, while the first answer is still under way: it is done once, and its answer is seen (WB-20).

The first post reaches the portal, and its answer is held back, as on a slow line; the browser throws it away as soon as
the button is pressed again. Without scripts both are sent; with them the second press is none.
"""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

from playwright.sync_api import Page, Request, Route, expect

from tests.browser.chromium import DESKTOP, PLAIN
from tests.browser.conftest import Arrives
from tests.browser.person import Person
from tests.journeys.people import link, temporary_password
from tests.journeys.phones import Phone
from tests.journeys.town import Town
from tests.world.visitors import CHOSEN, PASSWORD

LATE = 1500  # milliseconds


class Line:
    """A slow line: the first post arrives at once, and its answer not before the button is pressed again."""

    def __init__(self, page: Page) -> None:
        self.posts: list[str] = []
        self._page = page
        page.route("**/*", self._goes)

    def _goes(self, route: Route) -> None:
        if route.request.method == "POST":
            self.posts.append(route.request.url)
            if len(self.posts) == 1:
                arrives(route.request)
                return  # and nothing comes back
        route.continue_()

    def mended(self) -> None:
        self._page.unroute("**/*")


def arrives(request: Request) -> None:
    """The request as the browser sent it, by hand: Chromium's own would keep the cookies of its answer."""
    where = urlsplit(request.url)
    wire = http.client.HTTPConnection(where.hostname or "", where.port)
    target = where.path + (f"?{where.query}" if where.query else "")
    wire.request(request.method, target, request.post_data_buffer, request.all_headers())
    assert wire.getresponse().status < 400
    wire.close()


def at(person: Person, name: str) -> tuple[float, float]:
    """Where a button is, for the mouse: the driver would wait with a click until a page that is under way has come."""
    button = person.page.get_by_role("button", name=name, exact=True)
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def presses_twice(person: Person, name: str, heading: str) -> None:
    """The same button once more, while nothing seems to happen; and the page that one is on then."""
    line, (x, y) = Line(person.page), at(person, name)
    person.page.mouse.click(x, y)
    person.page.wait_for_timeout(LATE)
    person.page.mouse.click(x, y)
    expect(person.page.locator("h1")).to_have_text(heading)
    assert len(line.posts) == 2
    line.mended()


def types_new(person: Person) -> None:
    person.types("New password", CHOSEN)
    person.types("Confirm new password", CHOSEN)


# What the page shows while another one is awaited, and the driver reads nothing of it: kept for the page after it.
SEEN = """
() => {
  const button = document.querySelector("button.wide");
  const working = document.getElementById("working");
  const note = () => { sessionStorage.seen = JSON.stringify([button.ariaBusy, working.textContent, button.disabled]); };
  const all = { attributes: true, childList: true, subtree: true, characterData: true };
  new MutationObserver(note).observe(document.body, all);
}
"""


def test_wb_20_first_time_pressed_twice_all_the_way(town: Town, arrives: Arrives) -> None:
    """A temporary password, then a first password: each is sent twice, and the message is read at the end."""
    address = town.new_address("nora")
    town.sends(address, "Your claim", "Good day.")
    person = arrives(PLAIN)
    typed = temporary_password(town.mail(address, "temporary password"))
    person.opens(link(town.mail(address, "message is waiting"), "/messages/"))
    person.types("Email address", address)
    person.types("Password", typed)
    presses_twice(person, "Log on", "Choose a new password")
    types_new(person)
    presses_twice(person, "Confirm", "Your claim")


def test_wb_20_reset_pressed_twice_says_that_it_is_done(town: Town, arrives: Arrives) -> None:
    address = town.person("olga")
    assert town.client().post("/password/forgot", {"email": address}).status_code == 202
    person = arrives(PLAIN)
    person.opens(link(town.mail(address, "choose a new password"), "/password/reset/"))
    types_new(person)
    presses_twice(person, "Confirm", "Your password has been changed")
    person.follows("Go To Log In")
    person.logs_on(address, CHOSEN)
    assert person.path == "/messages"


def test_wb_20_two_step_turned_on_pressed_twice_shows_codes_that_count(town: Town, arrives: Arrives) -> None:
    address = town.person("paul")
    person = arrives(PLAIN)
    person.logs_on(address, PASSWORD)
    person.opens("/account/two-step")
    person.presses("Start")
    phone = Phone("".join(person.page.locator(".secret").inner_text().split()))
    person.types("Code from your app", phone.code())
    presses_twice(person, "Turn on 2-step", "Save your recovery codes")
    codes = person.page.locator("#codes li").all_inner_texts()
    assert len(set(codes)) == 10
    person.presses("Log off")
    person.logs_on(address, PASSWORD)
    recovery = person.unfolds("Use a recovery code instead")
    person.types("Recovery code", codes[7], within=recovery)
    person.presses("Continue with the recovery code", recovery)
    assert person.path == "/messages"


def test_wb_20_with_a_script_the_second_press_is_none_and_the_page_says_so(
    town: Town, arrives: Arrives
) -> None:
    """Work is under way: to the eye and to the ear. The button is not disabled, and is as new on the way back."""
    address = town.person("quinn")
    person = arrives(DESKTOP)
    person.opens("/logon")
    person.types("Email address", address)
    person.types("Password", PASSWORD)
    page, (x, y) = person.page, at(person, "Log on")
    held: list[Route] = []
    page.route(
        "**/logon",
        lambda route: held.append(route) if route.request.method == "POST" else route.continue_(),
    )
    page.evaluate(SEEN)
    for _ in range(2):
        page.mouse.click(x, y)
        page.wait_for_timeout(LATE / 2)
    assert len(held) == 1
    with page.expect_navigation():
        held[0].continue_()
    assert person.path == "/messages"
    assert page.evaluate("JSON.parse(sessionStorage.seen)") == ["true", "One moment, please.", False]


def test_wb_20_a_button_that_waited_in_vain_can_be_pressed_again(arrives: Arrives) -> None:
    person = arrives(DESKTOP)
    page = person.page
    page.clock.install()
    person.opens("/logon")
    page.evaluate(
        "addEventListener('submit', (event) => event.preventDefault())"
    )  # an answer that never comes
    person.types("Email address", "rita@people.test")
    person.types("Password", PASSWORD)
    button = page.get_by_role("button", name="Log on", exact=True)
    button.click()
    expect(button).to_have_attribute("aria-busy", "true")
    page.clock.run_for(10_001)
    expect(button).not_to_have_attribute("aria-busy", "true")
    expect(page.locator("#working")).to_be_empty()


def test_wb_20_a_page_that_comes_back_is_as_new(town: Town, arrives: Arrives) -> None:
    """Back from the browser's cache, scripts and all: as if nothing had been pressed."""
    person = arrives(DESKTOP)
    person.opens("/logon")
    page = person.page
    page.evaluate("document.querySelector('button.wide').setAttribute('aria-busy', 'true')")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(page.get_by_role("button", name="Log on", exact=True)).not_to_have_attribute("aria-busy", "true")
