"""Addresses whose characters mean something in a URL: links lead there, measures reach the account (IN-06)."""

from __future__ import annotations

from html import unescape
from re import findall
from urllib.parse import quote, unquote

import pytest

from tests.console.staff import Staff, staff
from tests.world.visitors import PASSWORD, Visitor
from tests.world.world import World

ODD = [
    "alice+news@example.com",
    "claire.o'neil@insurer.example",
    "profit&loss@example.com",
    "100%@example.com",
    # Decoded twice, each of these is another one's address.
    "a%2bb@example.com",
    "a%252bb@example.com",
    "percent%40b@example.com",
    "a/b@example.com",
    "what?#=@example.com",
    "{a|b}`^$!*~-_@example.com",
]


def path_of(address: str) -> str:
    return f"/admin/users/{quote(address, safe='@')}"


def browser_of(world: World, desk: Staff) -> Visitor:
    browser = world.browser()
    browser.goes_on(browser.post("/logon", {"email": desk.account.address, "password": PASSWORD}))
    browser.goes_on(browser.post("/logon/code", {"code": desk.phone.code()}))
    return browser


@pytest.mark.parametrize("address", ODD)
def test_in_06_user_is_shown_disabled_and_contained(world: World, address: str) -> None:
    ann, desk = world.person(address), staff(world)
    assert desk.visitor.get(path_of(address)).json()["email"] == address
    assert desk.visitor.post(f"{path_of(address)}/disable", {"confirm": True}).status == 200
    assert world.stored(ann).status == "disabled"
    reason = {"disable": True, "require_two_step": True, "reason": "reported"}
    assert desk.visitor.post(f"{path_of(address)}/contain", reason).status == 200


def test_in_06_address_is_decoded_once_and_no_neighbour_answers_for_it(world: World) -> None:
    """Attack: `a%252Bb@` in a link names `a%2Bb@`; decoded twice, the measure would hit `a+b@`."""
    neighbour, desk = world.person("a+b@example.com"), staff(world)
    answer = desk.visitor.post(f"{path_of('a%2bb@example.com')}/disable", {"confirm": True})
    assert (answer.status, answer.code) == (404, "not_found")
    assert world.stored(neighbour).status == "active"


@pytest.mark.parametrize("address", ODD)
def test_in_06_links_of_the_list_of_users_and_forms_of_the_page_lead_there(
    world: World, address: str
) -> None:
    world.person(address)
    browser = browser_of(world, staff(world))
    listed = browser.get(f"/admin/users?domain={address.partition('@')[2]}").text
    (link,) = [
        one
        for one in map(unescape, findall(r'href="(/admin/users/[^"]+)"', listed))
        if unquote(one).endswith(address)
    ]
    page = browser.get(link)
    assert page.status == 200
    forms = [unescape(one).partition("?")[0] for one in findall(r'action="(/admin/users/[^"]+)"', page.text)]
    assert forms
    for action in forms:
        assert action.startswith(f"{path_of(address)}/"), action


@pytest.mark.parametrize("address", [one for one in ODD if "/" not in one])
def test_in_06_whoever_must_log_on_or_confirm_first_comes_back(world: World, address: str) -> None:
    world.person(address)
    asked = world.browser().get(path_of(address)).header("Location")
    assert asked == f"/logon?next={quote(path_of(address), safe='')}"


@pytest.mark.parametrize(
    ("handed_over", "path"),
    [
        ("a%252bb@example.com", "/admin/users/a%252bb@example.com"),
        ("a%252bb@example.com", "/portal/admin/users/a%252bb@example.com/"),
        ("a%2bb@example.com", "/admin/users/a%252bb@example.com"),
        ("a%2bb@example.com", "/portal/admin/users/a%252bb@example.com"),
    ],
)
def test_in_06_it_is_the_same_one_whether_the_gateway_decoded_it_or_not(
    world: World, handed_over: str, path: str
) -> None:
    """Recorded events have it as it was sent; some report it decoded. The path of the request says which it is."""
    ann, desk = world.person("a%2bb@example.com"), staff(world)
    desk.visitor.get(path_of(ann.address))
    event = next(event for step, event in reversed(world.events) if step == "admin_user")
    event["pathParameters"]["email"], event["requestContext"]["path"] = handed_over, path
    assert handed_over in str(event)
    assert ann.address in str(world.invoke("admin_user", event)["body"])
