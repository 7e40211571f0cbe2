"""What `authorizer` tells: of whom, in which log line and event; and what it makes of an event that lacks something."""

from __future__ import annotations

import importlib
import json
from typing import Any
from unittest.mock import patch

import pytest
from chalice import Chalice

from chalicelib.domain.accounts import PORTAL_POLICY, Account, Policy, Status
from chalicelib.domain.events import EventKind
from chalicelib.flows.shut_out import STRANGERS
from tests.fakes.looking import trail
from tests.fakes.planting import plant
from tests.steps.test_authorizer import authorizer_events, inside
from tests.world.desks import an_administrator
from tests.world.visitors import PASSWORD, Visitor
from tests.world.world import World

OUTSIDE = ("192.0.2.0/24",)
HERE = "198.51.100.7"


def told(world: World) -> dict[str, Any]:
    """The policy's context for the last request."""
    context: dict[str, Any] = world.invoke("authorizer", authorizer_events(world)[-1])["context"]
    return context


def lines(world: World) -> list[dict[str, Any]]:
    return [one for one in map(json.loads, world.lines) if one["what"] == "authz_fail"]


def overtaken(world: World) -> tuple[Account, Visitor]:
    """Somebody whose session another request has just handed over."""
    account, visitor = world.person(), world.visitor("192.0.2.5")
    visitor.logs_on(account)
    before = visitor.token
    assert visitor.post("/reauthenticate", {"password": PASSWORD}).status == 200
    visitor.token = before
    return account, visitor


def test_wb_20_who_repeats_a_form_is_known_and_let_in_nowhere(world: World) -> None:
    _, visitor = overtaken(world)
    visitor.post("/reauthenticate", {"password": PASSWORD})
    assert (told(world)["verdict"], told(world)["hint"]) == ("session_required", "overtaken")
    assert "caller" in told(world)
    assert visitor.get("/account").status == 401
    assert "caller" not in told(world)
    assert told(world).get("hint") != "overtaken"


def test_wb_20_who_repeats_a_form_too_late_is_a_stranger(world: World) -> None:
    _, visitor = overtaken(world)
    world.clock.passes(60)
    assert visitor.post("/reauthenticate", {"password": PASSWORD}).status == 401
    assert "caller" not in told(world)


@pytest.mark.parametrize("status", [Status.DISABLED, Status.FROZEN])
def test_wb_20_of_an_account_that_was_shut_nobody_repeats_anything(world: World, status: Status) -> None:
    """Attack: a thief whose session was just ended repeats its last form, and is answered in the owner's name."""
    account, visitor = overtaken(world)
    plant(world.store, world.stored(account)._replace(status=status))
    assert visitor.post("/reauthenticate", {"password": PASSWORD}).status == 401
    assert "caller" not in told(world)
    assert told(world).get("hint") != "overtaken"


def test_se_12_a_repeat_from_outside_is_the_account_s_and_is_shut_out(world: World) -> None:
    """Attack: a secret that was handed over is tried from elsewhere, and its owner never hears of it."""
    account, visitor = overtaken(world)
    plant(world.store, world.stored(account)._replace(ranges=OUTSIDE))
    visitor.source = HERE
    reply = visitor.post("/reauthenticate", {"password": PASSWORD})
    assert (reply.status, reply.code) == (403, "address_not_permitted")
    assert EventKind.REQUEST_REFUSED in trail(world.store, account)


def test_a_refusal_about_the_caller_tells_who_it_is_and_no_other_does(world: World) -> None:
    visitor = inside(world)
    assert visitor.get("/admin/users").status == 403
    assert (told(world)["verdict"], "caller" in told(world)) == ("not_permitted", True)
    half_done = inside(world, must_change_password=True)
    assert half_done.get("/account").status == 403
    assert (told(world)["verdict"], "caller" in told(world)) == ("step_required", False)
    assert visitor.post("/logoff", **{"Sec-Fetch-Site": "cross-site"}).status == 403
    assert (told(world)["verdict"], "caller" in told(world)) == ("cross_origin", False)


def test_ip_02_the_administrators_ranges_count_for_the_console_alone(world: World) -> None:
    """They gate what changes others; an administrator's own pages are everybody's."""
    _, visitor = an_administrator(world)
    plant(world.store, Policy(PORTAL_POLICY, admin_ranges=OUTSIDE))
    assert visitor.get("/account").status == 200
    assert world.visitor().get("/health").status == 200
    refused = visitor.get("/admin/users")
    assert (refused.status, refused.code) == (403, "address_not_permitted")
    plant(world.store, Policy(PORTAL_POLICY, admin_ranges=(f"{visitor.source}/32",)))
    assert visitor.get("/admin/users").status == 200


def test_se_12_what_a_stranger_can_make_long_is_kept_short(world: World) -> None:
    """Attack: headers of ten thousand characters, and each refusal of a session is a row as large."""
    account, visitor = world.person(), world.visitor()
    visitor.logs_on(account)
    visitor.source = "x" * 99
    assert visitor.get("/account", **{"User-Agent": "y" * 999}).status == 403
    (event,) = [one for one in world.store.events.of_account(account.id) if one.source == "x" * 64]
    assert (event.user_agent, event.url) == ("y" * 400, "/account")
    assert event.details == {"rule": "source_address_unreadable"}
    assert len(event.id) == 32
    assert lines(world)[-1]["source"] == "x" * 64
    assert (lines(world)[-1]["cause"], lines(world)[-1]["reference"]) == (
        event.details["rule"],
        event.reference,
    )


def test_se_12_who_names_no_browser_has_none(world: World) -> None:
    account, visitor = world.person(), world.visitor()
    visitor.logs_on(account)
    plant(world.store, world.stored(account)._replace(ranges=OUTSIDE))
    visitor.source = HERE
    assert visitor.get("/account", **{"User-Agent": ""}).status == 403
    assert world.store.events.of_account(account.id)[0].user_agent is None


def test_se_12_a_stranger_s_request_is_a_line_and_no_account_s_event(world: World) -> None:
    plant(world.store, Policy(PORTAL_POLICY, ranges=OUTSIDE))
    assert world.visitor(HERE).get("/logon").status == 403
    assert (lines(world)[-1]["cause"], lines(world)[-1]["source"]) == ("portal_ranges", HERE)
    assert {who for who, _ in world.rows("events")["events"]} == {STRANGERS}


def test_a_refusal_is_a_line_with_its_code_and_cause(world: World) -> None:
    assert world.visitor().get("/account").status == 401
    line = lines(world)[-1]
    assert (line["code"], line["cause"], line["resource"]) == ("session_required", "no_session", "/account")
    assert told(world)["hint"] == "no_session"
    assert world.visitor().get("/account", Cookie="__Host-portal-session=x.y").status == 401


@pytest.mark.parametrize(
    "missing", ["requestContext", "headers", "queryStringParameters", "resource", "methodArn"]
)
@pytest.mark.parametrize("value", [None, "absent"])
def test_ip_04_an_event_that_lacks_something_is_judged_and_never_let_in(
    world: World, missing: str, value: str | None
) -> None:
    """API Gateway gives null for what there is none of; a fault here is a page without words."""
    inside(world).get("/account")
    event = authorizer_events(world)[-1] | {missing: None}
    if value == "absent":
        del event[missing]
    answer = world.invoke("authorizer", event)
    (statement,) = answer["policyDocument"]["Statement"]
    passed = statement["Effect"] == "Allow" and answer["context"]["verdict"] == "pass"
    assert passed is (missing in {"queryStringParameters", "methodArn", "resource"})
    if missing == "methodArn":
        assert statement["Resource"] == "//*"


@pytest.mark.parametrize("given", [{}, None])
def test_ip_04_an_event_of_nothing_is_from_nowhere(world: World, given: dict[str, Any] | None) -> None:
    event: dict[str, Any] = {"requestContext": given, "headers": None}
    answer = world.invoke("authorizer", event)
    assert answer["policyDocument"]["Statement"][0]["Effect"] == "Deny"
    assert (lines(world)[-1]["cause"], lines(world)[-1]["source"]) == ("source_address_unreadable", "")


def test_the_resource_of_the_context_counts_where_the_event_has_none(world: World) -> None:
    inside(world).get("/account")
    event = authorizer_events(world)[-1]
    del event["resource"]
    assert world.invoke("authorizer", event)["context"]["verdict"] == "pass"
    event["requestContext"].pop("resourcePath")
    assert world.invoke("authorizer", event)["context"]["verdict"] == "not_found"
    assert lines(world)[-1]["resource"] == ""


def test_it_is_the_function_of_its_name(world: World) -> None:
    module = importlib.import_module("chalicelib.steps.authorizer")
    world.visitor().get("/health")
    with patch.object(module, "portal", lambda: world.portal):
        answer = module.authorizer(authorizer_events(world)[-1], None)
    assert (answer["principalId"], answer["policyDocument"]["Version"]) == ("caller", "2012-10-17")
    app = Chalice("portal")
    app.register_blueprint(module.step)
    assert [one.name for one in app.pure_lambda_functions] == ["authorizer"]
