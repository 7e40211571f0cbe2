"""Every sink: whatever is written down while the portal runs, and that no token, code or password is in it (LO-08).

    access log, WAF log, traces, metrics, the functions' logs, queues of what failed, EventBridge, error reports,
    referrers, browser history, the tables and their stream, the local twin's console and its file

Each is made here as AWS makes it, from the requests of a walk: every flow with its real secrets, and every route with a
mark in each secret field, header, cookie and path.
"""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable, Mapping
from contextlib import nullcontext, redirect_stderr, redirect_stdout
from typing import Any, NoReturn, cast

import pytest

from chalicelib.domain.published import told_of
from chalicelib.domain.trail_copy import SAME, body_of, copied
from chalicelib.runtime import log
from chalicelib.services.teller import Teller, entry_of
from chalicelib.steps import (
    copy_trail,
    erase_accounts,
    move_accounts,
    publish_event,
    record_delivery,
    resume_events,
    resume_mail,
    seal_trail,
    send_mail,
    sweep_mail,
    watch_trail,
)
from chalicelib.storage.rows import event_row
from infra.contract import read_contract
from infra.copy_stack import COPY
from infra.documents import read_yaml
from infra.gateway.terminal import JsonLines, words
from infra.gateway_responses import read_gateway_responses
from infra.permissions import behind_streams, logical, read_permissions
from infra.stages import ROOT, read_configuration, stage_of
from infra.tables import DESCRIPTION
from infra.template import merge_template
from tests.console.staff import staff
from tests.fakes.bucket import Bucket
from tests.infra.walk_of_secrets import ADDRESS, MARK, PLAIN, SECRET, Watched, every_route, every_secret
from tests.structure.code import STEPS
from tests.web.page_samples import Seen
from tests.web.routes import fields_of
from tests.world.canary import walks
from tests.world.mailer import Sent
from tests.world.moving import another_address, asks, proof
from tests.world.running import heard, run
from tests.world.ses_events import bounce
from tests.world.world import CONTRACT, World

pytestmark = pytest.mark.slow

Resources = dict[str, Any]
# Every type of resource there is, and which of the sinks it is; what is in neither column nobody has thought of.
SINKS = {
    "AWS::Logs::LogGroup": "access log, WAF log, the functions' logs",
    "AWS::CloudWatch::CompositeAlarm": "metrics",
    "AWS::CloudWatch::Alarm": "metrics",
    "AWS::CloudWatch::Dashboard": "metrics",
    "AWS::Lambda::EventSourceMapping": "queues of what failed",
    "AWS::Lambda::EventInvokeConfig": "queues of what failed",
    "AWS::SQS::Queue": "queues of what failed",
    "AWS::SNS::Topic": "queues of what failed",
    "AWS::SNS::Subscription": "queues of what failed",
    "AWS::Events::EventBus": "EventBridge",
    "AWS::DynamoDB::Table": "the tables and their stream",
    "AWS::WAFv2::LoggingConfiguration": "WAF log",
    "AWS::WAFv2::WebACL": "WAF log, metrics",
    "AWS::Serverless::Api": "access log, traces, metrics",
    "AWS::SES::ConfigurationSetEventDestination": "queues of what failed",
    "AWS::S3::Bucket": "the trail's copy",  # and the packages
}
NO_SINKS = {
    "AWS::ApiGateway::BasePathMapping",
    "AWS::ApiGateway::DomainName",
    "AWS::Events::Rule",
    "AWS::KMS::Alias",
    "AWS::KMS::Key",
    "AWS::Lambda::Permission",
    "AWS::IAM::ManagedPolicy",
    "AWS::S3::BucketPolicy",
    "AWS::SES::ConfigurationSet",
    "AWS::SES::EmailIdentity",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::SecretsManager::Secret",
    "AWS::WAFv2::WebACLAssociation",
}


class Walk:
    """What was done, and everything that was written down meanwhile."""

    def __init__(self) -> None:
        self.world = Watched()
        self.printed, self.gateway = io.StringIO(), Kept()
        logger = logging.getLogger("infra")
        before, logger.level = logger.level, logging.DEBUG
        logger.addHandler(self.gateway)
        try:
            with redirect_stdout(self.printed), redirect_stderr(self.printed):
                self.secrets = [MARK, *every_secret(self.world)]
                every_route(self.world)
        finally:
            logger.removeHandler(self.gateway)
            logger.setLevel(before)

    def leaks(self, *texts: str) -> set[str]:
        """The secrets that stand in any of these. Digits alone would be found in any number."""
        return {
            secret
            for secret in self.secrets
            if not secret.isdigit() and any(secret in text for text in texts)
        }


class Kept(logging.Handler):
    """Every record of a logger."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(scope="module")
def walk() -> Walk:
    return Walk()


@pytest.fixture(scope="module", params=sorted(read_configuration()["stages"]))
def merged(request: Any) -> Resources:
    resources: Resources = merge_template(
        stage_of(request.param), read_contract(), read_gateway_responses({})
    )["Resources"]
    return resources


def of_type(resources: Resources, kind: str) -> list[Any]:
    return [one["Properties"] for one in resources.values() if one.get("Type") == kind]


def test_lo_08_every_kind_of_resource_is_a_sink_with_a_test_or_none(merged: Resources) -> None:
    data, copy = (read_yaml(one)["Resources"] for one in (DESCRIPTION, COPY))
    there = {one["Type"] for one in (*merged.values(), *data.values(), *copy.values()) if "Type" in one}
    assert there == set(SINKS) | NO_SINKS


def test_lo_08_the_walk_comes_everywhere_with_every_secret_field(walk: Walk) -> None:
    """A field that nobody has called a secret or not is a failure: so is a route the walk leaves out."""
    declared = {name for one in CONTRACT.operations if one.method == "POST" for name in fields_of(one)}
    assert declared == SECRET | PLAIN
    assert {event["operation"] for event in walk.world.asked} == {
        one.operation_id for one in CONTRACT.operations
    }
    assert len(walk.secrets) > 20
    assert walk.leaks("an innocent line") == set()
    assert walk.leaks(f"a line with {MARK} in it") == {MARK}


# What API Gateway puts for each variable of its access log, from the request and what the authorizer said.
VARIABLES: Mapping[str, Callable[[Mapping[str, Any]], object]] = {
    "$context.requestTime": lambda one: one["event"]["requestContext"]["requestTime"],
    "$context.extendedRequestId": lambda one: one["event"]["requestContext"]["extendedRequestId"],
    "$context.httpMethod": lambda one: one["event"]["httpMethod"],
    "$context.resourcePath": lambda one: one["event"]["requestContext"]["resourcePath"],
    "$context.path": lambda one: one["event"]["requestContext"]["path"],
    "$context.identity.sourceIp": lambda one: one["event"]["requestContext"]["identity"]["sourceIp"],
    "$context.identity.userAgent": lambda one: one["event"]["requestContext"]["identity"]["userAgent"],
    "$context.authorizer.principalId": lambda one: one["verdict"]["principalId"],
    # Numbers, and words of API Gateway's own.
    "$context.status": lambda _: 200,
    "$context.responseLatency": lambda _: 12,
    "$context.integrationLatency": lambda _: 10,
    "$context.authorizer.error": lambda _: "-",
    "$context.waf.status": lambda _: 200,
    "$context.error.responseType": lambda _: "UNAUTHORIZED",
}


def access_log(asked: list[Any], variables: Mapping[str, str]) -> list[str]:
    return [json.dumps({name: VARIABLES[of](one) for name, of in variables.items()}) for one in asked]


def test_lo_08_access_log(walk: Walk, merged: Resources) -> None:
    (api,) = of_type(merged, "AWS::Serverless::Api")
    written = access_log(walk.world.asked, json.loads(api["AccessLogSetting"]["Format"]))
    assert len(written) > len(CONTRACT.operations)
    assert walk.leaks(*written) == set()
    assert walk.leaks(*access_log(walk.world.asked, {"path": "$context.path"})) != set()


def test_lo_08_no_execution_log_which_holds_whole_requests(merged: Resources) -> None:
    (api,) = of_type(merged, "AWS::Serverless::Api")
    assert {(one["LoggingLevel"], one["DataTraceEnabled"]) for one in api["MethodSettings"]} == {
        ("OFF", False)
    }
    assert ("*", "/*") in {(one["HttpMethod"], one["ResourcePath"]) for one in api["MethodSettings"]}


def firewall_log(asked: list[Any], redacted: list[Any]) -> list[str]:
    """What WAF writes of a request it blocks."""
    hidden = {one["SingleHeader"]["Name"] for one in redacted if "SingleHeader" in one}
    lines = []
    for event in (one["event"] for one in asked):
        headers = {
            name: "REDACTED" if name.lower() in hidden else value for name, value in event["headers"].items()
        }
        uri = "REDACTED" if {"UriPath": {}} in redacted else event["path"]
        query = "REDACTED" if {"QueryString": {}} in redacted else event["queryStringParameters"]
        lines.append(
            json.dumps({"uri": uri, "args": query, "headers": headers, "httpMethod": event["httpMethod"]})
        )
    return lines


def test_lo_08_waf_log(walk: Walk, merged: Resources) -> None:
    (logged,) = of_type(merged, "AWS::WAFv2::LoggingConfiguration")
    redacted = logged["RedactedFields"]
    assert walk.leaks(*firewall_log(walk.world.asked, redacted)) == set()
    for one in redacted:
        fewer = [other for other in redacted if other != one]
        assert walk.leaks(*firewall_log(walk.world.asked, fewer)) != set(), f"{one} is not needed"
    (firewall,) = of_type(merged, "AWS::WAFv2::WebACL")
    every = [firewall, *firewall["Rules"]]
    assert {one["VisibilityConfig"]["SampledRequestsEnabled"] for one in every} == {False}


SEALED = "s1."  # what is encrypted under a key that is in no table
LISTENERS = ("xray", "powertools", "opentelemetry", "sentry", "datadog", "newrelic", "rollbar", "bugsnag")


def test_lo_08_traces(merged: Resources) -> None:
    """A segment of the API's stage holds the whole URL; one of a function its name, its request's id and its times."""
    (api,) = of_type(merged, "AWS::Serverless::Api")
    assert api["TracingEnabled"] is False
    configuration = read_configuration()
    assert configuration["xray"] is True
    assert "layers" not in json.dumps(configuration).replace("automatic_layer", "")
    # Whatever writes segments, spans or reports of its own would have to be packaged.
    packaged = (ROOT / "requirements.txt").read_text(encoding="utf-8").lower()
    assert [one for one in LISTENERS if one in packaged] == []


def test_lo_08_metrics(walk: Walk, merged: Resources) -> None:
    """A dimension is a word of our list, and a value a number; a line that is a metric (EMF) has no other (LO-12)."""
    assert (
        of_type(merged, "AWS::Logs::MetricFilter") == []
    )  # what is counted from lines could be read from any of them
    listed = {metric.name: metric for metric in log.METRICS}
    counted = [line for line in map(json.loads, walk.world.lines) if "_aws" in line]
    assert counted
    for line in counted:
        for directive in line["_aws"]["CloudWatchMetrics"]:
            ((*_, last),), (named,) = directive["Dimensions"], directive["Metrics"]
            metric = listed[named["Name"]]
            assert isinstance(line[metric.name], int | float)
            assert last == (metric.by or "stage")
            assert not metric.by or line[metric.by] in metric.values | {"other"}
    assert [line for line in counted if walk.leaks(json.dumps(line))] == []


def test_lo_08_logs_of_the_functions(walk: Walk) -> None:
    """Lambda's own lines (START, END, REPORT) hold the request's id and figures; these are all the others."""
    assert len(walk.world.lines) > len(CONTRACT.operations)
    assert walk.leaks(*walk.world.lines) == set()
    assert [line for line in walk.world.lines if ADDRESS in line] == []
    assert walk.printed.getvalue() == ""


class Broken:
    """A store that fails with a message in which a secret stands, as a library's can."""

    def request(self, seconds: float | None = None) -> Any:
        return nullcontext(seconds)

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(f"{name}: {MARK}")


@pytest.mark.parametrize("step", STEPS)
def test_lo_08_error_reports_and_what_lambda_writes_of_a_fault(
    walk: Walk, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a function raises, Lambda writes down with its message, and puts it to what failed."""
    world = World()
    world.portal = world.portal._replace(store=Broken())
    worker = world.worker._replace(portal=world.portal)
    row = {"eventName": "INSERT", "dynamodb": {"SequenceNumber": "1", "NewImage": {}}}
    mail = Sent("ann@people.test", walk.world.mailer.sent[0].rendered, "0102015e-1-000000")
    keys = {"account_id": {"S": "x"}, "at": {"S": "y"}}
    images = {"OldImage": {"kind": {"S": "a"}, "url": {"S": MARK}}, "NewImage": {"user_agent": {"S": MARK}}}
    changed = {"eventName": "MODIFY", "dynamodb": {"SequenceNumber": "1", "Keys": keys, **images}}
    copied_record = {
        "eventSourceARN": f"arn:aws:dynamodb:::table/{world.settings.table_prefix}events/stream/x",
        "eventName": "INSERT",
        "dynamodb": {
            "SequenceNumber": "1",
            "Keys": keys,
            "NewImage": keys | {"url": {"S": MARK}},
            "ApproximateCreationDateTime": world.clock(),
        },
    }
    monkeypatch.setattr(seal_trail, "portal", lambda: world.portal)
    monkeypatch.setattr(seal_trail, "copies_in", lambda *_: Broken())
    monkeypatch.setattr(seal_trail, "keyring", world.keyring)
    told = {"Records": [{"Sns": {"Message": json.dumps(bounce(mail))}}]}
    teller = Teller(cast(Any, Broken()), cast(Any, Broken()), everything=True, personal=True)
    workers: Mapping[str, Callable[[], object]] = {
        "send_mail": lambda: send_mail.work({"Records": [row]}, worker),
        "sweep_mail": lambda: sweep_mail.sweep(worker),
        "resume_mail": lambda: resume_mail.resume(worker),
        "publish_event": lambda: publish_event.work({"Records": [row]}, teller, world.clock),
        "resume_events": lambda: resume_events.resume(world.portal, teller),
        "erase_accounts": lambda: erase_accounts.erase(world.portal),
        "move_accounts": lambda: move_accounts.carry_over(world.portal),
        "watch_trail": lambda: watch_trail.watch_trail({"Records": [changed]}, None),
        "walk_canary": lambda: walks(world, broken_network),
        "copy_trail": lambda: copy_trail.work({"Records": [copied_record]}, world.portal, Bucket().copies()),
        "seal_trail": lambda: seal_trail.seal_trail({}, None),
        "record_delivery": lambda: record_delivery.work(told, world.portal),
        "setup": lambda: run("setup", "{}", world.portal),
    }
    events = [event for name, event in walk.world.events if name == step]
    raised, answers = "", ""
    with heard(world.lines):
        for act in (
            [workers[step]] if step in workers else [answering(step, one, world) for one in events[-3:]]
        ):
            try:
                answers += str(act())
            except Exception as error:  # noqa: BLE001 - whatever it raises
                raised += f"{error!r} {error.__cause__!r} {error.__suppress_context__ or error.__context__!r}"
    assert walk.leaks(*world.lines, raised, answers) == set()
    assert world.lines


def broken_network(*_: object) -> NoReturn:
    """Of which a library tells more than it should."""
    raise RuntimeError(MARK)


def answering(step: str, event: Any, world: World) -> Callable[[], object]:
    return lambda: run(step, json.dumps(event), world.portal)


def test_lo_08_queues_of_what_failed(walk: Walk, merged: Resources) -> None:
    """For a stream, Lambda puts the place of a record into a queue, and the records themselves into a bucket only. For
    news of a mail it puts the whole of it: addresses, headers and the subject, never the body.
    """
    for step in behind_streams(read_permissions()):
        destination = merged[f"{logical(step)}Stream"]["Properties"]["DestinationConfig"]["OnFailure"][
            "Destination"
        ]
        assert merged[destination["Fn::GetAtt"][0]]["Type"] == "AWS::SQS::Queue"
    sent = walk.world.mailer.sent
    assert len(sent) > 10
    assert walk.leaks(*(mail.text for mail in sent)) != set()
    assert walk.leaks(*(json.dumps(bounce(mail)) for mail in sent)) == set()
    assert walk.leaks(*(f"{mail.rendered.sender_name} {mail.to}" for mail in sent)) == set()


def test_lo_08_eventbridge(walk: Walk) -> None:
    published = [
        told
        for one in walk.world.fake.tables.events.values()
        for told in told_of(one, everything=True, personal=True)
    ]
    names = {one.name for one in published}
    assert names >= {
        "account.frozen",
        "account.password_reset",
        "authn_login_fail",
        "mail_sent",
        "trail_read",
    }
    assert walk.leaks(*(entry_of(one).detail for one in published)) == set()


def test_lo_08_tables_and_their_stream(walk: Walk) -> None:
    """The stream carries the rows of `events`; in `throttles` stands who is counted, in `accounts` what is hashed."""
    tables = walk.world.fake.tables
    assert len(tables.events) > 50
    for name, rows in vars(tables).items():
        leaked = {one for one in walk.leaks(*map(str, rows.items())) if not one.startswith(SEALED)}
        assert leaked == set(), name


def test_lo_08_copy_of_the_trail(walk: Walk) -> None:
    """What a copy holds for years, and what it is called: the rows of the table, and digests."""
    rows = [event_row(one).serialize() for one in walk.world.fake.tables.events.values()]
    copies = [(body_of(row), copied(row, 1, "1", SAME).name) for row in rows]
    assert walk.leaks(*(f"{body.decode()} {name}" for body, name in copies)) == set()


def test_lo_08_referrers(walk: Walk) -> None:
    """And no page has a link or a form that carries a secret in its address."""
    for path, reply in walk.world.replies:
        assert reply.header("Referrer-Policy") == "same-origin", path
        if "html" not in reply.header("Content-Type"):
            continue
        seen = Seen(reply.text)
        for tag, attributes in seen.elements:
            where = [str(attributes.get(name) or "") for name in ("href", "src", "action", "formaction")]
            assert walk.leaks(*where) == set(), f"{path}: <{tag}> {where}"
        if MARK in path and reply.text:  # and not a redirect
            told = [one["content"] for one in seen.all("meta") if one.get("name") == "referrer"]
            assert told == ["strict-origin"], f"{path} {reply.status}"


# The address of a page stays in the history, so a link's token is taken out of it by a redirect into a cookie. One page
# keeps its own: what the history gives away there can only freeze an account, or take back a second step of less than
# a day that nobody has used. It opens and shows nothing, and asks for three digits first; and whoever was woken by a
# notice looks at the same page again, which a redirect into a cookie would spoil.
IN_HISTORY = {"/not-me/{token}"}


def test_lo_08_browser_history(walk: Walk) -> None:
    locations = [reply.header("Location") for _, reply in walk.world.replies]
    assert len([one for one in locations if one]) > 10
    assert walk.leaks(*locations) == set()
    for path, reply in walk.world.replies:
        assert reply.header("Cache-Control") == "no-store", path
        if "html" in reply.header("Content-Type"):
            for form in re.findall(r"<form.*?</form>", reply.text, re.DOTALL):
                named = set(re.findall(r'name="([^"]*)"', form))
                assert 'method="post"' in form or not named & SECRET, (
                    f"{path}: a form that puts {named} in its address"
                )


def test_lo_08_a_link_in_the_history_opens_and_shows_nothing(world: World) -> None:
    ann = world.person()
    reset = world.asks(ann)
    links = {"/password/reset/{token}": reset.token("/password/reset")}
    visitor = world.visitor()
    visitor.logs_on(ann, reset.temporary)
    entries = {
        "new_password": "seven lanterns over a harbour",
        "confirm_password": "seven lanterns over a harbour",
    }
    visitor.goes_on(visitor.post("/password/change", entries))
    links["/not-me/{token}"] = world.mails(ann)[-1].token("/not-me")
    asks(staff(world), world.stored(ann), to := another_address())
    links["/address/{token}"] = proof(world, to)
    assert set(links) == {path for path in CONTRACT.paths if "{token}" in path}
    kept = set()
    for path, token in links.items():
        browser, before = world.browser(), world.rows()
        reply = browser.get(path.replace("{token}", token))
        if reply.status == 303:
            assert token not in reply.header("Location")
            continue
        kept.add(path)
        assert reply.cookies == {}
        assert ann.address not in reply.text
        assert browser.post("/not-me", {"token": token}).status == 422
        assert world.rows() == before
    assert kept == IN_HISTORY


def test_lo_08_console_and_file_of_the_local_twin(walk: Walk) -> None:
    records = walk.gateway.records
    assert len(records) > len(CONTRACT.operations)
    file = JsonLines()
    assert walk.leaks(*(file.format(one) for one in records), *(words(one) for one in records)) == set()
