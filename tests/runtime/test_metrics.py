"""What is counted, in which line, and that nobody outside chooses what it is called (LO-12)."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from chalicelib.domain.accounts import TwoStep
from chalicelib.runtime import log
from chalicelib.steps.sweep_mail import sweep
from tests.world.mailer import PAUSED, VIRUS
from tests.world.phones import enrolled
from tests.world.running import at_work, heard
from tests.world.ses_events import arrive, bounce, delivery
from tests.world.visitors import PASSWORD
from tests.world.world import World

WRONG = "not the one at all"
DAY = 86400


def counted(world: World) -> Counter[tuple[str, str]]:
    """What CloudWatch makes of the lines: the sum of each metric, for each value of its dimension."""
    sums: Counter[tuple[str, str]] = Counter()
    for line in map(json.loads, world.lines):
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
            ((stage, *by),), (named,) = directive["Dimensions"], directive["Metrics"]
            assert (directive["Namespace"], stage, line["stage"]) == ("portal", "stage", log.STAGE)
            sums[named["Name"], line[by[0]] if by else ""] += line[named["Name"]]
    return sums


def refused(world: World) -> dict[str, float]:
    return {which: many for (name, which), many in counted(world).items() if name == "Refusals"}


def test_lo_12_logons_are_counted_when_they_are_whole_and_once(world: World) -> None:
    world.visitor().logs_on(world.person())
    assert counted(world) == {("Logons", ""): 1}
    ann, phone = enrolled(world)
    visitor = world.visitor()
    before = counted(world)
    visitor.logs_on(ann)
    assert counted(world) == before
    visitor.goes_on(visitor.post("/logon/code", {"code": phone.code()}))
    assert counted(world) - before == {("Logons", ""): 1, ("Codes", "code"): 1}


def test_lo_12_a_logon_that_could_not_be_saved_is_none(world: World) -> None:
    ann = world.person()
    world.fake.fail(after=3)  # behind what the authorizer and the attempt ask
    world.visitor().post("/logon", {"email": ann.address, "password": PASSWORD})
    assert counted(world)["Logons", ""] == 0
    assert refused(world) == {"unavailable": 1}


def test_lo_12_refusals_are_counted_by_their_true_reason(world: World) -> None:
    ann, visitor = world.person(), world.visitor()
    visitor.post("/logon", {"email": ann.address, "password": WRONG})
    visitor.post("/logon", {"email": "nobody@nowhere.test", "password": WRONG})
    visitor.post("/logon", {"email": world.person(failures=100).address, "password": WRONG})
    visitor.get("/account")
    reasons = {
        "wrong_password": 1,
        "unknown_address": 1,
        "password_stopped_after_100_failures": 1,
        "session_required": 1,
    }
    assert refused(world) == reasons


def test_lo_12_a_lock_is_counted_once_when_it_begins(world: World) -> None:
    ann, visitor = world.person(), world.visitor()
    for tries in range(8):
        visitor.post("/logon", {"email": ann.address, "password": WRONG})
        assert counted(world)["Locks", ""] == (tries >= 4)
    assert refused(world) == {"wrong_password": 5, "locked": 3}


def test_lo_12_wrong_codes_are_refusals_and_whoever_is_shut_out_too(world: World) -> None:
    ann, _ = enrolled(world)
    visitor = world.visitor()
    visitor.logs_on(ann)
    visitor.post("/logon/code", {"code": "000000"})
    assert refused(world) == {"code_wrong": 1}
    bob, inside = world.person(ranges=("192.0.2.0/24",)), world.visitor("192.0.2.7")
    inside.logs_on(bob)
    inside.source = "198.51.100.7"
    inside.get("/account")
    assert refused(world)["address_not_permitted"] == 1


def test_lo_12_mails_are_counted_by_what_became_of_them_with_their_wait(world: World) -> None:
    ann = world.person()
    mail = world.asks(ann)
    arrive(world, delivery(mail))
    assert counted(world) == {
        ("Mails", "mail_sent"): 1,
        ("MailWait", ""): 0,
        ("Mails", "mail_delivered"): 1,
    }
    world.mailer.fault = PAUSED
    world.visitor().post("/password/forgot", {"email": ann.address})
    world.delivers()
    world.clock.passes(600)
    world.mailer.fault = None
    world.resumes()
    assert counted(world)["MailWait", ""] == 600
    world.mailer.fault = VIRUS
    world.visitor().post("/password/forgot", {"email": ann.address})
    world.delivers()
    world.mailer.fault = None
    arrive(world, bounce(mail))
    assert counted(world)["Mails", "mail_failed"] == counted(world)["Mails", "mail_bounced"] == 1


def test_lo_12_what_waited_on_purpose_is_no_wait(world: World) -> None:
    """A code that never came is told an hour later: nothing was slow, and the sweep found nothing that was left."""
    ann = world.person(two_step=TwoStep(seed="sealed"))
    world.visitor().logs_on(ann)
    world.clock.passes(3700)
    swept(world)
    sums = counted(world)
    assert sums["Mails", "mail_sent"] == 1
    assert ("MailWait", "") not in sums
    assert sums["SweptMails", ""] == 0


def test_lo_12_what_the_sweep_finds_is_counted_and_that_it_found_nothing(world: World) -> None:
    ann = world.person()
    world.mailer.fault = PAUSED
    world.visitor().post("/password/forgot", {"email": ann.address})
    world.delivers()
    swept(world)
    assert counted(world)["SweptMails", ""] == 0
    world.clock.passes(DAY + 3600)
    swept(world)
    assert counted(world)["SweptMails", ""] == 1


def swept(world: World) -> None:
    with heard(world.lines), at_work("sweep_mail"):
        sweep(world.worker)


@pytest.mark.parametrize("theirs", ["x" * 300, "'; DROP", "wrong_password2", ""])
def test_lo_12_a_word_of_nobodys_list_becomes_no_metric(theirs: str) -> None:
    assert log.REFUSALS.of(which=theirs).which == "other"


def test_lo_12_a_line_has_the_form_that_cloudwatch_reads() -> None:
    """As its specification has it: the time in milliseconds, and targets that are members of the line's root."""
    measures = [log.LOGONS.of(), log.REFUSALS.of(2, "locked"), log.MAIL_WAIT.of(1.5)]
    line: Any = json.loads(json.dumps(log.embedded(measures, 1795893544836)))
    assert line.pop("_aws") == {
        "Timestamp": 1795893544836,
        "CloudWatchMetrics": [
            {
                "Namespace": "portal",
                "Dimensions": [["stage"]],
                "Metrics": [{"Name": "Logons", "Unit": "Count"}],
            },
            {
                "Namespace": "portal",
                "Dimensions": [["stage", "reason"]],
                "Metrics": [{"Name": "Refusals", "Unit": "Count"}],
            },
            {
                "Namespace": "portal",
                "Dimensions": [["stage"]],
                "Metrics": [{"Name": "MailWait", "Unit": "Seconds"}],
            },
        ],
    }
    assert line == {"stage": log.STAGE, "Logons": 1, "Refusals": 2, "reason": "locked", "MailWait": 1.5}
