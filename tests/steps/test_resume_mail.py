"""The step `resume_mail`: what could not be sent at once goes out within minutes and holds up nobody meanwhile."""

from __future__ import annotations

from collections import Counter

import pytest

from chalicelib.domain.events import EventKind
from chalicelib.domain.limits import SELF_SERVICE_MAILS
from chalicelib.domain.mails import CLAIM_SECONDS, MOST_UNKNOWN
from chalicelib.mail.backlog import PATIENCE
from chalicelib.steps import resume_mail
from chalicelib.steps.resume_mail import ALL_HOURS, hours
from chalicelib.steps.sweep_mail import sweep
from tests.fakes.acts import outbox as fake_outbox
from tests.fakes.samples import an_event
from tests.mail.occasions import forgets, notes
from tests.world.mailer import LOST, PAUSED, RATE, UNREACHABLE, Says, sandboxed
from tests.world.world import World

MINUTE, HOUR, DAY = 60, 3600, 86400
NOTHING = {"settled": 0, "delayed": 0}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three mails a minute that somebody at a keyboard can cause."""
    monkeypatch.setattr(fake_outbox, "SELF_SERVICE_MAILS", SELF_SERVICE_MAILS._replace(most=3))


def test_ml_06_mails_beyond_the_budget_leave_the_stream_and_come_in_the_minutes_after(
    world: World, small: None
) -> None:
    """RL-16: a notice that somebody else is waiting for goes out at once, whatever stands before it."""
    people = [forgets(world) for _ in range(8)]
    stranger = world.person()
    world.sends(stranger)
    assert world.delivers() == []
    assert len(world.mailer.sent) == 3 + 1
    assert world.mailer.sent[-1].to == stranger.address
    sent = []
    for _ in range(3):
        world.clock.passes(MINUTE)
        world.resumes()
        sent.append(len(world.mailer.sent) - 4)
    assert sent == [3, 5, 5]
    assert sorted(mail.to for mail in world.mailer.sent) == sorted(one.address for one in (*people, stranger))
    assert [notes(world, one) for one in people] == [[(EventKind.MAIL_SENT, None)]] * 8


def test_ml_06_once_the_budget_is_spent_no_other_is_asked_whether_it_is(world: World, small: None) -> None:
    """Attack: ten thousand resets are asked for, and each run reads every one of them to find that it must wait."""
    for _ in range(20):
        forgets(world)
    world.delivers()
    world.clock.passes(MINUTE)
    before = world.fake.acts.count("outbox.due")
    world.resumes()
    assert len(world.mailer.sent) == 3 + 3
    assert world.fake.acts.count("outbox.due") == before + 3 + 1


def test_rl_16_what_waits_for_the_budget_holds_up_nobody_who_waits_for_ses(world: World, small: None) -> None:
    for _ in range(20):
        forgets(world)
    ann = world.person()
    world.sends(ann)
    world.mailer.fault = UNREACHABLE
    world.delivers()
    world.mailer.fault = None
    world.clock.passes(MINUTE)
    world.resumes()
    assert ann.address in [mail.to for mail in world.mailer.sent]
    # Three that had their place already, and three of this minute at most.
    assert len(world.mailer.sent) <= 3 + 3 + 1


def test_ml_02_an_outage_of_hours_is_over_within_ten_minutes(world: World) -> None:
    account = world.person()
    world.sends(account)
    world.mailer.fault = PAUSED
    world.delivers()
    for _ in range(7 * 60):
        world.clock.passes(MINUTE)
        world.resumes()
    world.mailer.fault = None
    for _ in range(10):
        world.clock.passes(MINUTE)
        world.resumes()
    assert notes(world, account) == [(EventKind.MAIL_SENT, None)]
    assert [mail.to for mail in world.mailer.sent] == [account.address]
    assert world.resumes() == NOTHING


def test_a_dead_mail_service_is_asked_a_few_times_a_minute(world: World) -> None:
    world.mailer.fault = PAUSED
    for _ in range(PATIENCE + 3):
        world.sends(world.person())
    world.delivers()
    before = len(world.mailer.asked)
    world.clock.passes(MINUTE)
    assert world.resumes() == {"settled": 0, "delayed": PATIENCE}
    assert len(world.mailer.asked) - before == PATIENCE


def test_ml_11_while_ses_is_silent_one_mail_is_the_probe_and_no_other_loses_its_second_try(
    world: World,
) -> None:
    for _ in range(5):
        world.sends(world.person())
    world.mailer.fault = lambda *_: LOST
    world.delivers()
    assert len(world.mailer.sent) == 2  # and the other three are not tried while it is silent
    for tried in (3, 4):
        world.clock.passes(CLAIM_SECONDS)
        world.resumes()
        assert len(world.mailer.sent) == tried
    world.mailer.fault = None
    world.clock.passes(CLAIM_SECONDS)
    world.resumes()
    copies = Counter(mail.to for mail in world.mailer.sent)
    assert (len(copies), max(copies.values())) == (5, MOST_UNKNOWN)


def test_ml_11_what_nobody_knows_is_said_to_be_not_known(world: World) -> None:
    account = forgets(world)
    world.mailer.fault = LOST
    for _ in range(10):
        world.delivers()
        world.clock.passes(MINUTE)
        world.resumes()
    assert len(world.mailer.sent) == MOST_UNKNOWN
    assert notes(world, account) == [(EventKind.MAIL_UNKNOWN, "no_answer")]
    assert any('"mail_unknown"' in line for line in world.lines)


def test_rl_16_recipients_whom_the_sandbox_forbids_hold_up_no_other(world: World) -> None:
    people = [world.person() for _ in range(PATIENCE + 2)]
    for one in people:
        world.sends(one)
    world.mailer.fault = RATE
    world.delivers()
    last = people[-1]

    def sandbox(to: str, _: object) -> Says | None:
        return None if to == last.address else sandboxed(to)

    world.mailer.fault = sandbox
    assert world.resumes() == {"settled": 1, "delayed": len(people) - 1}
    assert [mail.to for mail in world.mailer.sent] == [last.address]


def test_ml_05_address_that_could_not_be_lifted_is_lifted_later(world: World) -> None:
    account = world.person()
    world.store.events.record(an_event(account.id, EventKind.ADDRESS_LIFTED))
    world.mailer.fault = UNREACHABLE
    assert world.delivers() == []
    world.mailer.fault = None
    world.resumes()
    assert world.mailer.lifted == [account.address]


def test_rs_09_a_way_in_that_waited_until_it_was_over_is_withheld(world: World) -> None:
    account = forgets(world)
    world.mailer.fault = PAUSED
    world.delivers()
    world.clock.passes(HOUR)
    world.mailer.fault = None
    world.resumes()
    assert (world.mailer.sent, notes(world, account)) == ([], [(EventKind.MAIL_WITHHELD, "too_late")])


def test_ml_02_what_it_gives_up_after_a_day_the_sweep_takes(world: World) -> None:
    account = world.person()
    world.sends(account)
    world.mailer.fault = PAUSED
    world.delivers()
    world.clock.passes(DAY + HOUR + 1)
    world.mailer.fault = None
    assert sweep(world.worker) == {"settled": 1, "delayed": 0}
    assert notes(world, account) == [(EventKind.MAIL_SENT, None)]


def test_every_hour_is_looked_at_each_minute_while_it_is_young_and_each_tenth_for_a_day() -> None:
    start = 1_795_744_800.0
    seen = [hours(start + minute * MINUTE) for minute in range(HOUR // MINUTE)]
    assert {len(one) for one in seen} == {2, ALL_HOURS}
    assert sum(len(one) == ALL_HOURS for one in seen) == HOUR // MINUTE // 10
    assert all(one == sorted(one) for one in seen)


def test_function_resumes_for_the_container_s_worker(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resume_mail, "worker", lambda: world.worker)
    world.sends(world.person())
    world.mailer.fault = RATE
    world.delivers()
    world.mailer.fault = None
    told = resume_mail.resume_mail({"source": "aws.events", "detail-type": "Scheduled Event"}, None)
    assert told == {"settled": 1, "delayed": 0}
