"""What has expired is never a dead end: a portal where all of it lives a few seconds of real time."""

import time

import pytest

from tests.journeys.people import temporary_password, together
from tests.journeys.town import Town
from tests.world.visitors import PASSWORD

pytestmark = pytest.mark.slow


def test_idle_session_is_over_a_lock_too_and_a_fresh_mail_comes(
    hasty_town: Town,
) -> None:
    forgetful, locked, busy = (hasty_town.person() for _ in range(3))
    hasty_town.client().post("/password/forgot", {"email": forgetful})
    typed = temporary_password(hasty_town.mail(forgetful, "choose a new password"))
    together(*[hasty_town.client().tries(locked, "guess after guess") for _ in range(4)])
    assert hasty_town.account(locked).locked_until > 0
    idle, used = hasty_town.client(), hasty_town.client()
    for client in (idle, used):
        client.logs_on(busy, PASSWORD)
    for _ in range(5):
        time.sleep(1.1)
        assert used.get("/account").status_code == 200

    assert idle.get("/account").json()["code"] == "session_required"
    assert hasty_town.client().logs_on(locked, PASSWORD) == "portal"
    browser = hasty_town.browser()
    browser.opens("/logon")
    page = browser.submits("/logon", email=forgetful, password=typed)
    assert page.status == 401
    assert "expired" not in page.text.lower()
    assert temporary_password(hasty_town.mail(forgetful, "fresh one")) != typed
