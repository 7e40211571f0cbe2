"""A trail in pages: nothing twice, nothing left out, and the refusals of an hour in one line with their count."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.events import FOLDED, Event, EventKind, Stretch
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.trail import Entry, at_most, folded, gathered, opaque, position, singly
from tests.fakes.samples import NOW, an_account, an_event

HOUR = 3600
WHO = an_account().id
START = NOW - NOW % HOUR  # an hour begins


def refusals(count: int, at: float = START, reason: str = "wrong_password") -> list[Event]:
    """Within an hour, the newest first."""
    return [
        an_event(WHO, EventKind.LOGON_REFUSED, at + count - one, reason=reason, source=f"192.0.2.{one % 9}")
        for one in range(count)
    ]


def changed(at: float) -> Event:
    return an_event(WHO, EventKind.PASSWORD_CHANGED, at)


def newest_first(*events: Event) -> list[Event]:
    return sorted(events, key=lambda one: one.sort_key, reverse=True)


def test_tr_01_refusals_of_an_hour_are_one_line_with_their_count() -> None:
    taken = changed(START + 30)
    locked = refusals(70, START + 300, "locked")
    events = newest_first(*refusals(139), *locked, taken)
    lines, before = folded(Stretch(events), 25)
    assert before is None
    assert [len(line.events) for line in lines] == [209, 1]
    assert lines[0].reasons == {"wrong_password": 139, "locked": 70}
    assert (lines[0].shared("reason"), lines[0].shared("email"), lines[0].shared("source")) == (
        None,
        None,
        None,
    )
    assert lines[1] == Entry((taken,))


def test_lines_end_with_the_hour_and_with_the_kind() -> None:
    asked = an_event(WHO, EventKind.RESET_ASKED, START + 5)
    events = newest_first(*refusals(3), *refusals(2, START + HOUR), asked)
    lines, _ = folded(Stretch(events), 25)
    assert [(one.events[0].kind, len(one.events)) for one in lines] == [
        (EventKind.LOGON_REFUSED, 2),
        (EventKind.RESET_ASKED, 1),
        (EventKind.LOGON_REFUSED, 3),
    ]


def test_an_hour_that_was_not_read_to_its_end_waits_for_the_next_page() -> None:
    """Or its count would be told wrong twice."""
    late, early = changed(START + HOUR), refusals(5)
    stretch = Stretch([late, *early], early[-1].sort_key)
    lines, before = folded(stretch, 25)
    assert (lines, before) == ([Entry((late,))], late.sort_key)


def test_an_hour_that_no_page_can_hold_says_that_it_goes_on() -> None:
    many = refusals(9)
    lines, before = folded(Stretch(many, many[-1].sort_key), 25)
    assert ([(len(one.events), one.continues) for one in lines], before) == ([(9, True)], many[-1].sort_key)
    busy = newest_first(*(changed(START + 10 * second) for second in range(5)), *refusals(45))
    lines, before = folded(Stretch(busy), 3)
    assert [one.continues for one in lines if one.events[0].kind in FOLDED] == [True]
    assert before is not None
    assert len(lines) == 3


KINDS = st.sampled_from(
    [EventKind.LOGON_REFUSED, EventKind.RESET_ASKED, EventKind.PASSWORD_CHANGED, EventKind.TRAIL_READ]
)
TRAILS = st.lists(st.tuples(KINDS, st.integers(0, 4 * HOUR)), max_size=40)


def read_of(events: Sequence[Event], before: str | None, limit: int) -> Stretch:
    rest = [one for one in events if before is None or one.sort_key < before]
    return Stretch(rest[:limit], rest[limit - 1].sort_key if len(rest) >= limit else None)


@given(TRAILS, st.integers(1, 6), st.integers(1, 12))
def test_tr_02_pages_read_one_after_another_are_the_whole_trail(
    told: list[tuple[EventKind, int]], most: int, limit: int
) -> None:
    events = newest_first(*(an_event(WHO, kind, START + second) for kind, second in told))
    seen: list[Event] = []
    before: str | None = None
    for _ in range(len(events) + 2):
        lines, before = folded(read_of(events, before, limit), most)
        assert len(lines) <= most
        seen += [one for line in lines for one in line.events]
        if before is None:
            break
    assert before is None
    assert sorted(one.id for one in seen) == sorted(one.id for one in events)


def test_singly_each_event_is_a_line() -> None:
    events = refusals(3)
    lines, before = singly(Stretch(events), 2)
    assert ([one.events for one in lines], before) == ([(one,) for one in events[:2]], events[1].sort_key)
    assert singly(Stretch(events), 3) == ([Entry((one,)) for one in events], None)


def test_tr_02_reads_are_counted_and_a_page_may_be_short() -> None:
    events, asked = refusals(100), list[str | None]()

    def read(before: str | None) -> Stretch:
        asked.append(before)
        return read_of(events, before, 10)

    none = gathered(read, None, 5, 3, lambda _: False)
    assert (none.events, none.before, len(asked)) == ([], events[29].sort_key, 3)
    some = gathered(read, none.before, 5, 3)
    assert (some.events, some.before) == (events[30:35], events[34].sort_key)
    assert gathered(read, events[-2].sort_key, 5, 3) == Stretch(events[-1:], None)


def test_at_most_leaves_what_is_short_enough() -> None:
    events = refusals(2)
    assert at_most(Stretch(events, "on"), 2) == Stretch(events, "on")
    assert at_most(Stretch(events, "on"), 1) == Stretch(events[:1], events[0].sort_key)


def coded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def test_position_comes_back_as_it_was_given() -> None:
    event = an_event(WHO)
    for key in (event.sort_key, f"{event.sort_key}~mail", "2026-11-28"):
        assert position(str(opaque(key))) == key
    assert (position(""), opaque(None)) == (None, None)


MADE_UP = [
    "x",
    "%00",
    "\u00e4",
    "=" * 8,
    "A" * 5000,
    "2026-11-28",
    coded("2026-11-28T10"),
    coded("2026-02-30"),
    coded("9999-99-99T10:00:00.000Z#aa"),
    coded("2026-11-28T10:00:00.000Z#" + "a" * 200),
    coded("2026-11-28T10:00:00.000Z#a b"),
    coded("2026-11-28\n"),
    coded("2026-11-28\u0661"),
    coded("somebody#unchanged"),
    coded("2026-11-28") + "=",
    coded("2026-11-28") + " ",
]


@pytest.mark.parametrize("text", MADE_UP, ids=range(len(MADE_UP)))
def test_tr_03_a_position_made_up_is_refused_by_name(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        position(text)
    assert (refused.value.code, refused.value.facts["field"]) == (Code.INVALID_REQUEST, "before")


@given(st.text())
def test_tr_03_whatever_is_handed_back_is_a_position_or_refused(text: str) -> None:
    with suppress(Refusal):
        assert (opaque(position(text)) or "") == text
