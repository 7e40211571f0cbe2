"""Bad input, everywhere: a clear 4xx, never a fault, never a changed row (WB-02, WB-09, WB-10, PW-04, IN-01, IN-02)."""

import time
from typing import Any

import pytest

from chalicelib.domain.access import PUBLIC, guard_of
from infra.contract import Operation
from tests.web.routes import ADDRESS, EVERY_TABLE, FORM, JSON, POSTS, encoded, entitled, fields_of, good_body
from tests.world.world import CONTRACT, World

GUARDED = [
    one
    for one in CONTRACT.operations
    if one.method == "POST" and (guard_of("POST", one.path) or PUBLIC) != PUBLIC
]
every_post = pytest.mark.parametrize("operation", POSTS, ids=lambda one: one.path)
ODD: tuple[Any, ...] = (None, 7, 1.5, True, [], ["x"], {}, {"a": "x"}, [["x"]], 10**400)
COMBINING = "\u0301\u0323" * 50_000


def refusals(world: World, operation: Operation, bodies: list[tuple[bytes, str]]) -> list[tuple[int, str]]:
    """What each of these bodies is answered; nothing may have changed by any of them."""
    visitor = entitled(world, operation)
    before, hashes = world.rows(*EVERY_TABLE), world.hasher.runs
    said = []
    for body, kind in bodies:
        reply = visitor.sends("POST", operation.path, body, {"Content-Type": kind})
        assert reply.header("Content-Type") == "application/problem+json", (body[:80], reply)
        said.append((reply.status, reply.code))
    assert world.rows(*EVERY_TABLE) == before
    assert world.hasher.runs == hashes
    return said


@every_post
def test_wb_10_wrong_types_are_refused_by_name(world: World, operation: Operation) -> None:
    good, bodies = good_body(operation), []
    for name, spec in fields_of(operation).items():
        wrong = [one for one in ODD if type(one) is not spec.kind and not (one is None and spec.nullable)]
        bodies += [(encoded({**good, name: one}), JSON) for one in wrong]
    assert set(refusals(world, operation, bodies)) <= {(422, "invalid_request")}


@every_post
def test_wb_09_missing_unknown_and_doubled_fields_are_refused(world: World, operation: Operation) -> None:
    good = good_body(operation)
    required = [name for name, spec in fields_of(operation).items() if spec.required]
    bodies = [
        (encoded({key: value for key, value in good.items() if key != name}), JSON) for name in required
    ]
    extra = ("role", "kind", "status", "epoch", "password_hash", "__proto__", "", "Email")
    bodies += [(encoded({**good, name: "administrator"}), JSON) for name in extra]
    doubled = [b'{"%s": "a", "%s": "b"}' % (name.encode(), name.encode()) for name in good]
    bodies += [(body, JSON) for body in doubled]
    bodies += [(b"%s=a&%s=b" % (name.encode(), name.encode()), FORM) for name in good]
    bodies += [(b"unknown=1", FORM)]
    assert set(refusals(world, operation, bodies)) <= {(422, "invalid_request")}


BROKEN = [
    b"{",
    b'{"a"',
    b'{"a":}',
    b"{'a':1}",
    b'{"a":1}x',
    b'{"a":1,}',
    b"\xef\xbb\xbf{}",
    b"{}{}",
    b'{"a":"\n"}',
]
NO_OBJECT = [b"[]", b"null", b'"text"', b"7", b"true", b"NaN", b'{"email":Infinity}', b'{"email":-NaN}']
NO_TEXT = [b"\xff\xfe{\x00}\x00", b'{"email":"\xed\xa0\x80"}', b"\x80"]
DEEP = [b"[" * 8000, b'{"a":' * 2700 + b"1" + b"}" * 2700, b'{"a":[[[["x"]]]]}', b'{"a":%s}' % (b"9" * 5000)]


@every_post
def test_wb_10_what_is_no_json_object_is_refused(world: World, operation: Operation) -> None:
    bodies = [(body, JSON) for body in BROKEN + NO_OBJECT + NO_TEXT + DEEP]
    said = refusals(world, operation, bodies)
    assert set(said) <= {(400, "malformed_json"), (422, "invalid_request")}
    bodies = [
        (body, FORM) for body in (b"%ff=1", b"email=%ff", b"a=1;b=2", b"&".join([b"a=1"] * 30), b"\xff=\xff")
    ]
    assert set(refusals(world, operation, bodies)) == {(422, "invalid_request")}


@every_post
def test_wb_10_more_than_sixteen_kibibytes_are_refused(world: World, operation: Operation) -> None:
    for kind in (JSON, FORM, "text/plain"):
        bodies = [(b" " * 16385, kind), (b"x" * 1_000_000, kind)]
        assert set(refusals(world, operation, bodies)) == {(413, "too_large")}
    assert refusals(world, operation, [(b"[" + b" " * 16383, JSON)])[0][0] in {400, 422}


@pytest.mark.parametrize("operation", GUARDED, ids=lambda one: one.path)
def test_ad_01_whoever_has_no_session_is_told_that_first_whatever_they_send(
    world: World, operation: Operation
) -> None:
    bodies = [
        (b'{"unknown":1}', JSON),
        (b"{", JSON),
        (b"", JSON),
        (b"x" * 20_000, JSON),
        (b"{}", "text/plain"),
    ]
    visitor, path = world.visitor(), operation.path.format(email=ADDRESS, domain="nowhere.test", id="x")
    for body, kind in bodies:
        reply = visitor.sends("POST", path, body, {"Content-Type": kind, "Accept": JSON})
        assert (reply.status, reply.code) == (401, "session_required"), (body[:20], kind)


KINDS = [
    "",
    "text/plain",
    "text/plain; application/json",
    "multipart/form-data; boundary=x",
    "application/xml",
]
KINDS += [
    "application/jsonx",
    "application/problem+json",
    "text/json",
    "application/json, text/plain",
    "*/*",
    "\u00ff",
]


@every_post
@pytest.mark.parametrize("kind", KINDS)
def test_wb_02_other_content_types_are_refused(world: World, operation: Operation, kind: str) -> None:
    bodies = [(encoded(good_body(operation) or {"x": 1}), kind)]
    assert refusals(world, operation, bodies) == [(415, "unsupported_media_type")]


@pytest.mark.parametrize(
    "kind", [JSON, "application/json; charset=utf-8", "APPLICATION/JSON ", FORM + ";charset=UTF-8"]
)
def test_wb_02_essence_counts_and_not_its_parameters(world: World, kind: str) -> None:
    body = b"email=nobody%40nowhere.test" if kind.startswith(FORM) else encoded({"email": ADDRESS})
    headers = {"Content-Type": kind, "Accept": JSON}
    assert world.visitor().sends("POST", "/password/forgot", body, headers).status == 202


@every_post
def test_pw_04_hundred_thousand_combining_characters_cost_nothing(world: World, operation: Operation) -> None:
    good = good_body(operation)
    texts = [name for name, spec in fields_of(operation).items() if spec.kind is str]
    bodies = [(encoded({**good, name: COMBINING}), JSON) for name in texts]
    bodies += [(encoded({**good, name: COMBINING[:2600]}), JSON) for name in texts if name == "email"]
    started = time.thread_time()
    said = refusals(world, operation, bodies)
    assert time.thread_time() - started < 1 + 0.1 * len(bodies)
    assert set(said) <= {(413, "too_large"), (422, "invalid_request")}


@pytest.mark.parametrize("length", [257, 1000, 2600])
@pytest.mark.parametrize("character", ["\u0301", "x", "\U0001f40e"])
def test_pw_04_password_nobody_can_have_costs_no_hash(world: World, length: int, character: str) -> None:
    ann = world.person()
    before = world.rows(*EVERY_TABLE), world.hasher.runs
    reply = world.visitor().post("/logon", {"email": ann.address, "password": character * length})
    assert reply.status in {413, 422}
    assert (world.rows(*EVERY_TABLE), world.hasher.runs) == before


@every_post
@pytest.mark.parametrize("text", ["\ud800", "a\udfffb"])
def test_lone_surrogates_are_refused(world: World, operation: Operation, text: str) -> None:
    good = good_body(operation)
    texts = [name for name, spec in fields_of(operation).items() if spec.kind is str]
    bodies = [(encoded({**good, name: text}), JSON) for name in texts]
    assert set(refusals(world, operation, bodies)) <= {(422, "invalid_request")}


HOSTILE = [
    "\x00",
    "a\x00b",
    "\r\n",
    "a\r\nBcc: eve@evil.test",
    "\u2028",
    "\u202e",
    "<svg onload=alert(1)>",
    "{{7*7}}",
]
HOSTILE += [
    "../../etc/passwd",
    "%s%n",
    "' OR 1=1 --",
    "$ne",
    "\x1b[31m",
    "\ufeff",
    " ",
    "\u00a0" * 30,
    "x" * 250,
]


@pytest.mark.slow
@every_post
@pytest.mark.parametrize("browser", [False, True], ids=["client", "browser"])
def test_hostile_texts_are_never_a_fault(world: World, operation: Operation, browser: bool) -> None:
    """As a page too: what was typed is shown again there."""
    texts = [name for name, spec in fields_of(operation).items() if spec.kind is str]
    for name in texts:
        for text in HOSTILE:
            visitor = entitled(world, operation)
            accept = {"Accept": "text/html"} if browser else {}
            reply = visitor.post(operation.path, {**good_body(operation), name: text}, **accept)
            assert reply.status < 500, (name, text)
            assert "<svg onload" not in reply.text
    assert not [line for line in world.lines if '"fault"' in line]
