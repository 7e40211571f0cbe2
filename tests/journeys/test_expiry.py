"""What has expired is never a dead end: a portal where mailed things and idle sessions live two seconds."""

import time
from dataclasses import dataclass

import pytest

from tests.journeys.people import Client, link, temporary_password, together, token_of
from tests.journeys.town import PASSWORD, Town

pytestmark = pytest.mark.slow

CHOSEN = "seven lanterns over a harbour"


@dataclass(frozen=True)
class Later:
    """What there was two seconds ago."""

    newcomer: str
    invitation: str
    forgetful: str
    temporary: str
    token: str
    locked: str
    idle: Client
    used: Client


@pytest.fixture(scope="module")
def later(hasty_town: Town) -> Later:
    """Somebody was invited, somebody forgot, somebody was locked out, somebody logged on twice; then time passed."""
    newcomer, forgetful, locked, busy = (
        hasty_town.new_address("new"),
        *(hasty_town.person() for _ in range(3)),
    )
    hasty_town.sends(newcomer)
    hasty_town.client().post("/password/forgot", {"email": forgetful})
    invitation = hasty_town.mail(newcomer, "temporary password")
    reset = hasty_town.mail(forgetful, "choose a new password")
    together(*[hasty_town.client().tries(locked, "guess after guess") for _ in range(4)])
    idle, used = hasty_town.client(), hasty_town.client()
    for client in (idle, used):
        client.logs_on(busy, PASSWORD)
    assert hasty_town.account(locked).locked_until > 0
    for _ in range(5):
        time.sleep(0.45)
        assert used.get("/account").status_code == 200
    return Later(
        newcomer=newcomer,
        invitation=temporary_password(invitation),
        forgetful=forgetful,
        temporary=temporary_password(reset),
        token=token_of(link(reset, "/password/reset/")),
        locked=locked,
        idle=idle,
        used=used,
    )


def test_idle_session_ends_and_a_used_one_lives_on(later: Later) -> None:
    assert later.used.get("/account").status_code == 200
    ended = later.idle.get("/account")
    assert (ended.status_code, ended.json()["code"]) == (401, "session_required")


def test_lock_ends_by_itself(hasty_town: Town, later: Later) -> None:
    assert hasty_town.client().logs_on(later.locked, PASSWORD) == "portal"


def test_expired_first_password_gets_the_generic_answer_and_a_fresh_mail(
    hasty_town: Town, later: Later
) -> None:
    body = {"email": later.newcomer, "password": later.invitation}
    refused = hasty_town.client().post("/logon", body)
    assert (refused.status_code, refused.json()["code"]) == (401, "invalid_logon")
    fresh = temporary_password(hasty_town.mail(later.newcomer, "fresh one"))
    assert hasty_town.client().logs_on(later.newcomer, fresh) == "change_password"


def test_expired_temporary_password_gets_the_generic_answer_and_a_fresh_mail(
    hasty_town: Town, later: Later
) -> None:
    browser = hasty_town.browser()
    browser.opens("/logon")
    page = browser.submits("/logon", email=later.forgetful, password=later.temporary)
    assert page.status == 401
    assert "expired" not in page.text.lower()
    fresh = hasty_town.mail(later.forgetful, "fresh one")
    token = token_of(link(fresh, "/password/reset/"))
    body = {"token": token, "new_password": CHOSEN, "confirm_password": CHOSEN}
    assert hasty_town.client().post("/password/reset", body).status_code == 200


def test_expired_link_gets_the_same_answer_as_one_that_never_was(hasty_town: Town, later: Later) -> None:
    client = hasty_town.client()
    for token in (later.token, "B" * 43):
        seen = client.get("/password/reset", Cookie=f"portal-reset={token}")
        body = {"token": token, "new_password": CHOSEN, "confirm_password": CHOSEN}
        posted = client.post("/password/reset", body)
        for answer in (seen, posted):
            assert (answer.status_code, answer.json()["code"]) == (410, "link_unusable")
