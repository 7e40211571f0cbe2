"""A right password whose code never comes: its owner is told, once a day, and not when it was the owner (LG-17)."""

from __future__ import annotations

import pytest

from chalicelib.domain.accounts import Account, Status
from chalicelib.domain.events import EventKind
from chalicelib.steps.sweep_mail import sweep
from tests.mail.occasions import notes
from tests.world.mailer import PAUSED, Sent
from tests.world.phones import Phone, enrolled
from tests.world.residents import a_resident_with_two_step
from tests.world.visitors import CHOSEN, PASSWORD, Visitor
from tests.world.world import World

HOUR, DAY = 3600, 86400
SUBJECT = "Your password was entered, but not the code"


def half_done(world: World, account: Account) -> Visitor:
    visitor = world.visitor()
    assert visitor.logs_on(account) == "enter_code"
    return visitor


def told(world: World, account: Account) -> list[Sent]:
    """The warnings this account has had, once the sweep has run each hour for four."""
    world.delivers()
    for _ in range(4):
        world.clock.passes(HOUR)
        sweep(world.worker)
    return [mail for mail in world.mails(account) if mail.subject == SUBJECT]


@pytest.fixture
def ann(world: World) -> tuple[Account, Phone]:
    return enrolled(world)


def test_lg_17_owner_is_told_of_a_right_password_whose_code_never_came_and_can_freeze(
    world: World, ann: tuple[Account, Phone]
) -> None:
    account, _ = ann
    thief = half_done(world, account)
    assert world.mails(account)[-1].subject != SUBJECT  # the stream cannot know
    (mail,) = told(world, account)
    assert "They did not get in, but they know your password." in " ".join(mail.text.split())
    assert thief.source in mail.text
    world.visitor().post("/not-me", {"token": mail.token("/not-me")})
    assert world.stored(account).status is Status.FROZEN


def test_lg_17_an_hour_and_five_minutes_is_the_longest_it_takes(
    world: World, ann: tuple[Account, Phone]
) -> None:
    account, _ = ann
    world.clock.now = world.clock() // HOUR * HOUR + 59 * 60
    half_done(world, account)
    world.clock.passes(299)
    sweep(world.worker)
    assert not [mail for mail in world.mailer.sent if mail.subject == SUBJECT]
    world.clock.passes(HOUR + 1)
    sweep(world.worker)
    assert [mail.to for mail in world.mailer.sent if mail.subject == SUBJECT] == [account.address]


@pytest.mark.parametrize("with_what", ["code", "recovery code"])
def test_lg_17_no_word_of_a_logon_whose_code_followed(
    world: World, ann: tuple[Account, Phone], with_what: str
) -> None:
    account, phone = ann
    owner = half_done(world, account)
    world.clock.passes(20)
    typed = phone.code() if with_what == "code" else phone.recovery[0]
    owner.goes_on(owner.post("/logon/code", {"code": typed}))
    assert told(world, account) == []


def test_lg_17_the_owners_own_logon_does_not_hide_a_strangers(
    world: World, ann: tuple[Account, Phone]
) -> None:
    """Nor does logging off, with which the stranger leaves."""
    account, phone = ann
    stranger, owner = half_done(world, account), half_done(world, account)
    owner.goes_on(owner.post("/logon/code", {"code": phone.code()}))
    stranger.post("/logoff")
    (mail,) = told(world, account)
    assert stranger.source in mail.text


def test_lg_17_however_many_there_are_it_is_told_once_a_day(world: World, ann: tuple[Account, Phone]) -> None:
    account, _ = ann
    world.clock.now = (world.clock() // DAY + 1) * DAY + 60
    for _ in range(30):
        half_done(world, account)
    assert len(told(world, account)) == 1
    half_done(world, account)
    assert len(told(world, account)) == 1
    world.clock.passes(DAY)
    half_done(world, account)
    assert len(told(world, account)) == 2


def test_lg_17_it_is_sent_later_where_mail_is_down(world: World, ann: tuple[Account, Phone]) -> None:
    account, _ = ann
    half_done(world, account)
    world.delivers()
    world.mailer.fault = PAUSED
    for _ in range(4):
        world.clock.passes(HOUR)
        sweep(world.worker)
    world.mailer.fault = None
    world.clock.passes(DAY - 3 * HOUR)
    sweep(world.worker)
    assert [mail.to for mail in world.mailer.sent if mail.subject == SUBJECT] == [account.address]


def test_lg_17_a_password_that_was_changed_meanwhile_is_nobodys(
    world: World, ann: tuple[Account, Phone]
) -> None:
    account, _ = ann
    half_done(world, account)
    token = world.asks(account).token("/password/reset")
    fields = {"token": token, "new_password": CHOSEN, "confirm_password": CHOSEN}
    world.clock.passes(1)
    assert world.visitor().post("/password/reset", fields).status == 200
    assert told(world, account) == []
    assert (EventKind.MAIL_WITHHELD, "password_changed_meanwhile") in notes(world, account)


def test_nothing_is_told_of_a_logon_that_waits_for_another_step(world: World) -> None:
    """A forced change or an enrolment is given up by people every day, and was opened by all there is to know."""
    account = world.person(two_step_required=True)
    assert world.visitor().logs_on(account, PASSWORD) == "enrol_two_step"
    assert told(world, account) == []


def test_lg_17_a_temporary_password_that_stops_at_the_code_is_told_too(world: World) -> None:
    resident = a_resident_with_two_step(world)
    assert world.visitor().logs_on(resident.account, resident.temporary()) == "enter_code"
    assert len(told(world, resident.account)) == 1
