"""Administrators and the second step: required of one, of a domain; a lost authenticator taken away with a reason."""

import pytest

from tests.journeys.desk import Desk, guest, presses, seated, user_path
from tests.journeys.people import temporary_password
from tests.journeys.test_two_step import Phone, enrolled
from tests.journeys.town import PASSWORD, Town

pytestmark = pytest.mark.slow

REASON = "Lost phone; called back on the number in the directory"


@pytest.fixture(scope="module")
def desk(town: Town) -> Desk:
    return seated(town)


def test_tf_07_required_counts_at_the_next_request_and_cannot_be_skipped(town: Town, desk: Desk) -> None:
    ann, client = guest(town)
    browser = town.browser()
    browser.opens("/logon")
    browser.submits("/logon", email=ann, password=PASSWORD)
    assert desk.does(ann, "two-step", {"required": True})["done"] == "two_step_required"
    for path in ("/messages", "/account", "/account/sessions", "/reauthenticate"):
        stopped = client.get(path)
        assert (stopped.status_code, stopped.json()["next"]) == (403, "enrol_two_step")
        assert browser.opens(path).path.startswith("/account/two-step")
    phone = Phone(client.post("/account/two-step").json()["secret"])
    assert client.goes_on(client.post("/account/two-step/confirm", {"code": phone.code()})) == "portal"
    assert (
        client.post("/account/two-step/remove", {"password": PASSWORD, "code": phone.code()}).status_code
        == 403
    )
    assert desk.user(ann)["two_step"]["required_by"] == ["account"]


def test_required_of_a_domain_counts_for_each_of_its_users(town: Town, desk: Desk) -> None:
    domain = f"two-step.{desk.address.partition('@')[2]}"
    address, client = f"ann@{domain}", town.client()
    added = desk.client.post(
        "/admin/domains", {"domain": domain, "internal": True, "two_step_required": True}
    )
    assert (added.status_code, added.json()["two_step_required"]) == (201, True)
    desk.client.post("/admin/users", {"email": address})
    assert client.logs_on(address, temporary_password(town.mail(address, "temporary"))) == "change_password"
    new = {"new_password": PASSWORD, "confirm_password": PASSWORD}
    assert client.goes_on(client.post("/password/change", new)) == "enrol_two_step"
    assert desk.user(address)["two_step"]["required_by"] == ["domain"]
    changed = desk.client.post("/admin/domains", {"domain": domain, "two_step_required": False})
    assert (changed.status_code, changed.json()["internal"]) == (200, True)
    assert client.get("/messages").status_code == 200


def test_tf_09_lost_authenticator_is_reset_with_a_reason_and_a_notice(town: Town, desk: Desk) -> None:
    ann, phone, recovery = enrolled(town)
    open_one = town.client()
    open_one.logs_on(ann, PASSWORD)
    open_one.goes_on(open_one.post("/logon/code", {"code": recovery[0]}))
    for body in ({}, {"reason": ""}, {"reason": " \n "}):
        refused = desk.tries(ann, "two-step/reset", body)
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request")
    assert open_one.get("/account").status_code == 200
    desk.does(ann, "two-step/reset", {"reason": REASON})
    assert open_one.get("/account").status_code == 401
    (event,) = desk.trail(ann, "two_step_reset")
    assert (event["reason"], event["actor"]) == (REASON, desk.address)
    assert (event["before"]["two_step"], event["after"]["two_step"]) == (True, False)
    assert "administrator" in town.mail(ann, "2-step authentication", count=2)["text"]
    client = town.client()
    assert client.logs_on(ann, PASSWORD) == "enrol_two_step"
    for code in (phone.code(), recovery[1]):
        assert client.post("/account/two-step/confirm", {"code": code}).status_code in {401, 409}
    again = Phone(client.post("/account/two-step").json()["secret"])
    assert client.goes_on(client.post("/account/two-step/confirm", {"code": again.code()})) == "portal"


def test_reset_in_a_browser_asks_whether_it_is_the_user(town: Town, desk: Desk) -> None:
    ann, _, _ = enrolled(town)
    browser, path = desk.browser(), f"{user_path(ann)}/two-step/reset"
    page = browser.opens(user_path(ann))
    assert "I have made sure that it is the user who is asking" in page.text
    page = presses(browser, path, confirm="true")
    assert (page.status, "Say why" in page.text) == (422, True)
    page = presses(browser, path, reason=REASON, confirm="true")
    assert "2-step is reset." in page.text
