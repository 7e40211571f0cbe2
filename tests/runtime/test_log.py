"""The log and the events: everything the support desk needs, no secret, no line a caller can forge (LO-01 to LO-04)."""

import json
import logging
from datetime import datetime
from typing import Any

import pytest

from chalicelib.domain.events import EventKind
from chalicelib.runtime import log
from chalicelib.settings import BadSettings, read_settings
from tests.infra.walk_of_secrets import WRONG, every_secret
from tests.world.settings import ENVIRONMENT
from tests.world.visitors import CHOSEN, PASSWORD
from tests.world.world import World


def lines(world: World, what: str | None = None) -> list[dict[str, Any]]:
    """The log's lines, read as a machine reads them."""
    read = [json.loads(line) for line in world.lines]
    return [line for line in read if what is None or line["what"] == what]


def test_lo_02_no_secret_is_in_any_log_line_or_event(world: World) -> None:
    secrets = every_secret(world)
    events = [str(event) for event in world.fake.tables.events.values()]
    assert len(world.lines) > 20
    assert len(events) > 10
    for secret in secrets:
        assert not [line for line in world.lines if secret in line], secret
        assert not [event for event in events if secret in event], secret


def test_lo_02_no_secret_is_stored_as_it_is(world: World) -> None:
    """I10: digests, hashes and sealed seeds only."""
    secrets = every_secret(world)
    tables = str(world.fake.tables)
    sealed = secrets[secrets.index(CHOSEN) :]
    for secret in sealed:
        if not secret.startswith("s1.") and not secret.isdigit():
            assert secret not in tables, secret


def test_lo_01_every_line_is_json_in_utc_with_who_what_where_and_outcome(world: World) -> None:
    ann, visitor = world.person(), world.visitor()
    visitor.logs_on(ann)
    visitor.get("/account")
    for line in lines(world):
        assert datetime.fromisoformat(line["at"]).utcoffset() is not None
        assert line["at"].endswith("+00:00")
        assert line["level"] in {"INFO", "WARNING", "ERROR", "CRITICAL"}
    last = lines(world, "request")[-1]
    assert (last["method"], last["resource"], last["status"]) == ("GET", "/account", 200)
    assert (last["source"], last["account"]) == (visitor.source, ann.id)


def test_lo_01_refusals_are_warnings_with_their_cause_and_reference(world: World) -> None:
    ann = world.person()
    reply = world.visitor().post("/logon", {"email": ann.address, "password": WRONG})
    (line,) = lines(world, "refused")
    assert (line["level"], line["code"], line["cause"]) == ("WARNING", "invalid_logon", "wrong_password")
    assert line["reference"] == reply.json()["reference"]


def test_lo_01_events_of_a_logon_tell_its_story(world: World) -> None:
    ann, visitor = world.person(), world.visitor()
    stories = []
    for _ in range(5):
        visitor.post("/logon", {"email": ann.address, "password": WRONG})
        world.clock.passes(1)
    world.clock.passes(60)
    visitor.logs_on(ann)
    world.clock.passes(1)
    visitor.post("/logoff")
    stories = [event.kind for event in reversed(world.store.events.of_account(ann.id))]
    assert stories == [EventKind.LOGON_REFUSED] * 5 + [EventKind.LOGON_SUCCEEDED, EventKind.LOGGED_OFF]


@pytest.mark.parametrize(
    "forged",
    ['x\n{"level": "INFO", "what": "forged"}', "x\r\n\r\nforged", "\x1b[2J", "\u2028forged", "a" * 5000],
)
def test_lo_03_no_line_can_be_forged(world: World, forged: str) -> None:
    visitor = world.visitor(**{"User-Agent": forged})
    visitor.post("/logon", {"email": "ann@b.test", "password": WRONG}, Referer=forged, Cookie=forged)
    visitor.post("/logon", {"email": f"ann@b.test{forged}", "password": WRONG})
    visitor.get("/help?next=" + "x%0a%7b")
    for line in world.lines:
        assert line.isascii()
        assert "\n" not in line
        assert "\r" not in line
        assert json.loads(line)["what"] != "forged"
        assert len(line) < 2000
    for event in world.fake.tables.events.values():
        assert (event.user_agent or "").isprintable()
        assert len(event.user_agent or "") <= 400


def test_lo_03_fault_shows_neither_message_nor_place(world: World) -> None:
    def breaks(*_: object) -> None:
        message = f"{WRONG} arn:aws:dynamodb portal-local-accounts"
        raise RuntimeError(message)

    world.store.logons.admit = breaks  # type: ignore[method-assign,assignment]
    for headers in ({}, {"Accept": "text/html"}):
        reply = world.visitor().post("/logon", {"email": "a@b.test", "password": PASSWORD}, **headers)
        assert (reply.status, bool(reply.header("Retry-After"))) == (503, True)
        for hint in (WRONG, "RuntimeError", "Traceback", "arn:aws", ".py", "portal-local"):
            assert hint not in reply.text
    assert not [line for line in world.lines if WRONG in line]
    assert [line["error"] for line in lines(world, "fault")] == ["RuntimeError", "RuntimeError"]


def test_lo_04_portal_does_not_start_without_keys() -> None:
    bare = {name: value for name, value in ENVIRONMENT.items() if name != "PORTAL_KEYS"}
    with pytest.raises(BadSettings, match="PORTAL_KEYS"):
        read_settings(bare)
    assert read_settings(ENVIRONMENT).keys


def test_log_writes_one_line_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    logger = logging.getLogger("portal")
    kept, propagate, level = logger.handlers[:], logger.propagate, logger.level
    logger.handlers.clear()
    try:
        log.write(logging.WARNING, "something", text="a\nb", nothing=None)
    finally:
        logger.handlers[:] = kept
        logger.propagate = propagate
        logger.setLevel(level)
    (line,) = capsys.readouterr().out.splitlines()
    read = json.loads(line)
    assert (read["what"], read["level"], read["text"]) == ("something", "WARNING", "a\nb")
    assert "nothing" not in read
