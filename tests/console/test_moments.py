"""What holds until a moment and no longer, and writes that begin before something changed and end after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.domain.accounts import Account, Kind, Status
from tests.console.staff import Staff, staff
from tests.fakes.planting import plant
from tests.world.visitors import CHOSEN, PASSWORD, Visitor
from tests.world.world import World

DAY = 86400
FAR = 9_999_999_999.0


def sends(world: World, desk: Staff, to: Account, **more: Any) -> str:
    """A message by the console; its id."""
    fields = {"to": to.address, "subject": "Hello", "body": "Good day.", **more}
    reply = desk.visitor.post("/admin/messages", fields)
    assert reply.status == 201, reply.text
    return str(reply.json()["id"])


def test_message_is_readable_until_its_last_second(world: World) -> None:
    desk, ann = staff(world), world.person()
    message = sends(world, desk, ann, expires_in_days=3)
    for seconds, status in ((3 * DAY - 1, 200), (1, 404), (1, 404)):
        world.clock.passes(seconds)
        reader = world.visitor()
        reader.logs_on(ann)
        assert reader.get(f"/messages/{message}").status == status
        assert len(reader.get("/messages").json()["messages"]) == (status == 200)


def test_sender_sees_that_it_expired_unread(world: World) -> None:
    desk = staff(world)
    sends(world, desk, world.person(), expires_in_days=1)
    for seconds, state in ((DAY - 1, "sent"), (1, "expired")):
        world.clock.passes(seconds)
        desk.visitor = logged_on_again(world, desk)
        (row,) = desk.visitor.get("/admin/messages").json()["messages"]
        assert row["state"] == state


def logged_on_again(world: World, desk: Staff) -> Visitor:
    """With a recovery code, so that no time has to pass."""
    visitor = world.visitor()
    visitor.logs_on(desk.account)
    visitor.goes_on(visitor.post("/logon/code", {"code": desk.phone.recovery.pop()}))
    return visitor


def test_dry_run_looks_back_thirty_days(world: World) -> None:
    ann = world.person()
    world.visitor("10.9.9.9").logs_on(ann)
    for passed, checked in ((30 * DAY - 3600, 1), (2 * 3600, 0)):
        world.clock.passes(passed)
        desk = staff(world)
        found = desk.does(ann, "ip-ranges/dry-run", ranges=["192.0.2.0/24"])
        assert (found["checked"], len(found["refused"])) == (checked, checked)


MEANWHILE: dict[str, Callable[[Account], Account]] = {
    "disabled": lambda one: one._replace(status=Status.DISABLED),
    "no administrator any more": lambda one: one._replace(kind=Kind.RECIPIENT),
    "revoked": lambda one: one._replace(epoch=one.epoch + 1),
}
WRITES: dict[str, dict[str, object]] = {
    "password": {"new_password": CHOSEN},
    "force-change": {},
    "disable": {},
    "unlock": {},
    "two-step": {"required": True},
    "two-step/reset": {"reason": "lost"},
    "ip-ranges": {"ranges": ["192.0.2.0/24"]},
    "sessions/revoke": {},
    "contain": {"reason": "compromised"},
}


@pytest.mark.parametrize("action", WRITES)
@pytest.mark.parametrize("meanwhile", MEANWHILE)
def test_se_10_write_begun_before_the_actor_lost_standing_changes_nothing(
    world: World, action: str, meanwhile: str
) -> None:
    desk, ann = staff(world), world.person(failures=3)
    before = world.stored(ann)
    between(world, lambda: plant(world.store, MEANWHILE[meanwhile](world.stored(desk.account))))
    refused = desk.tries(ann, action, **WRITES[action])
    assert (refused.status, refused.code) == (409, "conflict")
    assert world.stored(ann) == before


@pytest.mark.parametrize("meanwhile", MEANWHILE)
def test_se_10_invitation_begun_before_the_actor_lost_standing_invites_nobody(
    world: World, meanwhile: str
) -> None:
    desk = staff(world)
    between(world, lambda: plant(world.store, MEANWHILE[meanwhile](world.stored(desk.account))))
    refused = desk.visitor.post("/admin/users", {"email": "new@people.test", "kind": "recipient"})
    assert (refused.status, refused.code) == (409, "conflict")
    assert {row.address for row in world.fake.tables.accounts.values()} == {desk.account.address}


@pytest.mark.parametrize("known", [True, False], ids=["known", "new"])
@pytest.mark.parametrize("meanwhile", MEANWHILE)
def test_se_10_message_begun_before_the_actor_lost_standing_is_not_sent(
    world: World, meanwhile: str, known: bool
) -> None:
    desk, ann = staff(world), world.person()
    between(world, lambda: plant(world.store, MEANWHILE[meanwhile](world.stored(desk.account))))
    to = ann.address if known else "new@people.test"
    refused = desk.visitor.post("/admin/messages", {"to": to, "subject": "Hello", "body": "Good day."})
    assert (refused.status, refused.code) == (409, "conflict")
    assert world.fake.tables.messages == {}
    assert {row.address for row in world.fake.tables.accounts.values()} == {
        desk.account.address,
        ann.address,
    }


@pytest.mark.parametrize("meanwhile", MEANWHILE)
def test_se_10_recall_begun_before_the_actor_lost_standing_takes_nothing_back(
    world: World, meanwhile: str
) -> None:
    desk, ann = staff(world), world.person()
    sent = desk.visitor.post("/admin/messages", {"to": ann.address, "subject": "Hello", "body": "Good day."})
    between(world, lambda: plant(world.store, MEANWHILE[meanwhile](world.stored(desk.account))))
    identity = sent.json()["id"]
    refused = desk.visitor.post(f"/admin/messages/{identity}/recall", {"to": ann.address})
    assert (refused.status, refused.code) == (409, "conflict")
    assert [one.recalled_at for one in world.fake.tables.messages.values()] == [None]


@pytest.mark.parametrize("action", WRITES)
def test_write_that_loses_against_another_administrator_s_asks_to_look_again(
    world: World, action: str
) -> None:
    desk, ann = staff(world), world.person()
    moved = world.stored(ann)._replace(epoch=9)
    between(world, lambda: plant(world.store, moved))
    refused = desk.tries(ann, action, **WRITES[action])
    assert (refused.status, refused.code) == (409, "conflict")
    assert world.stored(ann) == moved


WRITING = ("administration.", "accounts.invite", "messages.send")


def between(world: World, happens: Callable[[], None], writing: tuple[str, ...] = WRITING) -> None:
    """Something happens after the step has read the user and before it writes."""
    perform = world.fake.perform

    def interrupted(name: str, run: Callable[[], Any]) -> Any:
        if name.startswith(writing):
            happens()
        return perform(name, run)

    world.fake.perform = interrupted  # type: ignore[method-assign]


def test_ad_05_administrators_do_not_choose_passwords_where_the_settings_say_so() -> None:
    world = World(ADMIN_MAY_CHOOSE_PASSWORDS="false")
    desk, ann = staff(world), world.person()
    before = world.stored(ann)
    refused = desk.tries(ann, "password", new_password=CHOSEN)
    assert (refused.status, refused.code) == (403, "not_permitted")
    assert world.stored(ann) == before
    assert desk.does(ann, "password")["done"] == "password_mailed"
    assert [mail for mail in world.mails(ann) if "choose a new password" in mail.subject.lower()]


def test_two_step_of_all_is_required_of_recipients_too() -> None:
    world = World(REQUIRE_TWO_STEP="all")
    visitor = world.visitor()
    assert visitor.logs_on(world.person()) == "enrol_two_step"
    assert visitor.get("/messages").code == "step_required"


def test_frozen_account_is_given_back_by_a_password_the_administrator_sets(world: World) -> None:
    desk, ann = staff(world), world.person(status=Status.FROZEN)
    desk.does(ann, "password", new_password=CHOSEN, force_change=False)
    assert world.visitor().logs_on(ann, CHOSEN) == "portal"


def test_password_does_not_open_a_disabled_account(world: World) -> None:
    desk, ann = staff(world), world.person(status=Status.DISABLED)
    desk.does(ann, "password", new_password=CHOSEN)
    for password in (CHOSEN, PASSWORD):
        reply = world.visitor().post("/logon", {"email": ann.address, "password": password})
        assert reply.code == "invalid_logon"


def test_lock_and_stopped_codes_are_lifted_by_unlocking(world: World) -> None:
    desk, ann = staff(world), world.person(failures=100, locked_until=FAR)
    assert desk.user(ann)["lock"]["stopped"] is True
    assert (
        world.visitor().post("/logon", {"email": ann.address, "password": PASSWORD}).code == "invalid_logon"
    )
    desk.does(ann, "unlock")
    assert world.visitor().logs_on(ann) == "portal"
