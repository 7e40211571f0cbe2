"""The event with which the cold bench invokes each step the first time: what a person's first request would be."""

from __future__ import annotations

from typing import Any

from chalicelib.domain.accounts import Kind
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.sessions import Caller, Credential, Next
from chalicelib.domain.tokens import Digest
from chalicelib.web import context
from infra.contract import Operation, path_parameters, read_contract
from infra.gateway.events import authorizer_event, proxy_event
from infra.gateway.messages import Request

BROWSER = [("Accept", "text/html"), ("Host", "portal.dev.example.com"), ("Sec-Fetch-Site", "same-origin")]
# Without a link the page says that there is none; the form itself is what counts.
QUERIES = {"password_reset": "done=1"}
FAR = 4_000_000_000


def first_event(step: str) -> dict[str, Any]:
    """A page where the step has one, else its post; an empty batch for a worker."""
    operations = [one for one in read_contract().operations if one.step == step]
    if step == "authorizer":
        return authorizer_event(request(read_contract().paths["/logon"]["GET"], ""))
    if not operations:
        return {"Records": []}
    event = request(
        min(operations, key=lambda one: (one.method != "GET", "{" in one.path)), QUERIES.get(step, "")
    )
    event["requestContext"]["authorizer"] = context.write(caller(), None)
    return event


def request(operation: Operation, query: str) -> dict[str, Any]:
    """As API Gateway sends it."""
    path = (
        operation.path.replace("{email}", "somebody@example.com").replace("{id}", "x").replace("{token}", "x")
    )
    parameters = path_parameters(operation.path, path) or {}
    headers = [*BROWSER, ("Content-Type", "application/x-www-form-urlencoded")]
    body = b"" if operation.method == "GET" else b"reason=bench"
    return proxy_event(
        Request(operation.method, path, query, headers, body, "192.0.2.1"), operation, parameters, "cold"
    )


def caller() -> Caller:
    """An administrator in a whole session, who may go anywhere; nothing is stored of them."""
    return Caller(
        account_id=AccountId("a" * 40),
        address="admin@example.com",
        kind=Kind.ADMINISTRATOR,
        epoch=1,
        digest=Digest("0" * 64),
        serial=1,
        newest_serial=1,
        next=Next.PORTAL,
        reauthenticated_at=FAR,
        password_changed_at=None,
        previous_logon_at=None,
        two_step_active=True,
        two_step_required=True,
        recovery_codes_left=10,
        opened_with=Credential.PASSWORD,
        code_entered=True,
        expires_at=FAR,
    )
