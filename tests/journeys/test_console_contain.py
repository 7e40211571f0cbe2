"""An account looks compromised: every measure in one transaction, and what its owner and the thief notice."""

import json

import pytest

from tests.journeys.desk import Desk, guest, presses, seated, user_path
from tests.journeys.people import temporary_password
from tests.journeys.town import Town

REASON = "Reported by the user after an unexpected notification"
EVERYTHING = {"disable": True, "require_two_step": True, "ranges": ["127.0.0.0/8"], "reason": REASON}
CHOSEN = "seven lanterns over a bridge"


@pytest.fixture(scope="module")
def desk(town: Town) -> Desk:
    return seated(town)


def test_every_measure_at_once_and_the_trail_shows_before_and_after(town: Town, desk: Desk) -> None:
    """AD-03: one epoch for all of it."""
    ann, thief = guest(town)
    epoch = town.account(ann).epoch
    done = desk.does(ann, "contain", EVERYTHING)
    assert done["measures"] == ["password", "sessions", "disabled", "two_step", "ranges"]
    assert (done["status"], done["reason"]) == ("disabled", REASON)
    assert thief.get("/account").status_code == 401
    (event,) = desk.trail(ann, "account_contained")
    assert (event["actor"], event["reason"]) == (desk.address, REASON)
    assert event["before"] == {
        "status": "active",
        "password": "set",
        "two_step_required": False,
        "ranges": None,
        "epoch": epoch,
    }
    assert event["after"] == {
        "status": "disabled",
        "password": "none",
        "two_step_required": True,
        "ranges": ["127.0.0.0/8"],
        "epoch": epoch + 1,
    }


def test_contained_but_not_disabled_owner_comes_back_by_mail_and_sets_up_2_step(
    town: Town, desk: Desk
) -> None:
    """The compromised password does not open the page that changes it: the way back is a temporary one by mail."""
    ann = town.person()
    done = desk.does(ann, "contain", {"require_two_step": True, "reason": REASON})
    assert done["measures"] == ["password", "sessions", "force_change", "two_step"]
    client = town.client()
    temporary = temporary_password(town.mail(ann, "choose a new password"))
    assert client.logs_on(ann, temporary) == "change_password"
    new = {"new_password": CHOSEN, "confirm_password": CHOSEN}
    assert client.goes_on(client.post("/password/change", new)) == "enrol_two_step"
    assert client.get("/messages").json()["next"] == "enrol_two_step"


def test_owner_is_told_by_mail_without_a_way_in_for_whoever_reads_it(town: Town, desk: Desk) -> None:
    ann = town.person()
    desk.does(ann, "contain", EVERYTHING)
    mail = town.mail(ann, "secured")
    assert REASON not in mail["text"]
    assert not [line for line in mail["text"].splitlines() if "/password/reset/" in line]
    assert [one["subject"] for one in town.mails(ann)] == [mail["subject"]]


def test_in_a_browser_as_the_page_proposes_it(town: Town, desk: Desk) -> None:
    """Untouched, the form disables, requires 2-step and leaves the ranges; only the reason is to be typed."""
    ann, thief = guest(town)
    browser, path = desk.browser(), f"{user_path(ann)}/contain"
    browser.opens(user_path(ann))
    page = presses(browser, path)
    assert (page.status, "Say why" in page.text) == (422, True)
    assert thief.get("/account").status_code == 200
    page = presses(browser, path, reason=REASON)
    assert "The account is contained: its password, links and every session are void." in page.text
    assert REASON in page.text
    assert thief.get("/account").status_code == 401
    account = town.account(ann)
    assert (account.status, account.two_step_required, account.ranges) == ("disabled", True, None)


def test_bus_is_told_of_a_containment_with_what_was_done(town: Town, desk: Desk) -> None:
    """The record other systems hear of lies in the events table with the change, in one transaction."""
    ann = town.person()
    desk.does(ann, "contain", EVERYTHING)
    rows = [json.loads(row) for row in town.dump("events")["events"]]
    (row,) = [one for one in rows if one["kind"]["S"] == "account_contained" and one["email"]["S"] == ann]
    assert REASON in json.dumps(row)
