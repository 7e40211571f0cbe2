"""The step `admin_contain`: every measure in one act, with a reason, and a way back that is not the old password."""

from typing import Any

import pytest

from chalicelib.domain.accounts import Status, next_epoch
from tests.console.staff import staff
from tests.world.visitors import CHOSEN, PASSWORD
from tests.world.world import World

REASON = "Reported by the user after an unexpected notification"
EVERYTHING: dict[str, Any] = {
    "disable": True,
    "require_two_step": True,
    "ranges": ["192.0.2.0/24"],
    "reason": REASON,
}


def test_ad_03_every_measure_at_once_and_the_trail_shows_before_and_after(world: World) -> None:
    desk, ann, thief = staff(world), world.person(), world.visitor()
    thief.logs_on(ann)
    world.fake.acts.clear()
    done = desk.does(ann, "contain", **EVERYTHING)
    assert [act for act in world.fake.acts if act.startswith("administration.")] == ["administration.apply"]
    assert done["measures"] == ["password", "sessions", "disabled", "two_step", "ranges"]
    assert thief.get("/account").code == "session_required"
    (event,) = desk.trail(ann, "account_contained")
    assert (event["actor"], event["reason"]) == (desk.account.address, REASON)
    before = {"status": "active", "password": "set", "two_step_required": False, "ranges": None, "epoch": 1}
    assert event["before"] == before
    after = {"status": "disabled", "password": "none", "two_step_required": True, "ranges": ["192.0.2.0/24"]}
    assert event["after"] == after | {"epoch": next_epoch(1, world.clock())}


def test_password_links_and_temporary_passwords_are_void(world: World) -> None:
    desk, ann = staff(world), world.person()
    mail = world.asks(ann)
    desk.does(ann, "contain", reason=REASON)
    for password in (PASSWORD, mail.temporary):
        assert world.visitor().post("/logon", {"email": ann.address, "password": password}).status == 401
    link = {"token": mail.token("/password/reset"), "new_password": CHOSEN, "confirm_password": CHOSEN}
    assert world.visitor().post("/password/reset", link).code == "link_unusable"


def test_owner_who_is_not_disabled_comes_back_by_mail(world: World) -> None:
    desk, ann, visitor = staff(world), world.person(), world.visitor()
    done = desk.does(ann, "contain", require_two_step=True, reason=REASON)
    assert done["measures"] == ["password", "sessions", "force_change", "two_step"]
    issued = next(mail for mail in world.mails(ann) if "choose" in mail.subject.lower())
    assert visitor.logs_on(ann, issued.temporary) == "change_password"
    new = {"new_password": CHOSEN, "confirm_password": CHOSEN}
    assert visitor.goes_on(visitor.post("/password/change", new)) == "enrol_two_step"


def test_disabled_owner_is_told_and_gets_no_way_in(world: World) -> None:
    desk, ann = staff(world), world.person()
    desk.does(ann, "contain", **EVERYTHING)
    (mail,) = world.mails(ann)
    assert "measures to protect the account" in " ".join(mail.text.split())
    assert REASON not in mail.text
    assert "/password/reset/" not in mail.text


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"reason": ""},
        {"reason": "  "},
        {"reason": "x" * 501},
        {"reason": "a\x00b"},
        {"reason": 1},
        {"reason": REASON, "ranges": ["10.0.0.1/8"]},
        {"reason": REASON, "disable": "yes"},
    ],
    ids=repr,
)
def test_what_cannot_be_carried_out_whole_is_not_begun(world: World, fields: dict[str, Any]) -> None:
    desk, ann = staff(world), world.person()
    before = world.rows()
    refused = desk.tries(ann, "contain", **fields)
    assert (refused.status, refused.code) == (422, "invalid_request")
    assert world.rows() == before


def test_second_containment_keeps_what_the_first_did(world: World) -> None:
    desk, ann = staff(world), world.person()
    desk.does(ann, "contain", **EVERYTHING)
    assert desk.does(ann, "contain", **EVERYTHING)["measures"] == ["password", "sessions", "disabled"]
    account = world.stored(ann)
    assert (account.status, account.password_hash, account.ranges) == (
        Status.DISABLED,
        None,
        ("192.0.2.0/24",),
    )


def test_ad_07_nobody_contains_themselves(world: World) -> None:
    desk = staff(world)
    assert desk.tries(desk.account, "contain", reason=REASON).code == "own_account"
    assert desk.visitor.get("/admin/domains").status == 200
