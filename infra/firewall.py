"""The web firewall before the API: a rate for each address, and what AWS knows to be an attack on any web server.

It may not keep a token: what it logs is only what it blocked, without path, query and the headers that carry one.
"""

from __future__ import annotations

import json
from typing import Any

from infra.stages import Stage

Resources = dict[str, Any]

# Of one address in five minutes, whatever it asks for; an office behind one address stays below it.
REQUESTS_OF_ONE_ADDRESS = 2000


def log_arn(name: str) -> Resources:
    """A log group's ARN without the star that GetAtt puts behind it, which WAF refuses."""
    whole = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${%s}"
    return {"Fn::Sub": whole % name}


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
                # A link's token stands in the path, and in the next request's Referer; a session in the other two.
                "RedactedFields": [
                    {"UriPath": {}},
                    {"QueryString": {}},
                    {"SingleHeader": {"Name": "authorization"}},
                    {"SingleHeader": {"Name": "cookie"}},
                    {"SingleHeader": {"Name": "referer"}},
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
