"""The step `setup`: the first administrator is invited, once, and there is no default account (LG-11)."""

from chalicelib.domain.accounts import Kind
from tests.world.phones import Phone
from tests.world.visitors import CHOSEN
from tests.world.world import World

ADMINISTRATOR = "admin@portal.example"


def test_administrator_is_invited_once(world: World) -> None:
    assert [world.invoke("setup", {}) for _ in range(3)] == [
        {"invited": True},
        {"invited": False},
        {"invited": False},
    ]
    (account,) = world.fake.tables.accounts.values()
    assert (account.address, account.kind, account.password_hash) == (ADMINISTRATOR, Kind.ADMINISTRATOR, None)
    (mail,) = world.mails()
    assert mail.to == ADMINISTRATOR


def test_administrator_changes_the_password_and_enrols_before_anything_else(world: World) -> None:
    world.invoke("setup", {})
    (mail,) = world.mails()
    visitor = world.visitor()
    assert visitor.logs_on(ADMINISTRATOR, mail.temporary) == "change_password"
    entries = {"new_password": CHOSEN, "confirm_password": CHOSEN}
    assert visitor.goes_on(visitor.post("/password/change", entries)) == "enrol_two_step"
    phone = Phone(visitor.post("/account/two-step").json()["secret"], world.clock)
    assert visitor.goes_on(visitor.post("/account/two-step/confirm", {"code": phone.code()})) == "portal"


def test_existing_account_is_left_alone(world: World) -> None:
    world.person(ADMINISTRATOR)
    before = world.rows()
    assert world.invoke("setup", {}) == {"invited": False}
    assert world.rows() == before


def test_lg_11_portal_that_was_just_set_up_knows_nobody_else(world: World) -> None:
    world.invoke("setup", {})
    for name in ("admin", "root", "administrator", "test", "portal"):
        for password in (name, "admin", "password", "changeme", ""):
            body = {"email": f"{name}@portal.example", "password": password}
            assert world.visitor().post("/logon", body).code in {"invalid_logon", "invalid_request"}
