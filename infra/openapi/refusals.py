"""Which refusals an operation can answer with: of the gateway, of its guard, of its body and path, and of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from chalicelib.domain.access import Guard, guard_of
from chalicelib.domain.refusals import Code
from chalicelib.domain.sessions import Next
from chalicelib.web.sentences import SENTENCES
from infra.gateway_responses import JSON, fill_in, read_gateway_responses
from infra.openapi import Incomplete, Json
from infra.openapi.answers import Answers

# Of API Gateway's own answers, those that any request can meet, and those that one with a body can.
GATEWAY = ("DEFAULT_4XX", "WAF_FILTERED", "ACCESS_DENIED", "THROTTLED", "AUTHORIZER_FAILURE")
GATEWAY_BODY = ("REQUEST_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE")
BODY = (
    Code.MALFORMED_JSON,
    Code.CROSS_ORIGIN,
    Code.TOO_LARGE,
    Code.UNSUPPORTED_MEDIA_TYPE,
    Code.INVALID_REQUEST,
)
REFERENCE = "K7MW-3FQ9"
# What a code adds to its problem document, as its example has it.
FACTS: Mapping[str, Json] = MappingProxyType(
    {
        Code.INVALID_REQUEST: {"field": "email"},
        Code.STEP_REQUIRED: {"next": Next.ENTER_CODE.value},
        Code.CRITERIA_NOT_MET: {
            "criteria": [{"id": "length", "label": "At least 15 characters, at most 256", "met": False}]
        },
    }
)


def guard(answers: Answers) -> Guard:
    """Who may ask."""
    found = guard_of(answers.operation.method, answers.operation.path)
    if found is None:
        where = f"{answers.operation.method} {answers.operation.path}"
        raise Incomplete(f"chalicelib/domain/access.py: who may call {where}?")
    return found


def refusals(answers: Answers) -> dict[int, list[str]]:
    """The codes of each status, both in order."""
    has_body = answers.operation.method == "POST"
    found = {("", kind) for kind in (*GATEWAY, *(GATEWAY_BODY if has_body else ()))}
    found |= {(code.value, "") for code in (*answers.refuses, *_of_guard(guard(answers)))}
    found |= {(code.value, "") for code in (BODY if has_body else ())}
    if set(answers.operation.path.split("/")) & {"{email}", "{domain}", "{id}"}:
        found.add((Code.NOT_FOUND.value, ""))
    by_status: dict[int, set[str]] = {}
    for code, kind in found:
        status, named = _gateway()[kind] if kind else (SENTENCES[Code(code)].status, code)
        by_status.setdefault(status, set()).add(named)
    return {status: sorted(by_status[status]) for status in sorted(by_status)}


def own(answers: Answers) -> list[str]:
    """The codes that stand in its entry, and those of its guard."""
    return [code.value for code in (*answers.refuses, *_of_guard(guard(answers)))]


def always(status: int) -> set[str]:
    """What any operation can refuse with."""
    return {code for of, code in (_gateway()[kind] for kind in GATEWAY) if of == status}


def _of_guard(given: Guard) -> list[Code]:
    """Of whom it is for, and of the canary, which may do nothing but such."""
    if given.service:
        return [Code.SESSION_REQUIRED]
    if given.next is None:
        return []
    codes = [Code.SESSION_REQUIRED]
    codes += [] if given.next == frozenset(Next) else [Code.STEP_REQUIRED]
    codes += [] if given.everywhere else [Code.NOT_PERMITTED]
    return [*codes, *([Code.REAUTHENTICATION_REQUIRED] if given.fresh else [])]


@cache
def _gateway() -> Mapping[str, tuple[int, str]]:
    """Status and code of each answer that the gateway gives by itself."""
    return {kind: (one["status"], one["code"]) for kind, one in _of_the_gateway().items()}


@cache
def _of_the_gateway() -> Mapping[str, Json]:
    responses = read_gateway_responses({})
    return {kind: json.loads(fill_in(one, JSON, REFERENCE)) for kind, one in responses.items()}


@cache
def every_code() -> Mapping[str, Json]:
    """An example of a problem document of each code there is."""
    own: Json = {"type": "about:blank"}
    told = {one["code"]: own | one | {"reference": REFERENCE} for one in _of_the_gateway().values()}
    for code, (status, title, detail) in SENTENCES.items():
        named: Json = {"title": title, "status": status, "detail": detail, "code": code.value}
        told[code.value] = own | named | {"reference": REFERENCE} | FACTS.get(code, {})
    return {code: told[code] for code in sorted(told)}
