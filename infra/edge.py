"""What stands before the API's routes: how much it lets through, what it logs, its name and certificate, its firewall.

None of it may see or keep a token: logs name a path's template, never the path, the query or a header.
"""

from __future__ import annotations

import json
from typing import Any

from infra.contract import Contract
from infra.firewall import firewall, log_arn
from infra.stages import Stage

Resources = dict[str, Any]

USUAL_RATE, USUAL_BURST = 200, 400
# Requests a second, for everybody together, to what costs a hash or a mail: beyond it 429 before anything is paid for.
# Each source address has a tighter limit of its own in the step.
RATES = {
    ("POST", "/logon"): (100, 200),
    ("POST", "/logon/code"): (50, 100),
    ("POST", "/password/forgot"): (20, 40),
    ("POST", "/password/reset"): (20, 40),
    ("POST", "/password/criteria"): (50, 100),
    ("POST", "/password/change"): (20, 40),
    ("POST", "/reauthenticate"): (20, 40),
    ("POST", "/not-me"): (10, 20),
}
ACCESS_LOG = {
    "at": "$context.requestTime",
    "request": "$context.extendedRequestId",
    "method": "$context.httpMethod",
    "route": "$context.resourcePath",
    "status": "$context.status",
    "milliseconds": "$context.responseLatency",
    "step_milliseconds": "$context.integrationLatency",
    "source": "$context.identity.sourceIp",
    "caller": "$context.authorizer.principalId",
    "authorizer_error": "$context.authorizer.error",
    "firewall": "$context.waf.status",
    "refused": "$context.error.responseType",
}


def edge(stage: Stage) -> Resources:
    """Every resource of it."""
    return {**access_log(stage), **domain(stage), **firewall(stage)}


def parameters(stage: Stage) -> Resources:
    """What is known at deployment only."""
    told = f"The certificate of {stage.host} in this region; empty: the API answers under its own name"
    return {"CertificateArn": {"Type": "String", "Default": "", "Description": told}}


def conditions() -> Resources:
    """Whether there is a name to answer under."""
    return {"HasName": {"Fn::Not": [{"Fn::Equals": [{"Ref": "CertificateArn"}, ""]}]}}


def outputs() -> Resources:
    """Where the API answers before a domain name is put in front of it, and what a domain name must point at."""
    own = "https://${RestAPI}.execute-api.${AWS::Region}.${AWS::URLSuffix}/portal/"
    return {
        "Url": {"Value": {"Fn::Sub": own}},
        "NameTarget": {
            "Condition": "HasName",
            "Description": "Point the portal's name at this, by an alias record",
            "Value": {"Fn::GetAtt": ["Name", "RegionalDomainName"]},
        },
    }


def settle_name(template: Resources, *, has_name: bool) -> None:
    """Say in a packaged template, which leaves it to a condition, whether there is a name.

    API Gateway goes on with what was deployed to its stage, and SAM deploys again when the definition differs. A
    certificate that comes later changes only what a condition comes to, so the API's own address would stay open.
    `has_name` is about the stack as it will be: a certificate that it keeps from before counts like one given now.
    """
    template["Resources"]["RestAPI"]["Properties"]["DisableExecuteApiEndpoint"] = has_name


def api_settings(contract: Contract) -> Resources:
    """What the API's one stage is told: its rates and its log."""
    known = {(one.method, one.path) for one in contract.operations}
    unknown = set(RATES) - known
    if unknown:
        message = f"rates for routes that infra/api.yaml does not have: {sorted(unknown)}"
        raise ValueError(message)
    return {
        # Attack: a trace of the stage keeps whole URLs, a link's token in them, for whoever may read traces.
        # Defence: off here. The functions have their own, which know no URL (LO-08).
        "TracingEnabled": False,
        "AccessLogSetting": {
            "DestinationArn": log_arn("AccessLog"),
            "Format": json.dumps(ACCESS_LOG),
        },
        "MethodSettings": [
            method_setting("*", "/*", (USUAL_RATE, USUAL_BURST)),
            *(method_setting(verb, written(path), rate) for (verb, path), rate in RATES.items()),
        ],
    }


def written(path: str) -> str:
    """A path as method settings want it: the first slash stays, the others are ~1."""
    return "/" + path.replace("/", "~1")


def method_setting(verb: str, path: str, rate: tuple[int, int]) -> Resources:
    """The rate of one method; execution logs stay off, since they hold whole requests with their tokens.

    Metrics of each method stay off too: they are billed one by one, and the API's own are there without them.
    """
    return {
        "HttpMethod": verb,
        "ResourcePath": path,
        "ThrottlingRateLimit": rate[0],
        "ThrottlingBurstLimit": rate[1],
        "MetricsEnabled": False,
        "LoggingLevel": "OFF",
        "DataTraceEnabled": False,
    }


def access_log(stage: Stage) -> Resources:
    """One line a request."""
    return {
        "AccessLog": {
            "Type": "AWS::Logs::LogGroup",
            "Properties": {
                "LogGroupName": f"/aws/apigateway/portal-{stage.name}-access",
                "RetentionInDays": stage.days_of_logs,
                "KmsKeyId": stage.of_data("key"),
            },
        }
    }


def domain(stage: Stage) -> Resources:
    """The portal's own name, once there is a certificate for it. Nothing older than TLS 1.2 is spoken."""
    return {
        "Name": {
            "Type": "AWS::ApiGateway::DomainName",
            "Condition": "HasName",
            "Properties": {
                "DomainName": stage.host,
                "RegionalCertificateArn": {"Ref": "CertificateArn"},
                "SecurityPolicy": "TLS_1_2",
                "EndpointConfiguration": {"Types": ["REGIONAL"]},
            },
        },
        "NameToApi": {
            "Type": "AWS::ApiGateway::BasePathMapping",
            "Condition": "HasName",
            "Properties": {
                "DomainName": {"Ref": "Name"},
                "RestApiId": {"Ref": "RestAPI"},
                "Stage": {"Ref": "RestAPI.Stage"},
            },
        },
    }
