"""The step `resume_events`: what the bus did not take comes within minutes of its return, and holds up nobody."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.domain.events import Event, EventKind, iso
from chalicelib.domain.mails import hour
from chalicelib.domain.published import Waiting
from chalicelib.domain.refusals import Unavailable
from chalicelib.services.event_bus import MOST_ENTRIES
from chalicelib.services.teller import Teller
from chalicelib.steps import resume_events as step
from chalicelib.steps.resume_events import ALL_DAYS, LATE_SECONDS, PATIENCE, RUN_SECONDS, hours, resume
from tests.fakes.samples import an_account, an_event
from tests.steps.test_publish_event import contained, publish, recorded
from tests.world.bus import Bus, a_teller
from tests.world.running import at_work, heard
from tests.world.world import World

MINUTE, HOUR, DAY = 60, 3600, 86400
NOTHING = {"settled": 0, "delayed": 0, "late": 0}


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Bus:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    return Bus()


@pytest.fixture
def teller(world: World, bus: Bus) -> Teller:
    return a_teller(world, bus, everything=True)


def resumed(world: World, teller: Teller, asked: Any = None) -> dict[str, int]:
    """One run, as the function makes it."""
    with heard(world.lines), at_work("resume_events"):
        return resume(world.portal, teller, asked)


def aside(world: World, count: int, ago: float = 0) -> list[Event]:
    """So many events that happened so long ago wait."""
    events = [
        an_event(an_account().id, EventKind.LOGON_REFUSED, at=world.clock() - ago + one / 1000)
        for one in range(count)
    ]
    for event in events:
        world.fake.tables.put_event(event)
        world.store.bus.put_aside(event.account_id, event.sort_key, "events:down", world.clock())
    return events


@pytest.mark.parametrize("broken", ["down", "lost answer", "error", "throttled", "denied", "short answer"])
def test_what_the_bus_did_not_take_comes_once_it_is_back(
    world: World, bus: Bus, teller: Teller, broken: str
) -> None:
    records, bus.broken = contained(world), broken
    assert publish(world, teller, records) == []
    world.clock.passes(MINUTE)
    assert resumed(world, teller) == {"settled": 0, "delayed": len(records), "late": 0}
    bus.broken = ""
    bus.entries.clear()
    world.clock.passes(MINUTE)
    assert resumed(world, teller) == {"settled": len(records), "delayed": 0, "late": 0}
    assert "account.contained" in [name for name, _ in bus.told]
    assert len(world.fake.tables.told) == len(records)
    before = len(bus.calls)
    world.clock.passes(MINUTE)
    assert (resumed(world, teller), len(bus.calls)) == (NOTHING, before)


def test_an_outage_of_a_day_is_over_ten_minutes_after_it(world: World, bus: Bus, teller: Teller) -> None:
    records, bus.broken = recorded(world, 25), "down"
    assert publish(world, teller, records) == []
    for _ in range(26 * 6):
        world.clock.passes(10 * MINUTE)
        resumed(world, teller)
    bus.broken = ""
    found = []
    for _ in range(10):
        world.clock.passes(MINUTE)
        found.append(resumed(world, teller)["settled"])
    assert sum(found) == 25
    assert len({detail["id"] for _, detail in bus.told}) == 25


def test_what_has_waited_for_an_hour_is_counted_and_rings(world: World, bus: Bus, teller: Teller) -> None:
    aside(world, 2)
    bus.broken = "throttled"
    world.clock.passes(LATE_SECONDS - MINUTE)
    assert resumed(world, teller) == {"settled": 0, "delayed": 2, "late": 0}
    world.clock.passes(2 * MINUTE)
    assert resumed(world, teller) == {"settled": 0, "delayed": 2, "late": 2}
    line = json.loads(world.lines[-1])
    assert (line["what"], line["level"], line["EventsLate"]) == ("events_resumed", "ERROR", 2)
    bus.broken = ""
    assert resumed(world, teller)["late"] == 0
    assert "EventsLate" not in world.lines[-1]


def test_while_the_bus_is_down_a_few_calls_are_the_probe(world: World, bus: Bus, teller: Teller) -> None:
    aside(world, 200)
    bus.broken = "denied"
    assert resumed(world, teller)["delayed"] == PATIENCE * MOST_ENTRIES
    assert len(bus.calls) == PATIENCE


def test_rl_16_events_that_the_bus_will_never_take_hold_up_no_other(
    world: World, bus: Bus, teller: Teller
) -> None:
    poison = {event.id for event in aside(world, (PATIENCE + 2) * MOST_ENTRIES, ago=2)}
    good = aside(world, 5)
    bus.refuses = lambda one: "MalformedDetail" if one["Detail"].split("#")[1][:32] in poison else ""
    assert resumed(world, teller) == {"settled": 5, "delayed": len(poison), "late": 0}
    assert {detail["account_id"] for _, detail in bus.told} == {event.account_id for event in good}


def test_rl_06_one_that_nobody_foresaw_holds_up_no_other(world: World, bus: Bus, teller: Teller) -> None:
    strange, *_ = aside(world, 3)
    key = (strange.account_id, strange.sort_key)
    odd: Any = {"failures": object()}
    world.fake.tables.events[key] = strange._replace(details=odd)
    assert resumed(world, teller) == {"settled": 2, "delayed": 1, "late": 0}


def test_what_cannot_be_read_waits_on_and_rings(
    world: World, teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = f"{iso(world.clock() - HOUR - MINUTE)}#x|y"
    pages = {hour(world.clock() - HOUR): Waiting({}, [key])}
    monkeypatch.setattr(world.store.bus, "waiting", lambda hour, _: pages.pop(hour, Waiting({})))
    assert resumed(world, teller) == {"settled": 0, "delayed": 1, "late": 1}


def test_what_is_not_due_any_more_is_settled_and_not_told(world: World, bus: Bus) -> None:
    """A stage that publishes all of it no more has a reason: what waited is not told after all."""
    aside(world, 2)
    assert resumed(world, a_teller(world, bus)) == {"settled": 2, "delayed": 0, "late": 0}
    assert (bus.calls, world.fake.tables.told) == ([], {})


def test_event_whose_mark_could_not_be_left_is_told_again_under_its_id(
    world: World, bus: Bus, teller: Teller
) -> None:
    aside(world, 1)
    world.fake.fail(after=2)  # behind the two hours that are asked, its mark
    assert resumed(world, teller)["settled"] + resumed(world, teller)["settled"] == 1
    assert len({detail["id"] for _, detail in bus.told}) == 1
    assert len(bus.told) == 2


def test_hours_are_those_of_five_days_every_tenth_minute_and_else_the_last_two(world: World) -> None:
    now = world.clock() - world.clock() % (10 * MINUTE)
    assert hours(now + MINUTE) == [hour(now - HOUR), hour(now)]
    all_of_them = hours(now)
    assert (len(all_of_them), all_of_them[0]) == (24 * ALL_DAYS, hour(now - (24 * ALL_DAYS - 1) * HOUR))
    assert all_of_them == sorted(all_of_them)


@pytest.mark.parametrize("days", [0, -1, 367, "7", None, 1.5])
def test_days_that_make_no_sense_are_not_asked_for(world: World, days: object) -> None:
    assert hours(world.clock(), days) == hours(world.clock())


def test_an_operator_looks_back_as_far_as_asked(world: World, bus: Bus, teller: Teller) -> None:
    aside(world, 3, ago=20 * DAY)
    assert resumed(world, teller)["settled"] == 0
    assert resumed(world, teller, {"days": 30})["settled"] == 3


def test_an_operator_has_events_told_that_make_verify_names(world: World, bus: Bus, teller: Teller) -> None:
    event = an_event(an_account().id, EventKind.LOGON_REFUSED, at=world.clock() - DAY)
    world.fake.tables.put_event(event)
    rows = [f"events/{event.account_id}#unchanged/{event.sort_key}", "nonsense", 7]
    assert resumed(world, teller, {"rows": rows, "days": 2})["settled"] == 1
    assert [detail["at"] for _, detail in bus.told] == [iso(event.at)]


def test_a_run_ends_before_the_next_one_begins(world: World, bus: Bus, teller: Teller) -> None:
    aside(world, 50)

    def slowly(_: Any) -> str:
        world.clock.passes(RUN_SECONDS / MOST_ENTRIES)
        return ""

    bus.refuses = slowly
    assert resumed(world, teller)["settled"] == MOST_ENTRIES


def test_where_the_store_does_not_answer_the_next_minute_asks_again(
    world: World, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    aside(world, 1)
    monkeypatch.setattr(step, "portal", lambda: world.portal)
    monkeypatch.setattr(step, "teller", lambda: a_teller(world, bus, everything=True))
    world.fake.down = True
    with pytest.raises(Unavailable):
        step.resume_events({"source": "aws.events"}, None)
    world.fake.heal()
    with heard(world.lines):
        assert step.resume_events({"source": "aws.events"}, None)["settled"] == 1
