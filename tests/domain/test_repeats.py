"""What an answer is made from: the same for the same request of the same browser, and for no other (WB-20)."""

from __future__ import annotations

import os
import re

import pytest

from chalicelib.domain.repeats import REPEAT_SECONDS, answer, answered, once, repeatable
from chalicelib.domain.tokens import new_token, parse_token
from tests.world.world import World

HELD = new_token(os.urandom)
SAID = ("/logon/code", "a browser", "code=123456")


def test_wb_20_the_same_request_makes_the_same_answer(world: World) -> None:
    ring = world.rings["devices"]
    first, second = answer(ring, HELD, *SAID), answer(ring, HELD, *SAID)
    assert parse_token(first.token) == second.token
    codes, again = first.source(), second.source()
    drawn = [codes(32) for _ in range(10)]
    assert [again(32) for _ in range(10)] == drawn
    assert len(set(drawn)) == 10


@pytest.mark.parametrize(
    "other",
    [
        (new_token(os.urandom), *SAID),
        (HELD, "/reauthenticate", *SAID[1:]),
        (HELD, SAID[0], "another browser", SAID[2]),
        (HELD, *SAID[:2], "code=123457"),
        (HELD, SAID[0] + SAID[1], "", SAID[2]),
    ],
    ids=["secret", "page", "browser", "body", "cut differently"],
)
def test_wb_20_any_other_request_makes_another(world: World, other: tuple[str, ...]) -> None:
    ring = world.rings["devices"]
    held, *said = other
    assert answer(ring, parse_token(held) or HELD, *said).token != answer(ring, HELD, *SAID).token


def test_wb_20_nobody_makes_it_without_our_key(world: World) -> None:
    here, elsewhere = (answer(world.rings[use], HELD, *SAID) for use in ("devices", "mailed"))
    assert here.token != elsewhere.token
    assert repr(here) == "Answer()"


def test_wb_20_who_holds_the_secret_it_gave_has_the_same_answer_again(world: World) -> None:
    ring = world.rings["devices"]
    first = answer(ring, HELD, *SAID)
    came = answered(ring, first.token, *SAID)
    assert (came.token, came.mark, came.source()(32)) == (first.token, first.mark, first.source()(32))
    assert re.fullmatch(r"[0-9a-f]{32}", first.mark)
    others = [
        answered(ring, HELD, *SAID),
        answered(ring, first.token, SAID[0], SAID[1], "code=654321"),
        answered(world.rings["mailed"], first.token, *SAID),
    ]
    assert first.mark not in {other.mark for other in others}
    assert first.source()(32) not in {other.source()(32) for other in others}


@pytest.mark.parametrize(
    ("at", "now", "again"),
    [
        (None, 0, False),
        (100, 100, True),
        (100, 99 + REPEAT_SECONDS, True),
        (100, 100 + REPEAT_SECONDS, False),
    ],
)
def test_wb_20_a_repeat_is_one_for_a_minute(at: float | None, now: float, again: bool) -> None:
    assert repeatable(at, now) is again


def test_wb_20_a_form_s_mark_is_of_all_it_said_and_tells_none_of_it() -> None:
    form = once("contained", 100, "session", "/path", "browser", "form=1&new_password=secret")
    assert (form.done, form.at, form.until) == ("contained", 100, 100 + REPEAT_SECONDS)
    assert re.fullmatch(r"once:[0-9a-f]{64}", form.mark)
    others = [
        ("another", "/path", "browser", "form=1&new_password=secret"),
        ("session", "/another", "browser", "form=1&new_password=secret"),
        ("session", "/path", "another", "form=1&new_password=secret"),
        ("session", "/path", "browser", "form=2&new_password=secret"),
        ("session/path", "", "browser", "form=1&new_password=secret"),
    ]
    assert form.mark not in {once("contained", 100, *said).mark for said in others}
