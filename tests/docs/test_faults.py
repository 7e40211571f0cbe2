"""docs/faults.md is what the tests do: current, whole, and each cell without a test has its reason (RL-17)."""

from __future__ import annotations

from infra.contract import read_contract
from tests.docs.fault_tables import COLUMNS, FLOWS, NO_SCENE, PROOFS, REASONS, ROWS
from tests.docs.faults import PAGE, every_place, filled, function_of, page, places, reason_of
from tests.faults.every_scene import SCENES
from tests.faults.test_console import ARRANGEMENTS


def test_rl_17_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m tests.docs.faults writes it"


def test_rl_17_every_cell_has_a_test_or_a_reason() -> None:
    assert [place for place in every_place() if place not in filled() and not reason_of(place)] == []


def test_rl_17_every_reason_is_some_cell_s() -> None:
    """A reason that no cell has any more is one that a test has made untrue."""
    used = {reason_of(place) for place in every_place() if place not in filled()}
    assert [row[3] for number, row in enumerate(REASONS, 1) if number not in used] == []


def test_rl_17_every_test_is_there_and_fills_cells_that_are_on_the_page() -> None:
    there = set(every_place())
    for proof in PROOFS:
        assert function_of(proof).__name__ == proof.name
        found = {place for place, _ in places(proof)}
        assert found, proof.test
        assert found <= there, proof.test


def test_rl_17_every_scene_is_a_flow_and_every_operation_that_writes_has_a_scene_or_a_reason() -> None:
    assert {scene.__name__ for scene in SCENES} | {f"console: {name}" for name in ARRANGEMENTS} <= set(FLOWS)
    writes = {f"POST {one.path}" for one in read_contract().operations if one.method != "GET"}
    broken = {way for way in FLOWS.values() if way.startswith("POST")}
    assert broken <= writes
    assert broken.isdisjoint(NO_SCENE)
    assert writes == broken | set(NO_SCENE)


def test_rl_17_what_the_matrix_must_show_of_the_store_is_shown_on_an_engine() -> None:
    """Every fault that a call can meet, in every flow that makes one."""
    faults = ("throttled", "error", "reset before", "reset after", "lost answer")
    assert set(faults) <= set(COLUMNS)
    for flow in ROWS["DynamoDB"]:
        for fault in faults:
            tags = filled().get(("DynamoDB", flow, fault), [])
            assert {tag[-1] for tag in tags} & {"m", "d"}, (flow, fault)
