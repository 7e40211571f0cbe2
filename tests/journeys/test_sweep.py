"""The contract swept over the running portal: anything sent to any operation is answered as docs/openapi.json says.

Bounded and repeatable, but slow: `make proofs`. Requests come as a stranger, as a person and as an administrator.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.accounts import Kind
from infra.contract import read_contract
from tests.docs.running import ROOT
from tests.engine import Engine
from tests.journeys.people import Client
from tests.journeys.phones import Phone
from tests.journeys.town import Town, new_source
from tests.world import contract
from tests.world.visitors import PASSWORD

pytestmark = pytest.mark.slow
CONTRACT = read_contract()
DOCUMENT: dict[str, Any] = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
OPERATIONS = [
    (method.upper(), path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
    if method in {"get", "post"}
]
TEXTS = st.text(max_size=60) | st.sampled_from(
    [
        "",
        "\x00",
        "a\r\nb: c",
        "\ud800",
        "x" * 3000,
        "../..",
        "<svg onload=alert(1)>",
        "admin@portal.test",
        "10.0.0.0/8",
    ]
)
ODD = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | TEXTS
    | st.lists(TEXTS, max_size=3)
)
HEADERS = st.dictionaries(
    st.sampled_from(
        ["Accept", "Content-Type", "Cookie", "X-Forwarded-For", "Origin", "Sec-Fetch-Site", "Range"]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30).map(str.strip)
    | st.sampled_from(["text/html", "application/json", "text/html;q=0", "null", "127.0.0.1", "same-origin"]),
    max_size=3,
)


@pytest.fixture(scope="module")
def swept(engine: Engine) -> Iterator[Town]:
    """A portal of its own: nothing that happens here may be in another test's way."""
    running = Town(engine)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def callers(swept: Town) -> list[Client]:
    """A stranger, a person and an administrator; none of them ends a session of another."""
    person, administrator = swept.client(), swept.client()
    person.logs_on(swept.person("person"), PASSWORD)
    administrator.logs_on(swept.person("admin", kind=Kind.ADMINISTRATOR), PASSWORD)
    phone = Phone(administrator.post("/account/two-step").json()["secret"])
    administrator.goes_on(administrator.post("/account/two-step/confirm", {"code": phone.code()}))
    return [swept.client(), person, administrator]


def properties(operation: dict[str, Any]) -> list[str]:
    """The names of the body's fields."""
    content = operation.get("requestBody", {}).get("content", {})
    if not content:
        return []
    name = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
    return list(DOCUMENT["components"]["schemas"][name].get("properties", {}))


def is_answer(answer: requests.Response, operation: dict[str, Any], method: str) -> None:
    """A documented status, the security headers, and a problem document that is one."""
    assert str(answer.status_code) in operation["responses"], (answer.status_code, answer.text[:300])
    kind, path = answer.headers.get("Content-Type", ""), urlsplit(answer.url).path
    contract.check(CONTRACT, method, path, answer.status_code, kind, answer.content)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "<svg onload" not in answer.text
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    assert kind in {"application/json", "application/problem+json", "text/html", "text/plain"}
    assert kind != "text/plain" or "<" not in answer.text  # what is nobody's page holds no markup
    if kind == "application/problem+json" and method != "HEAD":
        problem = json.loads(answer.text)
        assert (problem["status"], bool(problem["code"]), bool(problem["reference"])) == (
            answer.status_code,
            True,
            True,
        )


KEEPS_THE_SESSION = {
    "/logoff",
    "/account/sessions/revoke",
    "/account/two-step/remove",
    "/account/two-step/recovery-codes",
    "/account/two-step/move",
    "/reauthenticate",
}


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    OPERATIONS,
    ids=lambda one: one["operationId"] if isinstance(one, dict) else "",
)
def test_anything_is_answered_as_the_contract_says(
    swept: Town, callers: list[Client], method: str, path: str, operation: dict[str, Any]
) -> None:
    names = st.sampled_from([*properties(operation), "unknown"])
    bodies = st.dictionaries(names, ODD, max_size=6).map(lambda body: json.dumps(body).encode()) | st.binary(
        max_size=40
    )
    parts = st.text(st.sampled_from("ab1%2F.@-\u00e9"), min_size=1, max_size=12)
    parts = parts.filter(lambda part: part.strip("."))  # the client itself walks up and down by dots

    @settings(max_examples=25, deadline=None, database=None, derandomize=True)
    @given(bodies, HEADERS, parts, st.integers(0, 2), st.booleans())
    def sweep(body: bytes, headers: dict[str, str], part: str, who: int, head: bool) -> None:
        caller = callers[0 if path in KEEPS_THE_SESSION else who]
        client = Client(swept.url, new_source())
        client.token = caller.token
        segments = [quote(part) if "{" in one else one for one in path.split("/")]
        sent = {"Content-Type": "application/json", **headers}
        data = body if method == "POST" else None
        verb = "HEAD" if method == "GET" and head else method
        is_answer(client.send(verb, "/".join(segments), data=data, headers=sent), operation, verb)

    sweep()


def test_nothing_was_broken_by_it(swept: Town) -> None:
    assert '"what": "fault"' not in swept.gateway.log
    assert "Traceback" not in swept.gateway.log
    address = swept.person()
    assert swept.client().logs_on(address, PASSWORD) == "portal"
