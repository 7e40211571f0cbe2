"""The step `account`: what the portal knows of one's own account, and no secret of it."""

from typing import Any

import pytest

from chalicelib.domain.accounts import Account, Kind, Status
from tests.world.phones import Phone, enrolled
from tests.world.visitors import PASSWORD
from tests.world.world import World


def test_facts_are_the_contracts(world: World) -> None:
    ann, visitor = world.person(), world.visitor()
    visitor.logs_on(ann)
    told = visitor.get("/account").json()
    assert told == {
        "address": ann.address,
        "kind": "recipient",
        "last_logon_at": None,
        "password_changed_at": "2030-03-16T17:46:40.250Z",
        "password_age_days": 1,
        "two_step": {"active": False, "required": False, "recovery_codes_left": 0},
    }


def test_page_shows_address_and_two_step(world: World) -> None:
    ann, phone = enrolled(world)
    browser = world.browser()
    assert browser.logs_on(ann) == "/logon/code"
    browser.goes_on(browser.post("/logon/code", {"code": phone.code()}))
    page = browser.get("/account").text
    assert ann.address in page
    assert "10 recovery codes left" in page


def test_nothing_secret_is_told(world: World) -> None:
    ann, visitor = world.person(), world.visitor()
    visitor.logs_on(ann)
    told = visitor.get("/account").text
    for secret in (str(ann.password_hash), PASSWORD, str(visitor.token)):
        assert secret not in told


def test_it_reads_no_more_than_the_authorizer_did(world: World) -> None:
    visitor = world.visitor()
    visitor.logs_on(world.person())
    before = len(world.fake.acts)
    visitor.get("/account")
    assert world.fake.acts[before:] == ["sessions.standing"]


URGED = "You are the only administrator"


def page_of(world: World, account: Account, phone: Phone) -> str:
    browser = world.browser()
    browser.logs_on(account)
    browser.post("/logon/code", {"code": phone.code()})
    return browser.get("/account").text


@pytest.mark.parametrize(
    ("other", "urged"),
    [
        ({}, False),
        ({"kind": Kind.SUPPORT}, True),
        ({"status": Status.DISABLED}, True),
        ({"status": Status.FROZEN}, True),
        ({"password_changed_at": None, "password_hash": None}, True),
    ],
    ids=["another", "support", "disabled", "frozen", "never came"],
)
def test_ad_12_the_only_administrator_is_urged_to_have_a_second(
    world: World, other: dict[str, Any], urged: bool
) -> None:
    ann, phone = enrolled(world, kind=Kind.ADMINISTRATOR)
    assert URGED in page_of(world, ann, phone)
    world.person(**{"kind": Kind.ADMINISTRATOR, **other})
    world.clock.passes(60)
    assert (URGED in page_of(world, ann, phone)) is urged


def test_ad_12_nobody_else_is_urged(world: World) -> None:
    for facts in ({}, {"kind": Kind.SUPPORT}):
        assert URGED not in page_of(world, *enrolled(world, **facts))
