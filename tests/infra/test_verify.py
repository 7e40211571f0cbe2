"""`make verify`: each invariant is broken on purpose, and the row is named; what is whole is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import botocore.session
import pytest

from chalicelib.domain.accounts import Account, Policy, TwoStep
from chalicelib.domain.addresses import DomainName, account_id, domain_id, domain_of
from chalicelib.domain.events import RESTORED, Event, EventKind, iso
from chalicelib.domain.limits import SELF_SERVICE_MAILS
from chalicelib.domain.mails import NOTE, WAITS, hour, told_of
from chalicelib.domain.messages import MOVING
from chalicelib.domain.moves import Carried
from chalicelib.domain.resets import Purpose, link_key
from chalicelib.domain.tokens import Token, digest, session_handle
from chalicelib.mail.worker import note_of
from chalicelib.storage.bus import FOR_THE_BUS, TOLD, key_of, mark_side, row, waits_as
from chalicelib.storage.rows import event_row
from chalicelib.storage.store import DynamoStore
from infra.gateway.environment import known, make_copy
from infra.verify import __main__ as program
from infra.verify.around import FATE_SECONDS, KEYS, Around, Item, Tables
from infra.verify.invariants import INVARIANTS
from infra.verify.of_accounts import AHEAD_SECONDS
from infra.verify.of_the_bus import BUS_SECONDS
from infra.verify.walk import READABLE, Progress, judged, verify
from tests.console.staff import staff
from tests.engine import Engine
from tests.fakes.planting import plant
from tests.fakes.samples import NOW, a_link, a_message, a_session, an_account, an_event
from tests.world.clock import Clock
from tests.world.moving import another_address, asks, carries, proof
from tests.world.phones import enrolled
from tests.world.settings import ENVIRONMENT
from tests.world.systems import a_system
from tests.world.world import World

pytestmark = pytest.mark.slow

CODES = tuple(f"code{number}" for number in range(10))


class Town(NamedTuple):
    """Somebody in whose account everything has happened, and the tables it lies in."""

    tables: Tables
    account: Account
    rows: dict[str, Item]
    store: DynamoStore

    def found(self, table: str, item: Item, **changes: Item | None) -> set[str]:
        """What is wrong with a row once these attributes of it are others; None takes one away."""
        broken = {name: value for name, value in (item | changes).items() if value is not None}
        old = {name: item[name] for name in KEYS[table]}
        if old != {name: broken[name] for name in KEYS[table]}:
            self.tables.client.delete_item(TableName=self.tables.prefix + table, Key=old)
        self.tables.client.put_item(TableName=self.tables.prefix + table, Item=broken)
        return {one.invariant for one in judged(table, [broken], Around(self.tables, NOW))}

    def broken(self, table: str, **changes: Item | None) -> set[str]:
        return self.found(table, self.rows[table], **changes)

    def without(self, kind: EventKind) -> None:
        """The trail as it would be if this had never been recorded."""
        for event in self.store.events.of_account(self.account.id):
            if event.kind is kind:
                key = {"account_id": {"S": event_row(event).account_id}, "at": {"S": event.sort_key}}
                self.tables.client.delete_item(TableName=f"{self.tables.prefix}events", Key=key)


def text(value: str) -> Item:
    return {"S": value}


def number(value: float) -> Item:
    return {"N": str(value)}


@pytest.fixture
def town(engine: Engine, bound: tuple[DynamoStore, str], real_store: DynamoStore) -> Town:
    """An account, its trail, a session, a spent link, a read message, its domain's rules and a counter."""
    account = an_account(
        created_at=NOW - 400 * 86400,
        epoch=int(NOW),
        session_serial=1,
        password_changed_at=NOW,
        two_step=TwoStep("sealed", int(NOW / 30), recovery=CODES[1:], unused_since=NOW),
    )
    session, link, message = a_session(account), a_link(account), a_message(account, read_at=NOW + 5)
    policy = Policy(domain_of(account.address))
    plant(real_store, account, session, link._replace(spent_at=NOW), message, policy)
    trail = [
        an_event(account.id, EventKind.PASSWORD_RESET, details={"by": "link"}),
        an_event(account.id, EventKind.TWO_STEP_ENROLLED),
        an_event(account.id, EventKind.RECOVERY_CODE_USED, at=NOW + 1),
        an_event(account.id, EventKind.MESSAGE_SENT, details={"message": message.id}),
        an_event(account.id, EventKind.MESSAGE_READ, at=NOW + 5, details={"message": message.id}),
    ]
    for event in trail:
        real_store.events.record(event)
    tables = Tables(engine.client("dynamodb"), bound[1])
    counter = SELF_SERVICE_MAILS.key("portal", NOW)
    tables.client.put_item(
        TableName=f"{tables.prefix}throttles",
        Item={"key": text(counter), "count": number(SELF_SERVICE_MAILS.most), "expires_at": number(NOW)},
    )
    event_key = event_row(trail[0])
    keys: dict[str, Item] = {
        "accounts": {"id": text(account.id)},
        "sessions": {"account_id": text(account.id), "digest": text(session.digest)},
        "resets": {"key": text(link.key)},
        "messages": {"account_id": text(account.id), "id": text(message.id)},
        "events": {"account_id": text(event_key.account_id), "at": text(event_key.at)},
        "domains": {"domain": text(domain_id(DomainName(policy.name)))},
        "throttles": {"key": text(counter)},
    }
    service, _ = a_system(real_store)
    keys["services"] = {"owner": text("portal"), "id": text(service.id)}
    rows = {table: tables.get(table, [key])[0] for table, key in keys.items()}
    return Town(tables, account, rows, real_store)


def is_lost(town: Town, table: str) -> set[str]:
    """What is said of a row whose account is gone."""
    town.tables.client.delete_item(
        TableName=f"{town.tables.prefix}accounts", Key={"id": text(town.account.id)}
    )
    return town.broken(table)


def without(kind: EventKind, table: str) -> Callable[[Town], set[str]]:
    def breaking(town: Town) -> set[str]:
        town.without(kind)
        return town.broken(table)

    return breaking


def a_second_link_event(town: Town) -> set[str]:
    town.store.events.record(an_event(town.account.id, EventKind.PASSWORD_RESET, details={"by": "link"}))
    return town.broken("accounts")


def an_old_due_mail(town: Town) -> set[str]:
    event = an_event(town.account.id, EventKind.PASSWORD_RESET, at=NOW - FATE_SECONDS - 1)
    town.store.events.record(event)
    return town.found("events", event_row(event).serialize())


def a_note_of_nothing(town: Town) -> set[str]:
    note = an_event(town.account.id, EventKind.MAIL_SENT, details={"about": "authn_password_reset"})
    return town.found("events", event_row(note._replace(id=f"{note.id}{NOTE}")).serialize())


def refused(town: Town, ago: float) -> Event:
    """A logon that was refused so long ago."""
    event = an_event(town.account.id, EventKind.LOGON_REFUSED, at=NOW - ago)
    town.store.events.record(event)
    return event


def judge(town: Town, event: Event) -> set[str]:
    """With tables that remember nothing of an earlier look."""
    town = town._replace(tables=Tables(town.tables.client, town.tables.prefix))
    return town.found("events", event_row(event).serialize())


def one_between_two_that_went(town: Town) -> set[str]:
    first, lost, last = (refused(town, BUS_SECONDS + 1500 - one) for one in range(3))
    town.store.bus.mark([first, last])
    return judge(town, lost)


def one_that_still_waits(town: Town) -> set[str]:
    event = refused(town, BUS_SECONDS + 9)
    side, key = f"{FOR_THE_BUS}{event.sort_key[:13]}", waits_as(*key_of(event))
    town.store.bus.put_aside(*key_of(event), "events:down", NOW - BUS_SECONDS - 1)
    return town.found("events", town.tables.get("events", [{"account_id": text(side), "at": text(key)}])[0])


def a_mark_of_nothing(town: Town) -> set[str]:
    event = an_event(town.account.id, EventKind.LOGON_REFUSED)
    town.store.bus.mark([event])
    key = {"account_id": text(mark_side(event)), "at": text(waits_as(*key_of(event)))}
    return town.found("events", town.tables.get("events", [key])[0])


def a_closed_one(town: Town) -> set[str]:
    town.broken("accounts", status=text("disabled"))
    return town.broken("sessions")


BREAKS: dict[str, Callable[[Town], set[str]]] = {
    READABLE: lambda town: town.broken("accounts", kind=text("emperor")),
    "is_named_by_its_address": lambda town: town.broken("accounts", domain=text("other.test")),
    "is_listed_as_staff_only_if_it_is": lambda town: town.broken("accounts", staff=text("administrator")),
    "stays_small": lambda town: town.broken("accounts", ranges={"L": [text("192.0.2.0/24")] * 70}),
    "has_numbers_that_make_sense": lambda town: town.broken(
        "accounts", epoch=number(NOW + AHEAD_SECONDS + 9)
    ),
    "epoch_is_not_behind_its_trail": lambda town: town.broken("accounts", epoch=number(1)),
    "password_has_its_event": without(EventKind.PASSWORD_RESET, "accounts"),
    "second_step_has_its_event": without(EventKind.TWO_STEP_ENROLLED, "accounts"),
    "is_closed_by_an_event": lambda town: town.broken("accounts", status=text("disabled")),
    "second_step_is_whole": lambda town: town.broken("accounts", seed=None),
    "frozen_has_no_password": lambda town: town.broken("accounts", status=text("frozen")),
    "alias_leads_to_an_account": lambda town: town.broken("accounts", alias_of=text("nobody")),
    "former_address_opens_nothing": lambda town: town.broken(
        "accounts", alias_of=text("nobody"), status=text("disabled")
    ),
    "recovery_codes_are_spent_once": lambda town: town.broken(
        "accounts", recovery={"L": [text(one) for one in CODES]}
    ),
    "links_are_spent_once": a_second_link_event,
    "session_is_somebodys": lambda town: is_lost(town, "sessions"),
    "none_lives_on_a_closed_account": a_closed_one,
    "session_is_not_ahead_of_its_account": lambda town: town.broken("sessions", serial=number(2)),
    "session_ends": lambda town: town.broken("sessions", expires_at=number(NOW + 10**7)),
    "mailed_thing_is_somebodys": lambda town: is_lost(town, "resets"),
    "mailed_thing_is_not_ahead_of_its_account": lambda town: town.broken("resets", epoch=number(NOW + 9)),
    "was_spent_in_its_time": lambda town: town.broken("resets", valid_until=number(NOW - 1)),
    "was_spent_by_one_event": without(EventKind.PASSWORD_RESET, "resets"),
    "event_lies_where_it_belongs": lambda town: town.broken("events", mail_hour=text(hour(NOW - 7200))),
    "what_waits_is_an_event": lambda town: town.broken(
        "events", account_id=text(f"{WAITS}{hour(NOW)}"), at=text("2026-11-27T01:00:00.000Z#gone|nobody")
    ),
    "due_mail_has_its_fate": an_old_due_mail,
    "event_went_to_the_bus": one_between_two_that_went,
    "what_waits_for_the_bus_goes": one_that_still_waits,
    "mark_is_of_an_event": a_mark_of_nothing,
    "note_is_of_an_event": a_note_of_nothing,
    "erasure_was_decided": lambda town: town.broken("events", erased=text("2026-11-27T01:00:00.000Z#gone")),
    "change_is_of_an_account": lambda town: is_lost(town, "events"),
    "event_holds_no_secret": lambda town: town.broken("events", url=text("/password/reset/" + "x" * 43)),
    "message_is_somebodys": lambda town: is_lost(town, "messages"),
    "message_has_its_events": without(EventKind.MESSAGE_READ, "messages"),
    "message_was_read_in_its_time": lambda town: town.broken("messages", recalled_at=number(NOW + 9)),
    "service_keys_are_digests": lambda town: town.broken("services", digest=text("smp_")),
    "service_has_its_events": lambda town: town.broken("services", revoked_at=number(NOW)),
    "service_is_bound": lambda town: town.broken("services", domains={"L": []}),
    "rules_are_under_their_domain": lambda town: town.broken("domains", name=text("other.test")),
    "count_is_within_its_limit": lambda town: town.broken("throttles", count=number(10**6)),
    "counter_ends": lambda town: town.broken("throttles", expires_at=number(0)),
}


def test_rl_14_every_invariant_is_broken_here() -> None:
    assert {one.__name__ for room in INVARIANTS.values() for one in room} | {READABLE} == set(BREAKS)


def test_rl_14_of_what_went_or_waits_or_need_not_go_nothing_is_said(town: Town) -> None:
    before, first, went, waits, back, last, after = (
        refused(town, BUS_SECONDS + 1500 - one) for one in range(7)
    )
    town.store.bus.mark([first, went, last])
    town.store.bus.put_aside(*key_of(waits), "events:down", NOW)
    assert [judge(town, one) for one in (before, first, went, waits, last, after)] == [set()] * 6
    restored = event_row(back).serialize() | {RESTORED: text(iso(NOW))}
    assert town.found("events", restored) == set()
    young = refused(town, 9)
    town.store.bus.mark([refused(town, 10), refused(town, 8)])
    assert judge(town, young) == set()


def test_rl_14_a_notice_is_missed_once_any_of_its_month_went(town: Town) -> None:
    """Of notices there are few: no other one need have gone in its hour, or after it."""
    at = NOW - BUS_SECONDS - 1500
    lost = an_event(town.account.id, EventKind.ACCOUNT_FROZEN, at=at)
    town.store.events.record(lost)
    assert "event_went_to_the_bus" not in judge(town, lost)
    went = an_event(town.account.id, EventKind.ACCOUNT_FROZEN, at=at - 9)
    town.store.events.record(went)
    town.store.bus.mark([went])
    assert "event_went_to_the_bus" in judge(town, lost)
    assert "event_went_to_the_bus" not in judge(town, went)


def test_rl_14_what_was_settled_waits_no_more(town: Town) -> None:
    event = refused(town, BUS_SECONDS + 9)
    side, key = f"{FOR_THE_BUS}{event.sort_key[:13]}", waits_as(*key_of(event))
    town.store.bus.put_aside(*key_of(event), "events:down", NOW - BUS_SECONDS - 1)
    town.store.bus.settle(event.sort_key[:13], [key], NOW)
    rows = [
        row for row in town.tables.partition("events", "account_id", side) if row["at"]["S"].startswith(key)
    ]
    assert len(rows) == 2
    assert [town.found("events", row) for row in rows] == [set(), set()]


def test_rl_14_of_what_is_whole_nothing_is_said(town: Town) -> None:
    for table, item in town.rows.items():
        assert judged(table, [item], Around(town.tables, NOW)) == []


def test_rl_14_tf_15_of_a_move_to_another_phone_nothing_is_said(town: Town) -> None:
    """Neither while its key waits beside the one in force, nor once it has taken its place, with ten codes anew."""
    waits = {"two_step_pending": text("sealed too"), "two_step_pending_until": number(NOW + 600)}
    assert town.broken("accounts", **waits) == set()
    later = NOW + 100
    town.store.events.record(an_event(town.account.id, EventKind.TWO_STEP_MOVED, at=later))
    moved = {
        "seed": text("sealed too"),
        "recovery": {"L": [text(one) for one in CODES]},
        "us": number(later),
        "epoch": number(int(later) + 1),
    }
    assert town.broken("accounts", **moved) == set()
    assert town.broken("accounts", **moved, two_step_pending=text("a third")) == {"second_step_is_whole"}
    assert town.broken("accounts", **(moved | {"epoch": number(int(NOW))})) == {
        "epoch_is_not_behind_its_trail"
    }


def test_rl_14_of_a_change_of_address_nothing_is_said_while_and_after(town: Town) -> None:
    """Its trail, its links and its messages are looked for under both ids, and what lies under neither is named."""
    world = World(town.store, clock=Clock(NOW + 10))
    desk, (ann, _), to = staff(world), enrolled(world), another_address()
    message = world.sends(ann)
    asks(desk, ann, to)
    token = proof(world, to)
    assert world.visitor().post("/address", {"token": token}).status == 200
    new = account_id(to)
    ids = (ann.id, new)

    def said() -> list[str]:
        rows = [("accounts", {"id": text(one)}) for one in ids]
        rows += [("messages", {"account_id": text(one), "id": text(message)}) for one in ids]
        rows += [("messages", {"account_id": text(MOVING), "id": text(new)})]
        rows += [("resets", {"key": text(link_key(Purpose.ADDRESS, digest(Token(token))))})]
        found = [(table, item) for table, key in rows for item in town.tables.get(table, [key])]
        around = Around(town.tables, world.clock())
        broken = [one for table, item in found for one in judged(table, [item], around)]
        # Who was there already has chosen a password before the trail began.
        return [one.line() for one in broken if one.invariant != "password_has_its_event"]

    assert said() == []
    for _ in range(50):  # of the same tables others have left theirs too, and a run goes through some
        carries(world)
        if Carried(ann.id, new) not in town.store.moves.waiting(1000):
            break
    assert said() == []
    plant(town.store, a_message(ann, id=message))
    assert [one for one in said() if "where nobody reads it" in one]


@pytest.mark.parametrize("invariant", BREAKS)
def test_rl_14_what_is_broken_is_named(town: Town, invariant: str) -> None:
    assert invariant in BREAKS[invariant](town)


def test_rl_14_a_neighbour_that_cannot_be_read_ends_no_walk(town: Town) -> None:
    assert READABLE in town.broken("accounts", kind=text("emperor"))
    assert "session_is_somebodys" in town.broken("sessions")


@pytest.mark.parametrize("facts", [{"seconds": 1}, {"lost": True}, {"restored": True}], ids=str)
def test_rl_14_a_mail_is_not_missed_too_early_nor_of_nobody_nor_of_a_restored_event(
    town: Town, facts: dict[str, Any]
) -> None:
    event = an_event(
        an_account().id if "lost" in facts else town.account.id,
        EventKind.PASSWORD_RESET,
        at=NOW - FATE_SECONDS + facts.get("seconds", -1),
    )
    row = event_row(event).serialize()
    if "restored" in facts:
        row = {name: value for name, value in row.items() if name != "mail_hour"} | {"restored": text("then")}
    assert "due_mail_has_its_fate" not in town.found("events", row)


def test_rl_14_ad_09_of_an_administrator_who_was_told_and_mailed_nothing_is_said(town: Town) -> None:
    """The event tells of a change and lies among changes; the note of its mail tells of no change, and lies beside."""
    invited = an_event(an_account().id, EventKind.ACCOUNT_INVITED, at=NOW - FATE_SECONDS - 1)
    told = told_of(invited, town.account.id)
    note = note_of(told, EventKind.MAIL_SENT, {})
    rows = [event_row(one) for one in (told, note)]
    assert rows[0].account_id != rows[1].account_id
    for event in (told, note):
        town.store.events.record(event)
    assert [town.found("events", row.serialize()) for row in rows] == [set(), set()]


def test_rl_14_what_was_put_right_meanwhile_is_not_said(town: Town) -> None:
    """The portal goes on while it is looked at: a row read before a change, and its trail after it."""
    stale = town.rows["accounts"] | {"epoch": number(1)}
    assert judged("accounts", [stale], Around(town.tables, NOW)) == []


def test_rl_14_no_secret_is_said(town: Town) -> None:
    digest = town.rows["sessions"]["digest"]["S"]
    town.broken("sessions", serial=number(99))
    broken = town.tables.get("sessions", [{name: town.rows["sessions"][name] for name in KEYS["sessions"]}])
    (one,) = judged("sessions", broken, Around(town.tables, NOW))
    assert session_handle(digest) in one.line()
    assert digest not in one.line()


class Stopped(Exception):
    """Ctrl-C."""


def test_rl_14_a_walk_that_was_stopped_goes_on(
    engine: Engine, table_prefix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    client = engine.client("dynamodb")
    for place in range(5):
        key = text(f"{SELF_SERVICE_MAILS.name}#portal#{place}")
        item = {"key": key, "count": number(10**6), "expires_at": number(NOW)}
        client.put_item(TableName=f"{table_prefix}throttles", Item=item)
    pages: list[str] = []

    class Page(Tables):
        def page(self, table: str, after: Item | None) -> tuple[list[Item], Item | None]:
            if table == "throttles" and pages.count(table) == 2:
                pages.append("stopped")
                raise Stopped
            pages.append(table)
            return super().page(table, after)

    tables, file = Page(client, table_prefix, page=2), tmp_path / "dev.json"
    with pytest.raises(Stopped):
        verify(tables, lambda: NOW, Progress.read(file))
    assert json.loads(file.read_text())["rows"] == 4
    pages[:] = ["stopped"]
    assert program.report("dev", tables, tmp_path) == 1
    assert "accounts" not in pages
    said = capsys.readouterr().out
    assert said.count("count_is_within_its_limit") == 5
    assert "5 rows: 5 findings" in said
    assert not file.exists()


def test_tr_15_what_went_in_its_time_is_not_missed(engine: Engine, table_prefix: str) -> None:
    """With `PORTAL_TRAIL_DAYS` the event of an old password is gone, and a row that is over may still lie there."""
    client, days = engine.client("dynamodb"), 86400
    store = DynamoStore(botocore.session.get_session(), "eu-west-1", table_prefix, threshold=5, cap=900)
    plant(store, an_account(password_changed_at=NOW - 100 * days))
    over = row(f"{TOLD}2030-01", "2030-01-01T00:00:00.000Z#x|nobody", NOW).serialize()
    client.put_item(TableName=f"{table_prefix}events", Item=over | {"expires_at": number(NOW - 1)})

    def found(since: float) -> set[str]:
        walked = verify(Tables(client, table_prefix), lambda: NOW, Progress(), since=since)
        return {one.invariant for one in walked}

    assert "password_has_its_event" in found(0)
    assert "password_has_its_event" in found(NOW - 101 * days)
    assert found(NOW - 90 * days) == set()


def test_rl_14_nothing_is_written(engine: Engine, table_prefix: str, tmp_path: Path) -> None:
    client, called = engine.client("dynamodb"), set[str]()
    client.meta.events.register("before-call.dynamodb", lambda model, **_: called.add(model.name))
    assert program.report("dev", Tables(client, table_prefix), tmp_path) == 0
    assert called <= {"Scan", "Query", "BatchGetItem"}


def test_rl_14_the_portal_of_this_machine_says_where_its_tables_are(
    engine: Engine, table_prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = tmp_path / "run" / "tables.json"
    monkeypatch.setattr(program, "RUNNING", running)
    monkeypatch.setenv("AWS_ENDPOINT_URL", engine.url)
    monkeypatch.setenv("PORTAL_TABLE_PREFIX", table_prefix)
    monkeypatch.setenv("PORTAL_COPY_BUCKET", f"{table_prefix}copy")
    monkeypatch.setenv("PORTAL_KEYS", ENVIRONMENT["PORTAL_KEYS"])
    make_copy(engine.client("s3"), f"{table_prefix}copy")
    with known(running):
        assert running.stat().st_mode & 0o77 == 0  # the key of the seals is in it
        where = program.tables_of("local"), tmp_path, program.trail_of("local")
        assert program.report("local", *where) == 0
    assert program.main(["local"]) == 2


def test_rl_14_a_stage_that_there_is_not_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["nowhere"]) == 2
    assert "usage: make verify" in capsys.readouterr().err


def test_lists_say_of_no_account_that_it_has_a_second_step_it_has_not(town: Town) -> None:
    none: dict[str, Any] = {"seed": None, "recovery": None, "us": None}
    assert town.broken("accounts", **none) == {"second_step_is_whole"}
    assert town.broken("accounts", **none, ts=None) == set()
