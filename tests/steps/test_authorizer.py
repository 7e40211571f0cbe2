"""The step `authorizer`: ranges, session, stage, kind, origin; and the verdict without which no step answers."""

import importlib
import json
from typing import Any
from unittest.mock import patch

import pytest

from chalicelib.domain.access import ADMIN, DESK, GUARDS, check
from chalicelib.domain.accounts import Kind, Status
from chalicelib.domain.refusals import Refusal
from tests.fakes.planting import plant
from tests.world.visitors import Visitor
from tests.world.world import CONTRACT, World

STAGE = "arn:aws:execute-api:eu-west-1:000000000000:local/local/*"


def inside(world: World, **facts: Any) -> Visitor:
    visitor = world.visitor()
    visitor.logs_on(world.person(**facts))
    return visitor


def authorizer_events(world: World) -> list[dict[str, Any]]:
    return [event for step, event in world.events if step == "authorizer"]


def test_every_route_meets_it_first(world: World) -> None:
    for operation in CONTRACT.operations:
        world.events.clear()
        world.visitor().sends(operation.method, operation.path.replace("{", "x").replace("}", "x"))
        assert world.events[0][0] == "authorizer", operation


def test_every_route_of_the_contract_is_guarded(world: World) -> None:
    declared = {f"{one.method} {one.path}" for one in CONTRACT.operations}
    assert declared <= set(GUARDS)


@pytest.mark.parametrize(
    "context", [None, {}, {"verdict": ""}, {"verdict": "PASS"}, {"verdict": "passed"}, {"verdict": ["pass"]}]
)
def test_ip_07_no_step_answers_without_its_verdict(world: World, context: dict[str, Any] | None) -> None:
    for operation in CONTRACT.operations:
        world.visitor().sends(operation.method, operation.path)
        event = next(event for step, event in reversed(world.events) if step == "authorizer")
        assert event["type"] == "REQUEST"
        around = {**event["requestContext"]} | ({} if context is None else {"authorizer": context})
        module = importlib.import_module(f"chalicelib.steps.{operation.step}")
        bare = {**event, "requestContext": around, "body": "{}", "isBase64Encoded": False}
        before = world.rows("accounts", "sessions", "resets", "events", "throttles")
        with patch.object(module, "portal", lambda: world.portal):
            answer = getattr(module, operation.step)(bare, None)
        assert answer["statusCode"] in {303, 401}, operation
        assert world.rows("accounts", "sessions", "resets", "events", "throttles") == before


@pytest.mark.parametrize(
    "segment", ["a" * 600, "a" * 1500, "*", "%2A", "%3F", "$%7Baws:username%7D", "[a]", "%00"]
)
def test_ip_06_no_path_whatever_is_in_it_makes_the_policy_another_one(world: World, segment: str) -> None:
    """Attack: a path that is too long for a statement, or a pattern, is a fault of the authorizer's and an alarm."""
    visitor = inside(world)
    answer = visitor.get(f"/messages/{segment}")
    assert (answer.status, answer.code) == (404, "not_found")
    policy = world.invoke("authorizer", authorizer_events(world)[-1])["policyDocument"]
    assert [one["Resource"] for one in policy["Statement"]] == [STAGE]
    assert world.visitor().get(f"/messages/{segment}").status == 401


def test_answer_is_a_policy_with_a_context_of_texts(world: World) -> None:
    visitor = inside(world)
    visitor.get("/account")
    event = authorizer_events(world)[-1]
    policy = world.invoke("authorizer", event)
    (statement,) = policy["policyDocument"]["Statement"]
    assert statement == {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": STAGE}
    assert policy["context"]["verdict"] == "pass"
    assert all(isinstance(value, str) for value in policy["context"].values())
    secret = str(visitor.token).partition(".")[2]
    assert secret not in json.dumps(policy)
    assert "$argon2" not in json.dumps(policy)


@pytest.mark.parametrize(
    "credential",
    [
        {},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Bearer " + "A" * 5000},
        {"Authorization": "Bearer a.b.c"},
        {"Cookie": "__Host-portal-session="},
        {"Cookie": "__Host-portal-session=x; __Host-portal-session=y"},
        {"Cookie": '__Host-portal-session="\\012"; ;;=;'},
        {"Cookie": "portal-session=value"},
        {"Cookie": "\xff=\xfe"},
    ],
)
def test_invalid_credentials_are_no_session(world: World, credential: dict[str, str]) -> None:
    reply = world.visitor().get("/account", **credential)
    assert (reply.status, reply.code) == (401, "session_required")


def test_se_03_session_comes_from_cookie_or_header_only(world: World) -> None:
    visitor = inside(world)
    token, visitor.token = str(visitor.token), None
    assert visitor.get("/account", Cookie=f"__Host-portal-session={token}").status == 200
    assert visitor.get("/account", Authorization=f"bearer {token}").status == 200
    assert visitor.get("/account", Cookie=f"portal-session={token}").status == 401
    assert visitor.get(f"/account?session={token}&__Host-portal-session={token}").status == 401
    assert visitor.post("/account/sessions/revoke", {"others": True, "session": token}).status == 401
    twice = f"__Host-portal-session={token}; __Host-portal-session={token[:-1]}A"
    assert visitor.get("/account", Cookie=twice).status == 401  # which of the two is ours, nobody can know
    both = {"Authorization": "Bearer nonsense", "Cookie": f"__Host-portal-session={token}"}
    assert visitor.get("/account", **both).status == 401  # what is said aloud counts


def test_se_04_session_ends_when_idle(world: World) -> None:
    for seconds, status in ((1799.5, 200), (1800, 401)):
        visitor = inside(world)
        world.clock.passes(seconds)
        assert visitor.get("/account").status == status


def test_se_04_session_ends_after_twelve_hours_however_used(world: World) -> None:
    visitor, began = inside(world), world.clock()
    while world.clock() < began + 43200 - 600:
        world.clock.passes(599)
        assert visitor.get("/account").status == 200
    world.clock.now = began + 43199.5
    assert visitor.get("/account").status == 200
    world.clock.now = began + 43200
    assert visitor.get("/account").status == 401
    assert world.fake.tables.sessions  # the row is still there: DynamoDB deletes late


def test_se_04_last_seen_is_written_once_a_minute(world: World) -> None:
    visitor = inside(world)
    for _ in range(120):
        world.clock.passes(1)
        visitor.get("/account")
    assert world.fake.acts.count("sessions.touch") == 2


def test_failed_touch_fails_nobody(world: World) -> None:
    visitor = inside(world)
    world.clock.passes(61)
    world.fake.fail(1)
    assert visitor.get("/account").status == 200
    assert [one["what"] for one in map(json.loads, world.lines) if one["level"] == "WARNING"] == [
        "touch_failed"
    ]


@pytest.mark.parametrize("change", [{"epoch": 2}, {"status": Status.DISABLED}, {"status": Status.FROZEN}])
def test_se_06_change_is_seen_by_the_very_next_request(world: World, change: dict[str, Any]) -> None:
    account, visitor = world.person(), world.visitor()
    visitor.logs_on(account)
    plant(world.store, world.stored(account)._replace(**change))
    assert visitor.get("/account").code == "session_required"


def test_ad_04_enabling_revives_no_session_of_an_older_epoch(world: World) -> None:
    account, visitor = world.person(), world.visitor()
    visitor.logs_on(account)
    plant(world.store, world.stored(account)._replace(status=Status.DISABLED, epoch=2))
    plant(world.store, world.stored(account)._replace(status=Status.ACTIVE))
    assert visitor.get("/account").status == 401


def test_browser_is_redirected_where_a_client_is_refused(world: World) -> None:
    reply = world.browser().get("/account/sessions")
    assert (reply.status, reply.header("Location")) == (303, "/logon?next=%2Faccount%2Fsessions")
    half = world.browser()
    half.logs_on(world.person(must_change_password=True))
    reply = half.get("/account")
    assert (reply.status, reply.header("Location")) == (303, "/password/change?next=%2Faccount")


def test_dead_cookie_is_taken_away(world: World) -> None:
    browser = world.browser()
    browser.logs_on(world.person())
    world.clock.passes(1800)
    reply = browser.get("/account")
    assert reply.cookies["__Host-portal-session"].startswith("__Host-portal-session=; ")
    assert set(browser.jar) == {"__Host-portal-device"}  # which opens nothing (LG-14)
    assert reply.header("Location") == "/logon?next=%2Faccount&notice=session_ended"


def test_ad_01_wrong_kind_of_account_is_not_permitted(world: World) -> None:
    visitor = inside(world)
    visitor.get("/account")
    caller = json.loads(world.events[-1][1]["requestContext"]["authorizer"]["caller"])
    assert caller["kind"] == Kind.RECIPIENT
    for guard in (ADMIN, DESK):
        assert guard.kinds is not None
        assert Kind.RECIPIENT not in guard.kinds
    with pytest.raises(Refusal, match="session_required"):
        check(ADMIN, None, None, 0)


@pytest.mark.parametrize("left", [10_000, 2_500, 0])
def test_rl_01_it_has_the_time_that_lambda_gives_it_and_no_more(world: World, left: int) -> None:
    """Attack: a slow store; the authorizer is stopped in the middle, and every page says nothing for ten seconds."""

    class Context:
        def get_remaining_time_in_millis(self) -> int:
            return left

    world.visitor().get("/health")
    module = importlib.import_module("chalicelib.steps.authorizer")
    begun = world.fake.begun
    with patch.object(module, "portal", lambda: world.portal):
        module.authorizer(authorizer_events(world)[-1], Context())
    assert world.fake.begun == begun + 1
    assert world.fake.seconds[-1] == left / 1000


@pytest.mark.parametrize(
    ("method", "resource"),
    [
        ("GET", "/admin/nothing"),
        ("DELETE", "/account"),
        ("PATCH", "/logon"),
        ("", ""),
        ("GET", "/admin/users/"),
    ],
)
def test_ad_01_route_that_nobody_declared_is_passed_to_no_step(
    world: World, method: str, resource: str
) -> None:
    """Attack: a route is added to the API and forgotten in the table of guards; whoever finds it may call it."""
    admin = world.visitor()
    admin.logs_on(world.person())
    admin.get("/account")
    event = authorizer_events(world)[-1] | {"httpMethod": method, "resource": resource}
    event["requestContext"] |= {"resourcePath": resource}
    told = world.invoke("authorizer", event)["context"]
    assert told["verdict"] == "not_found"
