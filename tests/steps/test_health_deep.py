"""The step `health_deep`: a word for each thing the portal depends on, for the canary alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.domain.canary import canary_address
from chalicelib.domain.held_keys import KeysUnread
from chalicelib.domain.keys import Keyring
from tests.world.canary import canary
from tests.world.mailer import PAUSED
from tests.world.ses_events import arrive, bounce, delivery
from tests.world.visitors import Reply, Visitor
from tests.world.world import World

WELL = {"status": "ok", "keys": "ok", "store": "ok", "stream": "not_known", "ses": "not_known", "mail": None}
DEEP = "/health/deep"


def sending(world: World, word: str) -> None:
    world.portal = world.portal._replace(sending=lambda: (word, None))


def asks_for_a_mail(world: World) -> None:
    email = canary_address(world.rings["canary"])
    assert world.visitor().post("/password/forgot", {"email": email}).status == 202


def words(reply: Reply) -> dict[str, Any]:
    return {name: reply.json()[name] for name in ("keys", "store", "stream", "ses")}


def test_what_nobody_can_ask_is_not_known_and_no_failure(world: World) -> None:
    """So answers an emulator, which lacks what SES is asked."""
    reply = canary(world).get(DEEP)
    assert (reply.status, reply.json()) == (200, WELL)
    assert reply.header("Content-Type") == "application/json"
    assert reply.header("Cache-Control") == "no-store"


def test_head_has_no_body_and_other_methods_are_405(world: World) -> None:
    visitor = canary(world)
    reply = visitor.sends("HEAD", DEEP)
    assert (reply.status, reply.body) == (200, b"")
    for method in ("POST", "PUT", "DELETE"):
        refused = visitor.sends(method, DEEP, b"{}", {"Content-Type": "application/json"})
        assert (refused.status, refused.code, refused.header("Allow")) == (
            405,
            "method_not_allowed",
            "GET, HEAD",
        )


def test_nobody_else_is_told_and_nothing_is_asked_for_them(world: World) -> None:
    """Attack: everybody has the portal ask all it depends on, and SES once a second, which is all it allows."""

    def asked() -> tuple[str, str | None]:
        raise AssertionError

    world.portal = world.portal._replace(sending=asked)
    person = world.visitor()
    person.logs_on(world.person())
    world.fake.acts.clear()
    for visitor, status, code in (
        (world.visitor(), 401, "session_required"),
        (person, 403, "not_permitted"),
        (world.browser(), 401, "session_required"),
    ):
        reply = visitor.get(DEEP)
        assert (reply.status, reply.code) == (status, code)
    assert set(world.fake.acts) == {"sessions.standing"}


def test_canary_may_do_nothing_else(world: World) -> None:
    visitor = canary(world)
    for path in ("/session", "/account", "/messages", "/account/sessions", "/account/export", "/admin/users"):
        assert (visitor.get(path).status, visitor.get(path).code) == (403, "not_permitted"), path
    fields = {"new_password": "x" * 20, "confirm_password": "x" * 20, "current_password": "y"}
    assert visitor.post("/password/change", fields).code == "not_permitted"
    assert visitor.post("/logoff").status == 204
    assert visitor.get(DEEP).code == "session_required"


def test_the_way_of_its_newest_mail_is_told_and_says_how_the_stream_is(world: World) -> None:
    visitor = canary(world)
    asks_for_a_mail(world)
    for seconds, word in ((0, "ok"), (59, "ok"), (1, "behind"), (239, "behind")):
        world.clock.passes(seconds)
        reply = visitor.get(DEEP)
        assert (reply.status, reply.json()["stream"], reply.json()["mail"]["fate"]) == (200, word, "waiting")
    world.clock.passes(1)
    lost = visitor.get(DEEP)
    assert (lost.status, lost.code, words(lost)["stream"]) == (503, "unavailable", "down")
    world.delivers()
    sent = visitor.get(DEEP).json()
    assert (sent["stream"], sent["mail"]["fate"]) == ("ok", "sent")
    arrive(world, delivery(world.mailer.sent[-1], at=world.clock()))
    assert visitor.get(DEEP).json()["mail"] == {**sent["mail"], "fate": "delivered"}
    arrive(world, bounce(world.mailer.sent[-1], at=world.clock() + 1))
    assert visitor.get(DEEP).json()["mail"]["fate"] == "bounced"


def test_mail_that_ses_does_not_take_is_delayed_and_the_stream_is_well(world: World) -> None:
    visitor = canary(world)
    sending(world, "ok")
    world.mailer.fault = PAUSED
    asks_for_a_mail(world)
    world.delivers()
    world.clock.passes(400)
    reply = visitor.get(DEEP)
    assert (reply.status, words(reply)) == (
        200,
        {"keys": "ok", "store": "ok", "stream": "ok", "ses": "delayed"},
    )
    assert reply.json()["mail"]["fate"] == "delayed"


@pytest.mark.parametrize("word", ["paused", "down"])
def test_ses_that_takes_no_mail_is_503_with_every_word(world: World, word: str) -> None:
    visitor = canary(world)
    sending(world, word)
    reply = visitor.get(DEEP)
    assert (reply.status, reply.code) == (503, "unavailable")
    assert reply.header("Content-Type") == "application/problem+json"
    assert int(reply.header("Retry-After")) > 0
    assert words(reply) == {"keys": "ok", "store": "ok", "stream": "not_known", "ses": word}
    assert reply.json()["reference"]


class Away:
    """A ring whose secret cannot be read; or one that is held since."""

    def __init__(self, ring: Keyring, *, held: bool) -> None:
        self._ring, self._held, self.fresh = ring, held, False

    def key(self) -> bytes:
        if not self._held:
            cause = "secretsmanager:EndpointConnectionError"
            raise KeysUnread(cause)
        return self._ring.key()


@pytest.mark.parametrize(("held", "status", "word"), [(True, 200, "stale"), (False, 503, "down")])
def test_secrets_that_are_away_are_stale_as_long_as_the_held_ones_serve(
    world: World, *, held: bool, status: int, word: str
) -> None:
    visitor = canary(world)
    known = world.keyring
    ring: Any = Away(world.rings["canary"], held=held)
    world.portal = world.portal._replace(keyring=lambda use: ring if use == "canary" else known(use))
    reply = visitor.get(DEEP)
    assert (reply.status, reply.json()["keys"]) == (status, word)


def test_store_that_fails_behind_the_door_is_said_and_the_rest_all_the_same(world: World) -> None:
    """Where it fails before the door, API Gateway says 503, as of every route."""
    visitor = canary(world)
    sending(world, "ok")
    world.fake.fail(1)  # the authorizer's reading comes first
    reply = visitor.get(DEEP)
    assert (reply.status, words(reply)) == (
        503,
        {"keys": "ok", "store": "down", "stream": "not_known", "ses": "ok"},
    )
    assert [line["cause"] for line in map(json.loads, world.lines) if line["what"] == "dependency_failed"]
    world.fake.down = True
    assert visitor.get(DEEP).status == 503


def test_it_changes_nothing_and_asks_the_store_twice_at_most(world: World) -> None:
    visitor = canary(world)
    asks_for_a_mail(world)
    world.delivers()
    before, events = world.rows(), dict(world.fake.tables.events)
    world.fake.acts.clear()
    visitor.get(DEEP)
    assert world.fake.acts == ["sessions.standing", "events.trail", "health.reach"]
    assert (world.rows(), world.fake.tables.events) == (before, events)


def test_a_browser_that_shows_its_session_gets_a_document(world: World) -> None:
    visitor: Visitor = canary(world)
    reply = visitor.get(DEEP, Accept="text/html")
    assert (reply.status, reply.json()) == (200, WELL)
