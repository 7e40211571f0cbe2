"""The step `admin_attempts`: from a reference, an address or a time to the true reason; reading it is an event."""

from typing import Any
from urllib.parse import quote

import pytest

from chalicelib.domain.accounts import Kind, Status
from tests.console.staff import Staff, staff
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


def test_time_is_looked_through_newest_first_for_thirty_days(world: World) -> None:
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
    world.clock.passes(2 * DAY)
    late = [row["reference"] for row in found(staff(world)) if row["email"] == "nobody@people.test"]
    assert references[0] not in late
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
