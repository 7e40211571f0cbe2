"""The step `admin_status`: disable, enable, unlock; who may, on whom, and what dies with it."""

from typing import Any

import pytest

from chalicelib.domain.accounts import Status
from tests.console.staff import logged_on, staff
from tests.world.phones import enrolled
from tests.world.visitors import CHOSEN, PASSWORD
from tests.world.world import World


def test_ad_04_disabled_account_is_shut_at_once_in_every_state(premises: World) -> None:
    desk, (ann, phone) = staff(premises), enrolled(premises)
    whole, half, changing = (
        logged_on(premises, premises.visitor(), ann, phone),
        premises.visitor(),
        premises.visitor(),
    )
    half.logs_on(ann)
    first, second = premises.asks(ann), premises.asks(ann)
    changing.logs_on(ann, first.temporary)
    changing.goes_on(changing.post("/logon/code", {"code": phone.code()}))
    epoch = premises.stored(ann).epoch
    assert desk.does(ann, "disable")["status"] == "disabled"
    assert premises.stored(ann).epoch == epoch + 1  # by it alone, even where a status is not looked at
    new = {"new_password": CHOSEN, "confirm_password": CHOSEN}
    assert whole.get("/account").code == "session_required"
    assert half.post("/logon/code", {"code": phone.recovery[0]}).code == "session_required"
    assert changing.post("/password/change", new).code == "session_required"
    link = {"token": second.token("/password/reset"), **new}
    assert premises.visitor().post("/password/reset", link).code == "link_unusable"
    for password in (PASSWORD, second.temporary):
        tried = premises.visitor().post("/logon", {"email": ann.address, "password": password})
        assert tried.code == "invalid_logon"


def test_ad_04_enabling_revives_nothing(premises: World) -> None:
    desk, ann, visitor = staff(premises), premises.person(), premises.visitor()
    visitor.logs_on(ann)
    mail = premises.asks(ann)
    desk.does(ann, "disable")
    assert desk.does(ann, "enable")["status"] == "active"
    assert visitor.get("/account").code == "session_required"
    link = {"token": mail.token("/password/reset"), "new_password": CHOSEN, "confirm_password": CHOSEN}
    assert premises.visitor().post("/password/reset", link).code == "link_unusable"
    temporary = {"email": ann.address, "password": mail.temporary}
    assert premises.visitor().post("/logon", temporary).code == "invalid_logon"
    assert premises.visitor().logs_on(ann) == "portal"


def test_disabled_account_gets_no_way_in_by_mail(premises: World) -> None:
    """RS-09."""
    desk, ann = staff(premises), premises.person()
    desk.does(ann, "disable")
    before = len(premises.mails(ann))
    premises.visitor().post("/password/forgot", {"email": ann.address})
    assert len(premises.mails(ann)) == before


@pytest.mark.parametrize("actions", [("disable",), ("disable", "enable")])
def test_ad_03_repeating_changes_nothing_and_records_nothing(
    premises: World, actions: tuple[str, ...]
) -> None:
    desk, ann = staff(premises), premises.person()
    for action in actions:
        desk.does(ann, action)
    before = premises.rows("accounts", "events")
    assert desk.does(ann, actions[-1])["changed"] is False
    assert premises.rows("accounts", "events") == before


def test_ad_07_nobody_disables_themselves(premises: World) -> None:
    desk = staff(premises)
    before = premises.rows()
    refused = desk.tries(desk.account, "disable")
    assert (refused.status, refused.code) == (409, "own_account")
    assert premises.rows() == before


def test_ad_07_disabled_administrator_is_out_at_the_next_request(premises: World) -> None:
    first, second = staff(premises), staff(premises)
    first.does(second.account, "disable")
    refused = second.tries(first.account, "disable")
    assert (refused.status, refused.code) == (401, "session_required")
    assert premises.stored(first.account).status is Status.ACTIVE


def test_lg_02_unlocking_lifts_lock_and_hard_stop(premises: World) -> None:
    until = premises.clock() + 900
    both: dict[str, Any] = {
        "failures": 100,
        "locked_until": until,
        "known_failures": 100,
        "known_locked_until": until,
    }
    desk, ann = staff(premises), premises.person(**both)
    assert (desk.user(ann)["lock"]["locked"], desk.user(ann)["lock"]["stopped"]) == (True, True)
    refused = premises.visitor().post("/logon", {"email": ann.address, "password": PASSWORD})
    assert refused.code == "invalid_logon"
    assert desk.does(ann, "unlock")["done"] == "unlocked"
    lock = desk.user(ann)["lock"]
    assert (lock["locked"], lock["stopped"], lock["failures"], lock["seconds_left"]) == (False, False, 0, 0)
    assert (lock["known"]["stopped"], lock["known"]["failures"]) == (False, 0)
    assert premises.visitor().logs_on(ann) == "portal"


def test_tf_03_unlocking_lifts_stopped_codes_too(premises: World) -> None:
    desk, (ann, phone) = staff(premises), enrolled(premises)
    for _ in range(5):
        visitor = premises.visitor()
        visitor.logs_on(ann)
        visitor.post("/logon/code", {"code": "000000"})
    visitor = premises.visitor()
    visitor.logs_on(ann)
    assert visitor.post("/logon/code", {"code": phone.code()}).status == 429
    desk.does(ann, "unlock")
    again = premises.visitor()
    again.logs_on(ann)
    assert again.goes_on(again.post("/logon/code", {"code": phone.code()})) == "portal"
