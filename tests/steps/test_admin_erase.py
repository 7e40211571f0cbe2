"""The step `admin_erase`: an account is closed at once and for good, by whom and why."""

from __future__ import annotations

import re
from typing import Any

import pytest

from chalicelib.domain.accounts import Kind, Status, next_epoch
from chalicelib.domain.events import EventKind
from tests.console.staff import Staff, logged_on, staff
from tests.mail.occasions import notes
from tests.world.moving import moves
from tests.world.phones import enrolled
from tests.world.visitors import CHOSEN, PASSWORD, Reply
from tests.world.world import World

REASON = "The mailbox gets a new holder"


def tries(desk: Staff, who: Any, confirm: str = "", reason: str = REASON) -> Reply:
    return desk.tries(who, "erase", confirm=confirm or who.address, reason=reason)


def test_tr_18_the_account_is_closed_at_once_in_every_state(world: World) -> None:
    desk, ann, visitor, half = staff(world), world.person(), world.visitor(), world.visitor()
    bert, phone = enrolled(world)
    visitor.logs_on(ann)
    half.logs_on(bert)
    asked = world.asks(ann)
    epoch = world.stored(ann).epoch
    reply = tries(desk, ann)
    assert (reply.status, reply.json()["status"], reply.json()["done"]) == (202, "erased", "erased")
    tries(desk, bert)
    stored = world.stored(ann)
    assert (stored.status, stored.password_hash) == (Status.ERASED, None)
    assert stored.epoch == next_epoch(epoch, world.clock())
    assert visitor.get("/account").code == "session_required"
    assert half.post("/logon/code", {"code": phone.code()}).code == "session_required"
    new = {"new_password": CHOSEN, "confirm_password": CHOSEN}
    link = {"token": asked.token("/password/reset"), **new}
    assert world.visitor().post("/password/reset", link).code == "link_unusable"
    for password in (PASSWORD, asked.temporary):
        tried = world.visitor().post("/logon", {"email": ann.address, "password": password})
        assert tried.code == "invalid_logon"


def test_the_event_says_who_and_why_and_nobody_is_mailed(world: World) -> None:
    desk, ann = staff(world), world.person()
    world.sends(ann)
    tries(desk, ann)
    world.visitor().post("/password/forgot", {"email": ann.address})
    assert world.mails(ann) == []
    (event,) = desk.trail(ann, "account_erased")
    assert (event["actor"], event["details"]["reason"]) == (desk.account.address, REASON)
    assert (event["before"]["status"], event["after"]["status"]) == ("active", "erased")
    assert (EventKind.MAIL_WITHHELD, "account_erased") in notes(world, ann)


def test_ad_09_other_administrators_hear_that_one_of_them_was_erased(world: World) -> None:
    desk, other, gone = staff(world), staff(world), staff(world)
    tries(desk, gone.account)
    told = world.mails(other.account)[-1]
    assert "was erased" in told.text
    assert gone.account.address in told.text


@pytest.mark.parametrize("confirm", ["somebody@else.test", "not an address", " "])
def test_the_address_is_typed_once_more(world: World, confirm: str) -> None:
    desk, ann = staff(world), world.person()
    before = world.rows("accounts", "events")
    refused = tries(desk, ann, confirm)
    assert (refused.status, refused.code, refused.json()["field"]) == (422, "invalid_request", "confirm")
    assert world.rows("accounts", "events") == before
    assert tries(desk, ann, f"  {ann.address.upper()} ").status == 202


def test_the_reason_is_asked_for(world: World) -> None:
    desk, ann = staff(world), world.person()
    refused = tries(desk, ann, reason=" ")
    assert (refused.status, refused.json()["field"]) == (422, "reason")
    assert world.stored(ann).status is Status.ACTIVE


def test_ad_07_nobody_erases_themselves_and_the_last_one_is_told_so(world: World) -> None:
    desk = staff(world)
    before = world.rows()
    refused = tries(desk, desk.account)
    assert (refused.status, refused.code) == (409, "last_administrator")
    staff(world)
    again = tries(desk, desk.account)
    assert (again.status, again.code) == (409, "own_account")
    assert world.rows()["accounts"][desk.account.id] == before["accounts"][desk.account.id]


def test_ad_03_erasing_again_changes_nothing_and_records_nothing(world: World) -> None:
    desk, ann = staff(world), world.person()
    tries(desk, ann)
    before = world.rows("accounts", "events")
    again = tries(desk, ann)
    assert (again.status, again.json()["changed"]) == (202, False)
    assert world.rows("accounts", "events") == before


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("enable", {}),
        ("disable", {}),
        ("unlock", {}),
        ("password", {}),
        ("force-change", {}),
        ("sessions/revoke", {}),
        ("two-step", {"required": True}),
        ("contain", {"reason": "x"}),
        ("ip-ranges", {"ranges": ["192.0.2.0/24"]}),
    ],
)
def test_tr_18_nothing_opens_it_again(world: World, action: str, fields: dict[str, Any]) -> None:
    desk, ann = staff(world), world.person()
    tries(desk, ann)
    before = world.stored(ann)
    refused = desk.tries(ann, action, **fields)
    assert (refused.status, refused.code) == (409, "conflict")
    assert world.stored(ann) == before


def test_the_address_cannot_be_invited_while_it_goes_and_no_message_is_sent_to_it(world: World) -> None:
    desk, ann = staff(world), world.person()
    tries(desk, ann)
    invited = desk.visitor.post("/admin/users", {"email": ann.address, "kind": "recipient"})
    assert invited.code == "exists"
    sent = desk.visitor.post("/admin/messages", {"to": ann.address, "subject": "x", "body": "y"})
    assert (sent.status, sent.code) == (409, "conflict")
    assert world.store.messages.of_account(ann.id) == []


def test_the_page_says_what_goes_and_what_stays(world: World) -> None:
    browser, (boss, phone) = world.browser(), enrolled(world, kind=Kind.ADMINISTRATOR)
    ann = world.person()
    browser.logs_on(boss)
    browser.post("/logon/code", {"code": phone.code()})
    path = f"/admin/users/{ann.address}/erase"
    page = browser.get(path)
    assert page.status == 200
    assert f'action="{path}' in page.text
    refused = browser.post(path, {"confirm": "x", "reason": REASON})
    assert (refused.status, "Enter the address of this account." in refused.text) == (422, True)
    assert f'value="{REASON}"' in refused.text
    done = browser.post(path, {"confirm": ann.address, "reason": REASON})
    assert (done.status, done.header("Location")) == (303, f"/admin/users/{ann.address}?done=erased")
    there = browser.get(f"/admin/users/{ann.address}?done=erased")
    assert "closed for good" in there.text
    assert f"{ann.address}/enable" not in there.text
    assert "closed for good" in browser.get(path).text
    own = browser.get(f"/admin/users/{boss.address}/erase")
    assert "<form" not in own.text.partition("<main")[2].partition("</main")[0]


@pytest.mark.parametrize("kind", list(Kind))
def test_ad_03_the_answer_and_the_event_say_all_of_it(world: World, kind: Kind) -> None:
    desk, who = (
        staff(world),
        staff(world, kind=kind).account if kind is not Kind.RECIPIENT else world.person(),
    )
    reply = tries(desk, who)
    assert reply.json() == {
        "email": who.address,
        "status": "erased",
        "done": "erased",
        "changed": True,
        "reason": REASON,
    }
    (event,) = [one for one in world.store.events.of_account(who.id) if one.kind is EventKind.ACCOUNT_ERASED]
    assert (event.email, event.actor) == (who.address, desk.account.address)
    details = dict(event.details)
    before, after = dict(event.told["before"] or {}), dict(event.told["after"] or {})
    del details["before"], details["after"]
    assert set(before) == set(after) == {"status", "password", "epoch"}
    assert details == {"actor_kind": "administrator", "kind": kind.value, "reason": REASON}


def test_tr_18_former_addresses_are_closed_by_a_decision_of_their_own(world: World) -> None:
    """TR-18, ADR 55: each has a trail; that of a former address says who and why, and no address."""
    desk, ann = staff(world), world.person()
    moved = moves(world, desk, moves(world, desk, ann))
    tries(desk, moved)
    formers = [one for one in world.fake.tables.accounts.values() if one.alias_of == moved.id]
    assert len(formers) == 2
    for one in formers:
        assert one.status is Status.ERASED
        (event,) = [e for e in world.store.events.of_account(one.id) if e.kind is EventKind.ACCOUNT_ERASED]
        assert (event.email, event.actor) == (None, desk.account.address)
        assert event.details == {"actor_kind": "administrator", "reason": REASON}
    refused = tries(desk, ann)
    assert (refused.status, refused.code) == (409, "conflict")


def test_wb_20_the_button_pressed_twice_erases_once(world: World) -> None:
    desk, ann = staff(world), world.person()
    browser = logged_on(world, world.browser(), desk.account, desk.phone)
    path = f"/admin/users/{ann.address}/erase"
    (form,) = set(re.findall(r'name="form" value="([0-9a-f]+)"', browser.get(path).text))
    fields = {"form": form, "confirm": ann.address, "reason": REASON}
    told = {browser.post(path, fields).header("Location") for _ in range(2)}
    assert told == {f"/admin/users/{ann.address}?done=erased"}
    kinds = [one.kind for one in world.store.events.of_account(ann.id)]
    assert kinds.count(EventKind.ACCOUNT_ERASED) == 1


def test_se_10_who_may_no_longer_or_meets_another_change_erases_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, ann = staff(world), world.person()
    monkeypatch.setattr(type(world.fake.administration), "apply", lambda *_, **__: False)
    refused = tries(desk, ann)
    assert (refused.status, refused.code) == (409, "conflict")


def test_two_administrators_erase_where_the_stage_says_so() -> None:
    both = World(TWO_ADMINISTRATORS="erase")
    desk, other, ann = staff(both), staff(both), both.person()
    asked = tries(desk, ann)
    assert (asked.status, asked.json()["waits_for"]) == (202, "second_administrator")
    assert both.stored(ann).status is Status.ACTIVE
    done = tries(other, ann, reason="I agree")
    assert (done.status, done.json()["done"], done.json()["reason"]) == (202, "erased", "I agree")
    (event,) = [one for one in both.store.events.of_account(ann.id) if one.kind is EventKind.ACCOUNT_ERASED]
    assert event.actor == other.account.address
    kinds = [one.kind for one in both.store.events.of_account(ann.id)]
    again = tries(other, ann)
    assert (again.status, again.json()["changed"]) == (202, False)
    assert [one.kind for one in both.store.events.of_account(ann.id)] == kinds
