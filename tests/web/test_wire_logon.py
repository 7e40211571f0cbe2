"""The wire contract of a session: cookies, what comes next, who is sent where."""

import re

import pytest

from infra.contract import Operation
from tests.web.answers import is_guarded, is_problem
from tests.web.routes import GETS
from tests.world.phones import enrolled
from tests.world.visitors import CHOSEN, PASSWORD
from tests.world.world import CONTRACT, World

HTML = {"Accept": "text/html"}
PRIVATE = [
    one for one in CONTRACT.operations if one.path.startswith(("/account", "/messages", "/reauthenticate"))
]


@pytest.mark.parametrize("operation", PRIVATE, ids=lambda one: f"{one.method} {one.path}")
def test_private_routes_ask_for_a_session(world: World, operation: Operation) -> None:
    path = operation.path.replace("{id}", "abc")
    refused = world.visitor().sends(operation.method, path)
    is_problem(refused, 401, "session_required")
    page = world.browser().sends(operation.method, path)
    assert page.status == 303
    wanted = f"?next={path.replace('/', '%2F')}" if operation.method == "GET" and path != "/messages" else ""
    assert page.header("Location") == f"/logon{wanted}"


def test_step_required_names_the_step_and_leads_a_browser_there(world: World) -> None:
    stages = {
        "enter_code": ("/logon/code", enrolled(world)[0]),
        "change_password": ("/password/change", world.person(must_change_password=True)),
        "enrol_two_step": ("/account/two-step", world.person(two_step_required=True)),
    }
    for following, (where, account) in stages.items():
        visitor, browser = world.visitor(), world.browser()
        assert visitor.logs_on(account) == following
        document = is_problem(visitor.get("/messages"), 403, "step_required")
        assert document["next"] == following
        assert browser.logs_on(account) == where
        assert browser.get("/messages/abc").header("Location") == f"{where}?next=%2Fmessages%2Fabc"


def test_throttled_and_unavailable_say_when_to_come_back(world: World) -> None:
    guesser = world.visitor("198.51.100.7")
    for number in range(20):  # about different accounts: the same one again counts once
        guesser.post("/password/forgot", {"email": f"a{number}@b.test"})
    for headers in ({}, HTML):
        reply = guesser.post("/password/forgot", {"email": "a@b.test"}, **headers)
        assert reply.status == 429
        assert reply.header("Retry-After").isdigit()
        is_guarded(reply)
    for after in (0, 1):
        world.fake.fail(after)
        reply = world.visitor().post("/password/forgot", {"email": "a@b.test"})
        is_problem(reply, 503, "unavailable")
        assert reply.header("Retry-After") == "5"
        is_guarded(reply)


def test_answers_of_a_whole_logon_are_the_contracts(world: World) -> None:
    ann, visitor = world.person(), world.visitor()
    logon = visitor.post("/logon", {"email": ann.address, "password": PASSWORD})
    assert logon.json().keys() == {"next", "session"}
    assert logon.json()["session"].keys() == {"token", "expires_at"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", logon.json()["session"]["expires_at"])
    visitor.goes_on(logon)
    body = {"current_password": PASSWORD, "new_password": CHOSEN, "confirm_password": CHOSEN}
    assert visitor.post("/password/change", body).json().keys() == {"next", "session"}


@pytest.mark.parametrize(
    ("url", "secure"), [("https://portal.example", True), ("http://localhost:8000", False)]
)
def test_se_03_cookie_is_bound_to_the_host(url: str, secure: bool) -> None:
    world = World(URL=url)
    ann = world.person()
    reply = world.visitor().post("/logon", {"email": ann.address, "password": PASSWORD})
    ((name, whole),) = reply.cookies.items()
    value, *attributes = whole.split("; ")
    assert name == ("__Host-portal-session" if secure else "portal-session")
    assert value == f"{name}={reply.json()['session']['token']}"
    expected = {"Path=/", "HttpOnly", "SameSite=Lax"} | ({"Secure"} if secure else set())
    assert set(attributes) - {"Max-Age=43199", "Max-Age=43200"} == expected
    moved = world.visitor().get(f"/password/reset/{'A' * 43}")
    ((name, whole),) = moved.cookies.items()
    assert name == ("__Host-portal-reset" if secure else "portal-reset")
    assert ("Secure" in whole.split("; ")) is secure
    assert "Domain" not in whole


def test_rs_14_reset_while_logged_on_as_somebody_else_mixes_no_identities(world: World) -> None:
    ann, bob, browser = world.person(), world.person(), world.browser()
    browser.logs_on(ann)
    browser.get(f"/password/reset/{world.asks(bob).token('/password/reset')}")
    done = browser.post("/password/reset", {"new_password": CHOSEN, "confirm_password": CHOSEN})
    assert done.header("Location") == "/password/reset?done=1"
    assert ann.address in browser.get("/account").text
    assert world.visitor().logs_on(ann) == "portal"
    assert world.visitor().logs_on(bob, CHOSEN) == "portal"


def test_half_done_cookie_lives_no_longer_than_its_session(world: World) -> None:
    reply = world.visitor().post("/logon", {"email": enrolled(world)[0].address, "password": PASSWORD})
    seconds = re.search(r"Max-Age=(\d+)", reply.cookies["__Host-portal-session"])
    assert seconds is not None
    assert int(seconds[1]) <= 300


def test_se_05_every_signed_in_page_has_a_log_off_button(world: World) -> None:
    browser = world.browser()
    browser.logs_on(world.person())
    for operation in GETS:
        if "{" in operation.path:
            continue
        page = browser.get(operation.path)
        if page.status == 200 and page.header("Content-Type").startswith("text/html"):
            assert '<form method="post" action="/logoff">' in page.text, operation.path


@pytest.mark.parametrize(
    ("accept", "kind", "expected"),
    [
        ("application/json", None, "json"),
        ("application/problem+json", None, "json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", None, "html"),
        ("*/*", None, "json"),
        ("", None, "json"),
        ("*/*", "application/json", "json"),
    ],
)
def test_language_is_the_clients_choice(world: World, accept: str, kind: str | None, expected: str) -> None:
    headers = {"Accept": accept} | ({"Content-Type": kind} if kind else {})
    reply = world.visitor().sends("GET", "/logon", headers=headers)
    assert reply.header("Content-Type").startswith("text/html" if expected == "html" else "application/json")
