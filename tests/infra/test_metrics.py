"""Each alarm and each graph is over a metric that something of this very template emits: over nothing it is silent."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.runtime import log
from infra.contract import read_contract
from infra.gateway_responses import read_gateway_responses
from infra.permissions import logical, read_permissions
from infra.stages import read_configuration, stage_of
from infra.tables import described_tables
from infra.template import LANES, merge_template

pytestmark = pytest.mark.slow

# What AWS sends by itself, without detailed metrics and without a price: names, and the dimensions they come under.
# Sources: "Amazon API Gateway dimensions and metrics", "Types of metrics for Lambda functions", "Available CloudWatch
# metrics for Amazon SQS", "Monitoring your Amazon SES sender reputation" of AWS's documentation.
# "Amazon DynamoDB metrics and dimensions" and "Supported CloudWatch metrics" of ACM; of an event source mapping with
# MetricsConfig, "Event source mapping metrics".
EMITTED = {
    ("AWS/ApiGateway", ("ApiName", "Stage")): {
        "Count",
        "4XXError",
        "5XXError",
        "Latency",
        "IntegrationLatency",
    },
    ("AWS/Lambda", ("FunctionName",)): {
        "Errors",
        "Throttles",
        "IteratorAge",
        "ConcurrentExecutions",
        "Invocations",
    },
    ("AWS/Lambda", ("EventSourceMappingUUID",)): {"PolledEventCount"},
    ("AWS/DynamoDB", ("TableName",)): {"ReadThrottleEvents", "WriteThrottleEvents"},
    ("AWS/CertificateManager", ("CertificateArn",)): {"DaysToExpiry"},
    ("AWS/SQS", ("QueueName",)): {"ApproximateNumberOfMessagesVisible"},
    ("AWS/SES", ()): {
        *("Send", "Delivery", "Bounce", "Complaint"),
        *("Reputation.BounceRate", "Reputation.ComplaintRate"),
    },
}
Metric = tuple[str, str, tuple[tuple[str, str], ...]]


@pytest.fixture(scope="module", params=sorted(read_configuration()["stages"]))
def resources(request: Any) -> Any:
    merged = merge_template(stage_of(request.param), read_contract(), read_gateway_responses({}))
    return merged["Resources"]


def of_type(resources: Any, kind: str) -> list[Any]:
    return [one["Properties"] for one in resources.values() if one.get("Type") == kind]


def watched(resources: Any) -> set[Metric]:
    """What the alarms watch, by themselves or in what is computed."""
    alarms = of_type(resources, "AWS::CloudWatch::Alarm")
    parts = [one["MetricStat"]["Metric"] for each in alarms for one in each.get("Metrics", [])[:-1]]
    return {
        (
            one["Namespace"],
            one["MetricName"],
            tuple((each["Name"], json.dumps(each["Value"]).strip('"')) for each in one["Dimensions"]),
        )
        for one in [*parts, *(each for each in alarms if "Metrics" not in each)]
    }


def drawn(resources: Any) -> set[Metric]:
    """What the dashboard draws."""
    (board,) = of_type(resources, "AWS::CloudWatch::Dashboard")
    lines = [
        [word for word in line if isinstance(word, str)]
        for widget in json.loads(board["DashboardBody"]["Fn::Sub"])["widgets"]
        for line in widget["properties"]["metrics"]
    ]
    return {(one[0], one[1], tuple(zip(one[2::2], one[3::2], strict=True))) for one in lines}


def counted(stage: str) -> set[Metric]:
    """What the functions of this stage count in their lines."""
    return {
        (log.NAMESPACE, one.name, (("stage", stage), *(((one.by, str(value)),) if one.by else ())))
        for one in log.METRICS
        for value in (one.values or {""})
    }


def values(resources: Any) -> dict[str, set[str]]:
    """What a dimension can have: the names of this template."""
    functions = {resources[logical(step)]["Properties"]["FunctionName"] for step in read_permissions()}
    api = resources["RestAPI"]["Properties"]
    return {
        "ApiName": {api["Name"]},
        "Stage": {api["StageName"]},
        "FunctionName": functions,
        "QueueName": {one["QueueName"] for one in of_type(resources, "AWS::SQS::Queue")},
        "EventSourceMappingUUID": {
            json.dumps({"Ref": name})
            for name, one in resources.items()
            if one.get("Type") == "AWS::Lambda::EventSourceMapping"
        },
        "TableName": {table["TableName"] for table in described_tables(api["Name"] + "-")},
        "CertificateArn": {json.dumps({"Ref": "CertificateArn"})},
    }


def test_every_alarm_and_every_graph_is_over_a_metric_that_is_emitted(resources: Any) -> None:
    known = values(resources)
    own = counted(resources["RestAPI"]["Properties"]["Name"].removeprefix("portal-"))
    for space, name, dimensions in watched(resources) | drawn(resources):
        if space == log.NAMESPACE:
            assert (space, name, dimensions) in own
            continue
        assert name in EMITTED[space, tuple(key for key, _ in dimensions)]
        assert all(value in known[key] for key, value in dimensions), dimensions


def test_lo_12_what_is_counted_is_watched_or_drawn(resources: Any) -> None:
    """A metric is paid for; one that nobody looks at is not counted."""
    seen = {(space, name) for space, name, _ in watched(resources) | drawn(resources)}
    assert {(log.NAMESPACE, one.name) for one in log.METRICS} <= seen


def test_behind_a_stream_alone_a_function_has_an_age(resources: Any) -> None:
    streamed = {
        one["FunctionName"]["Ref"].removesuffix("Aliaslive")
        for one in of_type(resources, "AWS::Lambda::EventSourceMapping")
    }
    functions = {resources[one]["Properties"]["FunctionName"] for one in streamed}
    aged = {
        dict(one)["FunctionName"]
        for _, name, one in watched(resources) | drawn(resources)
        if name == "IteratorAge"
    }
    assert aged == functions


def test_no_metric_is_paid_for_by_the_method(resources: Any) -> None:
    """A stage has over a hundred methods; nothing here watches one of them."""
    settings = resources["RestAPI"]["Properties"]["MethodSettings"]
    assert {one["MetricsEnabled"] for one in settings} == {False}


def test_log_groups_are_made_a_few_at_a_time(resources: Any) -> None:
    """CloudWatch Logs takes ten calls a second of a kind; forty groups at once are refused, and the stack with them."""
    after = {
        name: one["DependsOn"]
        for name, one in resources.items()
        if name.endswith("LogGroup") and "DependsOn" in one
    }
    groups = [f"{logical(step)}LogGroup" for step in read_permissions()]
    assert len(set(groups) - set(after)) == LANES
    assert sorted(after.values()) == sorted(set(after.values()))  # nobody is waited for by two
    for start in groups:
        one, steps = start, 0
        while one in after:
            one, steps = after[one], steps + 1
        assert steps <= len(groups) // LANES
