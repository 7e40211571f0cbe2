"""Page or JSON: by what a client accepts, weights and wildcards read as RFC 9110 has them (WB-30)."""

from __future__ import annotations

import pytest

from chalicelib.web.accept import wants_json
from tests.world.visitors import Reply
from tests.world.world import World

CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
DEAD = "0" * 43


@pytest.mark.parametrize(
    "accepted",
    [
        CHROME,
        "text/html, application/xhtml+xml, */*",  # browsers of before 2013: all alike, one of them by name
        "application/xhtml+xml",
        "text/*, application/json;q=0.5",
        "TEXT/HTML;Q=0.9 , application/json ; q=0.8",
        "text/html;level=1",
        "application/json;q=0, text/html;q=0.1",
    ],
)
def test_wb_30_who_clearly_prefers_html_gets_a_page(accepted: str) -> None:
    assert not wants_json({"accept": accepted})


@pytest.mark.parametrize(
    "accepted",
    [
        "",
        "*/*",
        "application/*",
        "application/json, text/plain, */*",
        "application/json, text/html",
        "text/html;q=0.5, application/json",
        "text/html;q=0.9, application/*",
        "text/html;q=0.5, */*",
        "text/html;q=0, */*",
        "text/html;q=2, */*",
        "text/html;q=nan",
        "text/html;q=",
        "text/plain",
        "application/problem+json",
        "image/webp",
        ";;,,=",
    ],
)
def test_wb_30_who_does_not_is_a_program(accepted: str) -> None:
    assert wants_json({"accept": accepted})


def test_wb_30_whoever_brings_a_token_is_a_program() -> None:
    assert wants_json({"accept": CHROME, "authorization": "Bearer x"})


def refused_as_a_program(reply: Reply, status: int, code: str) -> None:
    assert (reply.status, reply.header("Location")) == (status, "")
    assert reply.header("Content-Type") == "application/problem+json"
    assert reply.json()["code"] == code


@pytest.mark.parametrize("accepted", ["", "*/*", CHROME])
@pytest.mark.parametrize("path", ["/messages", "/account", "/session", "/admin/users"])
def test_wb_30_a_dead_token_is_401_and_never_a_redirect(world: World, path: str, accepted: str) -> None:
    program = world.visitor(Accept=accepted, Authorization=f"Bearer {DEAD}")
    refused_as_a_program(program.get(path), 401, "session_required")


def test_wb_30_a_form_of_a_program_is_answered_with_json(world: World) -> None:
    """A library posts a form and accepts anything, as most do that nobody told otherwise."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    program = world.visitor(Accept="*/*")
    refused_as_a_program(
        program.sends("POST", "/logon", b"email=a%40b.test&password=wrong", form), 401, "invalid_logon"
    )


def test_wb_30_a_401_names_its_scheme(world: World) -> None:
    """API Gateway hands it on under a name of its own, which is as much as it lets a function say."""
    for visitor in (world.visitor(), world.visitor(Authorization=f"Bearer {DEAD}")):
        assert visitor.get("/messages").header("x-amzn-Remapped-WWW-Authenticate") == "Bearer"
    assert world.visitor().get("/help").header("x-amzn-Remapped-WWW-Authenticate") == ""
