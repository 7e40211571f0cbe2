"""What has expired is never a dead end: a portal where mailed things live two seconds."""

import time

import pytest

from tests.journeys.people import link, temporary_password, token_of
from tests.journeys.town import PASSWORD, Town

CHOSEN = "seven lanterns over a harbour"
EXPIRED = 2.2


@pytest.fixture(scope="module")
def mails(hasty_town: Town) -> dict[str, str]:
    """An invitation and a reset mail, both expired by now."""
    newcomer, forgetful = hasty_town.new_address("new"), hasty_town.person("old")
    hasty_town.sends(newcomer)
    hasty_town.client().post("/password/forgot", {"email": forgetful})
    invitation = hasty_town.mail(newcomer, "temporary password")
    reset = hasty_town.mail(forgetful, "choose a new password")
    time.sleep(EXPIRED)
    return {
        "newcomer": newcomer,
        "forgetful": forgetful,
        "invitation": temporary_password(invitation),
        "temporary": temporary_password(reset),
        "token": token_of(link(reset, "/password/reset/")),
    }


def test_expired_first_password_gets_the_generic_answer_and_a_fresh_mail(
    hasty_town: Town, mails: dict[str, str]
) -> None:
    refused = hasty_town.client().post(
        "/logon", {"email": mails["newcomer"], "password": mails["invitation"]}
    )
    assert (refused.status_code, refused.json()["code"]) == (401, "invalid_logon")
    fresh = temporary_password(hasty_town.mail(mails["newcomer"], "fresh one"))
    assert hasty_town.client().logs_on(mails["newcomer"], fresh) == "change_password"


def test_expired_temporary_password_gets_the_generic_answer_and_a_fresh_mail(
    hasty_town: Town, mails: dict[str, str]
) -> None:
    browser = hasty_town.browser()
    browser.opens("/logon")
    page = browser.submits("/logon", email=mails["forgetful"], password=mails["temporary"])
    assert page.status == 401
    assert "expired" not in page.text.lower()
    fresh = hasty_town.mail(mails["forgetful"], "fresh one")
    token = token_of(link(fresh, "/password/reset/"))
    body = {"token": token, "new_password": CHOSEN, "confirm_password": CHOSEN}
    assert hasty_town.client().post("/password/reset", body).status_code == 200


def test_expired_link_gets_the_same_answer_as_one_that_never_was(
    hasty_town: Town, mails: dict[str, str]
) -> None:
    client = hasty_town.client()
    for token in (mails["token"], "B" * 43):
        seen = client.get("/password/reset", Cookie=f"portal-reset={token}")
        body = {"token": token, "new_password": CHOSEN, "confirm_password": CHOSEN}
        posted = client.post("/password/reset", body)
        for answer in (seen, posted):
            assert (answer.status_code, answer.json()["code"]) == (410, "link_unusable")


def test_idle_session_ends_and_a_used_one_lives_on(hasty_town: Town) -> None:
    address = hasty_town.person()
    idle, used = hasty_town.client(), hasty_town.client()
    assert [idle.logs_on(address, PASSWORD), used.logs_on(address, PASSWORD)] == ["portal", "portal"]
    for _ in range(4):
        time.sleep(0.6)
        assert used.get("/account").status_code == 200
    ended = idle.get("/account")
    assert (ended.status_code, ended.json()["code"]) == (401, "session_required")


def test_lock_ends_by_itself(hasty_town: Town) -> None:
    address, client = hasty_town.person(), hasty_town.client()
    for _ in range(3):
        client.post("/logon", {"email": address, "password": "guess after guess"})
    assert client.post("/logon", {"email": address, "password": PASSWORD}).status_code == 401
    time.sleep(1.1)
    assert client.logs_on(address, PASSWORD) == "portal"
