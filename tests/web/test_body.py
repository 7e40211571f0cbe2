"""The body: whatever arrives becomes exactly the fields a step asks for, or a refusal (properties, by hypothesis)."""

import base64
import json
from typing import Any
from urllib.parse import urlencode

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.refusals import Code, Refusal
from chalicelib.steps.password_forgot import ROUTES
from chalicelib.web.body import MAX_BODY, read_fields
from chalicelib.web.request import Field, read_event
from chalicelib.web.serve import serve
from tests.world.running import heard
from tests.world.world import World

FIELDS = {
    "text": Field(most=50),
    "maybe": Field(required=False, most=50),
    "flag": Field(bool, required=False),
    "number": Field(int, required=False),
    "ranges": Field(list, required=False, most=3, nullable=True),
}
REFUSED = {Code.INVALID_REQUEST, Code.MALFORMED_JSON, Code.TOO_LARGE, Code.UNSUPPORTED_MEDIA_TYPE}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from([*FIELDS, "unknown", "text\u0000", ""])
QUICK = settings(max_examples=150, deadline=None)


def event(
    body: str | None, content_type: str | None, *, in_base64: bool = False, **more: Any
) -> dict[str, Any]:
    """An event as API Gateway makes one."""
    headers = {} if content_type is None else {"Content-Type": content_type}
    return {
        "headers": headers,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "body": body,
        "isBase64Encoded": in_base64,
        "requestContext": {"httpMethod": "POST", "resourcePath": "/x", "identity": {"sourceIp": "192.0.2.1"}},
        **more,
    }


def fields(body: str | None, content_type: str | None, *, in_base64: bool = False) -> dict[str, Any] | Code:
    """The fields, or the code of the refusal; anything else that is raised fails the test."""
    try:
        return read_fields(read_event(event(body, content_type, in_base64=in_base64)), FIELDS)
    except Refusal as refusal:
        return refusal.code


def is_exact(found: dict[str, Any]) -> bool:
    """Only declared fields, each of its type and within its size, and all that are required."""
    return "text" in found and all(
        name in FIELDS
        and (value is None if FIELDS[name].nullable and value is None else type(value) is FIELDS[name].kind)
        and (not isinstance(value, str | list) or len(value) <= FIELDS[name].most)
        for name, value in found.items()
    )


@QUICK
@given(st.dictionaries(NAMES, ANYTHING, max_size=5))
def test_json_of_any_shape_is_exact_or_refused(document: dict[str, Any]) -> None:
    found = fields(json.dumps(document), "application/json")
    assert found in REFUSED if isinstance(found, Code) else is_exact(found)


@QUICK
@given(st.text(max_size=300), st.sampled_from(["application/json", "application/x-www-form-urlencoded"]))
def test_text_of_any_kind_is_exact_or_refused(body: str, kind: str) -> None:
    found = fields(body, kind)
    assert found in REFUSED if isinstance(found, Code) else is_exact(found)


@QUICK
@given(
    st.binary(max_size=300), st.sampled_from(["application/json", "application/x-www-form-urlencoded", None])
)
def test_bytes_of_any_kind_are_exact_or_refused(body: bytes, kind: str | None) -> None:
    found = fields(base64.b64encode(body).decode(), kind, in_base64=True)
    assert found in REFUSED if isinstance(found, Code) else is_exact(found)


@QUICK
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=50))
def test_what_was_typed_arrives_as_it_was(text: str) -> None:
    assert fields(json.dumps({"text": text}), "application/json") == {"text": text}
    assert fields(urlencode({"text": text}), "application/x-www-form-urlencoded") == {"text": text}


@QUICK
@given(st.lists(st.tuples(NAMES, st.text(max_size=20)), max_size=25))
def test_form_of_any_fields_is_exact_or_refused(pairs: list[tuple[str, str]]) -> None:
    found = fields(urlencode(pairs, errors="surrogatepass"), "application/x-www-form-urlencoded")
    assert found in REFUSED if isinstance(found, Code) else is_exact(found)
    names = [name for name, _ in pairs]
    if any(names.count(name) > 1 for name in names if name != "ranges"):
        assert isinstance(found, Code)


@QUICK
@given(st.sampled_from(["application/json", "text/plain", ""]), st.integers(-2, 2))
def test_size_is_asked_before_anything_else(kind: str, around: int) -> None:
    found = fields(" " * (MAX_BODY + around), kind)
    assert (found is Code.TOO_LARGE) is (around > 0)


@QUICK
@given(st.text(max_size=40).filter(lambda kind: kind.split(";")[0].strip().lower() != "application/json"))
def test_wb_02_only_the_exact_type_is_read(kind: str) -> None:
    assert fields('{"text": "a"}', kind) in {Code.UNSUPPORTED_MEDIA_TYPE, Code.INVALID_REQUEST}


@QUICK
@given(ANYTHING)
def test_event_of_any_shape_is_answered_with_a_refusal(odd: Any) -> None:
    """Such an event never comes from API Gateway; whoever sends it gets a document, and no step runs."""
    world = World()
    for name in ("headers", "body", "pathParameters", "multiValueQueryStringParameters", "requestContext"):
        with heard(world.lines):
            answer = serve(event("{}", "application/json") | {name: odd}, None, world.portal, ROUTES)
        assert answer["statusCode"] in {303, 401, 422, 503}
    assert world.fake.acts == []
