"""Permitted IP ranges over HTTP with real source addresses: who is let in, and what a try says before."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.journeys.desk import Desk, presses, seated, user_path
from tests.journeys.town import Town
from tests.world.visitors import PASSWORD

pytestmark = pytest.mark.slow

INSIDE, OUTSIDE = "127.210.1.5", "127.220.1.5"
RANGE = "127.210.0.0/16"
SPOOFS = (
    {"X-Forwarded-For": INSIDE},
    {"X-Forwarded-For": f"{INSIDE}, 10.0.0.1"},
    {"X-Real-IP": INSIDE},
    {"Forwarded": f"for={INSIDE}"},
    {"True-Client-IP": INSIDE},
    {"CF-Connecting-IP": INSIDE},
)


@pytest.fixture(scope="module")
def desk(town: Town) -> Desk:
    return seated(town)


@pytest.fixture
def portal_wide(town: Town) -> Iterator[Desk]:
    """An administrator who changes what holds for everybody; everything is lifted afterwards."""
    desk = seated(town)
    yield desk
    for scope in ("portal", "admin"):
        answer = desk.client.post("/admin/ip-ranges", {"scope": scope, "ranges": None})
        assert answer.status_code == 200, answer.text


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("spoof", SPOOFS, ids=lambda spoof: next(iter(spoof)))
def test_ip_01_no_header_moves_a_request_inside(town: Town, desk: Desk, spoof: dict[str, str]) -> None:
    ann, client = town.person(ranges=(RANGE,)), town.client(INSIDE)
    client.logs_on(ann, PASSWORD)
    outside = town.client(OUTSIDE)
    outside.token = client.token
    assert refusal(outside.get("/account", **spoof)) == (403, "address_not_permitted")
    body = {"email": ann, "password": PASSWORD}
    assert refusal(town.client(OUTSIDE).post("/logon", body, **spoof)) == (401, "invalid_logon")


def test_portal_ranges_refuse_everybody_outside_before_anything_else(town: Town, portal_wide: Desk) -> None:
    own = portal_wide.client.source
    saved = portal_wide.client.post("/admin/ip-ranges", {"scope": "portal", "ranges": [f"{own}/32"]})
    assert saved.json() == {"ranges": [f"{own}/32"], "admin_ranges": None, "notes": {}}
    stranger = town.client()
    for answer in (
        stranger.get("/health"),
        stranger.get("/logon"),
        stranger.post("/logon", {"email": town.person(), "password": PASSWORD}),
        stranger.post("/password/forgot", {"email": town.person()}),
    ):
        assert refusal(answer) == (403, "address_not_permitted")
    assert portal_wide.client.get("/health").status_code == 200


def test_ranges_in_a_browser_are_tried_then_confirmed_then_saved(town: Town) -> None:
    desk = seated(town)
    browser, path = desk.browser(), f"{user_path(desk.address)}/ip-ranges"
    browser.opens(user_path(desk.address))
    typed = {"restriction": "listed", "ranges": RANGE}
    page = presses(browser, path, f"{path}/dry-run", **typed)
    assert "What these ranges would have refused" in page.text
    assert "Nothing is saved yet" in page.text
    page = presses(browser, path, **typed | {"ranges": "10.0.0.1/8"})
    assert (page.status, "10.0.0.1/8" in page.text) == (422, True)
    page = presses(browser, path, **typed)
    assert (page.status, "This would lock you out" in page.text) == (409, True)
    assert town.account(desk.address).ranges is None
    page = presses(browser, path, restriction="listed", ranges=f"{browser.source}/32")
    assert "The permitted IP ranges are saved" in page.text
    assert town.account(desk.address).ranges == (f"{browser.source}/32",)
