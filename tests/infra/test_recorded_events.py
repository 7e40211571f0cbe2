"""Events of every kind that API Gateway sends, replayed through the authorizer and the steps as they are packaged."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.domain.accounts import Account
from tests.infra import recorded
from tests.structure.test_map import WITH_ROUTES
from tests.world.world import World

OURS: list[tuple[Callable[[str], Any], str, int]] = [
    (recorded.over_http_1, "account", 200),
    (recorded.over_http_2, "account", 200),
    (recorded.head, "account", 200),
    (recorded.form, "account_preferences", 303),
    (recorded.in_base64, "account_preferences", 303),
    (recorded.with_parameter, "messages", 404),
]
KINDS = pytest.mark.parametrize(("event_of", "step", "status"), OURS, ids=[one[0].__name__ for one in OURS])


def session_of(world: World) -> tuple[Account, str]:
    ann, visitor = world.person(), world.visitor()
    visitor.logs_on(ann)
    return ann, str(visitor.token)


def sent(world: World, step: str, event: Any) -> Any:
    """As API Gateway does: first the authorizer, then the step with what it said."""
    verdict = world.invoke("authorizer", recorded.asked_first(event))
    assert verdict["policyDocument"]["Statement"][0]["Effect"] == "Allow"
    event = copy.deepcopy(event)
    event["requestContext"]["authorizer"] = {**verdict["context"], "principalId": verdict["principalId"]}
    return world.invoke(step, event)


@KINDS
def test_recorded_request_of_a_session_is_answered(
    world: World, event_of: Any, step: str, status: int
) -> None:
    ann, token = session_of(world)
    answer = sent(world, step, event_of(token))
    assert (answer["statusCode"], answer.get("isBase64Encoded", False)) == (status, False)
    if step == "account":
        assert (
            ann.address in answer["body"]
        )  # of a HEAD, too: API Gateway tells its length, and leaves it out
    if step == "account_preferences":
        assert (world.stored(ann).language, world.stored(ann).time_zone) == ("fr", "Europe/Paris")


@KINDS
def test_ip_07_the_same_request_without_a_verdict_or_a_session_is_refused(
    world: World, event_of: Any, step: str, status: int
) -> None:
    ann, token = session_of(world)
    assert world.invoke(step, event_of(token))["statusCode"] in {303, 401}
    assert sent(world, step, event_of(f"{token}x"))["statusCode"] in {303, 401}
    assert world.stored(ann).language is None


def test_ip_01_source_of_a_recorded_event_is_its_context_s(world: World) -> None:
    """What a client and the proxies before it forward is in the headers, and counts nowhere."""
    _, token = session_of(world)
    sent(world, "account", recorded.over_http_2(token))
    line = next(json.loads(one) for one in reversed(world.lines) if '"resource": "/account"' in one)
    assert line["source"] == recorded.SOURCE


def test_policy_of_a_recorded_question_is_for_its_own_stage(world: World) -> None:
    question = recorded.asked_first(recorded.over_http_1(session_of(world)[1]))
    (statement,) = world.invoke("authorizer", question)["policyDocument"]["Statement"]
    assert (
        statement["Resource"] == f"arn:aws:execute-api:eu-west-1:{recorded.ACCOUNT}:{recorded.API}/portal/*"
    )


def test_ip_04_what_is_tried_in_the_console_has_no_address_and_is_denied(world: World) -> None:
    question = recorded.asked_first(recorded.tried_in_the_console())
    verdict = world.invoke("authorizer", question)
    assert verdict["policyDocument"]["Statement"][0]["Effect"] == "Deny"


@pytest.mark.parametrize("kind", recorded.STRANGERS)
def test_ip_04_authorizer_denies_what_is_no_question_of_a_rest_api(world: World, kind: str) -> None:
    verdict = world.invoke("authorizer", recorded.STRANGERS[kind])
    assert verdict["policyDocument"]["Statement"][0]["Effect"] == "Deny"


@pytest.mark.parametrize("kind", recorded.STRANGERS)
@pytest.mark.parametrize("step", WITH_ROUTES)
def test_ip_07_step_refuses_what_is_no_request_of_a_rest_api(world: World, step: str, kind: str) -> None:
    before = world.rows()
    assert world.invoke(step, recorded.STRANGERS[kind])["statusCode"] in {303, 400, 401, 405, 422}
    assert world.rows() == before
