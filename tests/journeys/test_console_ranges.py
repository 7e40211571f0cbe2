"""Permitted IP ranges over HTTP with real source addresses: who is let in, and what a try says before."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.journeys.desk import Desk, presses, seated, user_path
from tests.journeys.people import Client, temporary_password
from tests.journeys.town import PASSWORD, Town, new_source

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


def test_live_session_is_refused_outside_and_goes_on_inside(town: Town, desk: Desk) -> None:
    """SE-12: the rule counts at the next request of a session that is open already, and the attempt is recorded."""
    ann = town.person()
    inside, outside = town.client(INSIDE), town.client(OUTSIDE)
    inside.logs_on(ann, PASSWORD)
    outside.token = inside.token
    assert outside.get("/account").status_code == 200
    desk.does(ann, "ip-ranges", {"ranges": [RANGE]})
    assert inside.get("/account").status_code == 200
    assert refusal(outside.get("/account")) == (403, "address_not_permitted")
    assert inside.get("/account").status_code == 200
    (event,) = desk.trail(ann, "authz_fail")
    assert (event["reason"], event["source"]) == ("ip_denied", OUTSIDE)


@pytest.mark.parametrize("spoof", SPOOFS, ids=lambda spoof: next(iter(spoof)))
def test_ip_01_no_header_moves_a_request_inside(town: Town, desk: Desk, spoof: dict[str, str]) -> None:
    ann, client = town.person(ranges=(RANGE,)), town.client(INSIDE)
    client.logs_on(ann, PASSWORD)
    outside = town.client(OUTSIDE)
    outside.token = client.token
    assert refusal(outside.get("/account", **spoof)) == (403, "address_not_permitted")
    body = {"email": ann, "password": PASSWORD}
    assert refusal(town.client(OUTSIDE).post("/logon", body, **spoof)) == (401, "invalid_logon")


def test_ip_08_logon_from_outside_is_generic_recorded_and_never_counts(town: Town, desk: Desk) -> None:
    ann = town.person(ranges=(RANGE,))
    outside = town.client()
    references = []
    for password in (PASSWORD, "wrong wrong wrong") * 4:
        answer = outside.post("/logon", {"email": ann, "password": password})
        unknown = outside.post("/logon", {"email": town.new_address("nobody"), "password": password})
        same = {"reference": "", "at": "", "email": ""}
        assert answer.status_code == 401
        assert answer.json() | same == unknown.json() | same
        references.append(answer.json()["reference"])
    lock = desk.user(ann)["lock"]
    assert (lock["failures"], lock["locked"]) == (0, False)
    for reference in (references[0], references[1]):
        (attempt,) = desk.get(f"/admin/attempts?reference={reference}")["attempts"]
        assert (attempt["reason"], attempt["address"]) == ("ip_denied", outside.source)
    assert town.client(INSIDE).logs_on(ann, PASSWORD) == "portal"


def test_account_s_own_ranges_go_before_its_domain_s(town: Town, desk: Desk) -> None:
    domain = town.new_address().replace("@", ".").rpartition("town-")[0].strip(".") + ".ranges.example"
    address = f"ann@{domain}"
    assert desk.client.post("/admin/users", {"email": address}).status_code == 201
    temporary = temporary_password(town.mail(address, "temporary password"))
    path = f"/admin/domains/{domain}/ip-ranges"
    assert desk.client.post(path, {"ranges": [RANGE]}).json() == {"ranges": [RANGE], "admin_ranges": None}
    assert desk.user(address)["ranges"] == {
        "effective": [RANGE],
        "source": "domain",
        "own": None,
        "domain": [RANGE],
    }
    body = {"email": address, "password": temporary}
    assert town.client(OUTSIDE).post("/logon", body).status_code == 401
    desk.does(address, "ip-ranges", {"ranges": ["127.220.0.0/16"]})
    assert desk.user(address)["ranges"]["source"] == "account"
    assert town.client(INSIDE).post("/logon", body).status_code == 401
    assert town.client(OUTSIDE).logs_on(address, temporary) == "change_password"
    assert desk.get(path) == {"ranges": [RANGE]}


def test_portal_ranges_refuse_everybody_outside_before_anything_else(town: Town, portal_wide: Desk) -> None:
    own = portal_wide.client.source
    saved = portal_wide.client.post("/admin/ip-ranges", {"scope": "portal", "ranges": [f"{own}/32"]})
    assert saved.json() == {"ranges": [f"{own}/32"], "admin_ranges": None}
    stranger = town.client()
    for answer in (
        stranger.get("/health"),
        stranger.get("/logon"),
        stranger.post("/logon", {"email": town.person(), "password": PASSWORD}),
        stranger.post("/password/forgot", {"email": town.person()}),
    ):
        assert refusal(answer) == (403, "address_not_permitted")
    assert portal_wide.client.get("/health").status_code == 200


def test_administrator_ranges_gate_the_console_alone(town: Town, portal_wide: Desk) -> None:
    elsewhere = Client(town.url, new_source())
    elsewhere.token = portal_wide.client.token
    own = portal_wide.client.source
    body = {"scope": "admin", "ranges": [f"{own}/32"]}
    assert portal_wide.client.post("/admin/ip-ranges", body).status_code == 200
    assert refusal(elsewhere.get("/admin/domains")) == (403, "address_not_permitted")
    assert elsewhere.get("/account").status_code == 200
    assert portal_wide.client.get("/admin/domains").status_code == 200


@pytest.mark.parametrize("path", ["portal", "admin", "own account"])
def test_ip_05_save_that_shuts_the_saver_out_asks_first(town: Town, portal_wide: Desk, path: str) -> None:
    mine = f"{user_path(portal_wide.address)}/ip-ranges"
    target, extra = (mine, {}) if path == "own account" else ("/admin/ip-ranges", {"scope": path})
    for ranges in ([RANGE], []):
        refused = portal_wide.client.post(target, {"ranges": ranges, **extra})
        assert refusal(refused) == (409, "would_lock_you_out")
    assert portal_wide.get("/admin/ip-ranges") == {"ranges": None, "admin_ranges": None}
    assert town.account(portal_wide.address).ranges is None


def test_confirmed_save_shuts_the_saver_out(town: Town, desk: Desk) -> None:
    leaving = seated(town)
    leaving.does(leaving.address, "ip-ranges", {"ranges": [RANGE], "confirm": True})
    assert refusal(leaving.client.get("/admin/domains")) == (403, "address_not_permitted")
    desk.does(leaving.address, "ip-ranges", {"ranges": None})
    assert leaving.client.get("/admin/domains").status_code == 200


def test_dry_run_names_the_logons_it_would_have_refused_and_saves_nothing(town: Town, desk: Desk) -> None:
    ann, near, far = town.person(), town.client(INSIDE), town.client(OUTSIDE)
    for client in (near, far, far):
        client.logs_on(ann, PASSWORD)
    far.post("/logon", {"email": ann, "password": "wrong wrong wrong"})
    found = desk.does(ann, "ip-ranges/dry-run", {"ranges": [RANGE]})
    assert found["checked"] == 3
    assert [(one["email"], one["address"]) for one in found["refused"]] == [(ann, OUTSIDE)] * 2
    assert all(one["at"].endswith("Z") for one in found["refused"])
    assert town.account(ann).ranges is None
    domain = ann.partition("@")[2]
    for path, extra in (
        (f"/admin/domains/{domain}/ip-ranges", {}),
        ("/admin/ip-ranges", {"scope": "portal"}),
    ):
        tried = desk.client.post(f"{path}/dry-run", {"ranges": [RANGE], **extra}).json()
        assert [one["address"] for one in tried["refused"] if one["email"] == ann] == [OUTSIDE] * 2
    admins = desk.client.post("/admin/ip-ranges/dry-run", {"scope": "admin", "ranges": [RANGE]}).json()
    assert ann not in {one["email"] for one in admins["refused"]}
    assert desk.address in {one["email"] for one in admins["refused"]}


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
