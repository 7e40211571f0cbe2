"""The functions that no route calls: behind the events table's stream, and behind what SES tells of each mail."""

from __future__ import annotations

import json
from typing import Any

from infra.permissions import behind_streams, logical, put_aside_queue, read_permissions

Resources = dict[str, Any]


def workers(stage: str, configuration_set: str) -> Resources:
    """What stands in front of each of them."""
    resources = deliveries(stage, configuration_set)
    for step in behind_streams(read_permissions()):
        resources[f"{logical(step)}Stream"] = events_stream(stage, step)
        resources[f"{logical(step)}PutAside"] = put_aside(stage, step)
    return resources


def events_stream(stage: str, step: str) -> Resources:
    """The events table's stream in front of a function; what fails again and again is put aside, not lost."""
    return {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {
            "EventSourceArn": {"Fn::ImportValue": f"portal-{stage}-data-events-stream"},
            "FunctionName": {"Ref": logical(step)},
            "StartingPosition": "TRIM_HORIZON",
            "BatchSize": 10,
            "BisectBatchOnFunctionError": True,
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "FilterCriteria": {"Filters": [{"Pattern": json.dumps({"eventName": ["INSERT"]})}]},
            "MaximumRecordAgeInSeconds": 86400,
            "MaximumRetryAttempts": 100,
            "DestinationConfig": {
                "OnFailure": {"Destination": {"Fn::GetAtt": [f"{logical(step)}PutAside", "Arn"]}}
            },
        },
    }


def put_aside(stage: str, step: str) -> Resources:
    """Where the positions of records wait that could not be worked through."""
    return {
        "Type": "AWS::SQS::Queue",
        "Properties": {
            "QueueName": put_aside_queue(stage, step),
            "MessageRetentionPeriod": 1209600,
            "SqsManagedSseEnabled": True,
        },
    }


def deliveries(stage: str, configuration_set: str) -> Resources:
    """SES tells what became of each mail; SNS hands it to record_delivery."""
    topic = {"Ref": "Deliveries"}
    return {
        "Deliveries": {
            "Type": "AWS::SNS::Topic",
            "Properties": {
                "TopicName": f"portal-{stage}-deliveries",
                "Subscription": [
                    {"Protocol": "lambda", "Endpoint": {"Fn::GetAtt": ["RecordDelivery", "Arn"]}}
                ],
            },
        },
        "DeliveriesFromSes": {
            "Type": "AWS::SNS::TopicPolicy",
            "Properties": {"Topics": [topic], "PolicyDocument": only_ses(topic)},
        },
        "RecordDeliveryCall": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "Action": "lambda:InvokeFunction",
                "FunctionName": {"Ref": "RecordDelivery"},
                "Principal": "sns.amazonaws.com",
                "SourceArn": topic,
            },
        },
        "MailSettings": {"Type": "AWS::SES::ConfigurationSet", "Properties": {"Name": configuration_set}},
        "MailSettingsDeliveries": {
            "Type": "AWS::SES::ConfigurationSetEventDestination",
            "DependsOn": "DeliveriesFromSes",
            "Properties": {
                "ConfigurationSetName": {"Ref": "MailSettings"},
                "EventDestination": {
                    "Enabled": True,
                    "MatchingEventTypes": ["delivery", "deliveryDelay", "bounce", "complaint"],
                    "SnsDestination": {"TopicARN": topic},
                },
            },
        },
    }


def only_ses(topic: Resources) -> Resources:
    """Attack: whoever may publish here can make any address undeliverable. Defence: SES of this account alone may."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "ses.amazonaws.com"},
                "Action": "sns:Publish",
                "Resource": topic,
                "Condition": {"StringEquals": {"AWS:SourceAccount": {"Ref": "AWS::AccountId"}}},
            }
        ],
    }
