"""The page that operations looks at first."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.domain.refusals import Reason
from chalicelib.runtime import log
from infra.measured import Resources, own
from infra.permissions import behind_streams, function_name, put_aside_queue, read_permissions
from infra.stages import Stage
from infra.workers import DELIVERIES

# What everybody waits for, and what nobody sees failing: the others' faults are the API's own 5XX.
WATCHED = (
    "authorizer",
    "logon",
    "send_mail",
    "resume_mail",
    "sweep_mail",
    "publish_event",
    "resume_events",
    "erase_accounts",
    "move_accounts",
    "watch_trail",
    "copy_trail",
    "seal_trail",
    "record_delivery",
)
# The refusals that are worth a line each.
DRAWN = (
    Reason.WRONG_PASSWORD,
    Reason.UNKNOWN,
    Reason.LOCKED,
    Reason.OUTSIDE_RANGES,
    Reason.TEMPORARY_EXPIRED,
    "code_wrong",
    "throttled",
    "unavailable",
)


def dashboard(stage: Stage) -> str:
    """What people see above, what works for them below."""
    api = ["AWS/ApiGateway", "Count", "ApiName", stage.stack, "Stage", "portal"]
    named = [("Lambda", step) for step in WATCHED]
    graphs: list[tuple[str, list[list[Any]]]] = [
        ("Requests and refusals", [api, [*api[:1], "4XXError", *api[2:]], [*api[:1], "5XXError", *api[2:]]]),
        ("Answer time, p95 ms", [[*api[:1], "Latency", *api[2:], {"stat": "p95"}]]),
        ("Logons and locks", [line(own(stage, one)) for one in (log.LOGONS, log.LOCKS)]),
        ("Refusals by reason", [line(own(stage, log.REFUSALS, reason)) for reason in DRAWN]),
        ("Right codes", [line(own(stage, log.CODES, kind)) for kind in sorted(log.CODES.values)]),
        ("Errors", [lambda_metric(stage, step, "Errors") for _, step in named]),
        ("Running at once", [lambda_metric(stage, step, "ConcurrentExecutions") for _, step in named]),
        (
            "Workers behind, ms",
            [lambda_metric(stage, step, "IteratorAge") for step in behind_streams(read_permissions())],
        ),
        ("Mails", [["AWS/SES", name] for name in ("Send", "Delivery", "Bounce", "Complaint")]),
        (
            "What became of mails",
            [line(own(stage, log.MAILS_BY_FATE, fate)) for fate in sorted(log.MAILS_BY_FATE.values)],
        ),
        (
            "Mails: seconds until SES had them",
            [[*line(own(stage, log.MAIL_WAIT)), {"stat": each}] for each in ("p50", "p99")],
        ),
        *of_the_canary(stage),
        (
            "Put aside",
            [queue_metric(stage, step) for step in (*behind_streams(read_permissions()), DELIVERIES)],
        ),
    ]
    widgets = [widget(number, title, metrics) for number, (title, metrics) in enumerate(graphs)]
    return json.dumps({"widgets": widgets})


def of_the_canary(stage: Stage) -> list[tuple[str, list[list[Any]]]]:
    """How long each leg of its walks takes, and where one ends badly."""
    legs = sorted(log.LEGS)
    walks = [line(own(stage, log.WALKS)), *(line(own(stage, log.LEG_FAILURES, leg)) for leg in legs)]
    times = [[*line(own(stage, log.LEG_TIME, leg)), {"stat": "p90"}] for leg in legs]
    return [("Canary: seconds of each leg", times), ("Canary: walks that went well, legs that failed", walks)]


def line(metric: Resources) -> list[Any]:
    """One of our own."""
    dimensions = [word for one in metric["Dimensions"] for word in (one["Name"], one["Value"])]
    return [metric["Namespace"], metric["MetricName"], *dimensions]


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
