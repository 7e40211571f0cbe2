"""The support desk: from the reference a person reads out to the true reason, and nothing that it can change."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

import pytest

from chalicelib.domain.accounts import Kind
from infra.contract import read_contract
from tests.journeys.desk import Desk, guest, seated, user_path
from tests.journeys.people import FIREFOX, Browser
from tests.journeys.town import PASSWORD, Town

pytestmark = pytest.mark.slow

ROW = {
    "reference",
    "at",
    "email",
    "url",
    "browser",
    "browser_version",
    "operating_system",
    "address",
    "outcome",
    "reason",
}
WRITES = [
    one.path for one in read_contract().operations if one.method == "POST" and one.path.startswith("/admin")
]


@pytest.fixture(scope="module")
def desk(town: Town) -> Desk:
    return seated(town, Kind.SUPPORT)


def attempts(desk: Desk, **query: str) -> list[Any]:
    """What the search finds."""
    asked = "&".join(f"{name}={quote(value)}" for name, value in query.items())
    return list(desk.get(f"/admin/attempts?{asked}")["attempts"])


def fails_in_a_browser(town: Town, typed: str) -> tuple[Browser, str]:
    """Somebody who cannot get in, and the reference on their page."""
    browser = town.browser()
    browser.opens("/logon?next=/messages/secret-token")
    page = browser.submits("/logon", email=typed, password="wrong wrong wrong")
    assert page.status == 401
    return browser, page.facts()["Reference"]


def test_reference_finds_every_fact_of_the_attempt(town: Town, desk: Desk) -> None:
    """What the desk asks for in the guide: date and time, URL, browser and version, address typed; and the reason."""
    ann = town.person()
    browser, reference = fails_in_a_browser(town, f" {ann.upper()} ")
    (row,) = attempts(desk, reference=reference)
    assert set(row) == ROW
    assert (row["reference"], row["reason"], row["outcome"]) == (reference, "wrong_password", "refused")
    assert row["email"].strip().lower() == ann
    assert (row["browser"], row["browser_version"].split(".")[0]) == ("Firefox", "140")
    assert row["operating_system"] == "Linux"
    assert row["address"] == browser.source
    assert row["url"].endswith("/logon")
    assert "secret-token" not in row["url"]
    assert datetime.fromisoformat(row["at"]).tzinfo is not None
    assert attempts(desk, reference=reference.lower().replace("-", " ")) == [row]
    assert attempts(desk, reference="2222-2222") == []


def test_address_finds_attempts_with_and_without_an_account_behind(town: Town, desk: Desk) -> None:
    nobody = town.new_address("nobody")
    _, reference = fails_in_a_browser(town, nobody)
    (row,) = attempts(desk, email=nobody)
    assert (row["reference"], row["reason"]) == (reference, "unknown_address")
    ann, _ = guest(town)
    assert [one["outcome"] for one in attempts(desk, email=ann)] == ["succeeded"]


def test_time_finds_the_newest_first_and_no_older_ones(town: Town, desk: Desk) -> None:
    _, first = fails_in_a_browser(town, town.person())
    since = attempts(desk, reference=first)[0]["at"]
    _, second = fails_in_a_browser(town, town.person())
    found = [row["reference"] for row in attempts(desk, since=since)]
    assert found == [second, first]
    later = attempts(desk, reference=second)[0]["at"]
    assert [row["reference"] for row in attempts(desk, since=later)] == [second]
    refused = desk.client.get("/admin/attempts?since=yesterday")
    assert (refused.status_code, refused.json()["field"]) == (422, "since")


def test_reading_the_records_leaves_an_event_of_the_reader(town: Town, desk: Desk) -> None:
    ann = town.person()
    attempts(desk, email=ann)
    desk.get(f"/admin/events?email={ann}")
    read = [event["details"] for event in seated(town).trail(desk.address, "trail_read")]
    assert {"events_of": ann} in read
    assert {"attempts": {"reference": "", "email": ann, "since": ""}} in read


def test_user_page_shows_state_attempts_and_mails(town: Town, desk: Desk) -> None:
    ann = town.person(two_step_required=True, ranges=("127.0.0.0/8",))
    fails_in_a_browser(town, ann)
    town.client().post("/password/forgot", {"email": ann})
    town.mail(ann, "choose a new password")
    user = desk.user(ann)
    assert (user["status"], user["kind"], user["password_state"]) == ("active", "recipient", "chosen")
    assert (user["two_step"]["required"], user["ranges"]["source"]) == (True, "account")
    assert user["attempts"][0]["reason"] == "wrong_password"
    for secret in ("argon2", "digest", "seed", "token"):
        assert secret not in str(user)
    page = desk.browser().opens(user_path(ann))
    for words in (
        "Wrong password",
        "What became of the last mails",
        "Required of this account",
        "127.0.0.0/8",
    ):
        assert words in page.text


def test_support_is_refused_every_write(town: Town, desk: Desk) -> None:
    """AD-01: whatever the body, and nothing is written."""
    ann = town.person()
    before = town.dump("accounts", "domains", "messages")
    for path in WRITES:
        target = path.replace("{email}", ann).replace("{domain}", ann.partition("@")[2]).replace("{id}", "x")
        refused = desk.client.post(target, {"reason": "curious", "required": True, "ranges": None})
        assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")
    assert town.dump("accounts", "domains", "messages") == before


def test_support_reads_what_it_needs_and_no_policy(desk: Desk) -> None:
    for path in ("/admin/users", "/admin/domains", "/admin/attempts"):
        assert desk.client.get(path).status_code == 200
    for path in ("/admin/ip-ranges", "/admin/messages"):
        assert desk.client.get(path).json()["code"] == "not_permitted"


def test_recipient_reaches_no_page_of_the_console(town: Town) -> None:
    ann, client = guest(town)
    for path in ("/admin/users", "/admin/domains", user_path(ann), f"/admin/events?email={ann}"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


def test_search_in_a_browser_says_the_reason_in_words(town: Town, desk: Desk) -> None:
    _, reference = fails_in_a_browser(town, ann := town.person())
    page = desk.browser().opens(f"/admin/attempts?reference={reference}")
    assert "Wrong password" in page.text
    assert "Firefox 140" in page.text
    assert ann in page.text
    assert FIREFOX not in page.text
    assert PASSWORD not in page.text
