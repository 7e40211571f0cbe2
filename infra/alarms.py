"""When operations is woken, and the page it looks at first. What each alarm means is in docs/operations.md."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from infra.permissions import behind_streams, function_name, logical, put_aside_queue, read_permissions
from infra.stages import Stage
from infra.workers import DELIVERIES

Resources = dict[str, Any]

FIVE_MINUTES = 300
OLDEST_RECORD_MILLISECONDS = 300_000
LOCKED_REFUSALS = 50
FAULTY_ANSWERS = 5
# A twentieth of what SES puts an account under review for is too late to react to; these are half of it.
BOUNCES, COMPLAINTS = 0.025, 0.0005
MAILS_AN_HOUR = 5000
# What everybody waits for, and what nobody sees failing: the others' faults are the API's own 5XX.
WATCHED = (
    "authorizer",
    "logon",
    "send_mail",
    "resume_mail",
    "sweep_mail",
    "publish_event",
    "record_delivery",
)
MAILING = ("send_mail", "resume_mail", "sweep_mail")
HASHING = ("logon", "logon_code", "reauthenticate")


def watching(stage: Stage) -> Resources:
    """Every alarm, the counters behind them, and the dashboard."""
    return {
        **answers(stage),
        **functions(stage),
        **streams(stage),
        **lockouts(stage),
        **mails(stage),
        "Dashboard": {
            "Type": "AWS::CloudWatch::Dashboard",
            "Properties": {"DashboardName": stage.stack, "DashboardBody": {"Fn::Sub": dashboard(stage)}},
        },
    }


def alarm(stage: Stage, name: str, metric: Resources, above: float, **more: Any) -> Resources:
    """One alarm; missing data is no alarm, since a portal at night has no traffic."""
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmName": f"portal-{stage.name}-{name}",
            "AlarmDescription": f"docs/operations.md, alarms: {name}",
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": above,
            "Statistic": "Sum",
            "Period": FIVE_MINUTES,
            "EvaluationPeriods": 1,
            "TreatMissingData": "notBreaching",
            "AlarmActions": [stage.of_data("alarms")],
            "OKActions": [stage.of_data("alarms")],
            **metric,
            **more,
        },
    }


def metric(namespace: str, name: str, **dimensions: Any) -> Resources:
    """What is measured."""
    listed = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    return {"Namespace": namespace, "MetricName": name, "Dimensions": listed}


def answers(stage: Stage) -> Resources:
    """The API as a whole."""
    faults = metric("AWS/ApiGateway", "5XXError", ApiName=f"portal-{stage.name}", Stage="portal")
    slow = metric("AWS/ApiGateway", "Latency", ApiName=f"portal-{stage.name}", Stage="portal")
    slowly = {"ExtendedStatistic": "p95", "EvaluationPeriods": 3}
    late = alarm(stage, "slow-answers", slow, 2000, **slowly)
    del late["Properties"]["Statistic"]
    return {"FaultyAnswers": alarm(stage, "faulty-answers", faults, FAULTY_ANSWERS), "SlowAnswers": late}


def functions(stage: Stage) -> Resources:
    """Functions whose failure nobody would otherwise see, and any that more is asked of than it may run at once."""
    resources = {}
    for step in WATCHED:
        named = {"FunctionName": function_name(stage.name, step)}
        errors, throttles = (metric("AWS/Lambda", one, **named) for one in ("Errors", "Throttles"))
        resources[f"{logical(step)}Errors"] = alarm(stage, f"{step}-errors", errors, 0)
        resources[f"{logical(step)}Throttles"] = alarm(stage, f"{step}-throttles", throttles, 0)
    return resources


def streams(stage: Stage) -> Resources:
    """How far the workers are behind, and what they have given up."""
    resources = {}
    workers = behind_streams(read_permissions())
    for step in workers:
        age = metric("AWS/Lambda", "IteratorAge", FunctionName=function_name(stage.name, step))
        resources[f"{logical(step)}Behind"] = alarm(
            stage, f"{step}-behind", age, OLDEST_RECORD_MILLISECONDS, Statistic="Maximum"
        )
    for step in (*workers, DELIVERIES):
        waiting = metric(
            "AWS/SQS", "ApproximateNumberOfMessagesVisible", QueueName=put_aside_queue(stage.name, step)
        )
        resources[f"{logical(step)}Letters"] = alarm(
            stage, f"{step}-put-aside", waiting, 0, Statistic="Maximum"
        )
    return resources


def lockouts(stage: Stage) -> Resources:
    """Refusals at locked accounts, counted from the log: many at once are somebody guessing at many accounts."""
    space = f"portal/{stage.name}"
    resources: Resources = {
        f"{logical(step)}LockedCounted": {
            "Type": "AWS::Logs::MetricFilter",
            "Properties": {
                "LogGroupName": {"Ref": f"{logical(step)}LogGroup"},
                "FilterPattern": '{ $.what = "refused" && $.cause = "locked" }',
                "MetricTransformations": [
                    {"MetricNamespace": space, "MetricName": "LockedRefusals", "MetricValue": "1"}
                ],
            },
        }
        for step in HASHING
    }
    counted = metric(space, "LockedRefusals")
    return {**resources, "LockoutsRising": alarm(stage, "lock-outs-rising", counted, LOCKED_REFUSALS)}


def told_by_lines(stage: Stage, name: str, what: str, steps: Sequence[str]) -> Resources:
    """An alarm for each line of these functions that says this; counted from their logs."""
    space, called = f"portal/{stage.name}", "".join(part.capitalize() for part in what.split("_"))
    resources: Resources = {
        f"{logical(step)}{called}Counted": {
            "Type": "AWS::Logs::MetricFilter",
            "Properties": {
                "LogGroupName": {"Ref": f"{logical(step)}LogGroup"},
                "FilterPattern": f'{{ $.what = "{what}" }}',
                "MetricTransformations": [
                    {"MetricNamespace": space, "MetricName": called, "MetricValue": "1"}
                ],
            },
        }
        for step in steps
    }
    return {**resources, called: alarm(stage, name, metric(space, called), 0)}


def mails(stage: Stage) -> Resources:
    """What SES thinks of us, and how much we send. The two rates are of the whole account in this region."""
    hourly = {"Period": 3600}
    rated = {"Statistic": "Average", **hourly}
    return {
        **told_by_lines(stage, "mails-failed", "mail_failed", MAILING),
        **told_by_lines(stage, "mails-unknown", "mail_unknown", MAILING),
        **told_by_lines(stage, "unreadable-records", "record_unreadable", behind_streams(read_permissions())),
        "Bounces": alarm(stage, "bounces", metric("AWS/SES", "Reputation.BounceRate"), BOUNCES, **rated),
        "Complaints": alarm(
            stage, "complaints", metric("AWS/SES", "Reputation.ComplaintRate"), COMPLAINTS, **rated
        ),
        "ManyMails": alarm(stage, "many-mails", metric("AWS/SES", "Send"), MAILS_AN_HOUR, **hourly),
    }


def dashboard(stage: Stage) -> str:
    """Six graphs: what people see above, what works for them below."""
    api = ["AWS/ApiGateway", "Count", "ApiName", stage.stack, "Stage", "portal"]
    named = [("Lambda", step) for step in WATCHED]
    graphs: list[tuple[str, list[list[Any]]]] = [
        ("Requests and refusals", [api, [*api[:1], "4XXError", *api[2:]], [*api[:1], "5XXError", *api[2:]]]),
        ("Answer time, p95 ms", [[*api[:1], "Latency", *api[2:], {"stat": "p95"}]]),
        ("Refusals at locked accounts", [[f"portal/{stage.name}", "LockedRefusals"]]),
        ("Errors", [lambda_metric(stage, step, "Errors") for _, step in named]),
        ("Running at once", [lambda_metric(stage, step, "ConcurrentExecutions") for _, step in named]),
        (
            "Workers behind, ms",
            [lambda_metric(stage, step, "IteratorAge") for step in behind_streams(read_permissions())],
        ),
        ("Mails", [["AWS/SES", name] for name in ("Send", "Delivery", "Bounce", "Complaint")]),
        ("Put aside", [queue_metric(stage, step) for step in ("send_mail", "publish_event", DELIVERIES)]),
    ]
    widgets = [widget(number, title, metrics) for number, (title, metrics) in enumerate(graphs)]
    return json.dumps({"widgets": widgets})


def lambda_metric(stage: Stage, step: str, name: str) -> list[Any]:
    """One function's line."""
    return ["AWS/Lambda", name, "FunctionName", function_name(stage.name, step)]


def queue_metric(stage: Stage, step: str) -> list[Any]:
    """One queue's line."""
    queue = put_aside_queue(stage.name, step)
    return ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", queue]


def widget(number: int, title: str, metrics: list[list[Any]]) -> Resources:
    """One graph, three in a row."""
    return {
        "type": "metric",
        "x": number % 3 * 8,
        "y": number // 3 * 6,
        "width": 8,
        "height": 6,
        "properties": {
            "title": title,
            "region": "${AWS::Region}",
            "stat": "Sum",
            "period": 300,
            "metrics": metrics,
        },
    }
