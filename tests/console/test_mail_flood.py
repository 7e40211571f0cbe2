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


def test_ml_06_thousand_forgotten_passwords_stay_within_the_budget_and_all_arrive(premises: World) -> None:
    waited: list[float] = []
    premises.portal = premises.portal._replace(sleep=waited.append)
    premises.worker = Worker(premises.portal, premises.worker.mailer)
    people = [premises.person() for _ in range(700)]
    for person in people:
        premises.visitor().post("/password/forgot", {"email": person.address})
    desk, ann = staff(premises), premises.person()
    desk.does(ann, "password")
    waiting, sent = premises.fake.records(), []
    for _ in range(4):
        before = len(premises.mailer.sent)
        with heard(premises.lines):
            failed = work({"Records": waiting}, premises.worker)["batchItemFailures"]
        numbers = {one["itemIdentifier"] for one in failed}
        waiting = [one for one in waiting if one["dynamodb"]["SequenceNumber"] in numbers]
        sent.append(len(premises.mailer.sent) - before)
        premises.clock.passes(SELF_SERVICE_MAILS.seconds)
    assert [mail.to for mail in premises.mailer.sent].count(ann.address) == 2  # not held up by the flood
    assert waiting == []
    assert max(sent) <= SELF_SERVICE_MAILS.most + 20
    assert {person.address for person in people} <= {mail.to for mail in premises.mailer.sent}
    assert set(waited) == {BUDGET_PAUSE_SECONDS}
    assert sum('"mail_budget_spent"' in line and '"ERROR"' in line for line in premises.lines) == len(waited)
