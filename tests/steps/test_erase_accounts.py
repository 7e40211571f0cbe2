"""The worker `erase_accounts`: what there is of an account goes within one run, whatever ended the runs before."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.domain.accounts import Account, Kind, Status
from chalicelib.domain.addresses import account_id
from chalicelib.domain.erasing import SETTLED_SECONDS, Erasure, Place
from chalicelib.domain.events import EventKind
from chalicelib.domain.refusals import Unavailable
from chalicelib.steps import erase_accounts as step
from chalicelib.steps.erase_accounts import RUN_SECONDS, erase
from chalicelib.steps.sweep_mail import sweep
from tests.console.staff import Staff, staff
from tests.fakes.planting import plant
from tests.fakes.samples import an_event
from tests.world.moving import another_address, asks, carries, proof
from tests.world.running import at_work, heard
from tests.world.visitors import CHOSEN, PASSWORD
from tests.world.world import World

REASON = "The mailbox gets a new holder"
KINDS_OF_A_FIRST_LOGON = {
    "account_invited",
    "authn_login_half_done",
    "authn_login_success",
    "authn_password_change",
    "authn_login_fail",
}


def runs(world: World) -> dict[str, int]:
    with heard(world.lines), at_work("erase_accounts"):
        return erase(world.portal)


def decides(world: World, desk: Staff, who: Account) -> None:
    reply = desk.tries(who, "erase", confirm=who.address, reason=REASON)
    assert reply.status == 202, reply.text


def somebody(world: World) -> tuple[Account, str]:
    """Who has logged on, failed, asked for a link, read a message, and has another one waiting."""
    ann, visitor = world.person(), world.visitor()
    read = world.sends(ann, "Read", "The old holder's secret")
    world.sends(ann, "Unread")
    visitor.logs_on(ann)
    visitor.get(f"/messages/{read}")
    world.visitor().post("/logon", {"email": ann.address, "password": "wrong"})
    world.asks(ann)
    return ann, read


def leftovers(world: World, who: Account) -> list[str]:
    """Whatever the tables have that names the address."""
    tables = world.fake.tables
    return [
        f"{name}: {row}"
        for name, rows in vars(tables).items()
        if name not in {"policies", "days"}
        for row in (rows.items() if isinstance(rows, dict) else rows)
        if who.address in str(row)
    ]


def test_who_has_the_address_next_gets_no_reply_to_what_was_sent_before(world: World) -> None:
    desk, gone, ann, visitor = staff(world), staff(world), world.person(), world.visitor()
    visitor.logs_on(ann)
    asked = {"to": ann.address, "subject": "Statement", "body": "Good day."}
    message = gone.visitor.post("/admin/messages", asked).json()["id"]
    decides(world, desk, gone.account)
    world.delivers()
    world.clock.passes(SETTLED_SECONDS)
    assert runs(world) == {"erased": 1, "waiting": 0}
    successor = world.person(gone.account.address, kind=Kind.ADMINISTRATOR)
    reply = visitor.post(f"/messages/{message}/reply", {"body": "For your eyes only"})
    assert (reply.status, reply.code) == (409, "no_reply")
    assert world.mails(successor) == []


def test_who_is_invited_next_reads_nothing_that_was_still_to_be_carried_over(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account is erased a moment after it has changed its address, and the former address's part is delayed."""
    desk, ann, to = staff(world), world.person(), another_address()
    world.sends(ann, "The old holder's secret")
    asks(desk, ann, to)
    world.visitor().post("/address", {"token": proof(world, to)})
    now = world.fake.tables.accounts[account_id(to)]
    decides(world, desk, now)
    world.delivers()
    world.clock.passes(SETTLED_SECONDS)
    clear = world.fake.erasing.clear

    def away_for_the_former(erasure: Erasure, place: Place) -> Place | None:
        if erasure.account_id == ann.id:
            raise Unavailable("dynamodb:throttled")
        return clear(erasure, place)

    with monkeypatch.context() as patched:
        patched.setattr(world.fake.erasing, "clear", away_for_the_former)
        assert runs(world) == {"erased": 1, "waiting": 1}
    successor, visitor = world.person(to), world.visitor()
    visitor.logs_on(successor)
    carries(world)
    assert visitor.get("/messages").json()["messages"] == []
    assert runs(world) == {"erased": 1, "waiting": 0}
    assert world.fake.tables.messages == {}


def test_tr_18_nothing_is_left_but_who_decided_it_and_why(world: World) -> None:
    desk, (ann, _) = staff(world), somebody(world)
    decides(world, desk, ann)
    world.delivers()
    world.clock.passes(SETTLED_SECONDS)
    assert runs(world) == {"erased": 1, "waiting": 0}
    left = leftovers(world, ann)
    # What staff have read lies in the trail of whoever read it.
    assert [one for one in left if f"'{desk.account.id}'" not in one] == []
    told = desk.visitor.get(f"/admin/events?email={ann.address}").json()["events"]
    (decision,) = [one for one in told if one["kind"] == "account_erased"]
    assert (decision["actor"], decision["details"]["reason"]) == (desk.account.address, REASON)
    assert {one["email"] for one in told} == {None}
    assert desk.visitor.get(f"/admin/users/{ann.address}").status == 404
    assert runs(world) == {"erased": 0, "waiting": 0}


def test_it_waits_until_nothing_can_be_under_way(world: World) -> None:
    desk, (ann, _) = staff(world), somebody(world)
    decides(world, desk, ann)
    world.clock.passes(SETTLED_SECONDS - 1)
    before = world.rows()
    assert runs(world) == {"erased": 0, "waiting": 1}
    assert world.rows() == before


def test_tr_18_the_mailbox_has_a_new_holder_who_sees_nothing_of_the_one_before(world: World) -> None:
    desk, (ann, read) = staff(world), somebody(world)
    browser = world.visitor()
    browser.logs_on(ann)
    decides(world, desk, ann)
    world.clock.passes(SETTLED_SECONDS)
    runs(world)
    desk.types_it_again()
    assert desk.visitor.post("/admin/users", {"email": ann.address, "kind": "recipient"}).status == 201
    invited = world.mails(ann)[-1]
    for password in (PASSWORD,):
        tried = world.visitor().post("/logon", {"email": ann.address, "password": password})
        assert tried.code == "invalid_logon"
    new = world.visitor()
    assert new.logs_on(ann, invited.temporary) == "change_password"
    new.goes_on(new.post("/password/change", {"new_password": CHOSEN, "confirm_password": CHOSEN}))
    assert new.get("/messages").json()["messages"] == []
    assert new.get(f"/messages/{read}").status == 404
    told = json.dumps(new.get("/account/activity?rows=100").json())
    assert "password_reset_asked" not in told
    exported = new.get("/account/export").json()
    assert exported["messages"] == []
    kinds = {one["kind"] for one in exported["events"]}
    assert kinds - {"account_exported"} <= KINDS_OF_A_FIRST_LOGON
    assert browser.get("/account").code == "session_required"
    assert world.stored(ann).last_logon_at is not None


def test_the_new_holder_is_not_mailed_what_the_one_before_was_to_be_told(world: World) -> None:
    """The sweep looks back five days."""
    desk, ann = staff(world), world.person()
    world.store.events.record(an_event(ann.id, EventKind.RESET_ASKED, at=world.clock()))
    world.store.events.record(
        an_event(ann.id, EventKind.TWO_STEP_RESET, at=world.clock(), details={"kind": "support"})
    )
    decides(world, desk, ann)
    world.clock.passes(SETTLED_SECONDS)
    runs(world)
    desk.types_it_again()
    desk.visitor.post("/admin/users", {"email": ann.address, "kind": "recipient"})
    assert [mail.to for mail in world.mails(ann)] == [ann.address]
    before = len(world.mailer.sent)
    world.clock.passes(86400 + 3600)
    sweep(world.worker)
    assert len(world.mailer.sent) == before


@pytest.mark.parametrize("applied", [False, True])
def test_tr_18_whatever_act_breaks_the_next_run_ends_it(world: World, *, applied: bool) -> None:
    desk = staff(world)
    for broken in range(4):
        ann, _ = somebody(world)
        desk.types_it_again()
        decides(world, desk, ann)
        world.clock.passes(SETTLED_SECONDS)
        world.fake.fail(broken, applied=applied)
        try:
            runs(world)
        except Unavailable:
            assert broken == 0
        world.fake.heal()
        runs(world)
        assert ann.id not in world.fake.tables.accounts
        assert [one for one in leftovers(world, ann) if f"'{desk.account.id}'" not in one] == []


def test_one_that_cannot_be_erased_holds_up_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, people = staff(world), [world.person() for _ in range(3)]
    for one in people:
        decides(world, desk, one)
    world.clock.passes(SETTLED_SECONDS)
    clear = world.fake.erasing.clear

    def torn(erasure: Any, place: Any) -> Any:
        if erasure.account_id == people[0].id:
            raise ValueError("a row that nobody can read")
        return clear(erasure, place)

    monkeypatch.setattr(world.fake.erasing, "clear", torn)
    assert runs(world) == {"erased": 2, "waiting": 1}
    assert world.stored(people[0]).status is Status.ERASED


def test_a_run_ends_before_the_next_one_begins(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, people = staff(world), [world.person() for _ in range(3)]
    for one in people:
        decides(world, desk, one)
    world.clock.passes(SETTLED_SECONDS)
    clear = world.fake.erasing.clear

    def slow(erasure: Any, place: Any) -> Any:
        world.clock.passes(RUN_SECONDS / 2)
        return clear(erasure, place)

    monkeypatch.setattr(world.fake.erasing, "clear", slow)
    assert runs(world) == {"erased": 2, "waiting": 1}
    assert runs(world) == {"erased": 1, "waiting": 0}


def test_rl_04_of_two_runs_at_once_the_second_finds_nothing(world: World) -> None:
    desk, (ann, _) = staff(world), somebody(world)
    decides(world, desk, ann)
    world.clock.passes(SETTLED_SECONDS)
    (seen,) = world.store.erasing.due()
    runs(world)
    plant(world.store, ann._replace(epoch=int(world.clock()), status=Status.ACTIVE))
    world.store.erasing.finish(seen, world.clock())
    assert world.stored(ann).status is Status.ACTIVE


def test_function_erases_for_the_container_s_portal(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step, "portal", lambda: world.portal)
    decides(world, staff(world), world.person())
    world.clock.passes(SETTLED_SECONDS)
    assert step.erase_accounts({"source": "aws.events"}, None) == {"erased": 1, "waiting": 0}


def test_tr_17_what_others_trails_say_of_it_is_left_as_it_was(world: World) -> None:
    """TR-17: whoever may decide an erasure takes nothing out of the trail of who read and did what (ADR 53)."""
    desk, other, ann = staff(world), staff(world), staff(world)
    visitor = world.visitor()
    bob = world.person()
    visitor.logs_on(bob)
    message = desk.visitor.post(
        "/admin/messages", {"to": bob.address, "subject": "Statement", "body": "Good day."}
    ).json()["id"]
    assert visitor.post(f"/messages/{message}/reply", {"body": "Thank you."}).status == 201
    desk.user(ann.account)
    desk.user(bob)
    ann.does(bob, "unlock")
    world.delivers()
    for who in (ann.account, bob):
        decides(world, other, who)
    world.delivers()
    kept = {
        key: row
        for key, row in world.fake.tables.events.items()
        if key[0] in {desk.account.id, other.account.id}
    }
    named = [
        one
        for one in kept.values()
        if {ann.account.address, bob.address} & set(map(str, one.details.values()))
    ]
    assert {one.kind.value for one in named} == {"users_read", "reply_received", "administrator_changed"}
    world.clock.passes(SETTLED_SECONDS)
    assert runs(world) == {"erased": 2, "waiting": 0}
    assert {key: world.fake.tables.events[key] for key in kept} == kept
    texts = {one.told["user"] or one.told["whose"] or one.told["from"] for one in named}
    assert texts == {ann.account.address, bob.address}
