"""What Chalice cannot say, as a template for `chalice package --merge-template`: the API, its authorizer, who may call.

Every route of infra/api.yaml becomes a method with the request authorizer in front and its own step's function behind.
"""

from __future__ import annotations

import json
from typing import Any

from infra.contract import Contract, Operation
from infra.gateway_responses import JSON, GatewayResponse
from infra.permissions import behind_streams, function_name, put_aside_queue, read_permissions

API = "RestAPI"
GATE = "gate"
INVOKE = (
    "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${%s.Arn}/invocations"
)
OURS_ALONE = {"METHOD_NOT_ALLOWED"}
Resources = dict[str, Any]


def merge_template(
    stage: str, contract: Contract, responses: dict[str, GatewayResponse], configuration_set: str
) -> dict[str, Any]:
    """Everything of one stage that is merged into Chalice's own template."""
    rows = read_permissions()
    resources: Resources = {API: api(stage, contract, responses), **deliveries(stage, configuration_set)}
    for step in behind_streams(rows):
        resources[f"{logical(step)}Stream"] = events_stream(stage, step)
        resources[f"{logical(step)}PutAside"] = put_aside(stage, step)
    for step in contract.steps:
        resources[f"{logical(step)}Call"] = call_permission(step, f"{API}}}/*/*")
    resources["AuthorizerCall"] = call_permission("authorizer", f"{API}}}/authorizers/*")
    for step in rows:
        resources[logical(step)] = {"Properties": {"FunctionName": function_name(stage, step)}}
    return {"Resources": resources, "Outputs": {"Url": {"Value": {"Fn::Sub": url()}}}}


def logical(step: str) -> str:
    """The name Chalice gives a function in its template."""
    return "".join(part.capitalize() for part in step.split("_"))


def url() -> str:
    """Where the API answers before a domain name is put in front of it."""
    return f"https://${{{API}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/portal/"


def api(stage: str, contract: Contract, responses: dict[str, GatewayResponse]) -> Resources:
    """The REST API. Its stage in API Gateway's sense is always called `portal`: ours are stacks of their own."""
    return {
        "Type": "AWS::Serverless::Api",
        "Properties": {
            "Name": f"portal-{stage}",
            "StageName": "portal",
            "EndpointConfiguration": {"Type": "REGIONAL"},
            "TracingEnabled": True,
            "DefinitionBody": definition(stage, contract, responses),
            # Bursts beyond this get 429 before any function is paid for.
            "MethodSettings": [
                {
                    "HttpMethod": "*",
                    "ResourcePath": "/*",
                    "ThrottlingRateLimit": 200,
                    "ThrottlingBurstLimit": 400,
                    "MetricsEnabled": True,
                }
            ],
        },
    }


def definition(stage: str, contract: Contract, responses: dict[str, GatewayResponse]) -> Resources:
    """OpenAPI with API Gateway's extensions."""
    refused = responses["METHOD_NOT_ALLOWED"]
    return {
        "openapi": "3.0.1",
        "info": {"title": f"portal-{stage}", "version": "1.0"},
        "paths": {
            path: {
                **{verb.lower(): method(operation) for verb, operation in operations.items()},
                "x-amazon-apigateway-any-method": not_allowed(refused, ", ".join(sorted(operations))),
                **parameters(path),
            }
            for path, operations in contract.paths.items()
        },
        "components": {"securitySchemes": {GATE: authorizer()}},
        "x-amazon-apigateway-gateway-responses": {
            kind: gateway_response(one) for kind, one in responses.items() if kind not in OURS_ALONE
        },
    }


def parameters(path: str) -> Resources:
    """API Gateway wants each parameter of a path declared."""
    names = [part.strip("{}") for part in path.split("/") if part.startswith("{")]
    declared = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
    ]
    return {"parameters": declared} if declared else {}


def method(operation: Operation) -> Resources:
    """One route: the gate in front, the step behind."""
    name = operation.operation_id + (".head" if operation.method == "HEAD" else "")
    return {
        "operationId": name,
        "security": [{GATE: []}],
        "responses": {},
        "x-amazon-apigateway-integration": {
            "type": "aws_proxy",
            "httpMethod": "POST",
            "uri": {"Fn::Sub": INVOKE % logical(operation.step)},
            "timeoutInMillis": 12000,
        },
    }


def authorizer() -> Resources:
    """Asked before every request: a remembered Allow would outlive log off, disable and a moved address.

    No identity source: with one, a request that lacks it would be refused without the authorizer ever seeing it.
    """
    return {
        "type": "apiKey",
        "name": "unused",
        "in": "header",
        "x-amazon-apigateway-authtype": "custom",
        "x-amazon-apigateway-authorizer": {
            "type": "request",
            "authorizerUri": {"Fn::Sub": INVOKE % "Authorizer"},
            "authorizerResultTtlInSeconds": 0,
        },
    }


def not_allowed(response: GatewayResponse, allowed: str) -> Resources:
    """API Gateway has no 405 of its own: every method that a path does not declare gets this fixed answer."""
    headers = {**response.headers, "Allow": allowed}
    return {
        "responses": {
            str(response.status): {
                "description": "Method not allowed",
                "headers": {name: {"schema": {"type": "string"}} for name in headers},
            }
        },
        "x-amazon-apigateway-integration": {
            "type": "mock",
            "passthroughBehavior": "when_no_match",
            "requestTemplates": {"application/json": json.dumps({"statusCode": response.status})},
            "responses": {
                "default": {
                    "statusCode": str(response.status),
                    "responseParameters": static("method.response.header.", headers),
                    "responseTemplates": templates(response),
                }
            },
        },
    }


def gateway_response(response: GatewayResponse) -> Resources:
    """One answer that API Gateway gives by itself."""
    return {
        "statusCode": response.status,
        "responseParameters": static("gatewayresponse.header.", response.headers),
        "responseTemplates": templates(response),
    }


def static(prefix: str, headers: dict[str, str]) -> dict[str, str]:
    """API Gateway takes what stands between the outer quotes as it is."""
    return {prefix + name: f"'{value}'" for name, value in headers.items()}


def templates(response: GatewayResponse) -> dict[str, str]:
    """A body for each kind of client; application/json is what API Gateway takes when nothing matches."""
    return {"application/json": response.bodies[JSON], **response.bodies}


def call_permission(step: str, source: str) -> Resources:
    """Only this API calls a function: SAM adds no permission for what stands inside a definition."""
    return {
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "Action": "lambda:InvokeFunction",
            "FunctionName": {"Ref": logical(step)},
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": {
                "Fn::Sub": "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${" + source
            },
        },
    }


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
