"""What people are promised, and the alarm when it is being used up too fast to last.

An objective leaves a budget: of 99.9 percent, a thousandth may fail. Burning it 14.4 times as fast as it lasts for a
month spends a fiftieth of it in an hour, 6 times a twentieth in six hours: these two are what somebody is woken for.
Each is seen over a long window, so that it matters, and over a twelfth of it, so that it is going on now and ends when
it ends (Google's Site Reliability Workbook, chapter 5). Where hardly anybody comes, one failure is no rate: below a
number of them the long window says nothing, and `faulty-answers` and the heartbeats remain.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from chalicelib.runtime import log
from infra.measured import HOUR, Resources, computed, metric, own, told
from infra.stages import Stage

FIVE, THIRTY = 300, 1800


class Burn(NamedTuple):
    """How fast, over a long window and a short one, in seconds."""

    times: float
    long: int
    short: int


BURNS = (Burn(14.4, HOUR, FIVE), Burn(6, 6 * HOUR, THIRTY))


class Objective(NamedTuple):
    """`good` percent of what happens must be as promised; `bad` computes from `of` the percentage that is not.

    `counts` computes what must be `at_least` so many before the long window is believed.
    """

    name: str
    good: float
    of: dict[str, tuple[Resources, str]]
    bad: str
    counts: str
    at_least: int


def objectives(stage: Stage) -> tuple[Objective, ...]:
    """Three: an answer, soon, and the mail."""
    api = {"ApiName": f"portal-{stage.name}", "Stage": "portal"}
    faults, latency = (metric("AWS/ApiGateway", one, **api) for one in ("5XXError", "Latency"))
    waited = own(stage, log.MAIL_WAIT)
    return (
        # Of 5XXError, a nought or a one for each request, the average is the rate.
        Objective("answers", 99.9, {"r": (faults, "Average"), "n": (faults, "Sum")}, "100 * r", "n", 5),
        Objective(
            "speed", 99, {"r": (latency, "PR(:2000)"), "n": (latency, "SampleCount")}, "100 - r", "n", 100
        ),
        Objective(
            "mails-in-time", 99, {"r": (waited, "PR(:300)"), "n": (waited, "SampleCount")}, "100 - r", "n", 20
        ),
    )


def burning(stage: Stage) -> Resources:
    """For each objective four alarms that tell nobody, and one over them that does."""
    resources: Resources = {}
    for objective in objectives(stage):
        rules, made = [], "".join(part.capitalize() for part in objective.name.split("-"))
        for burn in BURNS:
            pair = []
            for seconds in (burn.long, burn.short):
                name = f"{made}Burn{seconds // 60}"
                resources[name] = window(stage, objective, burn, seconds)
                pair.append(f'ALARM("${{{name}}}")')
            rules.append(f"({' AND '.join(pair)})")
        resources[f"{made}Burning"] = {
            "Type": "AWS::CloudWatch::CompositeAlarm",
            "Properties": {
                **told(stage, f"{objective.name}-burning"),
                "AlarmRule": {"Fn::Sub": " OR ".join(rules)},
            },
        }
    return resources


def window(stage: Stage, objective: Objective, burn: Burn, seconds: int) -> Resources:
    """Whether the budget burns that fast over one window."""
    bad = objective.bad
    if seconds == burn.long:
        bad = f"IF({objective.counts} >= {objective.at_least}, {bad}, 0)"
    above = round(burn.times * (100 - objective.good), 6)
    name = f"{objective.name}-{seconds // 60}-minutes"
    made: Any = computed(stage, name, objective.of, bad, above, seconds)
    made["Properties"]["AlarmDescription"] = f"docs/operations.md, alarms: {objective.name}-burning"
    for action in ("AlarmActions", "OKActions"):
        del made["Properties"][action]
    return made  # type: ignore[no-any-return]
