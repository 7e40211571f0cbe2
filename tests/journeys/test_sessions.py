"""Own sessions: where one is logged on, ending one, and ending all the others."""

import re

import pytest

from tests.journeys.people import FIREFOX, Client
from tests.journeys.town import PASSWORD, Town

pytestmark = pytest.mark.slow


@pytest.fixture
def three(town: Town) -> list[Client]:
    """One person, logged on from three places."""
    address, clients = town.person(), [town.client() for _ in range(3)]
    for client in clients:
        client.logs_on(address, PASSWORD)
    return clients


def test_sessions_are_listed_without_anything_that_opens_one(town: Town, three: list[Client]) -> None:
    answer = three[0].get("/account/sessions")
    listed = answer.json()["sessions"]
    assert [set(one) for one in listed] == [
        {"handle", "current", "started_at", "last_seen_at", "address", "browser"}
    ] * 3
    assert {one["address"] for one in listed} == {client.source for client in three}
    assert [one["address"] for one in listed if one["current"]] == [three[0].source]
    assert listed[0]["address"] == three[2].source  # the newest first
    for client in three:
        assert client.token
        secret = client.token.partition(".")[2]
        assert secret not in answer.text
    assert all(re.fullmatch(r"[a-z2-7]{16}", one["handle"]) for one in listed)
    assert not any(one["handle"] in row for row in town.dump("sessions")["sessions"] for one in listed)


def test_one_session_is_ended(three: list[Client]) -> None:
    listed = three[0].get("/account/sessions").json()["sessions"]
    handle = next(one["handle"] for one in listed if one["address"] == three[1].source)
    done = three[0].post("/account/sessions/revoke", {"handle": handle})
    assert (done.status_code, done.json()) == (200, {"revoked": 1})
    assert [client.get("/account").status_code for client in three] == [200, 401, 200]
    gone = three[0].post("/account/sessions/revoke", {"handle": handle})
    assert (gone.status_code, gone.json()["code"]) == (404, "not_found")


def test_every_other_session_is_ended(three: list[Client]) -> None:
    assert three[2].post("/account/sessions/revoke", {"others": True}).json() == {"revoked": 2}
    assert [client.get("/account").status_code for client in three] == [401, 401, 200]


def test_handle_of_somebody_else_ends_nothing(town: Town, three: list[Client]) -> None:
    stranger = town.client()
    stranger.logs_on(town.person("eve"), PASSWORD)
    handle = three[0].get("/account/sessions").json()["sessions"][0]["handle"]
    assert stranger.post("/account/sessions/revoke", {"handle": handle}).status_code == 404
    assert [client.get("/account").status_code for client in three] == [200] * 3


@pytest.mark.parametrize(
    "body", [{}, {"others": False}, {"handle": "a", "others": True}, {"handle": None}, {"others": "yes"}]
)
def test_which_sessions_must_be_said_exactly(three: list[Client], body: dict[str, object]) -> None:
    assert three[0].post("/account/sessions/revoke", body).status_code == 422
    assert [client.get("/account").status_code for client in three] == [200] * 3


def test_sessions_are_ended_in_a_browser_without_scripts(town: Town) -> None:
    address, browser, elsewhere = town.person(), town.browser(), town.client()
    elsewhere.logs_on(address, PASSWORD)
    browser.opens("/logon")
    browser.submits("/logon", email=address, password=PASSWORD)
    page = browser.opens("/account/sessions")
    assert "Firefox 140.0 on Linux" in page.text
    assert "This session" in page.text
    page = browser.submits("/account/sessions/revoke")  # the first form there: the one other session
    assert page.path == "/account/sessions?notice=revoked"
    assert "The session has been ended." in page.text
    assert elsewhere.get("/account").status_code == 401
    assert "You are not logged on anywhere else." in page.text


def test_account_page_tells_the_last_logon_and_the_password_age(town: Town) -> None:
    address = town.person()
    town.client().logs_on(address, PASSWORD)
    client = town.client()
    client.logs_on(address, PASSWORD)
    told = client.get("/account", **{"User-Agent": FIREFOX}).json()
    assert (told["address"], told["kind"], told["password_age_days"]) == (address, "recipient", 0)
    assert told["two_step"] == {"active": False, "required": False, "recovery_codes_left": 0}
    assert told["last_logon_at"] is not None
    assert not any("hash" in name or "epoch" in name for name in told)


def test_eleventh_logon_puts_out_the_first_session(town: Town) -> None:
    """SE-09."""
    address, clients = town.person(), [town.client() for _ in range(11)]
    for client in clients:
        client.logs_on(address, PASSWORD)
    assert [client.get("/account").status_code for client in clients] == [401] + [200] * 10
