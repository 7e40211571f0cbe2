"""ML-06: a flood of forgotten passwords is worked off at the portal's pace; nobody's mail is lost, and it shows."""

from __future__ import annotations

import pytest

from chalicelib.domain.limits import BUDGET_PAUSE_SECONDS, SELF_SERVICE_MAILS
from chalicelib.mail.worker import Worker
from chalicelib.steps.send_mail import work
from tests.console.staff import staff
from tests.world.running import heard
from tests.world.world import World

pytestmark = pytest.mark.slow


def test_ml_06_thousand_forgotten_passwords_stay_within_the_budget_and_all_arrive(world: World) -> None:
    waited: list[float] = []
    world.portal = world.portal._replace(sleep=waited.append)
    world.worker = Worker(world.portal, world.worker.mailer)
    people = [world.person() for _ in range(700)]
    for person in people:
        world.visitor().post("/password/forgot", {"email": person.address})
    desk, ann = staff(world), world.person()
    desk.does(ann, "password")
    waiting, sent = world.fake.records(), []
    for _ in range(4):
        before = len(world.mailer.sent)
        with heard(world.lines):
            failed = work({"Records": waiting}, world.worker)["batchItemFailures"]
        numbers = {one["itemIdentifier"] for one in failed}
        waiting = [one for one in waiting if one["dynamodb"]["SequenceNumber"] in numbers]
        sent.append(len(world.mailer.sent) - before)
        world.clock.passes(SELF_SERVICE_MAILS.seconds)
    assert [mail.to for mail in world.mailer.sent].count(ann.address) == 2  # not held up by the flood
    assert waiting == []
    assert max(sent) <= SELF_SERVICE_MAILS.most + 20
    assert {person.address for person in people} <= {mail.to for mail in world.mailer.sent}
    waited = [
        seconds for seconds in waited if seconds
    ]  # the answers of "forgot" wait for a tick, which is now
    assert set(waited) == {BUDGET_PAUSE_SECONDS}
    assert sum('"mail_budget_spent"' in line and '"ERROR"' in line for line in world.lines) == len(waited)
