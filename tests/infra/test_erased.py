"""An erasure on the real engine, stopped at every write; and what the inspector, the copy and a restore say of it."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.accounts import Account
from chalicelib.domain.erasing import ERASED, SETTLED_SECONDS
from chalicelib.domain.events import EventKind
from chalicelib.domain.refusals import Unavailable
from chalicelib.domain.trail_copy import PERSONAL, SAME, body_of, copied, without_personal
from chalicelib.steps.copy_trail import seen
from chalicelib.steps.erase_accounts import erase
from chalicelib.storage.database import Database
from infra.verify.around import Item, Tables
from infra.verify.of_the_copy import Comparison
from infra.verify.walk import Progress, verify
from tests.console.staff import Staff, staff
from tests.fakes.bucket import Bucket
from tests.fakes.samples import an_event
from tests.infra.held_trail import Ticking
from tests.infra.test_restore import Drill, drill
from tests.world.running import at_work
from tests.world.visitors import CHOSEN, PASSWORD
from tests.world.world import World

__all__ = ["drill"]
pytestmark = pytest.mark.slow


def past_of(world: World, who: Account) -> None:
    """What was planted behind the portal's back is told of."""
    for kind in (EventKind.PASSWORD_RESET, *([EventKind.TWO_STEP_ENROLLED] if who.two_step.active else [])):
        world.store.events.record(
            an_event(
                who.id,
                kind,
                at=who.password_changed_at or 0,
                email=who.address,
                details={"after": {"epoch": 1}},
            )
        )


def desk_of(world: World) -> Staff:
    desk = staff(world)
    past_of(world, world.stored(desk.account))
    return desk


def somebody(world: World) -> Account:
    """With messages read and not, sessions, links, refusals and mails."""
    ann = world.person()
    past_of(world, ann)
    visitor, read = world.visitor(), world.sends(ann)
    world.sends(ann)
    visitor.logs_on(ann)
    visitor.get(f"/messages/{read}")
    world.visitor().post("/logon", {"email": ann.address, "password": "wrong"})
    world.asks(ann)
    return ann


def decides(world: World, desk: Staff, who: Account) -> None:
    fields = {"confirm": who.address, "reason": "asked for it"}
    assert desk.tries(who, "erase", **fields).status == 202
    world.delivers()
    world.clock.passes(SETTLED_SECONDS)


def runs(world: World) -> dict[str, int]:
    with at_work("erase_accounts"):
        return erase(world.portal)


def found(drill: Drill) -> list[str]:
    tables = Tables(drill.backups, drill.prefix)
    return [one.line() for one in verify(tables, drill.world.clock, Progress())]


def naming(drill: Drill, who: Account, desk: Staff) -> list[Item]:
    """Rows of any table that have the address, but in the trail of who read them."""
    return [
        row
        for table in ("accounts", "resets", "sessions", "events", "throttles", "messages")
        for row in drill.rows(table)
        if who.address in str(row) and not row.get("account_id", {}).get("S", "").startswith(desk.account.id)
    ]


@pytest.mark.parametrize("applied", [False, True], ids=["before it", "behind it"])
def test_tr_18_a_run_that_dies_at_any_write_is_ended_by_the_next(
    drill: Drill, monkeypatch: pytest.MonkeyPatch, *, applied: bool
) -> None:
    """TR-18: the first dies at its first write, the second at its second, until one has nothing left to write."""
    world = drill.world
    desk, ann = desk_of(world), somebody(world)
    bert = somebody(world)
    decides(world, desk, ann)
    write, left = Database._write, [0]

    def dies(self: Database, operation: str, kwargs: dict[str, Any]) -> Any:
        left[0] -= 1
        done = write(self, operation, kwargs) if applied or left[0] >= 0 else None
        if done is None or left[0] < 0:
            raise Unavailable("killed")
        return done

    monkeypatch.setattr(Database, "_write", dies)
    runs_needed = 0
    while True:
        left[0] = runs_needed
        runs_needed += 1
        if runs(world)["erased"]:
            break
        assert runs_needed < 60
    assert runs_needed > 5
    monkeypatch.setattr(Database, "_write", write)
    assert runs(world) == {"erased": 0, "waiting": 0}
    assert naming(drill, ann, desk) == []
    assert found(drill) == []
    assert world.visitor().logs_on(bert) == "portal"
    assert len(world.store.messages.of_account(bert.id)) == 2


def test_tr_18_whoever_has_the_mailbox_next_sees_nothing_and_everything_holds(drill: Drill) -> None:
    """TR-18: the whole journey, and `make verify` after each part of it."""
    world = drill.world
    desk, ann = desk_of(world), somebody(world)
    decides(world, desk, ann)
    assert found(drill) == []  # while it goes
    runs(world)
    assert found(drill) == []
    desk.types_it_again()
    assert desk.visitor.post("/admin/users", {"email": ann.address, "kind": "recipient"}).status == 201
    mail = world.mails(ann)[-1]
    new = world.visitor()
    assert new.logs_on(ann, mail.temporary) == "change_password"
    new.goes_on(new.post("/password/change", {"new_password": CHOSEN, "confirm_password": CHOSEN}))
    assert new.get("/messages").json()["messages"] == []
    assert world.visitor().post("/logon", {"email": ann.address, "password": PASSWORD}).status == 401
    world.sends(ann)
    world.delivers()
    world.clock.passes(8 * 86400)
    assert found(drill) == []
    # And once more.
    desk.visitor.logs_on(desk.account)
    desk.visitor.goes_on(desk.visitor.post("/logon/code", {"code": desk.phone.code()}))
    decides(world, desk, ann)
    assert runs(world) == {"erased": 1, "waiting": 0}
    assert naming(drill, ann, desk) == []
    assert found(drill) == []


class Copied:
    """The bucket beside the table, as `copy_trail` fills it."""

    def __init__(self, drill: Drill) -> None:
        self.drill, self.bucket = drill, Bucket()
        self.images: dict[tuple[str, str], Item] = {}

    def goes_on(self) -> None:
        """Every row that is new since."""
        for row in self.drill.rows("events"):
            key = (row["account_id"]["S"], row["at"]["S"])
            if key not in self.images:
                self.images[key] = row
                made = copied(row, self.drill.world.clock(), str(len(self.images)), SAME)
                self.bucket.copies().put(made.name, body_of(row))

    def found(self) -> list[str]:
        clock = Ticking(self.drill.world.clock())
        tables = Tables(self.drill.backups, self.drill.prefix)
        told = Comparison(tables, self.bucket.copies(), frozenset(), clock, clock.passes).run()
        return sorted({one.invariant for one in told.findings})


@pytest.fixture
def erasure(drill: Drill) -> tuple[Drill, Copied, Account]:
    """One that is done, and was copied before."""
    world, kept = drill.world, Copied(drill)
    desk, ann = desk_of(world), somebody(world)
    decides(world, desk, ann)
    kept.goes_on()
    runs(world)
    kept.goes_on()
    return drill, kept, ann


def of(drill: Drill, who: Account) -> list[Item]:
    return [row for row in drill.rows("events") if row["account_id"]["S"].startswith(who.id)]


def test_tr_17_what_was_erased_is_compared_with_what_was_written(
    erasure: tuple[Drill, Copied, Account],
) -> None:
    """TR-17: exactly that, without the person: no list of break-glass is needed."""
    drill, kept, ann = erasure
    rows = of(drill, ann)
    assert len(rows) > 8
    assert [row for row in rows if ERASED not in row] == []
    assert [row["kind"]["S"] for row in rows if not without_personal(row)] == ["account_erased"]
    assert kept.found() == []
    # A record of the stream that comes after it, still as it was written, is no other one.
    assert {seen(kept.images[row["account_id"]["S"], row["at"]["S"]], row) for row in rows} == {SAME}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"kind": {"S": "account_enabled"}}, "event_is_as_it_was_written"),
        ({"actor": {"S": "somebody@else.test"}}, "event_is_as_it_was_written"),
        ({"details": {"S": '{"count": 7}'}}, "event_is_as_it_was_written"),
    ],
    ids=["kind", "who did it", "details"],
)
def test_tr_17_under_cover_of_an_erasure_nothing_else_is_changed(
    erasure: tuple[Drill, Copied, Account], changes: Item, says: str
) -> None:
    """TR-17: whoever may update one attribute more than the person."""
    drill, kept, ann = erasure
    row = next(row for row in of(drill, ann) if row["kind"]["S"] == "authn_login_success")
    drill.backups.put_item(TableName=f"{drill.prefix}events", Item=row | changes)
    assert kept.found() == [says]


def test_tr_17_an_erasure_that_nobody_decided_is_found(erasure: tuple[Drill, Copied, Account]) -> None:
    """TR-17: in the shape of one, by the decision about somebody else, or about an account that was there before."""
    drill, _, ann = erasure
    world = drill.world
    bert = somebody(world)
    rows = of(drill, bert)
    decision = next(row for row in of(drill, ann) if row["kind"]["S"] == "account_erased")
    for row in rows[:1]:
        wiped = {name: one for name, one in row.items() if name not in PERSONAL}
        drill.backups.put_item(TableName=f"{drill.prefix}events", Item=wiped | {ERASED: decision["at"]})
    assert "erasure_was_decided" in " ".join(found(drill))


def test_tr_17_what_an_erasure_left_is_found(erasure: tuple[Drill, Copied, Account]) -> None:
    """TR-17: a row with the mark of one, and the person still in it."""
    drill, kept, ann = erasure
    row = of(drill, ann)[0]
    drill.backups.put_item(TableName=f"{drill.prefix}events", Item=row | {"email": {"S": ann.address}})
    assert "erasure_was_decided" in " ".join(found(drill))
    assert kept.found() == ["event_is_as_it_was_written"]


def test_rl_15_who_was_erased_in_the_lost_hour_does_not_come_back(
    drill: Drill, capsys: pytest.CaptureFixture[str]
) -> None:
    """RL-15, TR-18: no account, no message and nothing of the person; who is still going goes; and it is listed."""
    world = drill.world
    desk, ann, bert, cora = desk_of(world), somebody(world), somebody(world), somebody(world)
    world.delivers()
    drill.passes(drill.at - world.clock() + 0.5)
    drill.backups.remember(drill.at)
    drill.passes(60)
    desk.types_it_again()
    decides(world, desk, ann)
    decides(world, desk, cora)
    assert runs(world)["erased"] == 2
    desk.types_it_again()
    desk.visitor.post("/admin/users", {"email": cora.address, "kind": "recipient"})
    decides(world, desk, bert)
    drill.backups.now = world.clock()
    before = {str(row) for row in of(drill, ann)}
    assert drill.restore().run() == 0
    assert {one.id for one in (ann, bert, cora)} & {row["id"]["S"] for row in drill.rows("accounts")} == {
        bert.id,
        cora.id,
    }
    assert {str(row) for row in of(drill, ann)} >= before
    assert [one for one in drill.rows("messages") if one["account_id"]["S"] in {ann.id, cora.id}] == []
    status = {row["id"]["S"]: row["status"]["S"] for row in drill.rows("accounts")}
    assert (status[bert.id], status[cora.id]) == ("erased", "disabled")
    assert "erased in the lost time, and erased still" in capsys.readouterr().out
    world.clock.passes(3600 + SETTLED_SECONDS)
    runs(world)
    assert naming(drill, ann, desk) == naming(drill, bert, desk) == []
    assert found(drill) == []
