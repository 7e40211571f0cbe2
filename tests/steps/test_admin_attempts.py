"""The step `admin_attempts`: from a reference, an address or a time to the true reason; reading it is an event."""

from typing import Any
from urllib.parse import quote

import pytest

from chalicelib.domain.accounts import Kind, Status
from chalicelib.domain.addresses import CanonicalAddress, account_id
from chalicelib.domain.events import EventKind
from infra.openapi.schemas import answer_schemas
from tests.console.staff import Staff, staff
from tests.fakes.samples import an_event, number
from tests.world.settings import PORTAL_URL
from tests.world.visitors import PASSWORD, Visitor
from tests.world.world import World

SAFARI = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/17.5 Safari/605.1.15"
)
DAY = 86400


def found(desk: Staff, **asked: str) -> list[Any]:
    query = "&".join(f"{name}={quote(value)}" for name, value in asked.items())
    reply = desk.visitor.get(f"/admin/attempts?{query}")
    assert reply.status == 200, reply.text
    return list(reply.json()["attempts"])


def fails(visitor: Visitor, email: str, password: str = "wrong wrong wrong") -> str:
    """The reference of a refusal."""
    return str(visitor.post("/logon", {"email": email, "password": password}).json()["reference"])


def test_row_has_every_fact_of_the_contract(world: World) -> None:
    ann, visitor = world.person(), world.visitor(**{"User-Agent": SAFARI})
    reference = fails(visitor, ann.address)
    (row,) = found(staff(world, Kind.SUPPORT), reference=reference)
    assert row == {
        "reference": reference,
        "at": row["at"],
        "email": ann.address,
        "url": f"{PORTAL_URL}/logon",
        "browser": "Safari",
        "browser_version": "17.5",
        "operating_system": row["operating_system"],
        "address": visitor.source,
        "outcome": "refused",
        "reason": "wrong_password",
    }
    assert row["at"].endswith("Z")
    assert row["operating_system"].startswith("Mac OS X")


REASONS: dict[str, dict[str, Any]] = {
    "account_disabled": {"status": Status.DISABLED},
    "account_frozen": {"status": Status.FROZEN},
    "locked": {"failures": 9, "locked_until": 9_999_999_999},
    "ip_denied": {"ranges": ("192.0.2.0/24",)},
    "no_password_chosen_yet": {"password": None},
}


@pytest.mark.parametrize("reason", REASONS)
def test_true_reason_stands_behind_the_one_answer(world: World, reason: str) -> None:
    ann = world.person(**REASONS[reason])
    reference = fails(world.visitor(), ann.address, PASSWORD)
    (row,) = found(staff(world), reference=reference)
    assert row["reason"] == reason


def test_address_typed_is_found_also_when_unknown(world: World) -> None:
    reference = fails(world.visitor(), "nobody@people.test")
    (row,) = found(staff(world), email="nobody@people.test")
    assert (row["reference"], row["reason"]) == (reference, "unknown_address")
    world.visitor().logs_on(ann := world.person())
    assert [row["outcome"] for row in found(staff(world), email=ann.address)] == ["succeeded"]
    assert staff(world).visitor.get("/admin/attempts?email=nonsense").code == "invalid_request"


def test_reference_is_found_as_it_is_read_out(world: World) -> None:
    reference, desk = fails(world.visitor(), "nobody@people.test"), staff(world)
    for typed in (reference.lower(), reference.replace("-", " "), f" {reference} "):
        assert [row["reference"] for row in found(desk, reference=typed)] == [reference]
    for typed in ("2222-2222", "no reference", "x" * 300):
        assert found(desk, reference=typed) == []


def test_time_is_looked_through_newest_first(world: World) -> None:
    visitor = world.visitor()
    references = []
    for days in (0, 29, 1):
        world.clock.passes(days * DAY)
        references.append(fails(visitor, "nobody@people.test"))
    desk = staff(world)
    mine = [row["reference"] for row in found(desk) if row["email"] == "nobody@people.test"]
    assert mine == references[::-1]
    at = found(desk, reference=references[2])[0]["at"]
    mine = [row["reference"] for row in found(desk, since=at) if row["email"] == "nobody@people.test"]
    assert mine == references[2:]
    assert desk.visitor.get("/admin/attempts?since=yesterday").code


def test_url_holds_no_token(world: World) -> None:
    ann = world.person()
    fails(world.visitor(), ann.address)
    world.visitor().post("/logon?next=/messages/SECRET", {"email": ann.address, "password": "wrong wrong"})
    assert "SECRET" not in str(found(staff(world), email=ann.address))


def test_reading_leaves_an_event_of_the_reader(world: World) -> None:
    desk = staff(world, Kind.SUPPORT)
    found(desk, email="ann@people.test")
    read = [event["details"] for event in desk.trail(desk.account, "trail_read")]
    assert {"attempts": {"reference": "", "email": "ann@people.test", "since": ""}} in read


def turns(desk: Staff, asked: str) -> list[list[Any]]:
    """Every page, to the end."""
    pages: list[list[Any]] = []
    before: str | None = ""
    while before is not None:
        assert len(pages) < 60
        answer = desk.visitor.get(f"/admin/attempts?{asked}&before={before}").json()
        pages.append(answer["attempts"])
        before = answer["before"]
    return pages


def tried(world: World, email: str, days: float, **facts: Any) -> str:
    """An attempt so many days ago; its reference."""
    reference = f"TEST-{number():04}"
    kind = facts.pop("kind", EventKind.LOGON_REFUSED)
    who = account_id(CanonicalAddress(email))
    at = world.clock() - days * DAY
    world.store.events.record(an_event(who, kind, at, email=email, reference=reference, **facts))
    return reference


@pytest.mark.parametrize("asked", ["email=nobody@people.test", "from=2029-09-01"])
def test_tr_02_attempts_go_back_to_the_first_of_all(world: World, asked: str) -> None:
    """By address and by time, past days on which nobody tried."""
    desk = staff(world)
    references = [tried(world, "nobody@people.test", one / 50) for one in range(240)]
    references += [tried(world, "nobody@people.test", days) for days in (70, 71, 140)]
    pages = turns(desk, asked)
    mine = [row["reference"] for page in pages for row in page if row["email"] == "nobody@people.test"]
    assert mine == references
    assert max(map(len, pages)) == 100


def test_tr_02_a_search_that_finds_nothing_ends_where_portals_began(world: World) -> None:
    desk = staff(world)
    world.store.tables.events.clear()  # type: ignore[attr-defined]  # the memory store's
    pages = turns(desk, "outcome=half_done")
    assert sum(map(len, pages)) == 0
    assert len(pages) < 40


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", "abcd"),
        ("outcome=refused", "abd"),
        ("outcome=succeeded", "c"),
        ("reason=locked", "b"),
        ("reason=no_such_reason", ""),
        ("network=203.0.113.0/24", "ab"),
        ("network=203.0.113.9", "a"),
        ("network=2001:db8::/32", "d"),
        ("from=2030-03-16", "abc"),
        ("since=2030-03-16", "abc"),
        ("until=2030-03-15", "d"),
        ("until=2030-03-16", "bcd"),
        ("from=2030-03-16&until=2030-03-16", "bc"),
        ("from=2030-03-18", ""),
        ("until=2199-01-01", "abcd"),
        ("from=2031-01-01&until=2030-01-01", ""),
        ("outcome=refused&reason=locked&network=203.0.113.0/24&from=2030-03-16", "b"),
    ],
)
@pytest.mark.parametrize("email", ["", "nobody@people.test"])
def test_attempts_are_found_by_what_is_known_of_them(
    world: World, asked: str, found: str, email: str
) -> None:
    """On 17, 16, 16 and 15 March 2030."""
    desk = staff(world)
    who = "nobody@people.test"
    names = {
        tried(world, who, 0, source="203.0.113.9", reason="wrong_password"): "a",
        tried(world, who, 1, source="203.0.113.10", reason="locked"): "b",
        tried(world, who, 1.1, source="198.51.100.1", kind=EventKind.LOGON_SUCCEEDED): "c",
        tried(world, who, 2, source="2001:db8::1", reason="wrong_password"): "d",
    }
    query = f"{asked}&email={email}" if email else asked
    rows = [row for page in turns(desk, query) for row in page if row["email"] == who]
    assert "".join(names[row["reference"]] for row in rows) == found


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("network=here", "network"),
        ("network=203.0.113.9/24", "network"),
        ("outcome=won", "outcome"),
        ("reason=%3Cb%3E", "reason"),
        ("from=yesterday", "from"),
        ("since=yesterday", "since"),
        ("until=9999-12-31", "until"),
        ("before=yesterday", "before"),
        ("before=OTk5OS0xMi0zMg", "before"),
    ],
)
def test_tr_03_what_cannot_be_searched_for_is_refused_by_its_field(
    world: World, asked: str, field: str
) -> None:
    desk = staff(world, Kind.SUPPORT)
    reply = desk.visitor.get(f"/admin/attempts?{asked}")
    assert (reply.status, reply.code, reply.json()["field"]) == (422, "invalid_request", field)
    page = desk.visitor.get(f"/admin/attempts?{asked}", Accept="text/html")
    assert page.status == 422
    assert (f'href="#{field}"' in page.text) == (f'id="{field}"' in page.text)


@pytest.mark.parametrize(
    "asked", ["from=0001-01-01T00:00%2B14:00", "until=9999-12-31T23:59-14:00", "from=9999-12-30"]
)
def test_moments_at_the_ends_of_time_are_no_fault(world: World, asked: str) -> None:
    assert staff(world).visitor.get(f"/admin/attempts?{asked}").status == 200


def test_tr_02_a_page_that_found_nothing_leads_on(world: World) -> None:
    desk = staff(world, Kind.SUPPORT)
    html = desk.visitor.get("/admin/attempts?reason=locked&outcome=refused", Accept="text/html").text
    assert "None found so far" in html
    assert 'rel="next" href="/admin/attempts?outcome=refused&amp;reason=locked&amp;before=' in html


def test_answer_has_the_fields_of_the_contract(world: World) -> None:
    desk = staff(world)
    answer = desk.visitor.get("/admin/attempts").json()
    schemas = answer_schemas()
    assert set(answer) == set(schemas["Attempts"]["properties"])
    assert {*answer["attempts"][0], "rule"} == set(schemas["Attempt"]["properties"])
