"""The step `admin_sessions`: one write, and nothing opened or issued before is alive."""

from tests.console.staff import logged_on, staff
from tests.world.phones import enrolled
from tests.world.visitors import CHOSEN
from tests.world.world import World


def test_se_08_sessions_half_done_logons_links_and_temporary_passwords_are_void(world: World) -> None:
    desk, (ann, phone) = staff(world), enrolled(world)
    whole = logged_on(world, world.visitor(), ann, phone)
    half = world.visitor()
    assert half.logs_on(ann) == "enter_code"
    mail = world.asks(ann)
    assert desk.does(ann, "sessions/revoke")["done"] == "sessions_revoked"
    assert whole.get("/account").code == "session_required"
    assert half.post("/logon/code", {"code": phone.code()}).code == "session_required"
    fields = {"token": mail.token("/password/reset"), "new_password": CHOSEN, "confirm_password": CHOSEN}
    assert world.visitor().post("/password/reset", fields).code == "link_unusable"
    temporary = {"email": ann.address, "password": mail.temporary}
    assert world.visitor().post("/logon", temporary).code == "invalid_logon"
    assert world.visitor().logs_on(ann) == "enter_code"


def test_it_is_one_act_of_the_store(world: World) -> None:
    """Never a loop of deletes that can stop half-way."""
    desk, ann = staff(world), world.person()
    for _ in range(9):
        world.visitor().logs_on(ann)
    world.fake.acts.clear()
    desk.does(ann, "sessions/revoke")
    assert [act for act in world.fake.acts if act.split(".")[0] == "administration"] == [
        "administration.apply"
    ]
    assert "sessions.end" not in world.fake.acts


def test_revoking_one_s_own_ends_the_session_it_was_done_in(world: World) -> None:
    desk = staff(world)
    desk.does(desk.account, "sessions/revoke")
    assert desk.visitor.get("/admin/domains").code == "session_required"
