"""The step `admin_status`: disable, enable, unlock; who may, on whom, and what dies with it."""

from typing import Any

import pytest

from chalicelib.domain.accounts import Status, next_epoch
from tests.console.staff import logged_on, staff
from tests.world.phones import enrolled
from tests.world.visitors import CHOSEN, PASSWORD
from tests.world.world import World


def test_ad_04_disabled_account_is_shut_at_once_in_every_state(world: World) -> None:
    desk, (ann, phone) = staff(world), enrolled(world)
    whole, half, changing = (
        logged_on(world, world.visitor(), ann, phone),
        world.visitor(),
        world.visitor(),
    )
    half.logs_on(ann)
    first, second = world.asks(ann), world.asks(ann)
    changing.logs_on(ann, first.temporary)
    changing.goes_on(changing.post("/logon/code", {"code": phone.code()}))
    epoch = world.stored(ann).epoch
    assert desk.does(ann, "disable")["status"] == "disabled"
    assert world.stored(ann).epoch == next_epoch(
        epoch, world.clock()
    )  # by it alone, even where a status is not looked at
    new = {"new_password": CHOSEN, "confirm_password": CHOSEN}
    assert whole.get("/account").code == "session_required"
    assert half.post("/logon/code", {"code": phone.recovery[0]}).code == "session_required"
    assert changing.post("/password/change", new).code == "session_required"
    link = {"token": second.token("/password/reset"), **new}
    assert world.visitor().post("/password/reset", link).code == "link_unusable"
    for password in (PASSWORD, second.temporary):
        tried = world.visitor().post("/logon", {"email": ann.address, "password": password})
        assert tried.code == "invalid_logon"


def test_ad_04_enabling_revives_nothing(world: World) -> None:
    desk, ann, visitor = staff(world), world.person(), world.visitor()
    visitor.logs_on(ann)
    mail = world.asks(ann)
    desk.does(ann, "disable")
    assert desk.does(ann, "enable")["status"] == "active"
    assert visitor.get("/account").code == "session_required"
    link = {"token": mail.token("/password/reset"), "new_password": CHOSEN, "confirm_password": CHOSEN}
    assert world.visitor().post("/password/reset", link).code == "link_unusable"
    temporary = {"email": ann.address, "password": mail.temporary}
    assert world.visitor().post("/logon", temporary).code == "invalid_logon"
    assert world.visitor().logs_on(ann) == "portal"


def test_disabled_account_gets_no_way_in_by_mail(world: World) -> None:
    """RS-09."""
    desk, ann = staff(world), world.person()
    desk.does(ann, "disable")
    before = len(world.mails(ann))
    world.visitor().post("/password/forgot", {"email": ann.address})
    assert len(world.mails(ann)) == before


@pytest.mark.parametrize("actions", [("disable",), ("disable", "enable")])
def test_ad_03_repeating_changes_nothing_and_records_nothing(world: World, actions: tuple[str, ...]) -> None:
    desk, ann = staff(world), world.person()
    for action in actions:
        desk.does(ann, action)
    before = world.rows("accounts", "events")
    assert desk.does(ann, actions[-1])["changed"] is False
    assert world.rows("accounts", "events") == before


def test_ad_07_nobody_disables_themselves(world: World) -> None:
    desk = staff(world)
    before = world.rows()
    refused = desk.tries(desk.account, "disable")
    assert (refused.status, refused.code) == (409, "own_account")
    assert world.rows() == before


def test_ad_07_disabled_administrator_is_out_at_the_next_request(world: World) -> None:
    first, second = staff(world), staff(world)
    first.does(second.account, "disable")
    refused = second.tries(first.account, "disable")
    assert (refused.status, refused.code) == (401, "session_required")
    assert world.stored(first.account).status is Status.ACTIVE


def test_lg_02_unlocking_lifts_lock_and_hard_stop(world: World) -> None:
    until = world.clock() + 900
    both: dict[str, Any] = {
        "failures": 100,
        "locked_until": until,
        "known_failures": 100,
        "known_locked_until": until,
    }
    desk, ann = staff(world), world.person(**both)
    assert (desk.user(ann)["lock"]["locked"], desk.user(ann)["lock"]["stopped"]) == (True, True)
    refused = world.visitor().post("/logon", {"email": ann.address, "password": PASSWORD})
    assert refused.code == "invalid_logon"
    assert desk.does(ann, "unlock")["done"] == "unlocked"
    lock = desk.user(ann)["lock"]
    assert (lock["locked"], lock["stopped"], lock["failures"], lock["seconds_left"]) == (False, False, 0, 0)
    assert (lock["known"]["stopped"], lock["known"]["failures"]) == (False, 0)
    assert world.visitor().logs_on(ann) == "portal"


def test_tf_03_unlocking_lifts_stopped_codes_too(world: World) -> None:
    desk, (ann, phone) = staff(world), enrolled(world)
    for _ in range(5):
        visitor = world.visitor()
        visitor.logs_on(ann)
        visitor.post("/logon/code", {"code": "000000"})
    visitor = world.visitor()
    visitor.logs_on(ann)
    assert visitor.post("/logon/code", {"code": phone.code()}).status == 429
    desk.does(ann, "unlock")
    again = world.visitor()
    again.logs_on(ann)
    assert again.goes_on(again.post("/logon/code", {"code": phone.code()})) == "portal"
