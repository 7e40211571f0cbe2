"""What stands before the API's routes: how much it lets through, what it logs, its name and certificate, its firewall.

None of it may see or keep a token: logs name a path's template, never the path, the query or a header.
"""

from __future__ import annotations

import json
from typing import Any

from infra.contract import Contract
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
# Of one address in five minutes, whatever it asks for; an office behind one address stays below it.
REQUESTS_OF_ONE_ADDRESS = 2000
ACCESS_LOG = {
    "at": "$context.requestTime",
    "request": "$context.requestId",
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


def api_settings(contract: Contract) -> Resources:
    """What the API's one stage is told: its rates and its log."""
    known = {(one.method, one.path) for one in contract.operations}
    unknown = set(RATES) - known
    if unknown:
        message = f"rates for routes that infra/api.yaml does not have: {sorted(unknown)}"
        raise ValueError(message)
    return {
        "TracingEnabled": True,
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
    """The rate of one method; execution logs stay off, since they hold whole requests with their tokens."""
    return {
        "HttpMethod": verb,
        "ResourcePath": path,
        "ThrottlingRateLimit": rate[0],
        "ThrottlingBurstLimit": rate[1],
        "MetricsEnabled": True,
        "LoggingLevel": "OFF",
        "DataTraceEnabled": False,
    }


def log_arn(name: str) -> Resources:
    """A log group's ARN without the star that GetAtt puts behind it, which WAF refuses."""
    whole = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${%s}"
    return {"Fn::Sub": whole % name}


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


def firewall(stage: Stage) -> Resources:
    """AWS WAF: a rate for each address, and what AWS knows to be an attack on any web server."""
    stage_arn = (
        "arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/${RestAPI}/stages/${RestAPI.Stage}"
    )
    return {
        "Firewall": {
            "Type": "AWS::WAFv2::WebACL",
            "Properties": {
                "Name": f"portal-{stage.name}",
                "Scope": "REGIONAL",
                "DefaultAction": {"Allow": {}},
                "VisibilityConfig": counted(f"portal-{stage.name}"),
                "CustomResponseBodies": {
                    "throttled": {"ContentType": "APPLICATION_JSON", "Content": json.dumps(THROTTLED)}
                },
                "Rules": [
                    rate_rule(),
                    managed_rule(1, "AWSManagedRulesAmazonIpReputationList"),
                    managed_rule(2, "AWSManagedRulesKnownBadInputsRuleSet"),
                ],
            },
        },
        "FirewallBeforeApi": {
            "Type": "AWS::WAFv2::WebACLAssociation",
            "Properties": {
                "ResourceArn": {"Fn::Sub": stage_arn},
                "WebACLArn": {"Fn::GetAtt": ["Firewall", "Arn"]},
            },
        },
        **firewall_log(stage),
    }


def firewall_log(stage: Stage) -> Resources:
    """What was blocked, without what could open anything."""
    return {
        "FirewallLog": {
            "Type": "AWS::Logs::LogGroup",
            "Properties": {
                "LogGroupName": f"aws-waf-logs-portal-{stage.name}-firewall",
                "RetentionInDays": stage.days_of_logs,
                "KmsKeyId": stage.of_data("key"),
            },
        },
        "FirewallLogged": {
            "Type": "AWS::WAFv2::LoggingConfiguration",
            "Properties": {
                "ResourceArn": {"Fn::GetAtt": ["Firewall", "Arn"]},
                "LogDestinationConfigs": [log_arn("FirewallLog")],
                # A link's token stands in the path, a session in these two headers.
                "RedactedFields": [
                    {"UriPath": {}},
                    {"QueryString": {}},
                    {"SingleHeader": {"Name": "authorization"}},
                    {"SingleHeader": {"Name": "cookie"}},
                ],
                "LoggingFilter": ONLY_BLOCKED,
            },
        },
    }


THROTTLED = {
    "title": "Too many requests",
    "status": 429,
    "detail": "Please wait a moment and try again.",
    "code": "throttled",
    "reference": "firewall",
}
ONLY_BLOCKED = {
    "DefaultBehavior": "DROP",
    "Filters": [
        {
            "Behavior": "KEEP",
            "Requirement": "MEETS_ANY",
            "Conditions": [{"ActionCondition": {"Action": "BLOCK"}}],
        }
    ],
}


def rate_rule() -> Resources:
    """One address that asks without end is told to wait."""
    answer = {
        "ResponseCode": 429,
        "CustomResponseBodyKey": "throttled",
        "ResponseHeaders": [{"Name": "Retry-After", "Value": "60"}],
    }
    return {
        "Name": "one-address",
        "Priority": 0,
        "Action": {"Block": {"CustomResponse": answer}},
        "Statement": {"RateBasedStatement": {"Limit": REQUESTS_OF_ONE_ADDRESS, "AggregateKeyType": "IP"}},
        "VisibilityConfig": counted("one-address"),
    }


def managed_rule(priority: int, name: str) -> Resources:
    """A list that AWS keeps."""
    return {
        "Name": name,
        "Priority": priority,
        "OverrideAction": {"None": {}},
        "Statement": {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": name}},
        "VisibilityConfig": counted(name),
    }


def counted(name: str) -> Resources:
    """Counts in CloudWatch; no sampled requests, since samples hold whole paths."""
    return {"CloudWatchMetricsEnabled": True, "MetricName": name, "SampledRequestsEnabled": False}
