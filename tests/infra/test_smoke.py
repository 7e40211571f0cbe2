"""`make smoke`: passes where all is well, and each check fails where that is not so which it is there to find."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from infra.gateway.messages import Request
from infra.smoke import checks
from infra.smoke.__main__ import main, walk
from infra.smoke.asking import Reply, Target
from infra.smoke.checks import CHECKS, Check
from tests.world.settings import PORTAL_URL
from tests.world.world import World, a_source

API = "https://abcdef1234.execute-api.eu-west-1.amazonaws.com/portal/"
MAILBOX = "https://mailbox.example/mails"
FORBIDDEN = Reply(403, [("Content-Type", "application/json")], b'{"message":"Forbidden"}')
Spoil = Callable[[str, str, Mapping[str, str], Reply], Reply]
Asked = tuple[str, str, Mapping[str, str], bytes | None]


def target_of(
    world: World, spoil: Spoil | None = None, sent: Callable[[Asked], Asked] | None = None
) -> Target:
    """The portal of a world, its mails as JSON, and an API whose own address is closed."""
    source = a_source()

    def answered(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        parts = urlsplit(url)
        if url.startswith(MAILBOX):
            (to,) = parse_qs(parts.query)["to"]
            mails = [{"to": one.to, "text": one.text} for one in world.mails(to)]
            return Reply(200, [], json.dumps({"mail": mails}).encode())
        if not url.startswith(PORTAL_URL):
            return FORBIDDEN
        target = url.removeprefix(PORTAL_URL)
        path, _, query = target.partition("?")
        reply = world.answers(Request(method, path, query, list(headers.items()), body or b"", source))
        return Reply(reply.status, reply.pairs, reply.body)

    def ask(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        asked = (method, url, headers, body)
        reply = answered(*(sent(asked) if sent else asked))
        return spoil(method, url.removeprefix(PORTAL_URL), headers, reply) if spoil else reply

    return Target(PORTAL_URL, ask, API, world.person().address, MAILBOX)


def name_of(check: Check) -> str:
    return str(getattr(check, "__name__", "")).replace("_", " ")


def lines_of(target: Target, *names: str) -> list[str]:
    """What is said of these checks, of all by default."""
    said: list[str] = []
    wanted = [one for one in CHECKS if not names or name_of(one) in names]
    failed = walk(target, said.append, wanted)
    assert failed == len([one for one in said if one.startswith("FAIL")])
    return said


def test_every_check_passes_where_all_is_well(world: World) -> None:
    assert lines_of(target_of(world)) == [f"ok    {name_of(one)}" for one in CHECKS]


def test_it_spends_nothing_and_leaves_one_refused_logon(world: World) -> None:
    target = target_of(world)
    before = world.rows("accounts", "sessions", "policies", "messages")
    lines_of(target)
    assert world.rows("accounts", "sessions", "policies", "messages") == before
    assert {one.spent_at for one in world.fake.tables.resets.values()} == {None}
    kinds = [one.kind.value for one in world.fake.tables.events.values()]
    assert kinds.count("authn_login_fail") == 1


def test_what_is_not_given_is_asked_for_and_no_failure(world: World) -> None:
    said = lines_of(replace(target_of(world), api="", address="", mailbox=""))
    waiting = [one.removeprefix("--    ").partition(",")[0] for one in said if not one.startswith("ok")]
    assert waiting == [
        "own address closed: needs API=",
        "no second stage: needs API=",
        "mail and link: needs ADDRESS=",
    ]


def test_api_without_a_name_cannot_be_closed(world: World) -> None:
    target = replace(target_of(world), api=f"{PORTAL_URL}/portal/")
    (said,) = lines_of(target, "own address closed")
    assert said.startswith("--    own address closed: needs a name")


def status(number: int, where: str, method: str = "") -> Spoil:
    return lambda asked, path, _, reply: (
        replace(reply, status=number) if where in path and method in {"", asked} else reply
    )


def body(text: bytes, where: str, method: str = "") -> Spoil:
    return lambda asked, path, _, reply: (
        replace(reply, body=text) if where in path and method in {"", asked} else reply
    )


def without(header: str, where: str) -> Spoil:
    return lambda _, path, __, reply: replace(
        reply, headers=[pair for pair in reply.headers if where not in path or pair[0] != header]
    )


def with_header(name: str, value: str, where: str) -> Spoil:
    return lambda _, path, __, reply: (
        replace(reply, headers=[*[one for one in reply.headers if one[0] != name], (name, value)])
        if path.startswith(where)
        else reply
    )


SPOILT: list[tuple[str, Spoil]] = [
    ("health", status(503, "/health")),
    ("health", body(b'{"message": "hello"}', "/health")),
    ("pages", status(500, "/help")),
    ("pages", with_header("Content-Type", "application/json", "/password/forgot")),
    ("pages", status(200, "/admin/users")),
    ("pages", with_header("Location", "/", "/account")),
    ("security headers", without("Strict-Transport-Security", "/logon")),
    ("security headers", without("Content-Security-Policy", "/no/such/page")),
    ("security headers", with_header("Cache-Control", "max-age=60", "/health")),
    ("wrong logon", status(200, "/logon", "POST")),
    ("wrong logon", body(b'{"code": "account_disabled", "reference": "1"}', "/logon", "POST")),
    ("wrong logon", with_header("Set-Cookie", "a=b", "/logon")),
    ("other sites", status(202, "/password/forgot", "POST")),
    ("odd paths", status(503, "/messages/aaa")),
    ("odd paths", status(503, "/messages/%2A")),
    ("decoded once", with_header("Set-Cookie", f"portal-reset={checks.NO_TOKEN}", "/password/reset/%25")),
    ("decoded once", with_header("Set-Cookie", "portal-reset=", "/password/reset/%41")),
    ("head", status(404, "/logon", "HEAD")),
    ("head", body(b"<html>", "/logon", "HEAD")),
    ("slash at the end", status(404, "/logon/")),
    ("other methods", status(503, "/logon", "DELETE")),
    ("other methods", status(503, "/logon", "PUT")),
    ("other methods", without("Allow", "/logon")),
    ("no such page", status(403, "/no/such/page")),
    ("too large", status(500, "/logon", "POST")),
    ("own address closed", status(200, "amazonaws.com/portal")),
    ("no second stage", status(200, "/Stage/health")),
    ("mail and link", status(404, "mailbox.example")),
    ("mail and link", status(410, "/password/reset", "GET")),
    ("mail and link", body(b"<h1>Gone</h1>", "/password/reset")),
]


@pytest.mark.parametrize(
    ("check", "spoil"), SPOILT, ids=[f"{name}-{at}" for at, (name, _) in enumerate(SPOILT)]
)
def test_check_fails_where_something_is_wrong(world: World, check: str, spoil: Spoil) -> None:
    (said,) = lines_of(target_of(world, spoil), check)
    assert said.startswith(f"FAIL  {check}: ")


def test_every_check_was_seen_failing() -> None:
    assert {name for name, _ in SPOILT} == {name_of(one) for one in CHECKS}


def test_mail_that_does_not_come_is_a_failure(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "MAIL_SECONDS", 0.0)
    target = replace(target_of(world), address="nobody@example.com")
    assert lines_of(target, "mail and link") == ["FAIL  mail and link: no mail with a link in 0 seconds"]


def test_link_to_another_portal_is_none(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "MAIL_SECONDS", 0.0)
    other: Any = lambda asked: (asked[0], asked[1].replace("https://other.example", PORTAL_URL), *asked[2:])
    target = replace(target_of(world, sent=other), url="https://other.example")
    assert lines_of(target, "mail and link") == ["FAIL  mail and link: no mail with a link in 0 seconds"]


def test_portal_that_is_not_there_fails_each_check_and_ends(capsys: Any) -> None:
    assert main({"URL": "http://127.0.0.1:9"}) == 1
    told = capsys.readouterr().out.splitlines()
    assert len(told) == len(CHECKS)
    assert told[0].startswith("FAIL  health: ")


def test_it_asks_for_an_address(capsys: Any) -> None:
    assert main({}) == 2
    assert "make smoke URL=" in capsys.readouterr().err
