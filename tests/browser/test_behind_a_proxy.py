"""Behind a proxy that takes off Sec-Fetch headers, as in an old browser, every form works and no token is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from chalicelib.domain.accounts import Kind, Status
from infra.contract import read_contract
from tests.browser.chromium import DESKTOP
from tests.browser.flows.console import enters
from tests.browser.person import Person
from tests.browser.stripping import Proxy, stripping_proxy
from tests.engine import Engine
from tests.journeys.desk import Desk, seated, user_path
from tests.journeys.people import link
from tests.journeys.town import Town
from tests.world.visitors import CHOSEN, PASSWORD

CONTRACT = read_contract()
BUTTONS = "form[method=post]:not([action='/logoff']) button[type=submit]"
# The browser's own checks of what was typed would keep most forms from being sent.
PRESSED = "(button) => { button.form.noValidate = true; button.form.requestSubmit(button); }"


@pytest.fixture(scope="module")
def town(engine: Engine) -> Iterator[Town]:
    """A portal of its own: its domains, ranges and brands are changed here."""
    running = Town(engine)
    yield running
    running.stop()


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with stripping_proxy() as running:
        yield running


@pytest.fixture
def arrives(proxy: Proxy, chromium: Browser, portal: str) -> Iterator[Callable[[], Person]]:
    """Somebody who sits behind the proxy."""
    people: list[Person] = []

    def one() -> Person:
        people.append(Person(proxy.before(chromium), portal, DESKTOP))
        return people[-1]

    yield one
    for person in people:
        person.leaves()


def sends_every_form(person: Person, page: str | Callable[[], str]) -> None:
    """Each button of a page that sends a form, pressed on the page as it is at first, with nothing typed."""
    where = page if callable(page) else lambda: page
    person.opens(where())
    for number in range(person.page.locator(BUTTONS).count()):
        if number:
            person.opens(where())
        with person.page.expect_navigation() as sent:
            person.page.locator(BUTTONS).nth(number).evaluate(PRESSED)
        assert sent.value.status != 403, f"{person.path}: {person.heading}"


def test_wb_13_every_form_is_accepted_by_its_origin_alone(
    town: Town, proxy: Proxy, arrives: Callable[[], Person], portal: str
) -> None:
    _strangers(town, arrives())
    _recipients(town, arrives())
    _somebody_with_a_second_step(town, arrives())
    _administrators(town, arrives())
    _who_hears_from_the_desk(town, seated(town), arrives())
    assert proxy.posts
    assert all(one.stripped for one in proxy.posts)
    assert {one.headers.get("origin") for one in proxy.posts} == {portal}
    assert [(one.path, one.status) for one in proxy.posts if one.status == 403] == []
    of_browsers = (one for one in CONTRACT.operations if not one.path.startswith("/service/"))
    assert posted(proxy) == {one.path for one in of_browsers if one.method == "POST"}
    assert [one.headers["referer"] for one in proxy.passed if tells_a_token(one.headers.get("referer"))] == []


def posted(proxy: Proxy) -> set[str]:
    """The contract's paths that were sent something."""
    found = (CONTRACT.match(one.path) for one in proxy.posts)
    return {match.path for match in found if match}


def tells_a_token(referrer: str | None) -> bool:
    """Whether it is the address of a mailed link."""
    return bool(re.search("/password/reset/.|/not-me/.|/address/.", referrer or ""))


def _strangers(town: Town, person: Person) -> None:
    """What is open to everybody: logging on, asking for a link, using it, a dead one, "this was not me"."""
    address, client = town.person(), town.client()
    sends_every_form(person, "/logon")
    sends_every_form(person, "/password/forgot")
    sends_every_form(person, "/not-me/" + "A" * 43)
    client.post("/password/forgot", {"email": address})
    reset = link(town.mail(address, "choose a new password"), "/password/reset/")
    sends_every_form(person, reset)
    client.logs_on(address, PASSWORD)
    body = {"current_password": PASSWORD, "new_password": CHOSEN, "confirm_password": CHOSEN}
    client.post("/password/change", body)
    not_me = link(town.mail(address, "password has been reset"), "/not-me/")
    sends_every_form(person, not_me)
    person.opens(not_me)
    person.follows("Help with logging on")


def _recipients(town: Town, person: Person) -> None:
    """One's own account, what its page's script asks, and the way out."""
    address, client = town.person(), town.client()
    person.logs_on(address, PASSWORD)
    for path in ("/reauthenticate", "/account", "/account/preferences", "/password/change"):
        sends_every_form(person, path)

    def logged_on_elsewhere() -> str:
        client.logs_on(address, PASSWORD)
        return "/account/sessions"

    sends_every_form(person, logged_on_elsewhere)
    person.opens("/password/change")
    with person.page.expect_response("**/password/criteria"):
        person.page.get_by_label("New password", exact=True).press_sequentially("quiet")
    person.opens("/account/two-step")
    person.presses("Start")
    person.types("Code from your app", "000000")
    person.presses("Turn on 2-step")
    person.opens("/account")
    person.presses("Log off")
    person.reads("You are logged off.")


def _who_hears_from_the_desk(town: Town, desk: Desk, person: Person) -> None:
    """A reply to what an administrator wrote, and a new address that proves itself."""
    address, new = town.person(), town.new_address("moved")
    sent = desk.client.post("/admin/messages", {"to": address, "subject": "a", "body": "b"}).json()["id"]
    person.logs_on(address, PASSWORD)
    sends_every_form(person, f"/messages/{sent}/reply")
    asked = desk.tries(address, "address", {"new_email": new, "reason": "Married"})
    assert asked.status_code == 202, asked.text
    sends_every_form(person, link(town.mail(new, "confirm your new email"), "/address/"))


def _somebody_with_a_second_step(town: Town, person: Person) -> None:
    """It is asked for, and turned off."""
    desk = seated(town, Kind.RECIPIENT)
    person.logs_on(desk.address, PASSWORD)
    sends_every_form(person, "/logon/code")
    person.types("Code from your app", desk.phone.code())
    person.presses("Continue")
    sends_every_form(person, "/account/two-step")


def _administrators(town: Town, person: Person) -> None:
    """Every measure on somebody who is stuck or disabled; domains, ranges, brands, messages."""
    desk = seated(town)
    enters(person, desk)
    sends_every_form(
        person, lambda: user_path(town.person(failures=9, locked_until=4e9, undeliverable="bounced"))
    )
    sends_every_form(person, lambda: user_path(town.person(status=Status.DISABLED)))
    sends_every_form(person, lambda: user_path(town.person(password=None)))  # invited, and never came
    for act in ("kind", "address", "erase"):
        sends_every_form(person, f"{user_path(town.person())}/{act}")
    domain = f"/admin/domains/{desk.address.partition('@')[2]}"
    sent = desk.client.post("/admin/messages", {"to": town.person(), "subject": "a", "body": "b"})
    assert sent.status_code == 201
    for path in (
        "/admin/users",
        "/admin/users/import",
        "/admin/messages",
        f"{domain}/ip-ranges",
        f"{domain}/brand",
    ):
        sends_every_form(person, path)
    sends_every_form(person, "/admin/ip-ranges")
    sends_every_form(person, "/admin/domains")
    sends_every_form(person, "/admin/services")  # its own form alone: there is no service yet

    def with_another_service() -> str:
        fields = {"name": "Mail gateway", "domains": ["sender.test"]}
        assert desk.client.post("/admin/services", fields).status_code == 201
        return "/admin/services"

    sends_every_form(person, with_another_service)
