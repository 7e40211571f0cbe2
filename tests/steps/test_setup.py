"""The step `setup`: the first administrator is invited, once, and there is no default account (LG-11)."""

import pytest

from chalicelib.domain.accounts import Account, Kind, Status
from chalicelib.domain.addresses import account_id, canonical_address
from chalicelib.domain.canary import canary_address, canary_password
from chalicelib.domain.events import EventKind
from chalicelib.domain.invitations import invitation
from tests.world.phones import Phone
from tests.world.visitors import CHOSEN
from tests.world.world import World

ADMINISTRATOR = "admin@portal.example"


NOT_INVITED = {"invited": False, "again": False, "canary": False}


def administrator(world: World) -> Account:
    return world.fake.tables.accounts[account_id(canonical_address(ADMINISTRATOR))]


def test_administrator_is_invited_and_again_until_a_password_is_chosen(world: World) -> None:
    """LG-11: a first invitation that was lost is no end."""
    assert world.invoke("setup", {}) == {"invited": True, "again": False, "canary": True}
    assert world.invoke("setup", {}) == {"invited": True, "again": True, "canary": False}
    account = administrator(world)
    assert (account.address, account.kind, account.password_hash) == (ADMINISTRATOR, Kind.ADMINISTRATOR, None)
    first, second = world.mails()
    assert {first.to, second.to} == {ADMINISTRATOR}
    assert first.temporary != second.temporary
    visitor = world.visitor()
    assert visitor.logs_on(ADMINISTRATOR, second.temporary) == "change_password"
    visitor.post("/password/change", {"new_password": CHOSEN, "confirm_password": CHOSEN})
    before = world.rows()
    assert world.invoke("setup", {}) == NOT_INVITED
    assert world.rows() == before


@pytest.mark.parametrize("status", [Status.DISABLED, Status.FROZEN])
def test_account_that_was_shut_meanwhile_is_not_invited_again(world: World, status: Status) -> None:
    world.invoke("setup", {})
    account = administrator(world)
    world.fake.tables.accounts[account.id] = account._replace(status=status)
    assert world.invoke("setup", {}) == NOT_INVITED


def test_recipient_of_that_address_is_not_invited_as_an_administrator(world: World) -> None:
    world.fake.tables.accounts[account_id(canonical_address(ADMINISTRATOR))] = invitation(
        canonical_address(ADMINISTRATOR), Kind.RECIPIENT, at=world.clock(), event_id="1", actor=None
    )[0]
    assert world.invoke("setup", {}) == NOT_INVITED | {"canary": True}


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
    world.invoke("setup", {})
    before = world.rows()
    assert world.invoke("setup", {}) == NOT_INVITED
    assert world.rows() == before


def test_lg_11_portal_that_was_just_set_up_knows_nobody_else(world: World) -> None:
    world.invoke("setup", {})
    for name in ("admin", "root", "administrator", "test", "portal"):
        for password in (name, "admin", "password", "changeme", ""):
            body = {"email": f"{name}@portal.example", "password": password}
            assert world.visitor().post("/logon", body).code in {"invalid_logon", "invalid_request"}


def test_canary_gets_an_account_once_that_no_list_shows_and_no_mail_tells_of(world: World) -> None:
    assert world.invoke("setup", {})["canary"]
    ring = world.rings["canary"]
    account = world.fake.tables.accounts[account_id(canary_address(ring))]
    assert account.address.endswith("@simulator.amazonses.com")
    assert (account.kind, account.status, account.must_change_password) == (
        Kind.RECIPIENT,
        Status.ACTIVE,
        False,
    )
    assert world.hasher.verify(account.password_hash or "", canary_password(ring))
    assert {mail.to for mail in world.mails()} == {ADMINISTRATOR}
    assert {policy.name for policy in world.fake.tables.policies.values()} == {"portal.example"}
    events = world.store.events.of_account(account.id)
    assert [(event.kind, event.actor) for event in events] == [(EventKind.CANARY_SET_UP, "setup")]
    before = world.rows()
    assert not world.invoke("setup", {})["canary"]
    assert world.rows() == before


def test_canary_has_another_account_once_its_key_was_rotated(world: World) -> None:
    world.invoke("setup", {})
    was = canary_address(world.rings["canary"])
    world.rings["canary"] = world.rings["devices"]
    assert world.invoke("setup", {})["canary"]
    there = {account.address for account in world.fake.tables.accounts.values()}
    assert there == {ADMINISTRATOR, was, canary_address(world.rings["canary"])}
