"""The step `password_criteria`: the list for anybody, verdicts only for somebody who may set a password."""

from typing import Any

import pytest

from tests.world.phones import enrolled
from tests.world.visitors import CHOSEN, Visitor
from tests.world.world import World

IDS = ["length", "not_common", "not_personal", "different", "match"]
ENTRIES = {"new_password": CHOSEN, "confirm_password": CHOSEN}


def test_list_is_open_to_anybody_and_says_the_length_in_force() -> None:
    for least in ("15", "20"):
        listed = World(PASSWORD_MIN_LENGTH=least).visitor().get("/password/criteria").json()["criteria"]
        assert [one["id"] for one in listed] == IDS
        assert [set(one) for one in listed] == [{"id", "label"}] * 5
        assert f"At least {least} characters" in listed[0]["label"]


def test_verdicts_are_for_a_session_that_may_set_a_password(world: World) -> None:
    changing, full, half = world.visitor(), world.visitor(), world.visitor()
    changing.logs_on(world.person(must_change_password=True))
    full.logs_on(world.person())
    half.logs_on(enrolled(world)[0])
    for visitor in (changing, full):
        judged = visitor.post("/password/criteria", ENTRIES).json()["criteria"]
        assert [(one["id"], one["met"]) for one in judged] == [(name, True) for name in IDS]
    for stranger in (half, world.visitor()):
        assert stranger.post("/password/criteria", ENTRIES).status in {401, 403}


def test_verdicts_are_for_a_live_link(world: World) -> None:
    ann = world.person("ann.example@people.test")
    token = world.asks(ann).token("/password/reset")
    personal = {"new_password": "ann.example@people.test", "confirm_password": "x", "token": token}
    judged = world.visitor().post("/password/criteria", personal).json()["criteria"]
    assert {one["id"]: one["met"] for one in judged} == {
        "length": True,
        "not_common": True,
        "not_personal": False,
        "different": True,
        "match": False,
    }
    browser = world.browser()
    browser.get(f"/password/reset/{token}")
    assert browser.post("/password/criteria", ENTRIES).status == 200
    world.clock.passes(3600)
    assert world.visitor().post("/password/criteria", {**ENTRIES, "token": token}).code == "link_unusable"


def test_verdicts_cost_no_hash_and_change_nothing(world: World) -> None:
    visitor = world.visitor()
    visitor.logs_on(world.person())
    runs, before = world.hasher.runs, world.rows("accounts", "resets", "sessions", "events")
    assert visitor.post("/password/criteria", ENTRIES).status == 200
    assert world.hasher.runs == runs
    assert world.rows("accounts", "resets", "sessions", "events") == before


def test_hint_is_told_to_whoever_asks_for_it_and_to_nobody_else(world: World) -> None:
    visitor = world.visitor()
    visitor.logs_on(world.person())
    for plain in (ENTRIES, {**ENTRIES, "strength": False}):
        assert set(visitor.post("/password/criteria", plain).json()) == {"criteria"}
    asked = visitor.post("/password/criteria", {**ENTRIES, "strength": True}).json()
    assert asked["strength"] == {"score": 4, "label": "Strong: very hard to guess."}
    assert asked["criteria"] == visitor.post("/password/criteria", ENTRIES).json()["criteria"]
    for odd in ("true", 1, None):
        assert visitor.post("/password/criteria", {**ENTRIES, "strength": odd}).status == 422


def hint(visitor: Visitor, password: str) -> Any:
    entries = {"new_password": password, "confirm_password": password, "strength": True}
    return visitor.post("/password/criteria", entries).json()["strength"]


def test_hint_knows_the_address_and_never_praises_what_the_list_calls_common(world: World) -> None:
    ann, ben = world.visitor(), world.visitor()
    ann.logs_on(world.person("wolkenkuckucksheim.zitronenfalter@people.test"))
    ben.logs_on(world.person())
    named = "zitronenfalter wolkenkuckucksheim"
    assert hint(ann, named)["score"] <= 1
    assert hint(ben, named)["score"] == 4
    assert hint(ben, "qazwsxedcrfvtgbyhnujmikolp")["score"] <= 1  # a walk that zxcvbn takes for words
    assert hint(ben, "") == {"score": 0, "label": ""}
    assert hint(ben, "kV9#tq2&Lw0!zPx7^" * 20)["score"] == 4  # too long for the list, and judged nevertheless


@pytest.mark.parametrize("password", ["", "\u0301\u0323" * 50_000, "x" * 257, "\ud800"])
def test_pw_04_what_can_be_no_password_meets_nothing(world: World, password: str) -> None:
    visitor: Visitor = world.visitor()
    visitor.logs_on(world.person())
    reply = visitor.post("/password/criteria", {"new_password": password, "confirm_password": password})
    if reply.status == 200:
        assert not any(one["met"] for one in reply.json()["criteria"])
    else:
        assert reply.status in {413, 422}
