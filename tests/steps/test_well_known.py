"""The step `well_known`: what password managers, researchers and crawlers look for."""

import pytest

from tests.world.world import World


@pytest.mark.parametrize("accept", ["text/html", "application/json", ""])
def test_password_manager_is_taken_to_the_change_page(world: World, accept: str) -> None:
    reply = world.visitor().get("/.well-known/change-password", Accept=accept)
    assert (reply.status, reply.header("Location")) == (303, "/password/change")


@pytest.mark.parametrize("accept", ["text/html", "application/json", ""])
def test_researcher_reads_whom_to_tell(world: World, accept: str) -> None:
    """RFC 9116: a contact that is a URI, and an end that lies in the future."""
    reply = world.visitor().get("/.well-known/security.txt", Accept=accept)
    assert (reply.status, reply.header("Content-Type")) == (200, "text/plain; charset=utf-8")
    lines = dict(line.split(": ", 1) for line in reply.text.splitlines())
    assert lines["Contact"] == "mailto:support@portal.example"
    assert lines["Canonical"].endswith("/.well-known/security.txt")
    assert lines["Canonical"].startswith("https://")
    assert lines["Preferred-Languages"] == "en, de, fr, es"
    world.clock.passes(29 * 86400)
    assert lines["Expires"] > world.visitor().get("/help").json()["time"]


def test_crawler_is_kept_out(world: World) -> None:
    reply = world.browser().get("/robots.txt")
    assert (reply.status, reply.header("Content-Type")) == (200, "text/plain; charset=utf-8")
    assert reply.text == "User-agent: *\nDisallow: /\n"


def test_head_says_the_same_without_a_body(world: World) -> None:
    reply = world.visitor().sends("HEAD", "/robots.txt")
    assert (reply.status, reply.body) == (200, b"")
