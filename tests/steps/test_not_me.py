"""The step `not_me`: its GET changes nothing, its post freezes, and the mailbox gives the account back."""

import re

import pytest

from chalicelib.domain.accounts import Account, Status
from tests.fakes.planting import plant
from tests.world.visitors import CHOSEN, PASSWORD
from tests.world.world import World

ENTRIES = {"new_password": CHOSEN, "confirm_password": CHOSEN}


@pytest.fixture
def told(world: World) -> tuple[Account, str]:
    """Somebody whose password was changed, and the token of the notice's link."""
    account, visitor = world.person(), world.visitor()
    visitor.logs_on(account)
    visitor.post("/password/change", {"current_password": PASSWORD, **ENTRIES})
    return account, world.mails(account)[-1].token("/not-me")


def test_wb_03_opening_it_changes_nothing(world: World, told: tuple[Account, str]) -> None:
    before = world.rows("accounts", "resets", "sessions", "events", "throttles")
    for method in ("GET", "HEAD") * 3:
        assert world.visitor().sends(method, f"/not-me/{told[1]}").status == 200
    assert "Freeze my account" in world.browser().get(f"/not-me/{told[1]}").text
    assert world.rows("accounts", "resets", "sessions", "events", "throttles") == before


def test_pressing_it_freezes_the_account_and_voids_everything(
    world: World, told: tuple[Account, str]
) -> None:
    ann, token = told
    thief = world.visitor()
    thief.logs_on(ann, CHOSEN)
    outstanding = world.asks(ann)
    reply = world.visitor().post("/not-me", {"token": token})
    assert (reply.status, reply.json()) == (200, {"status": "frozen"})
    frozen = world.stored(ann)
    assert (frozen.status, frozen.password_hash) == (Status.FROZEN, None)
    assert thief.get("/account").status == 401
    for password in (CHOSEN, outstanding.temporary):
        attempt = world.visitor().post("/logon", {"email": ann.address, "password": password})
        assert attempt.code == "invalid_logon"
    link = outstanding.token("/password/reset")
    assert world.visitor().post("/password/reset", {"token": link, **ENTRIES}).code == "link_unusable"
    assert world.mails(ann)[-1].subject == "Your account has been frozen"


def test_whoever_reads_the_mail_gets_the_account_back(world: World, told: tuple[Account, str]) -> None:
    ann, token = told
    world.visitor().post("/not-me", {"token": token})
    again = world.asks(ann)
    link = again.token("/password/reset")
    assert world.visitor().post("/password/reset", {"token": link, **ENTRIES}).status == 200
    assert world.stored(ann).status is Status.ACTIVE
    assert world.visitor().logs_on(ann, CHOSEN) == "portal"


def test_link_works_once_for_a_week_and_for_this_change_only(world: World, told: tuple[Account, str]) -> None:
    ann, token = told
    changed = world.stored(ann)
    world.clock.passes(7 * 86400 - 1)
    plant(world.store, changed._replace(epoch=changed.epoch + 7))
    assert world.visitor().post("/not-me", {"token": token}).code == "link_unusable"
    plant(world.store, changed)
    assert world.visitor().post("/not-me", {"token": token}).status == 200
    assert world.visitor().post("/not-me", {"token": token}).code == "link_unusable"


def test_link_ends_after_a_week(world: World, told: tuple[Account, str]) -> None:
    world.clock.passes(7 * 86400)
    assert world.visitor().get(f"/not-me/{told[1]}").code == "link_unusable"
    assert world.visitor().post("/not-me", {"token": told[1]}).code == "link_unusable"


def test_disabled_account_stays_disabled(world: World, told: tuple[Account, str]) -> None:
    ann, token = told
    plant(world.store, world.stored(ann)._replace(status=Status.DISABLED))
    assert world.visitor().post("/not-me", {"token": token}).code == "link_unusable"
    assert world.stored(ann).status is Status.DISABLED


def test_reset_link_does_not_freeze(world: World) -> None:
    """RS-08, the other way round."""
    ann = world.person()
    token = world.asks(ann).token("/password/reset")
    assert world.visitor().post("/not-me", {"token": token}).code == "link_unusable"
    assert world.stored(ann).status is Status.ACTIVE


@pytest.mark.parametrize("number", [None, "", "12", "000", "x" * 20])
def test_form_that_nobody_typed_in_freezes_nothing(
    world: World, told: tuple[Account, str], number: str | None
) -> None:
    """A mail scanner that runs scripts submits every form as it is, or with words of its own."""
    before = world.rows("accounts", "resets", "sessions", "events", "throttles")
    fields = {"token": told[1]} | ({} if number is None else {"number": number})
    reply = world.browser().post("/not-me", fields)
    assert (reply.status, "Nothing has happened yet" in reply.text) == (422, True)
    assert world.rows("accounts", "resets", "sessions", "events", "throttles") == before
    assert digits(reply.text) == digits(world.browser().get(f"/not-me/{told[1]}").text)


@pytest.mark.parametrize("zero", ["0", "\uff10", "\u0660"], ids=["ascii", "full width", "arabic"])
def test_digits_of_any_keyboard_are_understood(world: World, told: tuple[Account, str], zero: str) -> None:
    shown = digits(world.browser().get(f"/not-me/{told[1]}").text)
    typed = " ".join(chr(ord(zero) + int(one)) for one in shown)
    assert world.browser().post("/not-me", {"token": told[1], "number": typed}).status == 200


def test_program_that_gives_a_wrong_number_is_told(world: World, told: tuple[Account, str]) -> None:
    reply = world.visitor().post("/not-me", {"token": told[1], "number": "12"})
    assert (reply.status, reply.code, reply.json()["field"]) == (422, "invalid_request", "number")


def digits(page: str) -> str:
    """The number the page asks for."""
    found = re.search(r"number (\d{3})", page)
    assert found
    return found[1]


def test_frozen_browser_forgets_its_session(world: World, told: tuple[Account, str]) -> None:
    browser = world.browser()
    browser.logs_on(told[0], CHOSEN)
    number = digits(browser.get(f"/not-me/{told[1]}").text)
    reply = browser.post("/not-me", {"token": told[1], "number": number})
    assert (reply.status, set(browser.jar)) == (200, {"__Host-portal-device"})  # which opens nothing (LG-14)
    assert "Your account is frozen" in reply.text
