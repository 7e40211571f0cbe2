"""What Chalice cannot say, as a template for `chalice package --merge-template`: the API, its authorizer, who may call.

Every route of infra/api.yaml becomes a method with the request authorizer in front and its own step's function behind.
"""

from __future__ import annotations

import json
from typing import Any

from infra import edge
from infra.alarms import watching
from infra.contract import Contract, Operation
from infra.copy_access import COPY_BUCKET, VERIFIER, in_copy, verifier
from infra.gateway_responses import JSON, MOCKED, GatewayResponse
from infra.permissions import function_name, logical, read_permissions
from infra.stages import Stage
from infra.warm import arn, called, warm
from infra.workers import workers

API = "RestAPI"
GATE = "gate"
INVOKE = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${%s}/invocations"
# Log groups that are made at once: CloudWatch Logs takes ten such calls a second, and each group asks it three times.
LANES = 5
OURS_ALONE = {"METHOD_NOT_ALLOWED"}
OPEN_API = "3.0.1"
Resources = dict[str, Any]
NOT_FOR_FUNCTIONS = [
    {
        "id": "CKV_AWS_115",
        "comment": "reserved per stage in .chalice/config.json where one flood could starve others",
    },
    {
        "id": "CKV_AWS_116",
        "comment": "called synchronously; the workers have their destinations in infra/workers.py",
    },
    {
        "id": "CKV_AWS_117",
        "comment": "nothing of it is in a network: DynamoDB, SES and the rest are reached over TLS",
    },
    {"id": "CKV_AWS_173", "comment": "no variable is a secret: the keys are in Secrets Manager"},
]


def merge_template(stage: Stage, contract: Contract, responses: dict[str, GatewayResponse]) -> dict[str, Any]:
    """Everything of one stage that is merged into Chalice's own template."""
    resources: Resources = {
        API: api(stage, contract, responses),
        **workers(stage),
        **edge.edge(stage),
        **watching(stage),
        "Verifier": verifier(stage),
    }
    for step in contract.steps:
        resources[f"{logical(step)}Call"] = call_permission(stage, step, f"{API}}}/*/*")
    resources["AuthorizerCall"] = call_permission(stage, "authorizer", f"{API}}}/authorizers/*")
    steps = sorted(read_permissions())
    for step in steps:
        resources |= function(stage, step)
    for step, former in zip(steps[LANES:], steps, strict=False):
        resources[f"{logical(step)}LogGroup"]["DependsOn"] = f"{logical(former)}LogGroup"
    return {
        "Parameters": {**edge.parameters(stage), "CopyBucket": COPY_BUCKET},
        "Conditions": edge.conditions(),
        "Resources": resources,
        "Outputs": {**edge.outputs(), "Verifier": VERIFIER},
    }


def function(stage: Stage, step: str) -> Resources:
    """What Chalice leaves open about a function and its log."""
    return {
        logical(step): {
            "Metadata": {"checkov": {"skip": NOT_FOR_FUNCTIONS}},
            "Properties": {
                "FunctionName": function_name(stage.name, step),
                # The libraries that are packaged are machine code for this one.
                "Architectures": ["x86_64"],
                **warm(stage, step),
                **in_copy(step),
            },
        },
        f"{logical(step)}LogGroup": {"Properties": {"KmsKeyId": stage.of_data("key")}},
    }


def api(stage: Stage, contract: Contract, responses: dict[str, GatewayResponse]) -> Resources:
    """The REST API. Its stage in API Gateway's sense is always called `portal`: ours are stacks of their own."""
    return {
        "Type": "AWS::Serverless::Api",
        "Metadata": {
            "checkov": {
                "skip": [
                    {"id": "CKV_AWS_120", "comment": "an answer may never be cached"},
                    {
                        "id": "CKV_AWS_73",
                        "comment": "a trace of the stage keeps whole URLs; functions have theirs",
                    },
                ]
            }
        },
        "Properties": {
            "Name": f"portal-{stage.name}",
            "StageName": "portal",
            # Attack: SAM makes a second stage called `Stage` by default, public, and without firewall, rates and log.
            # Defence: with the version said here, it does not.
            "OpenApiVersion": OPEN_API,
            "EndpointConfiguration": {"Type": "REGIONAL"},
            # Once the portal has its own name, the API's is closed: whatever guards the name must not be walked around.
            # By SAM's property, which knows where API Gateway looks for it in a definition of this version.
            "DisableExecuteApiEndpoint": {"Fn::If": ["HasName", True, False]},
            "DefinitionBody": definition(stage, contract, responses),
            **edge.api_settings(contract),
        },
    }


def definition(stage: Stage, contract: Contract, responses: dict[str, GatewayResponse]) -> Resources:
    """OpenAPI with API Gateway's extensions."""
    refused = responses["METHOD_NOT_ALLOWED"]
    return {
        "openapi": OPEN_API,
        "info": {"title": f"portal-{stage.name}", "version": "1.0"},
        "paths": {
            path: {
                **{verb.lower(): method(stage, operation) for verb, operation in operations.items()},
                "x-amazon-apigateway-any-method": not_allowed(refused, ", ".join(sorted(operations))),
                **parameters(path),
            }
            for path, operations in contract.paths.items()
        },
        "components": {"securitySchemes": {GATE: authorizer(stage)}},
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


def method(stage: Stage, operation: Operation) -> Resources:
    """One route: the gate in front, the step behind."""
    name = operation.operation_id + (".head" if operation.method == "HEAD" else "")
    return {
        "operationId": name,
        "security": [{GATE: []}],
        "responses": {},
        "x-amazon-apigateway-integration": {
            "type": "aws_proxy",
            "httpMethod": "POST",
            "uri": {"Fn::Sub": INVOKE % arn(stage, operation.step)},
            "timeoutInMillis": 12000,
        },
    }


def authorizer(stage: Stage) -> Resources:
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
            "authorizerUri": {"Fn::Sub": INVOKE % arn(stage, "authorizer")},
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
            # Otherwise a body of a type without a template is taken for the template's own, and the answer is a fault.
            "passthroughBehavior": "never",
            "requestTemplates": dict.fromkeys(MOCKED, json.dumps({"statusCode": response.status})),
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


def call_permission(stage: Stage, step: str, source: str) -> Resources:
    """Only this API calls a function: SAM adds no permission for what stands inside a definition."""
    return {
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "Action": "lambda:InvokeFunction",
            "FunctionName": {"Ref": called(stage, step)},
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": {
                "Fn::Sub": "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${" + source
            },
        },
    }
