"""The step `admin_two_step`: required from the next request on; a lost authenticator is taken away with a reason."""

from chalicelib.domain.accounts import Kind
from tests.console.staff import logged_on, staff
from tests.world.phones import Phone, enrolled
from tests.world.visitors import PASSWORD
from tests.world.world import World

REASON = "Lost phone; called back on the number in the directory"


def test_tf_07_required_counts_at_the_next_request_and_cannot_be_skipped(world: World) -> None:
    desk, ann, visitor = staff(world), world.person(), world.visitor()
    visitor.logs_on(ann)
    assert desk.does(ann, "two-step", required=True)["done"] == "two_step_required"
    for path in ("/messages", "/account", "/account/sessions"):
        stopped = visitor.get(path)
        assert (stopped.code, stopped.json()["next"]) == ("step_required", "enrol_two_step")
    phone = Phone(visitor.post("/account/two-step").json()["secret"], world.clock)
    assert visitor.goes_on(visitor.post("/account/two-step/confirm", {"code": phone.code()})) == "portal"
    world.clock.passes(30)
    fields = {"password": PASSWORD, "code": phone.code()}
    assert visitor.post("/account/two-step/remove", fields).code == "two_step_required"
    assert desk.user(ann)["two_step"]["required_by"] == ["account"]


def test_no_longer_required_lets_the_open_session_go_on(world: World) -> None:
    desk, ann, visitor = staff(world), world.person(), world.visitor()
    visitor.logs_on(ann)
    for required, status in ((True, 403), (False, 200)):
        desk.does(ann, "two-step", required=required)
        assert visitor.get("/messages").status == status
    after = [event["after"] for event in desk.trail(ann, "two_step_required")]
    assert {str(one) for one in after} == {"{'two_step_required': True}", "{'two_step_required': False}"}


def test_ad_06_administrators_need_it_whatever_is_said(world: World) -> None:
    desk, bare = staff(world), world.person(kind=Kind.ADMINISTRATOR)
    desk.does(bare, "two-step", required=False)
    assert world.visitor().logs_on(bare) == "enrol_two_step"


def test_tf_09_reset_demands_a_reason_ends_sessions_and_is_told(world: World) -> None:
    desk, (ann, phone) = staff(world), enrolled(world)
    whole = logged_on(world, world.visitor(), ann, phone)
    for fields in ({}, {"reason": ""}, {"reason": " \n "}, {"reason": "x" * 501}, {"reason": 1}):
        refused = desk.tries(ann, "two-step/reset", **fields)
        assert (refused.status, refused.code) == (422, "invalid_request")
    assert whole.get("/account").status == 200
    desk.does(ann, "two-step/reset", reason=REASON)
    assert whole.get("/account").code == "session_required"
    (event,) = desk.trail(ann, "two_step_reset")
    assert (event["reason"], event["actor"]) == (REASON, desk.account.address)
    assert (event["before"]["two_step"], event["after"]["two_step"]) == (True, False)
    assert "administrator" in world.mails(ann)[-1].text
    assert world.stored(ann).two_step.recovery == ()


def test_tf_09_next_logon_enrols_again_and_the_old_codes_are_nothing(world: World) -> None:
    desk, (ann, phone) = staff(world), enrolled(world)
    desk.does(ann, "two-step/reset", reason=REASON)
    visitor = world.visitor()
    assert visitor.logs_on(ann) == "enrol_two_step"
    for code in (phone.code(), phone.recovery[0]):
        assert visitor.post("/account/two-step/confirm", {"code": code}).status in {401, 409}
    again = Phone(visitor.post("/account/two-step").json()["secret"], world.clock)
    assert visitor.goes_on(visitor.post("/account/two-step/confirm", {"code": again.code()})) == "portal"
