"""The wire contract: statuses, codes, headers and cookies of every route, whoever answers it."""

import re

import pytest

from chalicelib.domain.refusals import Code
from chalicelib.web.sentences import SENTENCES
from infra.contract import Operation
from tests.web.answers import is_guarded, is_problem
from tests.web.routes import GETS, POSTS, entitled, good_body
from tests.world.world import CONTRACT, World

HTML = {"Accept": "text/html"}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
every_get = pytest.mark.parametrize("operation", GETS, ids=lambda one: one.path)
every_post = pytest.mark.parametrize("operation", POSTS, ids=lambda one: one.path)


@pytest.mark.parametrize("path", sorted(CONTRACT.paths))
def test_wb_11_other_methods_are_not_allowed(world: World, path: str) -> None:
    allowed = set(CONTRACT.paths[path])
    for method in METHODS:
        if method in allowed:
            continue
        for headers in ({"Accept": "application/json"}, HTML):
            reply = world.visitor().sends(method, path, headers=headers)
            assert reply.status == 405
            assert set(reply.header("Allow").split(", ")) == allowed
            is_guarded(reply)
    assert world.events == []  # no authorizer, no step


@every_get
def test_get_and_head_agree_and_are_guarded(world: World, operation: Operation) -> None:
    visitor = entitled(world, operation)
    path = operation.path.replace("{token}", "A" * 43).replace("{id}", "none")
    for headers in ({"Accept": "application/json"}, HTML):
        got, head = (visitor.sends(method, path, headers=headers) for method in ("GET", "HEAD"))
        assert (head.status, head.body) == (got.status, b"")
        assert head.header("Content-Type") == got.header("Content-Type")
        assert head.header("Content-Length") == str(len(got.body))
        is_guarded(got)
        is_guarded(head)
        kind = got.header("Content-Type").partition(";")[0]
        if got.status == 200:
            for_programs = {"/health", "/password/criteria", "/session", "/account/export"}
            wants_page = headers is HTML and path not in for_programs
            for_both = {"/robots.txt", "/.well-known/security.txt"}
            assert kind == (
                "text/plain" if path in for_both else "text/html" if wants_page else "application/json"
            )
            assert "charset=utf-8" in got.header("Content-Type") or kind == "application/json"


def test_refused_head_has_the_length_of_the_refusal_too(world: World) -> None:
    for path in ("/messages/none", "/account", "/admin/users", "/nowhere"):
        visitor = world.visitor()
        got, head = (
            visitor.sends(method, path, headers={"Accept": "application/json"}) for method in ("GET", "HEAD")
        )
        assert (head.status, head.body) == (got.status, b"")
        assert head.header("Content-Length") == str(len(got.body)) != "0"


@every_get
def test_wb_03_get_changes_nothing(world: World, operation: Operation) -> None:
    """But what it counts: a bad link's source, and the first reading of a message."""
    visitor = entitled(world, operation)
    before = world.rows("accounts", "resets", "sessions", "policies", "messages")
    for headers in ({"Accept": "application/json"}, HTML):
        visitor.get(operation.path.replace("{token}", "A" * 43).replace("{id}", "none"), **headers)
    assert world.rows("accounts", "resets", "sessions", "policies", "messages") == before


@every_post
@pytest.mark.parametrize("headers", [{}, HTML], ids=["client", "browser"])
def test_refused_posts_are_guarded_and_clear(
    world: World, operation: Operation, headers: dict[str, str]
) -> None:
    visitor = entitled(world, operation)
    reply = visitor.post(operation.path, {**good_body(operation), "unknown": 1}, **headers)
    is_guarded(reply)
    if headers and not operation.path.startswith("/service/"):  # a program's, whatever it says
        assert (reply.status, reply.header("Content-Type")) == (422, "text/html; charset=utf-8")
    else:
        is_problem(reply, 422, "invalid_request")


@pytest.mark.parametrize("path", ["/logon", "/password/forgot", "/password/criteria", "/health"])
def test_page_is_the_same_one_at_a_slash(world: World, path: str) -> None:
    """API Gateway takes the one for the other, so no page may depend on its own path."""
    at_slash, page = (world.browser().get(one) for one in (f"{path}/", path))
    named = re.compile(r'(name="form" value=")[0-9a-f]{16}')  # each page its own
    assert at_slash.status == 200
    assert named.sub(r"\1", at_slash.text) == named.sub(r"\1", page.text)


@pytest.mark.parametrize(
    "path", ["/nothing", "/nothing/", "/logon/code/x", "//logon", "/password/reset/a/b", "/.env", "/%2e"]
)
def test_unknown_path_is_not_found(world: World, path: str) -> None:
    reply = world.visitor().get(path)
    assert reply.status == 404
    is_guarded(reply)
    is_problem(reply, 404, "not_found")
    page = world.visitor().get(path, **HTML)
    assert (page.status, page.header("Content-Type")) == (404, "text/html; charset=utf-8")


def test_wb_06_no_origin_is_ever_reflected(world: World) -> None:
    evil = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for method, path in (("GET", "/logon"), ("OPTIONS", "/logon"), ("GET", "/health"), ("GET", "/nothing")):
        reply = world.visitor().sends(method, path, headers=evil)
        is_guarded(reply)
        assert "evil" not in str(reply.pairs)


def test_rs_05_hostile_host_is_never_echoed(world: World) -> None:
    ann = world.person()
    for name in ("Host", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded"):
        for headers in ({}, HTML):
            body = {"email": ann.address, "password": "guess after guess"}
            reply = world.visitor().post("/logon", body, **{name: "evil.example", **headers})
            assert "evil" not in reply.text + str(reply.pairs)


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
