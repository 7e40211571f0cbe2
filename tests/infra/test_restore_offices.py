"""`make restore` gives nobody back an office, or a domain, that was taken away in the lost time (ADR 36, 58)."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.accounts import Account
from chalicelib.domain.addresses import limit_key
from chalicelib.domain.events import EventKind
from infra.restore import gone_for_good
from infra.restore.merging import merged
from infra.restore.state import State
from infra.verify.around import Tables
from infra.verify.walk import Progress, verify
from tests.console.staff import Staff, staff
from tests.fakes.samples import an_event
from tests.infra.test_restore import Drill, a_person, drill
from tests.world.moving import another_address, moves

pytestmark = pytest.mark.slow
__all__ = ["drill"]

OURS, THEIRS = "ours.example", "theirs.example"


def as_then(drill: Drill, desk: Staff) -> None:
    """What comes now is lost."""
    drill.passes(drill.at - drill.world.clock() + 0.5)
    drill.backups.remember(drill.at)
    drill.passes(60)
    desk.types_it_again()


def a_desk(drill: Drill) -> Staff:
    desk = staff(drill.world)
    chosen_at = desk.account.password_changed_at or 0
    drill.world.store.events.record(an_event(desk.account.id, EventKind.PASSWORD_RESET, at=chosen_at))
    return desk


def becomes(desk: Staff, who: Account, kind: str, *domains: str) -> None:
    desk.does(who, "kind", kind=kind, reason="x", domains=list(domains) or None)


def office(drill: Drill, who: Account) -> tuple[str, tuple[str, ...] | None]:
    account, _ = drill.world.store.accounts.find(who.id)
    assert account
    limit = drill.world.store.directory.limit(account.id)
    return account.kind.value, limit if account.limited else None


def test_rl_15_an_office_that_was_taken_away_in_the_lost_hour_does_not_come_back(
    drill: Drill, capsys: pytest.CaptureFixture[str]
) -> None:
    """Attack: an administrator was made a recipient, or limited, for good reason, and a restore undoes it."""
    world, desk = drill.world, a_desk(drill)
    names = ("demoted", "limited", "narrowed", "widened", "lifted", "raised", "moved")
    who = {name: a_person(drill) for name in names}
    for name in ("demoted", "limited"):
        becomes(desk, who[name], "administrator")
    for name in ("narrowed", "widened", "lifted", "moved"):
        becomes(desk, who[name], "administrator", OURS, *([THEIRS] if name == "narrowed" else []))
    world.delivers()
    as_then(drill, desk)
    becomes(desk, who["demoted"], "recipient")
    becomes(desk, who["limited"], "administrator", OURS)
    becomes(desk, who["narrowed"], "administrator", THEIRS)
    becomes(desk, who["widened"], "administrator", OURS, THEIRS)
    becomes(desk, who["lifted"], "administrator")
    becomes(desk, who["raised"], "administrator")
    to = another_address()
    moved = moves(world, desk, who["moved"], to)
    world.delivers()
    drill.passes(900)
    assert drill.restore().run() == 0
    assert {name: office(drill, who[name]) for name in names[:-1]} == {
        "demoted": ("recipient", None),
        "limited": ("administrator", (OURS,)),
        "narrowed": ("administrator", (THEIRS,)),
        "widened": ("administrator", (OURS,)),
        "lifted": ("administrator", (OURS,)),
        "raised": ("recipient", None),
    }
    assert office(drill, moved) == ("administrator", (OURS,))
    assert {one["domain"]["S"] for one in drill.rows("domains")} >= {limit_key(moved.id)}
    assert limit_key(who["moved"].id) not in {one["domain"]["S"] for one in drill.rows("domains")}
    said = capsys.readouterr().out
    assert "of another kind or of other domains in the lost time" in said
    assert f"{who['demoted'].address}: office" in said
    found = verify(Tables(drill.backups, drill.prefix), world.clock, Progress())
    assert [one.line() for one in found if one.invariant != "password_has_its_event"] == []


def test_rl_15_reopened_after_an_intruder_every_office_is_as_it_was(
    drill: Drill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REOPEN", "yes")
    desk, demoted, narrowed = a_desk(drill), a_person(drill), a_person(drill)
    becomes(desk, demoted, "administrator")
    becomes(desk, narrowed, "administrator", OURS, THEIRS)
    drill.world.delivers()
    as_then(drill, desk)
    becomes(desk, demoted, "recipient")
    becomes(desk, narrowed, "administrator", THEIRS)
    drill.world.delivers()
    drill.passes(900)
    assert drill.restore().run() == 0
    assert office(drill, demoted) == ("administrator", None)
    assert office(drill, narrowed) == ("administrator", (OURS, THEIRS))


def test_rl_15_no_limit_of_whoever_was_erased_in_the_lost_hour_comes_back(drill: Drill) -> None:
    desk, lee = a_desk(drill), a_person(drill)
    becomes(desk, lee, "support", OURS)
    drill.world.delivers()
    as_then(drill, desk)
    assert desk.tries(lee, "erase", confirm=lee.address, reason="x").status == 202
    drill.passes(900)
    drill.world.delivers()
    assert drill.restore().run() == 0
    assert limit_key(lee.id) not in {one["domain"]["S"] for one in drill.rows("domains")}


def an_item(kind: str, staff: str | None = None) -> dict[str, Any]:
    row = {"id": "x", "status": "active", "kind": kind, **({"staff": staff} if staff else {})}
    return {"epoch": {"N": "1"}, **{name: {"S": text} for name, text in row.items()}}


@pytest.mark.parametrize(
    ("then", "live", "left"),
    [
        (("administrator", "administrator"), ("recipient", None), ("recipient", None)),
        (("administrator", "administrator"), ("support", "limited"), ("support", "limited")),
        (("support", None), ("administrator", "limited"), ("support", "limited")),
        (("administrator", "limited"), ("support", None), ("support", "limited")),
        (("support", "limited"), ("recipient", None), ("recipient", None)),
        (("recipient", None), ("administrator", "limited"), ("recipient", None)),
        (("administrator", "administrator"), ("support", None), ("support", None)),
    ],
)
def test_rl_15_of_two_offices_the_lesser_stays(then: Any, live: Any, left: Any) -> None:
    kinds = [EventKind.KIND_CHANGED]
    result = merged(an_item(*then), an_item(*live), kinds, 10**9, reopen=False)
    assert (result.row["kind"]["S"], result.row.get("staff", {}).get("S")) == left
    assert ("office" in result.measures) is (then != left)
    untold = merged(an_item(*then), an_item(*live), [], 10**9, reopen=False)
    assert untold.row["kind"]["S"] == then[0]  # what no event tells of is what the restore is to undo


def test_rl_15_an_erasure_is_found_behind_a_change_of_address(tmp_path: Any) -> None:
    state = State.of(tmp_path / "state.json", 0, 1, reopen=False)
    state.lost["x"] = [[1.0, "address_changed", "y"], [2.0, "account_erased"]]
    assert gone_for_good.at(state, "x") == 2.0


def test_verify_names_who_is_limited_to_what_no_row_says(drill: Drill) -> None:
    """They reach nobody, and do not know why."""
    desk, lee = a_desk(drill), a_person(drill)
    becomes(desk, lee, "support", OURS)
    drill.world.delivers()
    tables = Tables(drill.backups, drill.prefix)
    assert verify(tables, drill.world.clock, Progress()) == []
    key = {"domain": {"S": limit_key(lee.id)}}
    drill.backups.delete_item(TableName=f"{drill.prefix}domains", Key=key)
    (found,) = verify(tables, drill.world.clock, Progress())
    assert found.invariant == "is_listed_as_staff_only_if_it_is"
    assert "it reaches nobody" in found.line()
