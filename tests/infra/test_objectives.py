"""When an alarm goes off, decided by its own expression and threshold: spraying, burning budgets, silence (LO-12)."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from chalicelib.runtime import log
from infra.alarms import GUESSES
from infra.contract import read_contract
from infra.gateway_responses import read_gateway_responses
from infra.measured import own
from infra.objectives import BURNS, objectives
from infra.permissions import behind_streams, logical, read_permissions, scheduled
from infra.rehearsal.__main__ import known_to_emulator
from infra.stages import stage_of
from infra.template import merge_template

STAGE = stage_of("prod")
WORDS = {"IF": lambda true, this, that: this if true else that}


@pytest.fixture(scope="module")
def resources() -> Any:
    return merge_template(STAGE, read_contract(), read_gateway_responses({}))["Resources"]


def goes_off(alarm: Any, **values: float | None) -> bool:
    """What CloudWatch would say of these values; None where a metric has no data."""
    told = alarm["Properties"]
    *parts, computed = told["Metrics"]
    assert {one["Id"] for one in parts} == set(values)
    filled = re.sub(r"FILL\((\w), (\d+)\)", r"(\2 if \1 is None else \1)", computed["Expression"])
    assert re.fullmatch(r"[\w\s.,()*+<>=-]+", filled)
    try:
        value = eval(filled, {"__builtins__": {}}, {**WORDS, **values})
    except TypeError:  # no data
        return bool(told["TreatMissingData"] == "breaching")
    assert told["ComparisonOperator"] == "GreaterThanThreshold"
    return bool(value > told["Threshold"])


@pytest.mark.parametrize(
    ("wrong", "unknown", "logons", "sprayed"),
    [
        (None, None, None, False),
        (GUESSES, 0, None, False),
        (GUESSES + 1, None, None, True),
        (50, 51, 0, True),
        (50, 51, 303, False),  # a quarter of all attempts and no more: a busy morning
        (50, 51, 302, True),
        (None, None, 100_000, False),
    ],
)
def test_lo_12_spraying_is_seen_though_no_account_is_locked(
    resources: Any, wrong: float | None, unknown: float | None, logons: float | None, sprayed: bool
) -> None:
    assert goes_off(resources["Spraying"], w=wrong, u=unknown, l=logons) is sprayed


@pytest.mark.parametrize(
    ("name", "minutes", "rate", "number", "burns"),
    [
        ("Answers", 60, 0.0144, 100, False),
        ("Answers", 60, 0.0145, 100, True),
        ("Answers", 60, 0.5, 4, False),  # of eight at night: no rate
        ("Answers", 5, 0.5, 4, True),
        ("Answers", 360, 0.006, 100, False),
        ("Answers", 360, 0.0061, 100, True),
        ("Answers", 30, 0.0061, 1, True),
        ("Answers", 60, None, None, False),
        ("Speed", 60, 85.7, 100, False),
        ("Speed", 60, 85.5, 100, True),
        ("Speed", 60, 85.5, 99, False),
        ("Speed", 360, 93.9, 100, True),
        ("MailsInTime", 60, 85.5, 20, True),
        ("MailsInTime", 60, 85.5, 19, False),
        ("MailsInTime", 30, 94, 20, False),
        ("MailsInTime", 30, 93.9, 1, True),
    ],
)
def test_lo_12_a_budget_burns_from_its_threshold_on_and_where_enough_happens(
    resources: Any, name: str, minutes: int, rate: float | None, number: float | None, burns: bool
) -> None:
    assert goes_off(resources[f"{name}Burn{minutes}"], r=rate, n=number) is burns


def test_lo_12_somebody_is_woken_where_both_windows_of_a_pair_burn(resources: Any) -> None:
    rule = resources["AnswersBurning"]["Properties"]["AlarmRule"]["Fn::Sub"]
    assert rule == (
        '(ALARM("${AnswersBurn60}") AND ALARM("${AnswersBurn5}"))'
        ' OR (ALARM("${AnswersBurn360}") AND ALARM("${AnswersBurn30}"))'
    )
    assert [burn.long for burn in BURNS] == [12 * burn.short for burn in BURNS]
    budget = [burn.times * burn.long / (30 * 86400) for burn in BURNS]
    assert [round(spent, 3) for spent in budget] == [0.02, 0.05]
    composed = {
        name for name, one in resources.items() if one.get("Type") == "AWS::CloudWatch::CompositeAlarm"
    }
    assert len(composed) == len(objectives(STAGE))


def test_lo_12_where_data_must_come_no_data_is_an_alarm(resources: Any) -> None:
    alarms = {name: one["Properties"] for name, one in resources.items() if "Alarm" in one.get("Type", "")}
    breaching = {name for name, one in alarms.items() if one.get("TreatMissingData") == "breaching"}
    mappings = {f"{logical(step)}Polled" for step in behind_streams(read_permissions())}
    clocks = {f"{logical(step)}Silent" for step in scheduled(read_permissions())} - {"WalkCanarySilent"}
    clocks.add("CanarySilent")  # heard of by what it says at its end, not by being called
    assert breaching == mappings | clocks | {"CertificateEnding"}
    for name in mappings | clocks:
        told = alarms[name]
        heard = (told["Statistic"], told["ComparisonOperator"], told["Threshold"], told["EvaluationPeriods"])
        assert heard == ("SampleCount", "LessThanThreshold", 1, 2)
    for step in behind_streams(read_permissions()):
        mapping = resources[f"{logical(step)}Stream"]["Properties"]
        assert mapping["MetricsConfig"] == {"Metrics": ["EventCount"]}


def test_lo_12_the_emulator_is_shown_every_other_alarm(resources: Any) -> None:
    alarms = {name: one for name, one in resources.items() if "Alarm" in one.get("Type", "")}
    hidden = {name for name, one in alarms.items() if not known_to_emulator(one)}
    computed = {name for name, one in alarms.items() if "Metrics" in one["Properties"]}
    assert hidden == computed | {"AnswersBurning", "SpeedBurning", "MailsInTimeBurning"}
    kept = json.dumps({name: one for name, one in resources.items() if name not in hidden})
    assert [name for name in hidden if f'"Ref": "{name}"' in kept or f"${{{name}}}" in kept] == []


@pytest.mark.parametrize(
    ("counted", "which"), [(log.REFUSALS, "lokced"), (log.REFUSALS, ""), (log.LOGONS, "x")]
)
def test_lo_12_an_alarm_over_what_is_never_counted_is_none(counted: log.Metric, which: str) -> None:
    with pytest.raises(ValueError, match=counted.name):
        own(STAGE, counted, which)
