"""One id on every line and event of a request, from the gateway to the mail and the news of it (LO-11)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.domain.events import EventKind
from chalicelib.domain.mails import NOTE
from chalicelib.portal import LONGEST_ID, request_id
from chalicelib.runtime import log
from infra.gateway.functions import LambdaContext
from tests.console.staff import staff
from tests.infra.recorded import STRANGERS, asked_first, over_http_2
from tests.infra.walk_of_secrets import every_secret
from tests.world.mailer import PAUSED
from tests.world.ses_events import arrive, delivery
from tests.world.world import World


def lines(world: World) -> list[dict[str, Any]]:
    return [json.loads(line) for line in world.lines]


def given(world: World) -> list[str]:
    """What the gateway called each request, in both events of each."""
    return [event["requestContext"]["extendedRequestId"] for _, event in world.events]


def found(world: World, identity: str) -> tuple[set[str], set[EventKind]]:
    """What a search for it finds: the lines, and the events."""
    events = world.fake.tables.events.values()
    return (
        {line["what"] for line in lines(world) if line.get("request") == identity},
        {one.kind for one in events if one.request == identity},
    )


def test_lo_11_one_search_finds_request_event_mail_and_news_of_it(world: World) -> None:
    ann = world.person()
    world.visitor().post("/password/forgot", {"email": ann.address})
    authorizer, step = given(world)
    mail = world.mails(ann)[-1]
    arrive(world, delivery(mail))
    assert authorizer == step
    assert found(world, step) == (
        {"request", "mail_sent", "mail_delivered"},
        {EventKind.RESET_ASKED, EventKind.MAIL_SENT, EventKind.MAIL_DELIVERED},
    )


def test_lo_11_what_the_authorizer_refuses_has_it_too(world: World) -> None:
    visitor = world.visitor()
    visitor.get("/account")
    (identity,) = set(given(world))
    assert found(world, identity)[0] == {"authz_fail", "refused", "request"}
    ann = world.person(ranges=("192.0.2.0/24",))
    inside = world.visitor("192.0.2.7")
    inside.logs_on(ann)
    inside.source = "198.51.100.7"
    inside.get("/account")
    assert found(world, given(world)[-1]) == ({"authz_fail"}, {EventKind.REQUEST_REFUSED})


def test_lo_11_a_refused_logon_s_event_and_lines_have_it(world: World) -> None:
    ann = world.person()
    reply = world.visitor().post("/logon", {"email": ann.address, "password": "not the one at all"})
    (event,) = world.store.events.by_reference(reply.json()["reference"])
    assert event.request == given(world)[-1]
    assert found(world, given(world)[-1])[0] == {"refused", "request"}


@pytest.mark.parametrize("header", ["X-Amzn-RequestId", "X-Amzn-Trace-Id", "x-amz-apigw-id", "X-Request-Id"])
def test_lo_11_no_header_of_a_client_chooses_it(world: World, header: str) -> None:
    """`requestId` is the client's own by such a header; two requests with the same one stay two."""
    for address in ("ann@b.test", "bob@b.test"):
        world.visitor().post("/password/forgot", {"email": address}, **{header: "chosen-by-me"})
    if header == "X-Amzn-RequestId":
        assert {event["requestContext"]["requestId"] for _, event in world.events} == {"chosen-by-me"}
    assert len(set(given(world))) == 2
    assert not [line for line in world.lines if "chosen-by-me" in line]
    assert {one.request for one in world.fake.tables.events.values()} == set(given(world))


def test_lo_11_every_line_and_every_event_of_a_whole_walk_has_one(world: World) -> None:
    every_secret(world)
    by_hand = {"mail_resumed", "mail_swept"}  # a run that nobody asked for has Lambda's own
    assert len(world.lines) > 20
    assert [one for one in lines(world) if not one.get("request") and one["what"] not in by_hand] == []
    events = list(world.fake.tables.events.values())
    planted = {
        one.id for one in events if one.kind is EventKind.MESSAGE_SENT
    }  # by the test, without a request
    about = {identity + tail for identity in planted for tail in ("", NOTE)}
    assert [one for one in events if one.request is None and one.id not in about] == []


def test_lo_11_what_an_administrator_writes_and_whoever_is_invited_have_it(world: World) -> None:
    ada, _ = staff(world).visitor, staff(world)  # who hears of what the first does
    ada.post("/admin/messages", {"to": "new@b.test", "subject": "Hello", "body": "You."})
    message = given(world)[-1]
    ada.post("/admin/users", {"email": "other@b.test", "kind": "administrator"})
    user = given(world)[-1]
    world.delivers()
    sent = {EventKind.ACCOUNT_INVITED, EventKind.MAIL_SENT}
    assert found(world, message)[1] == sent | {EventKind.MESSAGE_SENT}
    assert sent | {EventKind.ADMINISTRATOR_CHANGED} <= found(world, user)[1]


def test_lo_11_a_mail_that_waits_is_found_by_the_request_that_made_it_due(world: World) -> None:
    ann = world.person()
    world.mailer.fault = PAUSED
    world.visitor().post("/password/forgot", {"email": ann.address})
    world.delivers()
    world.resumes()
    world.mailer.fault = None
    world.clock.passes(120)
    world.resumes()
    what, kinds = found(world, given(world)[-1])
    assert what == {"request", "mail_delayed", "mail_sent"}
    assert EventKind.MAIL_SENT in kinds


def test_lo_11_a_record_that_cannot_be_read_is_found_by_it_all_the_same(world: World) -> None:
    image = {"request": {"S": "ATfSdF7nPHcErRA="}, "kind": {"S": "nobody_knows"}}
    keys = {"account_id": {"S": "a"}, "at": {"S": "2026"}}
    told = {"SequenceNumber": "1", "Keys": keys, "NewImage": image}
    world.works([{"eventName": "INSERT", "dynamodb": told}])
    assert "record_unreadable" in found(world, "ATfSdF7nPHcErRA=")[0]


def test_lo_11_a_worker_s_own_lines_have_lambda_s_id_of_the_run(world: World) -> None:
    context = LambdaContext("send_mail")
    with world.portal.at_work(context):
        assert log.current() == context.aws_request_id
        with log.about(None):
            assert log.current() == context.aws_request_id
        with log.about("a request's"):
            assert log.current() == "a request's"
    assert log.current() is None


def test_lo_11_where_api_gateway_says_none_it_is_lambda_s_own() -> None:
    context = LambdaContext("logon")
    event = over_http_2("a session")
    assert request_id(event, context) == request_id(asked_first(event), context) == "ATfSdF7nPHcErRA="
    for strange in (*STRANGERS.values(), {"requestContext": {"requestId": "chosen"}}):
        assert request_id(strange, context) == context.aws_request_id
    for odd in ("", 7, None, "x" * (LONGEST_ID + 1)):
        assert request_id({"requestContext": {"extendedRequestId": odd}}, context) == context.aws_request_id
    assert request_id({}, None) is None
