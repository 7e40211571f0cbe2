"""The step `sweep_mail`: what an outage of days kept from people reaches them, once, and never after its time."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

import pytest

from chalicelib.domain.accounts import Account
from chalicelib.domain.addresses import account_id, canonical_address
from chalicelib.domain.events import EventKind
from chalicelib.domain.mails import CLAIM_SECONDS
from chalicelib.domain.refusals import Unavailable
from chalicelib.mail.backlog import PATIENCE
from chalicelib.steps import sweep_mail
from chalicelib.steps.sweep_mail import AFTER_DAYS, hours, sweep
from tests.console.staff import staff
from tests.mail.occasions import notes
from tests.world.mailer import PAUSED, Says, sandboxed
from tests.world.world import World

HOUR, DAY = 3600, 86400
NOTHING = {"settled": 0, "delayed": 0}


def given_up(world: World) -> None:
    """The stream has tried for a day what is in it, and tries no more."""
    world.fake.records()
    world.clock.passes(DAY + HOUR + 1)


def test_a_notice_that_an_outage_kept_back_comes_a_day_later_and_once(world: World) -> None:
    ann = world.person()
    world.sends(ann)
    given_up(world)
    assert sweep(world.worker) == {"settled": 1, "delayed": 0}
    assert [mail.to for mail in world.mailer.sent] == [ann.address]
    for _ in range(3 * 24):
        world.clock.passes(HOUR)
        assert sweep(world.worker) == NOTHING
    assert notes(world, ann) == [(EventKind.MAIL_SENT, None)]


def test_what_the_stream_still_tries_or_has_settled_is_left_alone(world: World) -> None:
    ann = world.person()
    world.asks(ann)
    world.clock.passes(HOUR)
    world.sends(ann)
    for _ in range(22):
        world.clock.passes(HOUR)
        assert sweep(world.worker) == NOTHING
    assert len(world.mailer.sent) == 1


def test_while_mail_is_down_the_rest_waits_and_a_later_day_brings_it(world: World) -> None:
    waiting = [world.person() for _ in range(PATIENCE + 2)]
    for one in waiting:
        world.sends(one)
    given_up(world)
    world.mailer.fault = PAUSED
    assert sweep(world.worker) == {"settled": 0, "delayed": PATIENCE}
    world.mailer.fault = None
    world.clock.passes(DAY)
    assert sweep(world.worker) == {"settled": len(waiting), "delayed": 0}
    assert sorted(mail.to for mail in world.mailer.sent) == sorted(one.address for one in waiting)


def test_a_dead_mail_service_is_asked_a_few_times_only(world: World) -> None:
    world.mailer.fault = PAUSED
    for _ in range(PATIENCE + 5):
        world.sends(world.person())
    given_up(world)
    sweep(world.worker)
    assert len(world.mailer.asked) == PATIENCE


def test_rl_06_recipients_whom_the_sandbox_forbids_hold_up_no_other(world: World) -> None:
    people = [world.person() for _ in range(PATIENCE + 2)]
    for one in people:
        world.sends(one)
    given_up(world)
    last = people[-1]

    def sandbox(to: str, _: object) -> Says | None:
        return None if to == last.address else sandboxed(to)

    world.mailer.fault = sandbox
    assert sweep(world.worker) == {"settled": 1, "delayed": len(people) - 1}
    assert [mail.to for mail in world.mailer.sent] == [last.address]


def test_ml_08_an_invitation_that_the_sandbox_forbade_comes_once_it_is_allowed(world: World) -> None:
    world.invoke("setup", {})
    world.mailer.fault = lambda to, _: sandboxed(to)
    world.delivers()
    given_up(world)
    sweep(world.worker)
    account = world.fake.tables.accounts[account_id(canonical_address("admin@portal.example"))]
    assert notes(world, account) == []
    world.mailer.fault = None
    world.clock.passes(DAY)
    assert sweep(world.worker) == {"settled": 1, "delayed": 0}
    assert world.visitor().logs_on(account.address, world.mailer.sent[-1].temporary) == "change_password"


def test_rl_06_one_that_nobody_foresaw_holds_up_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [world.person() for _ in range(PATIENCE + 2)]
    for one in people:
        world.sends(one)
    given_up(world)
    last, send = people[-1], world.mailer.send

    def broken(to: str, mail: Any) -> str:
        if to != last.address:
            raise ZeroDivisionError
        return send(to, mail)

    monkeypatch.setattr(world.mailer, "send", broken)
    assert sweep(world.worker) == {"settled": 1, "delayed": len(people) - 1}
    assert [mail.to for mail in world.mailer.sent] == [last.address]


def test_rs_09_a_way_in_that_somebody_asked_for_yesterday_is_withheld(world: World) -> None:
    ann = world.person()
    world.visitor().post("/password/forgot", {"email": ann.address})
    given_up(world)
    sweep(world.worker)
    assert world.mailer.sent == []
    assert notes(world, ann) == [(EventKind.MAIL_WITHHELD, "too_late")]
    assert world.fake.tables.resets == {}


def test_a_message_that_has_expired_is_not_announced(world: World) -> None:
    ann = world.person()
    world.sends(ann)
    world.fake.records()
    event = next(one for one in world.store.events.of_account(ann.id) if one.kind is EventKind.MESSAGE_SENT)
    over = event._replace(details={**event.details, "expires_at": event.at + HOUR})
    world.fake.tables.events[event.account_id, event.sort_key] = over
    given_up(world)
    sweep(world.worker)
    assert notes(world, ann) == [(EventKind.MAIL_WITHHELD, "too_late")]


def invited(world: World) -> Account:
    """A newcomer whose invitation did not get out, though what it carries was stored."""
    admin = staff(world)
    world.delivers()
    assert admin.visitor.post("/admin/users", {"email": "new@people.test", "kind": "recipient"}).status == 201
    world.mailer.fault = PAUSED
    world.delivers()
    world.mailer.fault = None
    (newcomer,) = [one for one in world.fake.tables.accounts.values() if one.address == "new@people.test"]
    return newcomer


@pytest.mark.parametrize("days", [1, 2, 3, 5])
def test_tp_01_an_invitation_comes_with_a_password_that_still_works(world: World, days: int) -> None:
    newcomer = invited(world)
    world.clock.passes(days * DAY + HOUR + 1)
    assert sweep(world.worker)["delayed"] == 0
    (mail,) = [one for one in world.mailer.sent if one.to == newcomer.address]
    world.clock.passes(world.settings.first_password_lifetime - 1)
    assert world.visitor().logs_on(newcomer.address, mail.temporary) == "change_password"


def test_rs_09_who_has_chosen_a_password_meanwhile_is_mailed_no_other(world: World) -> None:
    newcomer = invited(world)
    world.clock.passes(1)
    token, chosen = world.asks(newcomer).token("/password/reset"), "seven lanterns over a harbour"
    fields = {"token": token, "new_password": chosen, "confirm_password": chosen}
    assert world.visitor().post("/password/reset", fields).status == 200
    before = len(world.mails(newcomer))
    world.clock.passes(DAY + HOUR + 1)
    sweep(world.worker)
    assert len(world.mails(newcomer)) == before
    assert (EventKind.MAIL_WITHHELD, "superseded") in notes(world, newcomer)


def test_ml_02_an_invitation_sent_twice_in_a_sweep_is_the_same_mail(world: World) -> None:
    newcomer = invited(world)
    world.clock.passes(DAY + HOUR + 1)
    sweep(world.worker)
    for key in [key for key in world.fake.tables.events if key[1].endswith("~mail")]:
        del world.fake.tables.events[key]
    world.clock.passes(CLAIM_SECONDS)
    sweep(world.worker)
    first, second = (one for one in world.mailer.sent if one.to == newcomer.address)
    assert first.temporary == second.temporary


def test_store_that_does_not_answer_fails_the_run_and_the_next_hour_asks_again(world: World) -> None:
    ann = world.person()
    world.sends(ann)
    given_up(world)
    world.fake.down = True
    with pytest.raises(Unavailable):
        sweep(world.worker)
    world.fake.heal()
    world.clock.passes(HOUR)
    assert sweep(world.worker) == {"settled": 1, "delayed": 0}


def test_every_hour_is_looked_at_at_each_age_by_two_runs() -> None:
    start = 1_795_744_799.0
    seen = Counter(hour for run in range(10 * 24) for hour in hours(start + run * HOUR))
    assert seen[hours(start + 2 * DAY)[0]] == 2 * len(AFTER_DAYS)


def test_no_hour_is_looked_at_before_the_stream_has_given_it_up() -> None:
    for minute in range(60):
        now = 1_795_744_800.0 + 60 * minute
        latest = datetime.fromisoformat(f"{hours(now)[0]}:59:59.999+00:00")
        assert latest.timestamp() <= now - DAY


def test_function_sweeps_for_the_container_s_worker(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep_mail, "worker", lambda: world.worker)
    ann = world.person()
    world.sends(ann)
    given_up(world)
    told = sweep_mail.sweep_mail({"source": "aws.events", "detail-type": "Scheduled Event"}, None)
    assert told == {"settled": 1, "delayed": 0}
