"""RL-18: minutes of mixed load while faults come at random; afterwards everything holds, and everybody gets in.

`make load` runs it for ten minutes (SECONDS=), CI for one.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import botocore.session
import pytest

from chalicelib.domain.mails import CLAIM_SECONDS
from chalicelib.domain.refusals import Unavailable
from chalicelib.steps.sweep_mail import sweep
from chalicelib.storage.store import DynamoStore
from tests.engine import Engine
from tests.faults.breaking import Killed
from tests.faults.chaos import Chaos, chaos
from tests.faults.crowd import Person
from tests.world.running import at_work, heard
from tests.world.verified import findings
from tests.world.world import World

pytestmark = pytest.mark.slow

SECONDS = float(os.environ.get("LOAD_SECONDS", "60"))
SEED = int(os.environ.get("LOAD_SEED", "14"))
AT_ONCE, PEOPLE = 4, 4
HOUR = 3600


@pytest.fixture
def store(engine: Engine, table_prefix: str) -> DynamoStore:
    return DynamoStore(botocore.session.get_session(), "eu-west-1", table_prefix, threshold=5, cap=900)


class Load:
    """Some who act at once, and the worker of the mails beside them."""

    def __init__(self, world: World, made: Chaos) -> None:
        self.world, self.chaos, self.answers = world, made, Counter[str]()
        self.people = [
            [Person(world, made, self.answers, SEED * 100 + AT_ONCE * number + one) for one in range(PEOPLE)]
            for number in range(AT_ONCE)
        ]
        self.wrong: list[BaseException] = []
        self._until = time.monotonic() + SECONDS
        works = world._mails

        def stopped_by_lambda(batch: dict[str, Any]) -> dict[str, Any]:
            try:
                return works(batch)
            except Killed:
                raise Unavailable("stopped") from None

        world._mails = stopped_by_lambda  # type: ignore[method-assign]

    def lasts(self) -> None:
        """Until its time is over, or something was wrong."""
        acts: list[Callable[[], None]] = [*(lambda some=some: self.act(some) for some in self.people)]
        threads = [threading.Thread(target=self.again_and_again, args=(act,)) for act in [*acts, self.mails]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.wrong:
            raise self.wrong[0]

    def again_and_again(self, act: Callable[[], None]) -> None:
        while time.monotonic() < self._until and not self.wrong:
            try:
                act()
            except BaseException as error:  # noqa: BLE001 - it is raised where the load ends
                self.wrong.append(error)

    def act(self, some: list[Person]) -> None:
        who = some[0].chance.choice(some)
        who.goes_on()
        self.world.clock.passes(1)
        if who.chance.random() < 0.2:
            who.is_disturbed(self.world.visitor())

    def mails(self) -> None:
        """The stream's records as they come, and every run of the schedule."""
        with self.chaos.calm():
            records = self.world._stream.records()
        self.world._stream = Given(records, self.world._stream)  # type: ignore[assignment]
        self.world.delivers()
        self.world._stream = self.world._stream.behind  # type: ignore[attr-defined]
        self.run_of(self.world.resumes)

    def run_of(self, run: Callable[[], object]) -> None:
        """One that was stopped or raised is repeated by its schedule."""
        try:
            run()
        except (Killed, Unavailable):
            self.answers["runs stopped"] += 1

    def ends(self) -> None:
        """Nothing breaks any more; a day and some hours pass."""
        self.chaos.on = False
        for _ in range(3):
            self.world.clock.passes(CLAIM_SECONDS)
            self.world.delivers()
            self.world.resumes()
        for _ in range(27):
            self.world.clock.passes(HOUR)
            with heard(self.world.lines), at_work("sweep_mail"):
                sweep(self.world.worker)


class Given:
    """What was read of the stream, once."""

    def __init__(self, records: list[Any], behind: Any) -> None:
        self.given, self.behind = records, behind

    def records(self) -> list[Any]:
        given, self.given = self.given, []
        return given


def get_in(person: Person) -> bool:
    """By a password that they have chosen, or by the mailbox."""
    person.visitor = None
    if person.logs_on():
        return True
    mail = person.world.asks(person.resident.account)
    new = "chosen when all was over"
    fields = {"token": mail.token("/password/reset"), "new_password": new, "confirm_password": new}
    assert person.world.visitor().post("/password/reset", fields).status == 200
    person.passwords.append(new)
    return person.logs_on()


def test_rl_18_after_mixed_load_under_random_faults_everything_holds_and_everybody_gets_in(
    world: World, store: DynamoStore, engine: Engine, table_prefix: str
) -> None:
    with chaos(store, SEED) as made:
        world.mailer.fault = made.of_a_mail
        load = Load(world, made)
        load.lasts()
        load.ends()
    print(f"\nseed {SEED}, {SECONDS:.0f} s; answers {dict(load.answers)}; faults {dict(made.made)}")  # noqa: T201
    assert load.answers["200"] > SECONDS
    assert sum(made.made.values()) > SECONDS
    assert [line for line in world.lines if '"what": "fault"' in line] == []
    copies = Counter((mail.to, mail.text) for mail in world.mailer.sent if "/password/reset/" in mail.text)
    assert max(copies.values()) <= 2
    assert findings(engine.client("dynamodb"), table_prefix, world.clock, patience=26 * HOUR) == []
    assert all(get_in(person) for some in load.people for person in some)
    assert findings(engine.client("dynamodb"), table_prefix, world.clock, patience=26 * HOUR) == []
