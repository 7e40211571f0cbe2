"""A mail whose link or password is void when its turn comes is not sent; what tells of something is (RS-09)."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.accounts import Account
from chalicelib.domain.details import Details
from chalicelib.domain.events import MAILS, EventKind
from chalicelib.domain.limits import SELF_SERVICE_MAILS
from chalicelib.domain.mails import CLAIM_SECONDS
from tests.console.staff import Staff, staff
from tests.fakes.acts import outbox as fake_outbox
from tests.fakes.planting import plant
from tests.fakes.samples import NOW, an_event
from tests.mail.occasions import forgets, notes
from tests.world.mailer import LOST, RATE
from tests.world.moving import another_address, asks
from tests.world.visitors import CHOSEN, PASSWORD, SESSION
from tests.world.world import World

NEW, SECOND = "new@people.test", int(NOW)
SENT, WITHHELD = (EventKind.MAIL_SENT, None), (EventKind.MAIL_WITHHELD, "superseded")


def waits(world: World) -> None:
    """SES says no to whatever is due: what it carries is stored, and it is put aside."""
    world.mailer.fault = RATE
    world.delivers()
    world.mailer.fault = None
    world.clock.passes(60)


def fates(world: World, who: Account, about: EventKind) -> list[tuple[EventKind, object]]:
    """What became of the mails that one kind of event made due, the oldest first."""
    told = [one for one in world.store.events.of_account(who.id) if one.kind in MAILS]
    return [(one.kind, one.told["cause"]) for one in reversed(told) if one.told["about"] == about.value]


def resumed(world: World) -> None:
    world.resumes()
    world.delivers()


def invited(world: World, desk: Staff) -> Account:
    assert desk.visitor.post("/admin/users", {"email": NEW, "kind": "recipient"}).status == 201
    (found,) = [one for one in world.fake.tables.accounts.values() if one.address == NEW]
    return found


@pytest.mark.parametrize("stored_before", [True, False], ids=["stored", "not stored"])
def test_rs_09_of_two_invitations_that_wait_the_newer_one_goes_out(world: World, stored_before: bool) -> None:
    desk = staff(world)
    world.delivers()
    who = invited(world, desk)
    if stored_before:
        waits(world)
    else:
        world.clock.passes(60)
    desk.does(who, "invite")
    resumed(world)
    (mail,) = [one for one in world.mailer.sent if one.to == NEW]
    assert fates(world, who, EventKind.ACCOUNT_INVITED) == [WITHHELD, SENT]
    assert world.visitor().logs_on(NEW, mail.temporary) == "change_password"


def test_rs_09_three_invitations_within_two_seconds_are_told_apart(world: World) -> None:
    desk = staff(world)
    world.delivers()
    who = invited(world, desk)
    for _ in range(2):
        world.clock.passes(1)
        desk.does(who, "invite")
    world.clock.passes(60)
    world.delivers()
    (mail,) = [one for one in world.mailer.sent if one.to == NEW]
    assert world.visitor().logs_on(NEW, mail.temporary) == "change_password"


@pytest.mark.parametrize("act", ["withdraw", "disable", "contain", "sessions/revoke", "opened_again"])
def test_rs_09_an_invitation_that_anything_voided_is_not_sent(world: World, act: str) -> None:
    desk = staff(world)
    world.delivers()
    who = invited(world, desk)
    waits(world)
    if act == "opened_again":
        desk.does(who, "disable")
        desk.does(who, "enable")
    else:
        desk.does(who, act, **({"reason": "Why not"} if act == "contain" else {}))
    resumed(world)
    sent = [one for one in world.mailer.sent if one.to == NEW]
    assert not [one for one in sent if one.subject.startswith("Your temporary password for")]
    (fate,) = fates(world, who, EventKind.ACCOUNT_INVITED)
    assert fate[0] is EventKind.MAIL_WITHHELD


def test_rs_09_an_issued_password_that_another_one_followed_is_not_mailed(world: World) -> None:
    desk, ann = staff(world), world.person()
    world.delivers()
    desk.does(ann, "password")
    waits(world)
    desk.does(ann, "contain", reason="Phished")
    resumed(world)
    (mail,) = [one for one in world.mailer.sent if one.to == ann.address and "temporary password" in one.text]
    assert world.visitor().logs_on(ann, mail.temporary) == "change_password"


def moves_on(world: World, desk: Staff, who: Account, since: str) -> None:
    if since == "contained":
        desk.does(who, "contain", reason="Phished")
    elif since == "chosen":
        visitor = world.visitor()
        visitor.logs_on(who)
        new = {"current_password": PASSWORD, "new_password": CHOSEN, "confirm_password": CHOSEN}
        visitor.goes_on(visitor.post("/password/change", new))
    elif since == "read":
        world.visitor().logs_on(who)


@pytest.mark.parametrize("first", ["stored", "beyond the budget"])
@pytest.mark.parametrize("since", ["chosen", "contained", "read"])
def test_rs_09_a_reset_that_waited_is_not_mailed_once_the_account_has_moved_on(
    world: World, monkeypatch: pytest.MonkeyPatch, first: str, since: str
) -> None:
    desk = staff(world)
    world.delivers()
    ann = forgets(world)
    if first == "stored":
        waits(world)
    else:
        with monkeypatch.context() as patched:
            patched.setattr(fake_outbox, "SELF_SERVICE_MAILS", SELF_SERVICE_MAILS._replace(most=0))
            world.delivers()
        world.clock.passes(60)
    moves_on(world, desk, ann, since)
    world.clock.passes(60)
    resumed(world)
    assert fates(world, ann, EventKind.RESET_ASKED) == ([SENT] if since == "read" else [WITHHELD])


def test_rs_09_a_copy_is_not_mailed_of_what_was_used_since(world: World) -> None:
    """SES took it and its answer was lost: who has used the password that came does not get it once more."""
    world.mailer.fault = LOST
    ann = forgets(world)
    world.delivers()
    world.mailer.fault = None
    for key, row in world.fake.tables.resets.items():
        if row.password_hash:
            world.fake.tables.resets[key] = row._replace(spent_at=world.clock())
    world.clock.passes(CLAIM_SECONDS)
    resumed(world)
    assert notes(world, ann) == [WITHHELD]


def test_an_account_restored_a_moment_ago_is_mailed_what_it_asks_for(world: World) -> None:
    """Its epoch lies ahead of the time, and does not say when it moved (ADR 36)."""
    ann = world.person(epoch=int(world.clock()) + 3600)
    mail = world.asks(ann)
    assert world.visitor().logs_on(ann, mail.temporary) == "change_password"


@pytest.mark.parametrize("since", ["replaced", "contained", "nothing"])
@pytest.mark.parametrize("first", ["stored", "not stored"])
def test_a_proof_that_another_request_replaced_is_not_mailed(world: World, first: str, since: str) -> None:
    desk, ann, to, other = staff(world), world.person(), another_address(), another_address()
    world.delivers()
    assert asks(desk, ann, to).status == 202
    if first == "stored":
        waits(world)
    else:
        world.clock.passes(60)
    if since == "replaced":
        assert asks(desk, ann, other).status == 202
    elif since == "contained":
        desk.does(ann, "contain", reason="Phished")
    resumed(world)
    told = [one for one in world.mailer.sent if one.to == ann.address]
    assert any(to in one.text for one in told), "what was asked for is told all the same"
    assert [one.to for one in world.mailer.sent if "/address/" in one.text] == {
        "replaced": [other],
        "contained": [],
        "nothing": [to],
    }[since]


def test_a_proof_asked_for_once_more_is_mailed_once(world: World) -> None:
    """The same address: the link that counts is the newer one's."""
    desk, ann, to = staff(world), world.person(), another_address()
    world.delivers()
    asks(desk, ann, to)
    waits(world)
    asks(desk, ann, to)
    resumed(world)
    (mail,) = [one for one in world.mailer.sent if "/address/" in one.text]
    assert world.visitor().post("/address", {"token": mail.token("/address")}).status == 200


def test_ml_01_a_notice_goes_out_although_its_link_is_history(world: World) -> None:
    desk, ann = staff(world), world.person()
    world.delivers()
    moves_on(world, desk, ann, "chosen")
    waits(world)
    desk.does(ann, "contain", reason="Phished")
    resumed(world)
    subjects = [one.subject for one in world.mailer.sent if one.to == ann.address]
    assert "Your password has been reset" in subjects
    assert not [one for one in notes(world, ann) if one == WITHHELD]


def test_the_console_says_why(world: World) -> None:
    desk = staff(world)
    world.delivers()
    who = invited(world, desk)
    waits(world)
    desk.does(who, "invite")
    resumed(world)
    browser = world.browser()
    browser.jar = {SESSION: desk.visitor.token or ""}
    assert "no longer valid when it was due" in browser.get(f"/admin/users/{NEW}").text


@pytest.mark.parametrize(
    ("facts", "later", "withheld"),
    [
        ({"epoch": 1}, 60, False),
        (
            {"epoch": SECOND + 1},
            60,
            False,
        ),  # twice in the second of the question, which may have been the second of both
        ({"epoch": SECOND + 2}, 60, True),
        ({"epoch": SECOND + 60}, 59.75, True),
        ({"epoch": SECOND + 61}, 60, False),  # ahead of the time: restored, it says nothing
        ({"epoch": 1, "password_changed_at": NOW}, 60, False),
        ({"epoch": 1, "password_changed_at": NOW + 0.5}, 60, True),
    ],
)
def test_rs_09_of_what_was_asked_for_the_account_may_not_have_moved_since(
    world: World, facts: dict[str, Any], later: float, withheld: bool
) -> None:
    assert world.clock() == NOW
    ann = forgets(world)
    world.clock.passes(later)
    plant(world.store, ann._replace(**facts))
    world.delivers()
    assert fates(world, ann, EventKind.RESET_ASKED) == [WITHHELD if withheld else SENT]


@pytest.mark.parametrize(("epoch", "withheld"), [(SECOND, False), (SECOND + 1, True), (SECOND - 1, True)])
def test_rs_09_what_moved_the_epoch_holds_for_that_one_alone(
    world: World, epoch: int, withheld: bool
) -> None:
    """However near the two are: three invitations can come of one second."""
    ann = world.person(password=None, epoch=epoch)
    told: Details = {"kind": "recipient", "again": True, "after": {"epoch": SECOND}}
    world.store.events.record(an_event(ann.id, EventKind.ACCOUNT_INVITED, world.clock(), details=told))
    world.delivers()
    assert fates(world, ann, EventKind.ACCOUNT_INVITED) == [WITHHELD if withheld else SENT]
