"""The refusal page diagnoses itself from what was sent, and says the same about addresses known and unknown."""

import html

import pytest

from chalicelib.flows.diagnosis import BROWSER, HOST, INCOMPLETE, SPACES, TEMPORARY
from tests.world.visitors import PASSWORD
from tests.world.world import World

WHOLE = "bcdfg-hjkmn-pqrst-vwxyz-23456"
OLD = "Mozilla/5.0 (X11; Linux x86_64; rv:52.0) Gecko/20100101 Firefox/52.0"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SENTENCES = {SPACES, TEMPORARY, INCOMPLETE, BROWSER}


@pytest.mark.parametrize(
    ("typed", "agent", "said"),
    [
        ("wrong wrong wrong", FIREFOX, set()),
        (f" {PASSWORD}", FIREFOX, {SPACES}),
        (f"{PASSWORD}\t", FIREFOX, {SPACES}),
        (WHOLE, FIREFOX, {TEMPORARY}),
        (f" {WHOLE.upper()} ", FIREFOX, {TEMPORARY}),
        (WHOLE[:-6], FIREFOX, {INCOMPLETE}),
        (WHOLE[:-1], FIREFOX, {INCOMPLETE}),
        ("wrong wrong wrong", OLD, {BROWSER}),
        (f"{PASSWORD} ", OLD, {SPACES, BROWSER}),
    ],
)
def test_en_01_same_diagnosis_for_every_address(world: World, typed: str, agent: str, said: set[str]) -> None:
    known, pages = world.person(), []
    for email in (known.address, "nobody@people.test"):
        page = world.browser().sends(
            "POST", "/logon", f"email={email}&password={typed}".encode(), HEADERS | {"User-Agent": agent}
        )
        assert page.status == 401
        pages.append({sentence for sentence in SENTENCES if sentence in html.unescape(page.text)})
        assert typed.strip() not in page.text
    assert pages == [said, said]


@pytest.mark.parametrize(
    ("host", "said"),
    [("portal.example", False), ("PORTAL.example", False), ("evil.example", True), ("", False)],
)
def test_rs_05_another_address_than_the_portals_is_noticed_and_never_repeated(
    world: World, host: str, said: bool
) -> None:
    headers = HEADERS | ({"Host": host} if host else {})
    page = world.browser().sends("POST", "/logon", b"email=nobody@people.test&password=wrong", headers)
    assert (HOST in html.unescape(page.text)) is said
    assert "evil.example" not in page.text


HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}
