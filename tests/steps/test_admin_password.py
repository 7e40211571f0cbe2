"""The step `admin_password`: typed or made and mailed, forced to be changed; every session dies with it."""

import pytest

from chalicelib.domain.accounts import next_epoch
from chalicelib.flows.strength import LABELS
from tests.console.staff import staff
from tests.world.visitors import CHOSEN, PASSWORD
from tests.world.world import World

NEW = "copper lanterns under a bridge"


def test_se_06_se_07_typed_password_ends_every_session_at_the_next_request(world: World) -> None:
    desk, ann = staff(world), world.person()
    devices = [world.visitor() for _ in range(5)]
    for device in devices:
        device.logs_on(ann)
    done = desk.does(ann, "password", new_password=NEW)
    assert (done["done"], done["changed"], done["force_change"]) == ("password_set", True, True)
    assert {device.get("/account").code for device in devices} == {"session_required"}
    old = world.visitor().post("/logon", {"email": ann.address, "password": PASSWORD})
    assert old.code == "invalid_logon"


def test_tp_03_forced_change_opens_the_change_page_only(world: World) -> None:
    desk, ann, visitor = staff(world), world.person(), world.visitor()
    desk.does(ann, "password", new_password=NEW)
    assert visitor.logs_on(ann, NEW) == "change_password"
    assert visitor.get("/messages").code == "step_required"
    same = {"new_password": NEW, "confirm_password": NEW}
    assert visitor.post("/password/change", same).code == "criteria_not_met"
    new = {"new_password": CHOSEN, "confirm_password": CHOSEN}
    assert visitor.goes_on(visitor.post("/password/change", new)) == "portal"


def test_without_force_the_typed_password_stays(world: World) -> None:
    desk, ann = staff(world), world.person()
    desk.does(ann, "password", new_password=NEW, force_change=False)
    assert world.visitor().logs_on(ann, NEW) == "portal"


def test_tp_06_made_password_is_mailed_and_the_old_one_is_void_at_once(world: World) -> None:
    desk, ann, visitor = staff(world), world.person(), world.visitor()
    visitor.logs_on(ann)
    assert desk.does(ann, "password")["done"] == "password_mailed"
    assert visitor.get("/account").code == "session_required"
    old = world.visitor().post("/logon", {"email": ann.address, "password": PASSWORD})
    assert old.code == "invalid_logon"
    notice, issued = sorted(world.mails(ann), key=lambda mail: "reset" not in mail.subject)
    assert "administrator" in notice.text
    assert desk.user(ann)["password_state"] == "temporary_pending"
    assert world.visitor().logs_on(ann, issued.temporary) == "change_password"


def test_ml_01_owner_is_told_by_whom_and_can_stop_it(world: World) -> None:
    desk, ann = staff(world), world.person()
    desk.does(ann, "password", new_password=NEW)
    (notice,) = world.mails(ann)
    assert "administrator" in notice.text
    assert NEW not in notice.text + notice.rendered.html
    assert world.visitor().post("/not-me", {"token": notice.token("/not-me")}).status == 200
    late = world.visitor().post("/logon", {"email": ann.address, "password": NEW})
    assert late.code == "invalid_logon"


def test_made_password_is_good_for_a_day(world: World) -> None:
    desk, ann = staff(world), world.person()
    desk.does(ann, "password")
    issued = next(mail for mail in world.mails(ann) if "choose" in mail.subject.lower())
    world.clock.passes(86400 - 1)
    assert world.visitor().logs_on(ann, issued.temporary) == "change_password"
    desk = staff(world)
    desk.does(ann, "password")
    issued = [mail for mail in world.mails(ann) if "choose" in mail.subject.lower()][-1]
    world.clock.passes(86400)
    late = world.visitor().post("/logon", {"email": ann.address, "password": issued.temporary})
    assert late.code == "invalid_logon"
    assert staff(world).user(ann)["password_state"] in {"temporary_expired", "temporary_pending"}


@pytest.mark.parametrize("weak", ["short", "passwordpassword", "securemessaging2026"])
def test_weak_password_is_refused_with_its_criteria_and_changes_nothing(world: World, weak: str) -> None:
    desk, ann = staff(world), world.person()
    before = world.rows()
    refused = desk.tries(ann, "password", new_password=weak)
    assert (refused.status, refused.code) == (422, "criteria_not_met")
    assert not all(one["met"] for one in refused.json()["criteria"])
    assert world.rows() == before


def test_page_of_a_weak_password_says_how_weak_it_is(world: World) -> None:
    desk, ann = staff(world), world.person()
    weak = {"new_password": "passwordpassword"}
    page = desk.visitor.post(f"/admin/users/{ann.address}/password", weak, Accept="text/html")
    assert (page.status, page.hint) == (422, (0, LABELS[0]))


def test_force_change_alone_keeps_the_password_for_one_more_logon(world: World) -> None:
    desk, ann, visitor = staff(world), world.person(), world.visitor()
    visitor.logs_on(ann)
    assert desk.does(ann, "force-change")["done"] == "change_forced"
    assert visitor.get("/account").code == "session_required"
    assert world.visitor().logs_on(ann) == "change_password"


def test_ad_03_trail_names_actor_before_and_after_and_no_secret(world: World) -> None:
    desk, ann = staff(world), world.person()
    desk.does(ann, "password", new_password=NEW)
    (event,) = desk.trail(ann, "authn_password_reset")
    assert (event["actor"], event["source"]) == (desk.account.address, desk.visitor.source)
    assert event["before"] == {"must_change_password": False, "epoch": 1}
    assert event["after"] == {"must_change_password": True, "epoch": next_epoch(1, world.clock())}
    told = str(world.fake.tables.events) + "".join(world.lines) + str(desk.user(ann))
    assert NEW not in told
    assert "argon2" not in told
