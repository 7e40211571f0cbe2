"""The step `reauthenticate`: password, and the code where there is one; the session goes on under a new secret."""

import pytest

from tests.world.phones import enrolled
from tests.world.visitors import PASSWORD
from tests.world.world import World

PATH = "/reauthenticate"


def test_se_02_session_gets_a_new_secret(premises: World) -> None:
    ann, visitor = premises.person(), premises.visitor()
    visitor.logs_on(ann)
    before = visitor.token
    assert visitor.goes_on(visitor.post(PATH, {"password": PASSWORD})) == "portal"
    assert visitor.get("/account").status == 200
    assert visitor.get("/account", Authorization=f"Bearer {before}").status == 401
    assert premises.stored(ann).failures == 0


def test_wrong_password_is_refused_counted_and_recorded(premises: World) -> None:
    ann, visitor = premises.person(), premises.visitor()
    visitor.logs_on(ann)
    reply = visitor.post(PATH, {"password": "not this one at all"})
    assert (reply.status, reply.code) == (401, "invalid_logon")
    assert premises.stored(ann).failures == 1
    (event,) = premises.store.events.by_reference(reply.json()["reference"])
    assert event.reason == "wrong_password"
    assert visitor.get("/account").status == 200


def test_lg_08_lock_holds_here_too(premises: World) -> None:
    ann, visitor = premises.person(), premises.visitor()
    visitor.logs_on(ann)
    for _ in range(5):
        premises.visitor().post("/logon", {"email": ann.address, "password": "guess after guess"})
    before = premises.hasher.runs
    assert visitor.post(PATH, {"password": PASSWORD}).code == "invalid_logon"
    assert premises.hasher.runs - before == 1  # EN-02
    premises.clock.passes(1)
    assert visitor.post(PATH, {"password": PASSWORD}).status == 200


@pytest.mark.parametrize("code", ["000000", "", None])
def test_code_is_needed_where_there_is_one(premises: World, code: str | None) -> None:
    ann, phone = enrolled(premises)
    visitor = premises.visitor()
    visitor.logs_on(ann)
    visitor.goes_on(visitor.post("/logon/code", {"code": phone.code()}))
    premises.clock.passes(60)
    assert visitor.get(PATH).json() == {"fields": ["password", "code"]}
    body = {"password": PASSWORD} | ({} if code is None else {"code": code})
    reply = visitor.post(PATH, body)
    assert (reply.status, reply.code) == (401, "invalid_code")
    assert visitor.goes_on(visitor.post(PATH, {"password": PASSWORD, "code": phone.code()})) == "portal"


def test_se_11_it_is_good_for_ten_minutes(premises: World) -> None:
    visitor = premises.visitor()
    visitor.logs_on(premises.person())
    premises.clock.passes(1200)
    visitor.goes_on(visitor.post(PATH, {"password": PASSWORD}))
    premises.clock.passes(599)
    assert visitor.post("/account/two-step").status == 200
    premises.clock.passes(1)
    assert visitor.post("/account/two-step").code == "reauthentication_required"


def test_session_does_not_live_longer_for_it(premises: World) -> None:
    """The absolute lifetime is of the logon; reading the wire contract, `expires_at` tells it."""
    visitor = premises.visitor()
    visitor.logs_on(premises.person())
    reply = visitor.post(PATH, {"password": PASSWORD})
    assert reply.json()["session"]["expires_at"] == "2030-03-18T05:46:40.000Z"


def test_browser_is_sent_there_and_back(premises: World) -> None:
    browser = premises.browser()
    browser.logs_on(premises.person())
    premises.clock.passes(700)
    sent = browser.post("/account/two-step")
    assert (sent.status, sent.header("Location").partition("?")[0]) == (303, PATH)
    page = browser.post(PATH, {"password": "not this one at all"})
    assert (page.status, "This is not your password." in page.text) == (401, True)
    back = browser.post(f"{PATH}?next=/account/two-step", {"password": PASSWORD})
    assert (back.status, back.header("Location")) == (303, "/account/two-step")
