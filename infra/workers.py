"""The functions that no route calls: behind the events table's stream, behind what SES tells of mails, by the clock."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.domain.events import RESTORED
from chalicelib.domain.mails import DETAILED, REASONED
from chalicelib.domain.published import NOTICES
from chalicelib.steps.send_mail import ERRANDS
from chalicelib.steps.watch_trail import HOW
from infra.permissions import behind_streams, logical, put_aside_queue, read_permissions, scheduled
from infra.stages import Stage
from infra.warm import ALIAS, arn, called, warm

Resources = dict[str, Any]
DELIVERIES = "record_delivery"
CANARY = "walk_canary"
# The local stream and the tests' go by these too (infra/gateway/event_mapping.py).
STREAM_SETTINGS: Resources = {
    "BatchSize": 10,
    "BisectBatchOnFunctionError": True,
    "FunctionResponseTypes": ["ReportBatchItemFailures"],
    "MaximumRecordAgeInSeconds": 86400,
    "MaximumRetryAttempts": 100,
    "ParallelizationFactor": 1,
}


def workers(stage: Stage) -> Resources:
    """What stands in front of each of them."""
    resources = deliveries(stage)
    for step in behind_streams(read_permissions()):
        resources[f"{logical(step)}Stream"] = events_stream(stage, step)
        resources[f"{logical(step)}PutAside"] = put_aside(stage, step)
    for step, rate in scheduled(read_permissions()).items():
        resources |= clock(stage, step, rate)
    if not stage.canary:
        resources[f"{logical(CANARY)}Clock"]["Properties"]["State"] = "DISABLED"
    return resources


def clock(stage: Stage, step: str, rate: str) -> Resources:
    """A function that is called now and again, by EventBridge and for this rule alone."""
    name = f"{logical(step)}Clock"
    return {
        name: {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "Name": f"{stage.stack}-{step}",
                "ScheduleExpression": rate,
                "Targets": [{"Id": step, "Arn": {"Fn::Sub": f"${{{arn(stage, step)}}}"}}],
            },
        },
        f"{name}Call": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "Action": "lambda:InvokeFunction",
                "FunctionName": {"Ref": called(stage, step)},
                "Principal": "events.amazonaws.com",
                "SourceArn": {"Fn::GetAtt": [name, "Arn"]},
            },
        },
    }


def events_stream(stage: Stage, step: str) -> Resources:
    """The events table's stream in front of a function; what fails again and again is put aside, not lost."""
    return {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {
            "EventSourceArn": stage.of_data("event-images"),
            "FunctionName": {"Ref": called(stage, step)},
            "StartingPosition": "TRIM_HORIZON",
            **STREAM_SETTINGS,
            # How many it looked at, nought where there was none: whether it is at work at all.
            "MetricsConfig": {"Metrics": ["EventCount"]},
            "FilterCriteria": {"Filters": [{"Pattern": json.dumps(one)} for one in patterns_of(stage, step)]},
            "DestinationConfig": {
                "OnFailure": {"Destination": {"Fn::GetAtt": [f"{logical(step)}PutAside", "Arn"]}}
            },
        },
    }


def patterns_of(stage: Stage, step: str) -> list[Resources]:
    """What wakes a function of this stage."""
    return patterns(step, everything=stage.publishes_everything)


def patterns(step: str, *, everything: bool = False) -> list[Resources]:
    """What wakes a function, any of them: a record that is filtered out costs nothing, and a right logon is one.

    What is published or mailed is said by the worker's own code alone. A test holds that nothing due is filtered out.
    `everything`: every event is published, one of a kind too that this version does not know: it is put aside.
    """
    if step == "watch_trail":
        return [{"eventName": sorted(HOW)}]
    if step == "copy_trail":
        return [{"eventName": ["INSERT"]}]  # those that were put back as well: the copy is of every row
    if step == "publish_event":
        return [new() if everything else new(kind=sorted(NOTICES))]
    return [
        new(kind=sorted(ERRANDS)),
        new(kind=sorted(DETAILED), details=[{"exists": True}]),
        new(kind=sorted(REASONED), reason=sorted(reason for reason, _ in REASONED.values())),
    ]


def new(**attributes: list[Any]) -> Resources:
    """A new row of which each attribute named is one of these texts.

    Attack: events put back from a backup go by the stream once more, and every mail and every message to a directory
    with them. Defence: they bear a mark, and what bears it wakes nobody (RL-13). Nor does a row that is no event and
    keeps a worker's place (`aside`): whatever waits for the bus would be told over it.
    """
    image = {name: {"S": values} for name, values in attributes.items()}
    image[RESTORED] = image["aside"] = {"S": [{"exists": False}]}
    return {"eventName": ["INSERT"], "dynamodb": {"NewImage": image}}


def put_aside(stage: Stage, step: str) -> Resources:
    """Where waits for two weeks what could not be worked through."""
    return {
        "Type": "AWS::SQS::Queue",
        "Properties": {
            "QueueName": put_aside_queue(stage.name, step),
            "MessageRetentionPeriod": 1209600,
            "KmsMasterKeyId": stage.of_data("key"),
        },
    }


def deliveries(stage: Stage) -> Resources:
    """SES tells the data stack's topic what became of each mail; the topic hands it to record_delivery."""
    name, topic = logical(DELIVERIES), stage.of_data("deliveries")
    queue = {"Fn::GetAtt": [f"{name}PutAside", "Arn"]}
    return {
        f"{name}Told": {
            "Type": "AWS::SNS::Subscription",
            "Properties": {
                "TopicArn": topic,
                "Protocol": "lambda",
                "Endpoint": {"Fn::Sub": f"${{{arn(stage, DELIVERIES)}}}"},
                "RedrivePolicy": {"deadLetterTargetArn": queue},
            },
        },
        f"{name}Call": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "Action": "lambda:InvokeFunction",
                "FunctionName": {"Ref": called(stage, DELIVERIES)},
                "Principal": "sns.amazonaws.com",
                "SourceArn": topic,
            },
        },
        f"{name}Tries": tries(stage, queue),
        f"{name}PutAside": put_aside(stage, DELIVERIES),
        f"{name}PutAsideByTopic": {
            "Type": "AWS::SQS::QueuePolicy",
            "Properties": {
                "Queues": [{"Ref": f"{name}PutAside"}],
                "PolicyDocument": only_from(topic, queue),
            },
        },
    }


def tries(stage: Stage, queue: Resources) -> Resources:
    """SNS hands over without waiting: a function that raises is tried twice again by Lambda, then put aside."""
    name, aliased = logical(DELIVERIES), bool(warm(stage, DELIVERIES))
    return {
        "Type": "AWS::Lambda::EventInvokeConfig",
        # A qualifier is a mere word, from which nobody sees that the alias must be there first.
        **({"DependsOn": called(stage, DELIVERIES)} if aliased else {}),
        "Properties": {
            "FunctionName": {"Ref": name},
            "Qualifier": ALIAS if aliased else "$LATEST",
            "MaximumEventAgeInSeconds": 21600,
            "MaximumRetryAttempts": 2,
            "DestinationConfig": {"OnFailure": {"Destination": queue}},
        },
    }


def only_from(topic: Resources, queue: Resources) -> Resources:
    """What the topic cannot hand over goes to this queue, and nobody else may put anything in."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": queue,
                "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
            }
        ],
    }
