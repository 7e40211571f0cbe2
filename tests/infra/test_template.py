"""What stands around the functions: what is let through, what is logged, who is told, and what survives."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from infra import edge
from infra.contract import read_contract
from infra.dashboard import WATCHED
from infra.documents import read_yaml
from infra.gateway_responses import read_gateway_responses
from infra.measured import FIVE_MINUTES
from infra.permissions import behind_streams, logical, read_permissions, scheduled
from infra.stages import ROOT, read_configuration, stage_of
from infra.tables import DESCRIPTION
from infra.template import merge_template
from infra.workers import patterns
from tests.structure.code import MAILING

STAGES = sorted(read_configuration()["stages"])
DATA = read_yaml(DESCRIPTION)
GUIDE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
LARGEST_TEMPLATE = 1_000_000


@pytest.fixture(scope="module", params=STAGES)
def merged(request: Any) -> Any:
    return merge_template(stage_of(request.param), read_contract(), read_gateway_responses({}))


def of_type(resources: Any, kind: str) -> Any:
    return {name: one for name, one in resources.items() if one.get("Type") == kind}


def test_template_is_small_enough_for_cloudformation(merged: Any) -> None:
    assert len(json.dumps(merged)) < LARGEST_TEMPLATE * 0.8
    assert len(merged["Resources"]) < 400


def test_lo_02_no_log_of_the_edge_holds_a_path_a_query_or_a_header(merged: Any) -> None:
    api = merged["Resources"]["RestAPI"]["Properties"]
    logged = json.loads(api["AccessLogSetting"]["Format"])
    assert logged["route"] == "$context.resourcePath"
    told = set(logged.values())
    assert not {one for one in told if "$context.path" in one or "header" in one or "query" in one.lower()}
    assert {(one["LoggingLevel"], one["DataTraceEnabled"]) for one in api["MethodSettings"]} == {
        ("OFF", False)
    }
    redacted = merged["Resources"]["FirewallLogged"]["Properties"]["RedactedFields"]
    assert {"UriPath": {}} in redacted
    assert {one["SingleHeader"]["Name"] for one in redacted if "SingleHeader" in one} == {
        "cookie",
        "authorization",
        "referer",
    }


def test_what_costs_a_hash_or_a_mail_has_a_rate_of_its_own(merged: Any) -> None:
    settings = merged["Resources"]["RestAPI"]["Properties"]["MethodSettings"]
    rates = {(one["HttpMethod"], one["ResourcePath"]): one["ThrottlingRateLimit"] for one in settings}
    usual = rates.pop(("*", "/*"))
    assert rates[("POST", "/~1logon")] < usual
    assert rates[("POST", "/~1password~1forgot")] < usual
    assert all(rate < usual for rate in rates.values())


def test_rate_for_a_route_that_is_gone_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(edge.RATES, ("POST", "/gone"), (1, 1))
    with pytest.raises(ValueError, match="/gone"):
        edge.api_settings(read_contract())


def test_name_is_served_over_modern_tls_and_closes_the_other_way_in(merged: Any) -> None:
    assert merged["Resources"]["Name"]["Properties"]["SecurityPolicy"] == "TLS_1_2"
    api = merged["Resources"]["RestAPI"]["Properties"]
    assert api["DisableExecuteApiEndpoint"] == {"Fn::If": ["HasName", True, False]}
    for has_name in (True, False):
        template = copy.deepcopy(merged)
        edge.settle_name(template, has_name=has_name)
        assert template["Resources"]["RestAPI"]["Properties"]["DisableExecuteApiEndpoint"] is has_name


def test_lo_02_stage_of_the_api_is_not_traced_since_a_trace_keeps_whole_urls(merged: Any) -> None:
    assert merged["Resources"]["RestAPI"]["Properties"]["TracingEnabled"] is False


def test_firewall_stands_before_the_api_with_a_rate_for_each_address(merged: Any) -> None:
    rules = {one["Name"]: one for one in merged["Resources"]["Firewall"]["Properties"]["Rules"]}
    assert rules["one-address"]["Statement"]["RateBasedStatement"]["AggregateKeyType"] == "IP"
    guarded = merged["Resources"]["FirewallBeforeApi"]["Properties"]["ResourceArn"]["Fn::Sub"]
    assert guarded.endswith("/restapis/${RestAPI}/stages/${RestAPI.Stage}")


def test_every_alarm_reaches_somebody_and_is_explained_where_it_says(merged: Any) -> None:
    alarms = of_type(merged["Resources"], "AWS::CloudWatch::Alarm")
    composed = of_type(merged["Resources"], "AWS::CloudWatch::CompositeAlarm")
    heard = json.dumps([one["Properties"]["AlarmRule"] for one in composed.values()])
    assert len(alarms) >= 10
    for logical_id, one in {**alarms, **composed}.items():
        told = one["Properties"]
        # By itself, or through the one that is composed of it.
        assert ("AlarmActions" in told) != (f"${{{logical_id}}}" in heard), logical_id
        periods = [each["MetricStat"]["Period"] for each in told.get("Metrics", []) if "MetricStat" in each]
        assert all(period >= FIVE_MINUTES for period in [*periods, told.get("Period", FIVE_MINUTES)])
        name = one["Properties"]["AlarmDescription"].rpartition(" ")[2]
        assert f"`{name}`" in GUIDE or (name.endswith("-throttles") and "`...-throttles`" in GUIDE), name
    alarms |= composed
    names = {one["Properties"]["AlarmName"] for one in alarms.values()}
    assert len(names) == len(alarms)


def test_each_worker_has_its_alarms_and_a_place_for_what_fails(merged: Any) -> None:
    resources = merged["Resources"]
    for step in behind_streams(read_permissions()):
        assert f"{logical(step)}Behind" in resources
        mapping = resources[f"{logical(step)}Stream"]["Properties"]
        assert mapping["BisectBatchOnFunctionError"] is True
        assert mapping["DestinationConfig"]["OnFailure"]
    for step in ("send_mail", "publish_event", "watch_trail", "copy_trail", "record_delivery"):
        assert f"{logical(step)}Letters" in resources
        assert resources[f"{logical(step)}PutAside"]["Properties"]["KmsMasterKeyId"]
    assert set(WATCHED) <= set(read_permissions())


def test_what_the_clock_calls_is_called_by_its_rule_alone(merged: Any) -> None:
    resources = merged["Resources"]
    assert scheduled(read_permissions()) == {
        "sweep_mail": "rate(1 hour)",
        "resume_mail": "rate(1 minute)",
        "walk_canary": "rate(5 minutes)",
        "seal_trail": "rate(1 hour)",
        "resume_events": "rate(1 minute)",
        "erase_accounts": "rate(5 minutes)",
        "move_accounts": "rate(1 minute)",
    }
    rule = resources["SweepMailClock"]["Properties"]
    assert rule["ScheduleExpression"] == "rate(1 hour)"
    assert [one["Arn"] for one in rule["Targets"]] == [{"Fn::Sub": "${SweepMail.Arn}"}]
    call = resources["SweepMailClockCall"]["Properties"]
    assert call["FunctionName"] == {"Ref": "SweepMail"}
    assert (call["Principal"], call["SourceArn"]) == (
        "events.amazonaws.com",
        {"Fn::GetAtt": ["SweepMailClock", "Arn"]},
    )


def test_only_what_is_published_wakes_its_worker(merged: Any) -> None:
    (filtered,) = merged["Resources"]["PublishEventStream"]["Properties"]["FilterCriteria"]["Filters"]
    kinds = json.loads(filtered["Pattern"])["dynamodb"]["NewImage"]["kind"]["S"]
    assert "account_contained" in kinds
    assert "authn_login_success" not in kinds
    filters = merged["Resources"]["SendMailStream"]["Properties"]["FilterCriteria"]["Filters"]
    assert [json.loads(one["Pattern"]) for one in filters] == json.loads(json.dumps(patterns("send_mail")))
    assert len(filters) <= 5  # as many as Lambda takes


def test_dashboard_is_json(merged: Any) -> None:
    body = merged["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    assert len(json.loads(body)["widgets"]) >= 6


def test_whatever_holds_data_is_retained_whatever_happens_to_the_stack() -> None:
    kinds = {"DynamoDB::Table", "KMS::Key", "SecretsManager::Secret", "S3::Bucket", "SES::EmailIdentity"}
    kinds |= {"Events::EventBus", "SES::ConfigurationSet", "SNS::Topic"}
    for name, one in DATA["Resources"].items():
        if one["Type"].removeprefix("AWS::") in kinds:
            told = (name, one["DeletionPolicy"], one["UpdateReplacePolicy"])
            assert told == (name, "RetainExceptOnCreate", "Retain")


def test_every_table_is_protected_recoverable_and_under_our_own_key() -> None:
    for table in of_type(DATA["Resources"], "AWS::DynamoDB::Table").values():
        made = table["Properties"]
        assert made["DeletionProtectionEnabled"] is True
        assert made["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert made["SSESpecification"]["SSEType"] == "KMS"


@pytest.mark.parametrize("name", STAGES)
def test_stages_share_nothing(name: str) -> None:
    others = {one for one in STAGES if one != name}
    stage = stage_of(name)
    told = {step: stage.variables(step) for step in read_permissions()}
    for variables in told.values():
        for value in variables.values():
            assert not any(f"portal-{one}" in value or f"/{one}/" in value for one in others)
    # Who mails under it; and who waits for what is told of a mail.
    assert {step for step, one in told.items() if "PORTAL_SES_CONFIGURATION_SET" in one} == {
        *MAILING,
        "walk_canary",
    }


@pytest.mark.parametrize("name", STAGES)
def test_reserved_concurrency_leaves_an_account_of_a_thousand_room(name: str) -> None:
    own = read_configuration()["stages"][name]["lambda_functions"]
    assert sum(one.get("reserved_concurrency", 0) for one in own.values()) <= 900
