"""What alarms are made of: a metric of AWS's or of the portal's own, and one alarm over it or over several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.runtime import log
from infra.stages import Stage

Resources = dict[str, Any]

FIVE_MINUTES, QUARTER_OF_AN_HOUR, HOUR, DAY = 300, 900, 3600, 86400


def alarm(stage: Stage, name: str, metric: Resources, above: float, **more: Any) -> Resources:
    """One alarm. Missing data is none, since a portal at night has no traffic: `heartbeat` is for what never rests."""
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            **told(stage, name),
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": above,
            "Statistic": "Sum",
            "Period": FIVE_MINUTES,
            "EvaluationPeriods": 1,
            "TreatMissingData": "notBreaching",
            **metric,
            **more,
        },
    }


def told(stage: Stage, name: str) -> Resources:
    """Its name, where it is explained, and who hears of it."""
    return {
        "AlarmName": f"portal-{stage.name}-{name}",
        "AlarmDescription": f"docs/operations.md, alarms: {name}",
        "AlarmActions": [stage.of_data("alarms")],
        "OKActions": [stage.of_data("alarms")],
    }


def heartbeat(stage: Stage, name: str, metric: Resources, period: int = FIVE_MINUTES) -> Resources:
    """An alarm over something that must be heard of all the time: nothing in two periods running is the alarm.

    Where data must come, no data is not healthy. Attack: none is needed. A rule that was switched off, a mapping that
    nobody switched on again after a restore: no function runs, so none fails, and every other alarm is silent.
    """
    return alarm(
        stage,
        name,
        metric,
        1,
        Statistic="SampleCount",
        ComparisonOperator="LessThanThreshold",
        Period=period,
        EvaluationPeriods=2,
        TreatMissingData="breaching",
    )


def computed(
    stage: Stage,
    name: str,
    of: Mapping[str, tuple[Resources, str]],
    expression: str,
    above: float,
    period: int = FIVE_MINUTES,
) -> Resources:
    """An alarm over what is computed from several metrics, each under its letter and with its statistic."""
    made = alarm(stage, name, {}, above)
    for left_out in ("Statistic", "Period"):
        del made["Properties"][left_out]
    made["Properties"]["Metrics"] = [
        *(
            {
                "Id": letter,
                "MetricStat": {"Metric": metric, "Period": period, "Stat": statistic},
                "ReturnData": False,
            }
            for letter, (metric, statistic) in of.items()
        ),
        {"Id": "computed", "Expression": expression, "Label": name, "ReturnData": True},
    ]
    return made


def metric(namespace: str, name: str, **dimensions: Any) -> Resources:
    """What is measured."""
    listed = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    return {"Namespace": namespace, "MetricName": name, "Dimensions": listed}


def own(stage: Stage, counted: log.Metric, which: str = "") -> Resources:
    """What the functions count in their own lines; a value that they never count fails here."""
    if bool(which) != bool(counted.by) or (which and which not in counted.values):
        message = f"{counted.name} is not counted for {which or 'all'}"
        raise ValueError(message)
    dimensions = {"stage": stage.name} | ({counted.by: str(which)} if which else {})
    return metric(log.NAMESPACE, counted.name, **dimensions)
