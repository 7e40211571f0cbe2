"""`make restore`: the drill, from the lost hour to a portal that is open again, and stopped on its way anywhere."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import botocore.session
import pytest
from botocore.exceptions import ClientError

from chalicelib.domain.accounts import Account, Status
from chalicelib.domain.events import RESTORED, EventKind
from chalicelib.storage.store import DynamoStore
from infra.gateway.event_filter import wakes
from infra.gateway.functions import CONFIGURATION, time_out
from infra.restore import __main__ as program
from infra.restore.__main__ import Restore, moment
from infra.restore.copies import NotThen, copy_of
from infra.restore.doors import longest_run
from infra.restore.merging import merged
from infra.stages import Stage, stage_of
from infra.verify.around import Tables
from infra.verify.walk import Progress, verify
from infra.workers import patterns
from tests.console.staff import Staff, staff
from tests.engine import Engine
from tests.fakes.samples import an_event
from tests.pointintime import Backups
from tests.world.moving import another_address, carries, moves
from tests.world.phones import Phone, enrolled
from tests.world.systems import System, system
from tests.world.visitors import CHOSEN, PASSWORD, Visitor
from tests.world.world import World

pytestmark = pytest.mark.slow

HOUR = 3600
NEW = {"new_password": CHOSEN, "confirm_password": CHOSEN}
MAPPINGS = ("send", "publish")


class Doors:
    """Lambda and EventBridge, as far as the portal is shut and opened by them."""

    def __init__(self) -> None:
        self.states = dict.fromkeys(MAPPINGS, "Enabled")
        self.rules = dict[str, str]()
        self.reserved: int | None = 20
        self.started: dict[str, int] = {"live": 2}

    def as_they_are(self) -> str:
        rules = [name for name, state in self.rules.items() if state != "ENABLED"]
        return json.dumps([self.states, rules, self.reserved, self.started])

    def list_event_source_mappings(self, EventSourceArn: str) -> Any:  # noqa: N803 - AWS's names, here and below
        assert EventSourceArn
        return {"EventSourceMappings": [{"UUID": one, "State": state} for one, state in self.states.items()]}

    def update_event_source_mapping(self, UUID: str, Enabled: bool) -> None:  # noqa: N803
        self.states[UUID] = "Enabling" if Enabled else "Disabling"

    def get_event_source_mapping(self, UUID: str) -> Any:  # noqa: N803
        told = self.states[UUID]
        self.states[UUID] = {"Enabling": "Enabled", "Disabling": "Disabled"}.get(told, told)
        return {"State": told}

    def get_function_concurrency(self, FunctionName: str) -> Any:  # noqa: N803
        return {} if self.reserved is None else {"ReservedConcurrentExecutions": self.reserved}

    def put_function_concurrency(self, FunctionName: str, ReservedConcurrentExecutions: int) -> None:  # noqa: N803
        if sum(self.started.values()) > ReservedConcurrentExecutions:
            raise ClientError({"Error": {"Code": "InvalidParameterValueException"}}, "PutFunctionConcurrency")
        self.reserved = ReservedConcurrentExecutions

    def delete_function_concurrency(self, FunctionName: str) -> None:  # noqa: N803
        self.reserved = None

    def list_provisioned_concurrency_configs(self, FunctionName: str) -> Any:  # noqa: N803
        arn = f"arn:aws:lambda:eu-west-1:123456789012:function:{FunctionName}"
        return {
            "ProvisionedConcurrencyConfigs": [
                {"FunctionArn": f"{arn}:{alias}", "RequestedProvisionedConcurrentExecutions": number}
                for alias, number in self.started.items()
            ]
        }

    def delete_provisioned_concurrency_config(self, FunctionName: str, Qualifier: str) -> None:  # noqa: N803
        self.started.pop(Qualifier, None)

    def put_provisioned_concurrency_config(
        self,
        FunctionName: str,  # noqa: N803
        Qualifier: str,  # noqa: N803
        ProvisionedConcurrentExecutions: int,  # noqa: N803
    ) -> None:
        self.started[Qualifier] = ProvisionedConcurrentExecutions

    def describe_rule(self, Name: str) -> Any:  # noqa: N803
        return {"State": self.rules.setdefault(Name, "ENABLED")}

    def enable_rule(self, Name: str) -> None:  # noqa: N803
        self.rules[Name] = "ENABLED"

    def disable_rule(self, Name: str) -> None:  # noqa: N803
        self.rules[Name] = "DISABLED"


class Drill(NamedTuple):
    """A stage in which an hour is lost."""

    world: World
    stage: Stage
    backups: Backups
    doors: Doors
    kept: Path
    at: float

    def client(self, name: str) -> Any:
        return self.backups if name == "dynamodb" else self.doors

    def restore(self, **more: Any) -> Restore:
        """From another machine's view: nothing but the tables and what is kept on the way."""
        return Restore(
            self.stage,
            more.pop("client", self.client),
            self.at,
            clock=lambda: self.backups.now,
            sleep=more.pop("sleep", lambda _: None),
            kept=self.kept,
            page=2,
            **more,
        )

    def passes(self, seconds: float) -> None:
        self.world.clock.passes(seconds)
        self.backups.now = self.world.clock()

    @property
    def prefix(self) -> str:
        return self.stage.shared["PORTAL_TABLE_PREFIX"]

    def lose(self, account: Account) -> None:
        """Its row and its whole trail."""
        self.backups.delete_item(TableName=f"{self.prefix}accounts", Key={"id": {"S": account.id}})
        for row in self.backups.scan(TableName=f"{self.prefix}events")["Items"]:
            if row["account_id"]["S"].startswith(account.id):
                key = {name: row[name] for name in ("account_id", "at")}
                self.backups.delete_item(TableName=f"{self.prefix}events", Key=key)

    def rows(self, table: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.backups.scan(TableName=self.prefix + table, ConsistentRead=True)[
            "Items"
        ]
        return found


@pytest.fixture
def drill(engine: Engine, table_prefix: str, tmp_path: Path, real_store: DynamoStore) -> Iterator[Drill]:
    store = DynamoStore(botocore.session.get_session(), "eu-west-1", table_prefix, threshold=5, cap=900)
    configuration = json.loads(json.dumps(stage_of("staging").configuration))
    name = f"t{uuid.uuid4().hex[:8]}"
    configuration["stages"] = {name: configuration["stages"]["staging"]}
    configuration["stages"][name]["environment_variables"]["PORTAL_TABLE_PREFIX"] = table_prefix
    world = World(store)
    backups = Backups(engine.client("dynamodb"), table_prefix, world.clock())
    yield Drill(world, Stage(name, configuration), backups, Doors(), tmp_path, world.clock() + 600)
    for table in backups.list_tables()["TableNames"]:
        if table.startswith(table_prefix) and "-at-" in table:
            backups.delete_table(TableName=table)


def a_person(drill: Drill, **facts: Any) -> Account:
    """Somebody whose trail tells of the password."""
    person = drill.world.person(**facts)
    told = an_event(person.id, EventKind.PASSWORD_RESET, at=person.password_changed_at or 0)
    drill.world.store.events.record(told)
    return person


class People(NamedTuple):
    """Who is in it: before the hour that is lost, and in it."""

    desk: Staff
    ann: Account
    thief: Visitor
    link: str
    bert: Account
    cora: Account
    codes: Phone
    dora: Account
    eve: str
    message: str


@pytest.fixture
def people(drill: Drill) -> People:
    """A thief has Ann's account, Bert is disabled, Cora uses a code of her list, Dora's row is lost, Eve is new."""
    world, store = drill.world, drill.world.store
    desk = staff(world)
    cora, codes = enrolled(world)
    for one in (desk.account, cora):
        store.events.record(an_event(one.id, EventKind.PASSWORD_RESET, at=one.password_changed_at or 0))
    ann, bert, dora = (a_person(drill) for _ in range(3))
    message, asked = world.sends(ann), world.asks(ann)
    world.delivers()
    drill.passes(drill.at - world.clock() + 0.5)
    drill.backups.remember(drill.at)
    drill.passes(60)
    # The hour that is lost.
    thief = world.visitor()
    assert thief.post("/password/reset", {"token": asked.token("/password/reset"), **NEW}).status == 200
    thief.logs_on(ann, CHOSEN)
    thief.post("/account/two-step")
    link = world.asks(ann).token("/password/reset")
    desk.types_it_again()
    desk.does(bert, "disable")
    visitor = world.visitor()
    visitor.logs_on(cora)
    assert visitor.post("/logon/code", {"code": codes.recovery[0]}).status == 200
    eve = "eve@people.test"
    world.sends(eve)
    world.delivers()
    drill.lose(dora)
    drill.passes(HOUR / 4)
    return People(desk, ann, thief, link, bert, cora, codes, dora, eve, message)


def status_of(drill: Drill, address: str) -> str:
    (row,) = [one for one in drill.rows("accounts") if one["address"]["S"] == address]
    return str(row["status"]["S"])


def test_rl_15_the_lost_hour_is_over_and_nothing_of_it_lives(
    drill: Drill, people: People, capsys: pytest.CaptureFixture[str]
) -> None:
    world, before, sent = drill.world, drill.doors.as_they_are(), len(drill.world.mails())
    assert people.thief.get("/account").status == 200  # until then
    assert drill.restore().run() == 0
    assert len(world.mails()) == sent  # nobody hears anything twice
    # The thief's session and link are dead, the thief's password and the one of that moment too.
    assert people.thief.get("/account").status == 401
    assert world.visitor().post("/password/reset", {"token": people.link, **NEW}).status == 410
    for password in (PASSWORD, CHOSEN):
        tried = {"email": people.ann.address, "password": password}
        assert world.visitor().post("/logon", tried).code == "invalid_logon"
    # Its owner has it back by the mailbox, and the message that was there.
    asked = world.asks(people.ann)
    assert (
        world.visitor().post("/password/reset", {"token": asked.token("/password/reset"), **NEW}).status
        == 200
    )
    owner = world.visitor()
    owner.logs_on(people.ann, CHOSEN)
    assert owner.get(f"/messages/{people.message}").status == 200
    # Who was shut out stays out, who was lost is there, who came in that hour waits for an administrator.
    assert status_of(drill, people.bert.address) == Status.DISABLED.value
    world.visitor().logs_on(people.dora)
    assert status_of(drill, people.eve) == Status.DISABLED.value
    # A code that was used is used.
    cora = world.visitor()
    cora.logs_on(people.cora)
    assert cora.post("/logon/code", {"code": people.codes.recovery[0]}).status == 401
    assert cora.post("/logon/code", {"code": people.codes.recovery[1]}).status == 200
    # The doors are as they were.
    assert drill.doors.as_they_are() == before
    told = capsys.readouterr().out
    for address in (people.ann.address, people.bert.address, people.cora.address, people.eve):
        assert address in told
    assert "1 codes spent in the lost time" in told
    tables = Tables(drill.backups, drill.prefix)
    assert verify(tables, world.clock, Progress()) == []


def test_rl_15_an_address_that_was_changed_in_the_lost_hour_is_changed_still(drill: Drill) -> None:
    """Its messages are put back where they were, and go where the account is; the former address opens nothing."""
    world, to = drill.world, another_address()
    desk, ann = staff(world), a_person(drill)
    chosen_at = desk.account.password_changed_at or 0
    world.store.events.record(an_event(desk.account.id, EventKind.PASSWORD_RESET, at=chosen_at))
    message = world.sends(ann, body="Before")
    world.delivers()
    drill.passes(drill.at - world.clock() + 0.5)
    drill.backups.remember(drill.at)
    drill.passes(60)
    desk.types_it_again()
    moves(world, desk, ann, to)
    world.delivers()
    drill.passes(HOUR / 4)
    assert drill.restore().run() == 0
    tried = {"email": ann.address, "password": PASSWORD}
    assert world.visitor().post("/logon", tried).code == "invalid_logon"
    visitor = world.visitor()
    assert visitor.logs_on(to) == "portal"
    assert visitor.get(f"/messages/{message}").json()["body"] == "Before"
    carries(world)
    assert [one["id"] for one in visitor.get("/messages").json()["messages"]] == [message]
    found = verify(Tables(drill.backups, drill.prefix), world.clock, Progress())
    assert [one.line() for one in found if one.invariant != "password_has_its_event"] == []


def test_rl_15_keys_that_services_were_given_in_the_lost_hour_open_nothing(
    drill: Drill, capsys: pytest.CaptureFixture[str]
) -> None:
    world = drill.world
    desk = staff(world)
    told = an_event(desk.account.id, EventKind.PASSWORD_RESET, at=desk.account.password_changed_at or 0)
    world.store.events.record(told)
    old, changed, gone = (system(world, desk) for _ in range(3))
    drill.passes(drill.at - world.clock() + 0.5)
    drill.backups.remember(drill.at)
    drill.passes(60)
    # The hour that is lost: an intruder makes a key and changes another; somebody revokes a third.
    desk.types_it_again()
    made = system(world, desk, name="Intruder")
    newer = System(
        changed.id, desk.visitor.post(f"/admin/services/{changed.id}/rotate").json()["key"], made.asks
    )
    desk.visitor.post(f"/admin/services/{gone.id}/revoke")
    world.delivers()
    assert made.sends().status == newer.sends().status == 201
    drill.passes(600)
    world.delivers()
    assert drill.restore().run() == 0
    assert [one.sends().status for one in (old, changed)] == [201, 201]
    assert {one.sends().status for one in (made, newer, gone)} == {401}
    world.delivers()
    said = capsys.readouterr().out
    assert "2 services with keys of the lost time, which open nothing" in said
    assert "Intruder: revoked" in said
    assert verify(Tables(drill.backups, drill.prefix), world.clock, Progress()) == []
    assert drill.restore().run() == 0  # once more does no more


@pytest.mark.parametrize("word", ["enrolled", "moved", "removed", "reset"])
def test_rl_15_whose_second_step_was_another_one_in_the_lost_hour_must_set_one_up(word: str) -> None:
    """The phone that its owner moved away from, or a thief's, is in force again by the row of that moment."""
    then = {"epoch": {"N": "1"}, "status": {"S": "active"}, "seed": {"S": "the former phone"}}
    row = merged(then, then, [EventKind(f"two_step_{word}")], 10**9, reopen=False)
    assert "second step" in row.measures
    assert row.row["two_step_required"] == {"BOOL": True}


def test_rl_13_events_that_are_put_back_are_marked_and_wake_nobody(drill: Drill, people: People) -> None:
    drill.restore().run()
    back = [row for row in drill.rows("events") if row["account_id"]["S"].startswith(people.dora.id)]
    kinds = {row["kind"]["S"] for row in back}
    assert {EventKind.PASSWORD_RESET.value, EventKind.SESSIONS_REVOKED.value} <= kinds
    for row in back:
        record = {"eventName": "INSERT", "dynamodb": {"NewImage": row}}
        assert RESTORED in row
        assert "mail_hour" not in row  # by which the sweep would find it
        assert [wakes(patterns(step), record) for step in ("send_mail", "publish_event")] == [False, False]


def test_rl_15_reopened_after_an_intruder_everybody_is_as_they_were(
    drill: Drill, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REOPEN", "yes")
    drill.restore().run()
    assert status_of(drill, people.bert.address) == Status.ACTIVE.value
    drill.world.visitor().logs_on(people.ann, PASSWORD)
    assert people.thief.get("/account").status == 401


class Cut(Exception):
    """The machine it ran on is gone."""


class CutAt:
    """A client whose so-and-so-manieth change never happens."""

    CHANGES = ("put", "update", "delete", "transact", "restore", "enable", "disable")

    def __init__(self, client: Any, left: list[int]) -> None:
        self._client, self._left = client, left

    def __getattr__(self, name: str) -> Any:
        act = getattr(self._client, name)
        if not name.startswith(self.CHANGES):
            return act

        def counted(**arguments: Any) -> Any:
            self._left[0] -= 1
            if self._left[0] < 0:
                raise Cut
            return act(**arguments)

        return counted


def test_rl_15_stopped_anywhere_it_goes_on(drill: Drill, people: People) -> None:
    """Every few changes it is stopped, and begun again from what is kept; it comes to its end all the same."""
    before, stops = drill.doors.as_they_are(), 0
    while stops < 40:
        left = [11]  # more than it takes to shut the portal, which is done anew each time
        cut = {name: CutAt(drill.client(name), left) for name in ("dynamodb", "lambda", "events")}
        try:
            assert drill.restore(client=cut.__getitem__).run() == 0
            break
        except Cut:
            stops += 1
    assert 2 < stops < 40
    assert people.thief.get("/account").status == 401
    assert drill.doors.as_they_are() == before
    revoked = [row for row in drill.rows("events") if row.get("actor", {}).get("S") == "restore"]
    accounts = [
        row["account_id"]["S"] for row in revoked if row["kind"]["S"] == EventKind.SESSIONS_REVOKED.value
    ]
    assert len(accounts) == len(set(accounts)) == len(drill.rows("accounts"))
    assert verify(Tables(drill.backups, drill.prefix), drill.world.clock, Progress()) == []


def test_rl_15_what_does_not_hold_keeps_the_portal_shut(
    drill: Drill, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {"account_id": {"S": "nobody"}, "id": {"S": "1"}, "sender": {"S": "x"}, "subject": {"S": "x"}}
    times = {"sent_at": {"N": "1"}, "expires_at": {"N": "1900000900"}}
    drill.backups.put_item(TableName=f"{drill.prefix}messages", Item=row | times)
    with pytest.raises(program.Held, match="message_is_somebodys"):
        drill.restore().run()
    assert drill.doors.reserved == 0
    assert set(drill.doors.states.values()) == {"Disabled"}
    monkeypatch.setenv("ACCEPT", "yes")
    assert drill.restore().run() == 0
    assert drill.doors.reserved == 20


def test_rl_15_a_dry_run_says_what_it_would_do_and_does_nothing(
    drill: Drill, people: People, capsys: pytest.CaptureFixture[str]
) -> None:
    left = [0]
    cut = {name: CutAt(drill.client(name), left) for name in ("dynamodb", "lambda", "events")}
    assert drill.restore(client=cut.__getitem__).rehearse() == 0
    told = capsys.readouterr().out
    assert "1. would shut the portal" in told
    assert people.bert.address in told
    assert list(drill.kept.iterdir()) == []
    assert people.thief.get("/account").status == 200


@pytest.mark.parametrize("ago", [10, 36 * 86400], ids=["a moment ago", "too long ago"])
def test_rl_15_without_a_backup_of_that_moment_nothing_is_begun(drill: Drill, ago: float) -> None:
    before, then = drill.doors.as_they_are(), drill._replace(at=drill.backups.now - ago)
    with pytest.raises(NotThen):
        then.restore().run()
    assert drill.doors.as_they_are() == before
    assert copy_of(drill.prefix, "accounts", then.at) not in drill.backups.list_tables()["TableNames"]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2030-03-17T17:46:40Z", 1_900_000_000),
        ("2030-03-17T17:46:40.900Z", 1_900_000_000),
        ("2030-03-17T17:46:40", None),  # whose hour?
        ("2030-03-17T18:46:40+01:00", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_rl_15_a_moment_is_in_utc(text: str, at: float | None) -> None:
    assert moment(text) == at


def test_rl_15_a_wrong_call_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AT", raising=False)
    assert program.main(["staging"]) == 2
    assert "AT=" in capsys.readouterr().err


def test_nothing_is_read_or_put_back_while_a_function_may_still_run_that_began_before(drill: Drill) -> None:
    """Attack: a sweep of fifteen minutes, begun a moment before, writes into what is put back."""
    stopped = drill.restore()
    assert list(stopped.steps())[:4] == ["shut", "copies", "drained", "lost"]
    drill.passes(3600)
    waited = list[float]()
    steps = drill.restore(sleep=waited.append).steps()
    steps["shut"][1]()
    assert sum(waited) < 60
    for already, still in ((300, 600), (600, 0), (10, 0)):
        drill.passes(already)
        waited.clear()
        steps["drained"][1]()
        assert waited == [still], already


def test_the_longest_run_is_that_of_the_function_with_the_most_time_at_any_level(drill: Drill) -> None:
    stage = drill.stage
    assert longest_run(stage) == max(time_out(one) for one in CONFIGURATION["lambda_functions"]) == 900
    own = stage.configuration["stages"][stage.name].setdefault("lambda_functions", {})
    own["any"] = {"lambda_timeout": 901}
    assert longest_run(stage) == 901
    assert longest_run(Stage(stage.name, {"lambda_timeout": 10, "stages": {stage.name: {}}})) == 10
