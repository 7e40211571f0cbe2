"""The wire contract: statuses, codes, headers and cookies of every route, whoever answers it."""

import re
from typing import Any

import pytest

from chalicelib.domain.refusals import Code
from chalicelib.web.sentences import SENTENCES
from infra.contract import Operation
from tests.steps.phones import enrolled
from tests.steps.premises import CHOSEN, CONTRACT, PASSWORD, Premises
from tests.steps.visitors import Reply
from tests.web.routes import GETS, POSTS, entitled, good_body

HTML = {"Accept": "text/html"}
MEMBERS = {"type", "title", "status", "detail", "code", "reference"}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
every_get = pytest.mark.parametrize("operation", GETS, ids=lambda one: one.path)
every_post = pytest.mark.parametrize("operation", POSTS, ids=lambda one: one.path)


def is_guarded(reply: Reply) -> None:
    """WB-04, WB-05, WB-06: what every answer carries, refusal or not."""
    assert reply.header("Strict-Transport-Security") == "max-age=63072000; includeSubDomains"
    assert reply.header("X-Content-Type-Options") == "nosniff"
    assert reply.header("Referrer-Policy") == "no-referrer"
    assert reply.header("Cross-Origin-Opener-Policy") == "same-origin"
    assert reply.header("Cache-Control") == "no-store"
    policy = dict(
        part.strip().partition(" ")[::2] for part in reply.header("Content-Security-Policy").split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in str(policy)
    assert "*" not in str(policy)
    if reply.header("Content-Type").startswith("text/html") and "X-Frame-Options" in dict(reply.pairs):
        assert (policy["object-src"], policy["base-uri"]) == ("'none'", "'none'")
        assert policy["form-action"] in {"'self'", "'none'"}
    for name, _ in reply.pairs:
        assert not name.lower().startswith("access-control-")
        assert name.lower() not in {"server", "x-powered-by"}


def is_problem(reply: Reply, status: int, code: str) -> dict[str, Any]:
    """RFC 9457, with the portal's members."""
    document: dict[str, Any] = reply.json()
    assert (reply.status, document["status"], document["code"]) == (status, status, code)
    assert reply.header("Content-Type").partition(";")[0] == "application/problem+json"
    assert set(document) >= MEMBERS - {"type"}
    assert all(document[name] for name in ("title", "detail", "reference"))
    return document


@pytest.mark.parametrize("path", sorted(CONTRACT.paths))
def test_wb_11_other_methods_are_not_allowed(premises: Premises, path: str) -> None:
    allowed = set(CONTRACT.paths[path])
    for method in METHODS:
        if method in allowed:
            continue
        for headers in ({"Accept": "application/json"}, HTML):
            reply = premises.visitor().sends(method, path, headers=headers)
            assert reply.status == 405
            assert set(reply.header("Allow").split(", ")) == allowed
            is_guarded(reply)
    assert premises.events == []  # no authorizer, no step


@every_get
def test_get_and_head_agree_and_are_guarded(premises: Premises, operation: Operation) -> None:
    visitor = entitled(premises, operation)
    path = operation.path.replace("{token}", "A" * 43).replace("{id}", "none")
    for headers in ({"Accept": "application/json"}, HTML):
        got, head = (visitor.sends(method, path, headers=headers) for method in ("GET", "HEAD"))
        assert (head.status, head.body) == (got.status, b"")
        assert head.header("Content-Type") == got.header("Content-Type")
        is_guarded(got)
        is_guarded(head)
        kind = got.header("Content-Type").partition(";")[0]
        if got.status == 200:
            wants_page = headers is HTML and path not in {"/health", "/password/criteria"}
            assert kind == ("text/html" if wants_page else "application/json")
            assert "charset=utf-8" in got.header("Content-Type") or kind == "application/json"


@every_get
def test_wb_03_get_changes_nothing(premises: Premises, operation: Operation) -> None:
    """But what it counts: a bad link's source, and the first reading of a message."""
    visitor = entitled(premises, operation)
    before = premises.rows("accounts", "resets", "sessions", "policies", "messages")
    for headers in ({"Accept": "application/json"}, HTML):
        visitor.get(operation.path.replace("{token}", "A" * 43).replace("{id}", "none"), **headers)
    assert premises.rows("accounts", "resets", "sessions", "policies", "messages") == before


@every_post
@pytest.mark.parametrize("headers", [{}, HTML], ids=["client", "browser"])
def test_refused_posts_are_guarded_and_clear(
    premises: Premises, operation: Operation, headers: dict[str, str]
) -> None:
    visitor = entitled(premises, operation)
    reply = visitor.post(operation.path, {**good_body(operation), "unknown": 1}, **headers)
    is_guarded(reply)
    if headers:
        assert (reply.status, reply.header("Content-Type")) == (422, "text/html; charset=utf-8")
    else:
        is_problem(reply, 422, "invalid_request")


@pytest.mark.parametrize(
    "path", ["/nothing", "/logon/", "/logon/code/x", "//logon", "/password/reset/a/b", "/.env", "/%2e"]
)
def test_unknown_path_is_not_found(premises: Premises, path: str) -> None:
    reply = premises.visitor().get(path)
    assert reply.status == 404
    is_guarded(reply)
    is_problem(reply, 404, "not_found")
    page = premises.visitor().get(path, **HTML)
    assert (page.status, page.header("Content-Type")) == (404, "text/html; charset=utf-8")


PRIVATE = [
    one for one in CONTRACT.operations if one.path.startswith(("/account", "/messages", "/reauthenticate"))
]


@pytest.mark.parametrize("operation", PRIVATE, ids=lambda one: f"{one.method} {one.path}")
def test_private_routes_ask_for_a_session(premises: Premises, operation: Operation) -> None:
    path = operation.path.replace("{id}", "abc")
    refused = premises.visitor().sends(operation.method, path)
    is_problem(refused, 401, "session_required")
    page = premises.browser().sends(operation.method, path)
    assert page.status == 303
    wanted = f"?next={path.replace('/', '%2F')}" if operation.method == "GET" and path != "/messages" else ""
    assert page.header("Location") == f"/logon{wanted}"


def test_step_required_names_the_step_and_leads_a_browser_there(premises: Premises) -> None:
    stages = {
        "enter_code": ("/logon/code", enrolled(premises)[0]),
        "change_password": ("/password/change", premises.person(must_change_password=True)),
        "enrol_two_step": ("/account/two-step", premises.person(two_step_required=True)),
    }
    for following, (where, account) in stages.items():
        visitor, browser = premises.visitor(), premises.browser()
        assert visitor.logs_on(account) == following
        document = is_problem(visitor.get("/messages"), 403, "step_required")
        assert document["next"] == following
        assert browser.logs_on(account) == where
        assert browser.get("/messages/abc").header("Location") == f"{where}?next=%2Fmessages%2Fabc"


def test_throttled_and_unavailable_say_when_to_come_back(premises: Premises) -> None:
    guesser = premises.visitor("198.51.100.7")
    for _ in range(20):
        guesser.post("/password/forgot", {"email": "a@b.test"})
    for headers in ({}, HTML):
        reply = guesser.post("/password/forgot", {"email": "a@b.test"}, **headers)
        assert reply.status == 429
        assert reply.header("Retry-After").isdigit()
        is_guarded(reply)
    for after in (0, 1):
        premises.store.fail(after)
        reply = premises.visitor().post("/password/forgot", {"email": "a@b.test"})
        is_problem(reply, 503, "unavailable")
        assert reply.header("Retry-After") == "5"
        is_guarded(reply)


def test_answers_of_a_whole_logon_are_the_contracts(premises: Premises) -> None:
    ann, visitor = premises.person(), premises.visitor()
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
    premises = Premises(URL=url)
    ann = premises.person()
    reply = premises.visitor().post("/logon", {"email": ann.address, "password": PASSWORD})
    ((name, whole),) = reply.cookies.items()
    value, *attributes = whole.split("; ")
    assert name == ("__Host-portal-session" if secure else "portal-session")
    assert value == f"{name}={reply.json()['session']['token']}"
    expected = {"Path=/", "HttpOnly", "SameSite=Lax"} | ({"Secure"} if secure else set())
    assert set(attributes) - {"Max-Age=43199", "Max-Age=43200"} == expected
    moved = premises.visitor().get(f"/password/reset/{'A' * 43}")
    ((name, whole),) = moved.cookies.items()
    assert name == ("__Host-portal-reset" if secure else "portal-reset")
    assert ("Secure" in whole.split("; ")) is secure
    assert "Domain" not in whole


def test_half_done_cookie_lives_no_longer_than_its_session(premises: Premises) -> None:
    reply = premises.visitor().post("/logon", {"email": enrolled(premises)[0].address, "password": PASSWORD})
    seconds = re.search(r"Max-Age=(\d+)", reply.cookies["__Host-portal-session"])
    assert seconds is not None
    assert int(seconds[1]) <= 300


def test_se_05_every_signed_in_page_has_a_log_off_button(premises: Premises) -> None:
    browser = premises.browser()
    browser.logs_on(premises.person())
    for operation in GETS:
        if "{" in operation.path:
            continue
        page = browser.get(operation.path)
        if page.status == 200 and page.header("Content-Type").startswith("text/html"):
            assert '<form method="post" action="/logoff">' in page.text, operation.path


def test_wb_06_no_origin_is_ever_reflected(premises: Premises) -> None:
    evil = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for method, path in (("GET", "/logon"), ("OPTIONS", "/logon"), ("GET", "/health"), ("GET", "/nothing")):
        reply = premises.visitor().sends(method, path, headers=evil)
        is_guarded(reply)
        assert "evil" not in str(reply.pairs)


def test_rs_05_hostile_host_is_never_echoed(premises: Premises) -> None:
    ann = premises.person()
    for name in ("Host", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded"):
        for headers in ({}, HTML):
            body = {"email": ann.address, "password": "guess after guess"}
            reply = premises.visitor().post("/logon", body, **{name: "evil.example", **headers})
            assert "evil" not in reply.text + str(reply.pairs)


@pytest.mark.parametrize(
    ("accept", "kind", "expected"),
    [
        ("application/json", None, "json"),
        ("application/problem+json", None, "json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", None, "html"),
        ("*/*", None, "html"),
        ("", None, "html"),
        ("*/*", "application/json", "json"),
    ],
)
def test_language_is_the_clients_choice(
    premises: Premises, accept: str, kind: str | None, expected: str
) -> None:
    headers = {"Accept": accept} | ({"Content-Type": kind} if kind else {})
    reply = premises.visitor().sends("GET", "/logon", headers=headers)
    assert reply.header("Content-Type").startswith("text/html" if expected == "html" else "application/json")


def test_every_code_has_its_sentence_and_status() -> None:
    assert set(SENTENCES) == set(Code)
    statuses = {code: sentence.status for code, sentence in SENTENCES.items()}
    expected = {
        Code.INVALID_LOGON: 401,
        Code.INVALID_CODE: 401,
        Code.SESSION_REQUIRED: 401,
        Code.STEP_REQUIRED: 403,
        Code.NOT_PERMITTED: 403,
        Code.ADDRESS_NOT_PERMITTED: 403,
        Code.REAUTHENTICATION_REQUIRED: 403,
        Code.LINK_UNUSABLE: 410,
        Code.TOO_LARGE: 413,
        Code.UNSUPPORTED_MEDIA_TYPE: 415,
        Code.CRITERIA_NOT_MET: 422,
        Code.INVALID_REQUEST: 422,
        Code.THROTTLED: 429,
        Code.UNAVAILABLE: 503,
        Code.NOT_FOUND: 404,
        Code.METHOD_NOT_ALLOWED: 405,
        Code.WOULD_LOCK_YOU_OUT: 409,
        Code.EXISTS: 409,
    }
    assert expected.items() <= statuses.items()
