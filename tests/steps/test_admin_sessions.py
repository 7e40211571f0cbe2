"""The step `admin_sessions`: one write, and nothing opened or issued before is alive."""

from tests.console.staff import logged_on, staff
from tests.world.phones import enrolled
from tests.world.visitors import CHOSEN
from tests.world.world import World


def test_se_08_sessions_half_done_logons_links_and_temporary_passwords_are_void(premises: World) -> None:
    desk, (ann, phone) = staff(premises), enrolled(premises)
    whole = logged_on(premises, premises.visitor(), ann, phone)
    half = premises.visitor()
    assert half.logs_on(ann) == "enter_code"
    mail = premises.asks(ann)
    assert desk.does(ann, "sessions/revoke")["done"] == "sessions_revoked"
    assert whole.get("/account").code == "session_required"
    assert half.post("/logon/code", {"code": phone.code()}).code == "session_required"
    fields = {"token": mail.token("/password/reset"), "new_password": CHOSEN, "confirm_password": CHOSEN}
    assert premises.visitor().post("/password/reset", fields).code == "link_unusable"
    temporary = {"email": ann.address, "password": mail.temporary}
    assert premises.visitor().post("/logon", temporary).code == "invalid_logon"
    assert premises.visitor().logs_on(ann) == "enter_code"


def test_it_is_one_act_of_the_store(premises: World) -> None:
    """Never a loop of deletes that can stop half-way."""
    desk, ann = staff(premises), premises.person()
    for _ in range(9):
        premises.visitor().logs_on(ann)
    premises.fake.acts.clear()
    desk.does(ann, "sessions/revoke")
    assert [act for act in premises.fake.acts if act.split(".")[0] == "administration"] == [
        "administration.apply"
    ]
    assert "sessions.end" not in premises.fake.acts


def test_revoking_one_s_own_ends_the_session_it_was_done_in(premises: World) -> None:
    desk = staff(premises)
    desk.does(desk.account, "sessions/revoke")
    assert desk.visitor.get("/admin/domains").code == "session_required"
