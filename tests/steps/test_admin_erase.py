"""The step `admin_erase`: an account is closed at once and for good, by whom and why."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.accounts import Kind, Status, next_epoch
from chalicelib.domain.events import EventKind
from tests.console.staff import Staff, staff
from tests.mail.occasions import notes
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
