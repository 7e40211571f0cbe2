"""ML-06: a flood of forgotten passwords is worked off at the portal's pace; nobody's mail is lost, and it shows."""

from __future__ import annotations

import pytest

from chalicelib.domain.limits import SELF_SERVICE_MAILS
from tests.console.staff import staff
from tests.world.world import World

pytestmark = pytest.mark.slow


def test_ml_06_thousand_forgotten_passwords_stay_within_the_budget_and_all_arrive(world: World) -> None:
    """RL-16: and who is behind the flood, a notice or a password that an administrator mails, waits for none of it."""
    waited: list[float] = []
    people = [world.person() for _ in range(700)]
    for person in people:
        world.visitor().post("/password/forgot", {"email": person.address})
    desk, ann = staff(world), world.person()
    desk.does(ann, "password")
    world.portal = world.portal._replace(sleep=waited.append)
    world.worker = world.worker._replace(portal=world.portal)
    assert world.delivers() == []
    sent = [len(world.mailer.sent)]
    assert [mail.to for mail in world.mailer.sent].count(ann.address) == 2
    for _ in range(2):
        world.clock.passes(SELF_SERVICE_MAILS.seconds)
        world.resumes()
        sent.append(len(world.mailer.sent) - sum(sent))
    assert max(sent) <= SELF_SERVICE_MAILS.most + 20
    assert {person.address for person in people} <= {mail.to for mail in world.mailer.sent}
    assert waited == []
    put_aside = sum('"mail_budget_spent"' in line and '"ERROR"' in line for line in world.lines)
    assert put_aside >= len(people) - SELF_SERVICE_MAILS.most
