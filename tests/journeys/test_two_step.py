"""The second step: turning it on, logging on with a code or a recovery code, turning it off."""

import time
from typing import Any

import pyotp
import pytest

from chalicelib.domain.accounts import Account, TwoStep
from tests.journeys.people import Client, link, temporary_password, time_step, token_of
from tests.journeys.town import PASSWORD, Town

pytestmark = pytest.mark.slow

CHOSEN = "seven lanterns over a harbour"


class Phone:
    """An authenticator app: each code once, the next one of the window when there is no time to wait."""

    def __init__(self, secret: str) -> None:
        self._codes = pyotp.TOTP(secret)
        self._step = int(time.time()) // 30 - 2

    def code(self) -> str:
        self._step = max(self._step + 1, time_step() - 1)
        return self._codes.generate_otp(self._step)


def enrolled(town: Town, **facts: Any) -> tuple[str, Phone, list[str]]:
    """Somebody who turned 2-step on: address, phone, recovery codes."""
    address, client = town.person(**facts), town.client()
    client.logs_on(address, PASSWORD)
    proposed = client.post("/account/two-step").json()
    phone = Phone(proposed["secret"])
    done = client.post("/account/two-step/confirm", {"code": phone.code()}).json()
    return address, phone, done["recovery_codes"]


def test_enrolment_shows_the_secret_once_and_needs_a_code(town: Town) -> None:
    address, client, elsewhere = town.person(), town.client(), town.client()
    elsewhere.logs_on(address, PASSWORD)
    client.logs_on(address, PASSWORD)
    proposed = client.post("/account/two-step").json()
    assert set(proposed) == {"secret", "otpauth_uri", "qr_svg"}
    assert proposed["secret"] in proposed["otpauth_uri"]
    assert "<script" not in proposed["qr_svg"]
    assert town.client().logs_on(address, PASSWORD) == "portal"  # not active yet
    wrong = client.post("/account/two-step/confirm", {"code": "000000"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "invalid_code")
    done = client.post("/account/two-step/confirm", {"code": Phone(proposed["secret"]).code()})
    assert client.goes_on(done) == "portal"
    assert len(set(done.json()["recovery_codes"])) == 10
    assert client.get("/account").json()["two_step"] == {
        "active": True,
        "required": False,
        "recovery_codes_left": 10,
    }
    assert elsewhere.get("/account").status_code == 401
    town.mail(address, "2-step authentication")
    again = client.post("/account/two-step")
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


def test_logon_asks_for_the_code_and_takes_it_once(town: Town) -> None:
    address, phone, _ = enrolled(town)
    client, other = town.client(), town.client()
    assert client.logs_on(address, PASSWORD) == "enter_code"
    half = client.token
    stopped = client.get("/messages")
    assert (stopped.status_code, stopped.json()["next"]) == (403, "enter_code")
    code = phone.code()
    spaced = f" {code[:3]} {code[3:]} "
    assert client.goes_on(client.post("/logon/code", {"code": spaced})) == "portal"
    assert client.token != half
    assert client.get("/messages").status_code == 200
    assert client.get("/messages", Authorization=f"Bearer {half}").status_code == 401
    other.logs_on(address, PASSWORD)
    replayed, wrong = (other.post("/logon/code", {"code": one}) for one in (code, "000000"))
    assert replayed.status_code == 401
    assert replayed.json() | {"reference": ""} == wrong.json() | {"reference": ""}


def test_recovery_code_works_once_and_is_told_of(town: Town) -> None:
    address, _, recovery = enrolled(town)
    client = town.client()
    client.logs_on(address, PASSWORD)
    typed = recovery[0].upper().replace("-", " ")
    assert client.goes_on(client.post("/logon/code", {"code": typed})) == "portal"
    assert client.get("/account").json()["two_step"]["recovery_codes_left"] == 9
    town.mail(address, "recovery code was used")
    again = town.client()
    again.logs_on(address, PASSWORD)
    assert again.post("/logon/code", {"code": recovery[0]}).status_code == 401


def test_fifth_wrong_code_ends_the_half_done_logon(town: Town) -> None:
    """LG-09, TF-03."""
    address, phone, _ = enrolled(town)
    client = town.client()
    client.logs_on(address, PASSWORD)
    statuses = [client.post("/logon/code", {"code": "000000"}).status_code for _ in range(5)]
    assert statuses == [401] * 5
    assert client.post("/logon/code", {"code": phone.code()}).json()["code"] == "session_required"
    fresh = town.client()
    assert fresh.logs_on(address, PASSWORD) == "enter_code"
    paced = fresh.post("/logon/code", {"code": phone.code()})
    assert paced.status_code == 429
    assert int(paced.headers["Retry-After"]) > 200
    town.mail(address, "check a log on")


def test_code_comes_before_the_change_page_and_survives_a_reset(town: Town) -> None:
    """TP-05, RS-11."""
    address, phone, _ = enrolled(town)
    town.client().post("/password/forgot", {"email": address})
    mail = town.mail(address, "choose a new password")
    client = town.client()
    assert client.logs_on(address, temporary_password(mail)) == "enter_code"
    body = {"new_password": CHOSEN, "confirm_password": CHOSEN}
    refused = client.post("/password/change", body)
    assert (refused.status_code, refused.json()["code"]) == (403, "step_required")
    assert client.goes_on(client.post("/logon/code", {"code": phone.code()})) == "change_password"
    assert client.get("/messages").json()["next"] == "change_password"
    token = token_of(link(mail, "/password/reset/"))
    assert town.client().post("/password/reset", {"token": token, **body}).status_code == 200
    assert town.client().logs_on(address, CHOSEN) == "enter_code"


def test_turning_it_off_needs_password_and_code(town: Town) -> None:
    address, phone, recovery = enrolled(town)
    client, elsewhere = town.client(), town.client()
    for one, code in ((elsewhere, phone.code()), (client, recovery[0])):
        one.logs_on(address, PASSWORD)
        one.goes_on(one.post("/logon/code", {"code": code}))
    path = "/account/two-step/remove"
    assert client.post(path, {"password": "no", "code": recovery[1]}).json()["code"] == "invalid_logon"
    assert client.post(path, {"password": PASSWORD, "code": "000000"}).json()["code"] == "invalid_code"
    assert client.post(path, {"password": PASSWORD}).status_code == 422
    done = client.post(path, {"password": PASSWORD, "code": recovery[1]})
    assert client.goes_on(done) == "portal"
    assert elsewhere.get("/account").status_code == 401
    town.mail(address, "2-step authentication", count=2)
    assert town.client().logs_on(address, PASSWORD) == "portal"


def test_it_cannot_be_turned_off_where_it_is_required(town: Town) -> None:
    address, _, recovery = enrolled(town, two_step_required=True)
    client = town.client()
    client.logs_on(address, PASSWORD)
    client.goes_on(client.post("/logon/code", {"code": recovery[0]}))
    refused = client.post("/account/two-step/remove", {"password": PASSWORD, "code": recovery[1]})
    assert (refused.status_code, refused.json()["code"]) == (403, "two_step_required")


def test_enrolment_and_logon_in_a_browser_without_scripts(town: Town) -> None:
    address, browser = town.person(), town.browser()
    browser.opens("/logon")
    browser.submits("/logon", email=address, password=PASSWORD)
    browser.opens("/account/two-step")
    page = browser.submits("/account/two-step")
    assert page.heading == "Set up your authenticator app"
    secret = page.html.partition('class="secret pick">')[2].partition("</p>")[0].replace(" ", "").strip()
    phone = Phone(secret)
    page = browser.submits("/account/two-step/confirm", code="000000")
    assert (page.status, secret in page.html.replace(" ", "")) == (401, True)  # a slip costs nothing
    page = browser.submits("/account/two-step/confirm", code=phone.code())
    assert page.heading == "Save your recovery codes"
    assert page.html.count('<li class="pick">') == 10
    browser.submits("/logoff")
    page = browser.submits("/logon", email=address, password=PASSWORD)
    assert (page.path, page.heading) == ("/logon/code", "Enter your code")
    page = browser.submits("/logon/code", code=phone.code())
    assert page.path == "/messages"


@pytest.fixture
def stale(town: Town) -> tuple[Account, Client]:
    """Somebody whose password was last typed eleven minutes ago."""
    address, client = town.person(two_step=TwoStep()), town.client()
    client.logs_on(address, PASSWORD)
    account = town.account(address)
    (session,) = town.store.sessions.of_account(account.id)
    old = time.time() - 660
    table = town.engine.client("dynamodb")
    table.update_item(
        TableName=f"{town.prefix}sessions",
        Key={"account_id": {"S": account.id}, "digest": {"S": session.digest}},
        UpdateExpression="SET reauthenticated_at = :old",
        ExpressionAttributeValues={":old": {"N": str(old)}},
    )
    return account, client


def test_enrolment_asks_for_the_password_again_after_ten_minutes(
    town: Town, stale: tuple[Account, Client]
) -> None:
    """TF-05, SE-11."""
    account, client = stale
    refused = client.post("/account/two-step")
    assert (refused.status_code, refused.json()["code"]) == (403, "reauthentication_required")
    assert client.post("/reauthenticate", {"password": "no"}).json()["code"] == "invalid_logon"
    before = client.token
    assert client.goes_on(client.post("/reauthenticate", {"password": PASSWORD})) == "portal"
    assert client.get("/account", Authorization=f"Bearer {before}").status_code == 401  # SE-02
    assert client.post("/account/two-step").status_code == 200
    assert town.account(account.address).failures == 0
