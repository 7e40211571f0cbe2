"""The step `address_change`: a mailbox proves itself, and the account is the same under its new address (ADR 55)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from chalicelib.domain.accounts import Kind, Status
from chalicelib.domain.addresses import account_id
from chalicelib.domain.events import EventKind
from chalicelib.domain.resets import pending_key
from tests.console.staff import staff
from tests.fakes.planting import plant
from tests.world.moving import another_address, asks, carries, moves, proof
from tests.world.phones import enrolled
from tests.world.visitors import PASSWORD
from tests.world.world import World


def test_password_second_step_preferences_and_messages_come_along(world: World) -> None:
    desk, (ann, phone), to = staff(world), enrolled(world), another_address()
    visitor = world.visitor()
    visitor.logs_on(ann)
    visitor.goes_on(visitor.post("/logon/code", {"code": phone.code()}))
    visitor.post("/account/preferences", {"language": "de", "time_zone": "Europe/Berlin"})
    read = world.sends(ann, body="The first one")
    world.clock.passes(1)
    unread = world.sends(ann, body="The second one")
    assert visitor.get(f"/messages/{read}").json()["body"] == "The first one"
    now = moves(world, desk, ann, to)
    assert visitor.get("/account").code == "session_required"
    world.clock.passes(60)
    again = world.visitor()
    assert again.logs_on(now) == "enter_code"
    assert again.goes_on(again.post("/logon/code", {"code": phone.code()})) == "portal"
    listed = again.get("/messages").json()["messages"]
    assert [(one["id"], bool(one["read_at"])) for one in listed] == [(unread, False), (read, True)]
    assert again.get(f"/messages/{unread}").json()["body"] == "The second one"
    account = again.get("/account").json()
    assert (account["address"], now.language, now.time_zone) == (to, "de", "Europe/Berlin")
    world.clock.passes(60)
    code = again.post("/logoff")
    assert code.status == 204
    other = world.visitor()
    other.logs_on(now)
    assert other.goes_on(other.post("/logon/code", {"code": phone.recovery[0]})) == "portal"


def test_former_address_opens_nothing_and_is_mailed_nothing(world: World) -> None:
    desk, ann = staff(world), world.person()
    outstanding = world.asks(ann)
    now = moves(world, desk, ann)
    told = world.mails(ann)
    assert told[-1].subject == "Your email address was changed"
    assert now.address not in told[-1].text
    for password in (PASSWORD, outstanding.temporary):
        refused = world.visitor().post("/logon", {"email": ann.address, "password": password})
        assert (refused.status, refused.code) == (401, "invalid_logon")
    for _ in range(6):  # a lock's notice would be another way to a link
        world.visitor().post("/logon", {"email": ann.address, "password": "guess after guess"})
    assert world.visitor().post("/password/forgot", {"email": ann.address}).status == 202
    link = outstanding.token("/password/reset")
    fields = {"token": link, "new_password": PASSWORD + "!", "confirm_password": PASSWORD + "!"}
    assert world.visitor().post("/password/reset", fields).code == "link_unusable"
    assert world.mails(ann) == told
    assert [one for one in world.mails(now) if "reset" in one.subject.lower()] == []
    assert world.visitor().logs_on(now) == "portal"
    kinds = [
        one.told["cause"]
        for one in world.store.events.of_account(ann.id)
        if one.kind is EventKind.MAIL_WITHHELD
    ]
    assert set(kinds) == {"former_address"}


def test_new_address_gets_the_way_back_in(world: World) -> None:
    desk, ann = staff(world), world.person(password=None)
    now = moves(world, desk, ann)
    assert world.visitor().logs_on(now, world.asks(now).temporary) == "change_password"


def test_trail_leads_both_ways_and_the_owner_sees_all_of_it(world: World) -> None:
    desk, ann = staff(world), world.person()
    world.visitor().logs_on(ann)
    world.clock.passes(1)
    now = moves(world, desk, ann)
    world.clock.passes(1)
    for account in (ann, now):
        (event,) = desk.trail(account, "address_changed")
        assert (event["details"]["from"], event["details"]["to"]) == (ann.address, now.address)
    visitor = world.visitor()
    visitor.logs_on(now)
    shown = [one["kind"] for one in visitor.get("/account/activity").json()["events"]]
    assert (shown[0], shown[-1]) == ("authn_login_success", "authn_login_success")
    assert sorted(shown[1:-1]) == ["address_change_asked", "address_changed"]
    told = [one["kind"] for one in visitor.get("/account/export").json()["events"]]
    assert sorted(kind for kind in told if kind in shown) == sorted(shown)


def test_opening_the_link_changes_nothing_and_the_form_wants_digits(world: World) -> None:
    desk, ann, to = staff(world), world.person(), another_address()
    asks(desk, ann, to)
    token, before = proof(world, to), world.rows()
    browser = world.browser()
    for method in ("HEAD", "GET"):
        reply = browser.sends(method, f"/address/{token}")
        assert (reply.status, reply.header("Location")) == (303, "/address")
    page = browser.get("/address")
    assert to in page.text
    assert token not in page.text
    assert ann.address not in page.text
    link = re.search(r'name="link" value="([^"]+)"', page.text)
    assert link
    scanner = browser.post("/address", {"link": link[1], "number": ""})
    assert scanner.status == 422
    assert "Nothing has happened yet" in scanner.text
    assert world.rows() == before
    number = re.search(r"Type the number (\d{3})", page.text)
    assert number
    done = browser.post("/address", {"link": link[1], "number": number[1]})
    assert (done.status, done.header("Location")) == (303, "/address?done=1")
    assert "log on with the new address" in browser.get("/address?done=1").text
    assert world.stored(ann).alias_of == account_id(to)


def test_wb_20_button_pressed_twice_is_answered_twice(world: World) -> None:
    desk, ann, to = staff(world), world.person(), another_address()
    asks(desk, ann, to)
    browser = world.browser()
    browser.sends("GET", f"/address/{proof(world, to)}")
    page, cookies = browser.get("/address").text, dict(browser.jar)
    fields = {
        "link": re.findall(r'name="link" value="([^"]+)"', page)[0],
        "number": re.findall(r"Type the number (\d{3})", page)[0],
    }
    assert browser.post("/address", fields).status == 303
    browser.jar.update(cookies)
    again = browser.post("/address", fields)
    assert (again.status, again.header("Location")) == (303, "/address?done=1")


def test_link_of_another_form_moves_nobody(world: World) -> None:
    desk, ann, bob, to = staff(world), world.person(), world.person(), another_address()
    asks(desk, ann, to)
    browser = world.browser()
    browser.sends("GET", f"/address/{proof(world, to)}")
    page = browser.get("/address").text
    fields = {
        "link": re.findall(r'name="link" value="([^"]+)"', page)[0],
        "number": re.findall(r"Type the number (\d{3})", page)[0],
    }
    other = another_address()
    asks(desk, bob, other)
    browser.sends("GET", f"/address/{proof(world, other)}")
    reply = browser.post("/address", fields)
    assert reply.status == 410
    assert "another link was opened" in reply.text
    assert world.stored(bob).alias_of is None


@pytest.mark.parametrize(
    "change",
    [{"epoch": 9}, {"status": Status.DISABLED}, {"status": Status.FROZEN}, {"ranges": ("192.0.2.0/24",)}],
    ids=["moved on", "disabled", "frozen", "outside"],
)
def test_link_ends_with_what_it_was_asked_under(world: World, change: dict[str, Any]) -> None:
    desk, ann, to = staff(world), world.person(), another_address()
    asks(desk, ann, to)
    token = proof(world, to)
    plant(world.store, world.stored(ann)._replace(**change))
    assert world.visitor().post("/address", {"token": token}).code == "link_unusable"
    assert world.stored(ann).alias_of is None


def test_link_ends_by_its_time_by_its_use_and_by_a_later_one(world: World) -> None:
    desk, ann, first, second = staff(world), world.person(), another_address(), another_address()
    asks(desk, ann, first)
    early = proof(world, first)
    asks(desk, ann, second)
    assert world.visitor().post("/address", {"token": early}).code == "link_unusable"
    late = proof(world, second)
    for token in (late, "x" * 43, late[:-1]):
        reply = world.visitor().post("/address", {"token": token})
        assert reply.status == (200 if token == late else 410)
    assert world.visitor().post("/address", {"token": late}).code == "link_unusable"
    bob, third = world.person(), another_address()
    desk.types_it_again()
    asks(desk, bob, third)
    token = proof(world, third)
    world.clock.passes(86400)
    assert world.visitor().get("/address").code == "link_unusable"
    assert world.visitor().post("/address", {"token": token}).code == "link_unusable"
    assert world.stored(bob).alias_of is None


def test_address_that_was_invited_meanwhile_stays_whose_it_is(world: World) -> None:
    desk, ann, to = staff(world), world.person(), another_address()
    asks(desk, ann, to)
    token = proof(world, to)
    somebody = world.person(to)
    assert world.visitor().post("/address", {"token": token}).code == "link_unusable"
    assert (world.stored(ann).alias_of, world.stored(somebody)) == (None, somebody)


def test_present_address_stops_it_by_its_notice(world: World) -> None:
    desk, ann, to = staff(world), world.person(), another_address()
    asks(desk, ann, to)
    notice = world.mails(ann)[-1]
    assert to in notice.text
    assert world.visitor().post("/not-me", {"token": notice.token("/not-me")}).status == 200
    assert world.visitor().post("/address", {"token": proof(world, to)}).code == "link_unusable"


def test_a_wrong_password_at_the_same_moment_is_counted_and_delays_nobody(world: World) -> None:
    """Whatever is counted while the row is copied: the second reading has it."""
    desk, ann, to = staff(world), world.person(), another_address()
    asks(desk, ann, to)
    token, standing = proof(world, to), world.store.moves.standing

    def meanwhile(link: object) -> object:
        world.fake.moves.standing = standing  # type: ignore[method-assign]
        found = standing(link)  # type: ignore[arg-type]
        plant(world.store, world.stored(ann)._replace(failures=3))
        return found

    world.fake.moves.standing = meanwhile  # type: ignore[assignment,method-assign]
    assert world.visitor().post("/address", {"token": token}).status == 200
    assert world.fake.tables.accounts[account_id(to)].failures == 3


def test_a_second_change_leads_every_former_address_to_the_present_one(world: World) -> None:
    desk, ann = staff(world), world.person()
    message = world.sends(ann)
    once = moves(world, desk, ann)
    twice = moves(world, desk, once)
    assert {world.stored(one).alias_of for one in (ann, once)} == {twice.id}
    visitor = world.visitor()
    visitor.logs_on(twice)
    assert [one["id"] for one in visitor.get("/messages").json()["messages"]] == [message]


def test_a_second_change_waits_until_the_first_is_carried_over(world: World) -> None:
    desk, ann, first, second = staff(world), world.person(), another_address(), another_address()
    asks(desk, ann, first)
    world.visitor().post("/address", {"token": proof(world, first)})
    once = world.fake.tables.accounts[account_id(first)]
    asks(desk, once, second)
    token = proof(world, second)
    assert world.visitor().post("/address", {"token": token}).code == "unavailable"
    carries(world)
    assert world.visitor().post("/address", {"token": token}).status == 200


def test_ad_09_other_administrators_hear_of_both_once(world: World) -> None:
    desk, other = staff(world), staff(world)
    third = staff(world)
    moves(world, desk, third.account)
    texts = [one.text for one in world.mails(other.account)]
    assert sum("Another email address was asked for" in one for one in texts) == 1
    assert sum("has another email address" in one for one in texts) == 1
    assert world.fake.tables.accounts[world.stored(third.account).alias_of].kind is Kind.ADMINISTRATOR  # type: ignore[index]


def test_link_of_another_epoch_than_what_waits_moves_nobody(world: World) -> None:
    """Whoever made it: what was asked for is of the account as it was."""
    desk, ann, to = staff(world), world.person(), another_address()
    asks(desk, ann, to)
    token, waits = proof(world, to), world.fake.tables.resets[pending_key(ann.id)]
    plant(world.store, waits._replace(epoch=waits.epoch - 1))
    assert world.visitor().post("/address", {"token": token}).code == "link_unusable"
    assert world.stored(ann).alias_of is None
