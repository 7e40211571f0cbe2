"""What stands around the canary: its clock, its alarms, what its role may do, and a stage where it rests."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from chalicelib.domain.keys import USES, Keyring
from infra.alarms import watching
from infra.keys import new_ring, split_former
from infra.permissions import policy, read_permissions
from infra.stages import Stage, read_configuration, stage_of
from infra.workers import workers
from tests.world.settings import RINGS

STAGES = sorted(read_configuration()["stages"])
ALARMS = {"CanaryFailing", "CanarySilent", "CanarySlow"}


def actions(step: str) -> set[str]:
    statements = policy(read_permissions()[step], stage_of("prod"), step)["Statement"]
    return {action for one in statements for action in one["Action"]}


def test_canary_may_write_its_log_read_its_own_key_and_nothing_else() -> None:
    """Attack: whoever takes over the function that talks to the network has what its role has."""
    assert {one.partition(":")[0] for one in actions("walk_canary")} == {"logs", "xray", "secretsmanager"}
    (secret,) = [
        one["Resource"]
        for one in policy(read_permissions()["walk_canary"], stage_of("prod"), "walk_canary")["Statement"]
        if one["Action"] == ["secretsmanager:GetSecretValue"]
    ]
    assert [one["Fn::Sub"].rpartition("/")[2] for one in secret] == ["canary-??????"]


def test_who_asks_how_the_portal_is_may_change_nothing_of_it() -> None:
    told = {one for one in actions("health_deep") if one.startswith(("dynamodb:", "ses:"))}
    assert told == {"dynamodb:BatchGetItem", "dynamodb:Query", "ses:GetAccount"}


@pytest.mark.parametrize("name", STAGES)
def test_it_walks_every_five_minutes_one_at_a_time(name: str) -> None:
    stage = stage_of(name)
    clock = workers(stage)["WalkCanaryClock"]["Properties"]
    assert (clock["ScheduleExpression"], clock.get("State", "ENABLED")) == ("rate(5 minutes)", "ENABLED")
    told = stage.function("walk_canary")
    assert told["lambda_timeout"] < 300  # of two walks at once neither would know which mail is its own
    assert told["environment_variables"] == {"PORTAL_SES_CONFIGURATION_SET": f"portal-{name}"}


@pytest.mark.parametrize("name", STAGES)
def test_two_failures_of_three_are_an_alarm_and_so_is_silence(name: str) -> None:
    alarms = {one: told["Properties"] for one, told in watching(stage_of(name)).items() if one in ALARMS}
    failing, silent, slow = (alarms[one] for one in sorted(ALARMS))
    assert (failing["EvaluationPeriods"], failing["DatapointsToAlarm"]) == (3, 2)
    assert (failing["Statistic"], failing["ComparisonOperator"], failing["Threshold"]) == (
        "Maximum",
        "LessThanThreshold",
        1,
    )
    assert failing["MetricName"] == silent["MetricName"] == "CanaryWalks"
    assert (silent["TreatMissingData"], silent["EvaluationPeriods"], silent["Period"]) == (
        "breaching",
        2,
        300,
    )
    assert slow["Dimensions"][-1] == {"Name": "leg", "Value": "logon"}


def test_stage_where_it_rests_has_neither_clock_nor_alarms() -> None:
    configuration = copy.deepcopy(read_configuration())
    configuration["stages"]["dev"]["canary"] = False
    stage = Stage("dev", configuration)
    assert workers(stage)["WalkCanaryClock"]["Properties"]["State"] == "DISABLED"
    assert set(watching(stage)) & ALARMS == set()
    assert set(watching(stage_of("dev"))) >= ALARMS


def test_keys_of_somebody_who_had_no_canary_get_its_ring_and_keep_the_others() -> None:
    former = {use: ring for use, ring in RINGS.items() if use not in {"canary", "trail"}}
    rings: Any = json.loads(split_former(json.dumps(former)))
    assert {use: rings[use] for use in former} == former
    assert set(Keyring.one_for_each_use(json.dumps(rings))) == set(USES)
    for other in (json.dumps(RINGS), json.dumps({**former, "other": new_ring()}), "[]", "nonsense"):
        assert split_former(other) == other
