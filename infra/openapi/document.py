"""The whole document, docs/openapi.json."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from chalicelib.domain.refusals import Code
from infra.contract import API, METHODS
from infra.documents import read_yaml
from infra.openapi import Incomplete, Json
from infra.openapi.answers import NOTHING, PAGE, REDIRECT, Answers, read_answers
from infra.openapi.problems import problem_responses, problem_schemas, response_name
from infra.openapi.recorded import Example, example_of
from infra.openapi.refusals import guard, refusals
from infra.openapi.schemas import REFERENCE, answer_schemas

# By the first segment of a path.
TAGS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "logon": ("Logging on", "From nobody to a whole session, and out again"),
        "password": ("Passwords", "Forgotten, reset, changed"),
        "account": ("Account", "What is one's own: sessions, 2-step, preferences, activity"),
        "messages": ("Messages", "The secure messages that are waiting"),
        "admin": ("Console", "Administrators; the support desk reads attempts, trails and users"),
        "service": ("Services", "For systems that send"),
        "": ("Portal", "Whether it answers, and what is the same for everybody"),
    }
)
SAME: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("session", "logoff", "reauthenticate"), "logon"),
        "not-me": "password",
        "address": "account",
        **dict.fromkeys(("health", "help", ".well-known", "robots.txt"), ""),
    }
)
SERVERS = [
    {"url": "http://localhost:8000", "description": "`make run`"},
    {
        "url": "https://{host}",
        "description": "A stage, at its PORTAL_URL",
        "variables": {"host": {"default": "portal.test"}},
    },
]
SCHEMES: Json = {
    "session": {
        "type": "http",
        "scheme": "bearer",
        "description": "The token that a logon gives. With it the answer is always JSON.",
    },
    "service": {
        "type": "http",
        "scheme": "bearer",
        "description": "A sending system's key (`smp_...`). It opens nothing else, and no session opens this.",
    },
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-portal-session",
        "description": "The same in a browser; over plain HTTP (`make run`) it is called `portal-session`.",
    },
}
SESSION: list[Json] = [{"session": []}, {"cookie": []}]
DESCRIPTION = """{description} Who sends `Authorization`, or does not clearly prefer HTML, gets JSON.
The forms of the pages send the same fields as programs, as `application/x-www-form-urlencoded`. HEAD is answered
wherever GET is; another method at a path of these is 405 `method_not_allowed`, any other path 404 `not_found`.
[docs/api.md](api.md) begins with a walk, and says how this document changes."""
LICENSE = {"name": "MIT", "url": "https://spdx.org/licenses/MIT.html"}
REDIRECT_STATUS, JSON = 303, "application/json"
REDIRECTED: Json = {
    "description": "A browser goes on there",
    "headers": {"Location": {"$ref": "#/components/headers/Location"}},
}
HEADERS: Json = {
    "Retry-After": {"description": "In how many seconds to try again", "schema": {"type": "integer"}},
    "Location": {"description": "Where a browser goes on", "schema": {"type": "string"}},
    "Content-Disposition": {"description": "The file's name", "schema": {"type": "string"}},
    "Link": {
        "description": "Where the next part is, `rel=next` (RFC 8288); not there in the last one",
        "schema": {"type": "string"},
    },
}


@cache
def source() -> Json:
    """infra/api.yaml."""
    return dict(read_yaml(API))


def document() -> Json:
    """All of it."""
    short, answers = source(), read_answers()
    told = DESCRIPTION.format(description=short["info"]["description"])
    every = list(answers.values())
    return {
        "openapi": short["openapi"],
        "info": short["info"] | {"description": told, "license": LICENSE},
        "servers": SERVERS,
        "tags": [{"name": name, "description": what} for name, what in _tags(every)],
        "paths": {path: _path(item, answers) for path, item in short["paths"].items()},
        "components": {
            "securitySchemes": SCHEMES,
            "headers": HEADERS,
            "responses": problem_responses(every),
            "schemas": _in_one(short["components"]["schemas"], answer_schemas(), problem_schemas(every)),
        },
    }


def tag(path: str) -> tuple[str, str]:
    """The tag of a path, and what it is about."""
    first = path.split("/")[1]
    first = SAME.get(first, first)
    if first not in TAGS:
        raise Incomplete(f"infra/openapi/document.py: TAGS says nothing of /{first}")
    return TAGS[first]


def _tags(answers: list[Answers]) -> list[tuple[str, str]]:
    used = {tag(one.operation.path) for one in answers}
    return [one for one in TAGS.values() if one in used]


def _in_one(*every: Mapping[str, Json]) -> Json:
    found: Json = {}
    for schemas in every:
        for name in (one for one in schemas if one in found):
            raise Incomplete(f"infra/openapi/schemas.yaml: {name} is the name of another schema already")
        found |= schemas
    return {name: found[name] for name in sorted(found)}


def _path(item: Json, answers: Mapping[str, Answers]) -> Json:
    """A path with its operations; its parameters with what stands in their place in the examples."""
    operations = {method: one for method, one in item.items() if method in METHODS}
    return {method: operation(one, item, answers[one["operationId"]]) for method, one in operations.items()}


def operation(written: Json, item: Json, answers: Answers) -> Json:
    """One operation, whole."""
    example = example_of(answers.operation.operation_id)
    parameters = [
        _exemplified(one, example) for one in (*item.get("parameters", ()), *written.get("parameters", ()))
    ]
    whole: Json = {
        "operationId": written["operationId"],
        "summary": _summary(written),
        "tags": [tag(answers.operation.path)[0]],
        "security": _security(answers),
    }
    if parameters:
        whole["parameters"] = parameters
    if "requestBody" in written:
        whole["requestBody"] = _body(written["requestBody"], example)
    return whole | {"responses": responses(answers, example)}


def _summary(written: Json) -> str:
    if not written.get("summary"):
        raise Incomplete(f"infra/api.yaml: {written['operationId']} has no summary")
    return str(written["summary"])


def _security(answers: Answers) -> list[Json]:
    if guard(answers).service:
        return [{"service": []}]
    if guard(answers).next is not None:
        return SESSION
    return [{}, *SESSION] if Code.SESSION_REQUIRED in answers.refuses else []


def _exemplified(written: Json, example: Example) -> Json:
    """A parameter with what it is in the example, where it is there."""
    whole = resolved(written)
    given = {"path": example.path, "query": example.query}.get(whole["in"], {})
    shown = {"example": given[whole["name"]]} if whole["name"] in given else {}
    return whole | shown


def _body(written: Json, example: Example) -> Json:
    """As JSON. A page's form sends the same fields: a generated client that is offered both sends the form."""
    whole = resolved(written)
    content = dict(whole["content"][JSON])
    if example.body is not None:
        content["example"] = example.body
    return whole | {"content": {JSON: content}}


def resolved(node: Json) -> Json:
    """What a reference within infra/api.yaml stands for."""
    if "$ref" not in node:
        return dict(node)
    found: Any = source()
    for part in node["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return dict(found)


def responses(answers: Answers, example: Example) -> Json:
    """What it answers, to whom it may and to whom it may not."""
    told = {str(status): _given(answers, status, example) for status in answers.gives}
    if REDIRECT in answers.html or (answers.html and guard(answers).next is not None):
        told.setdefault("303", REDIRECTED)
    for status, codes in refusals(answers).items():
        told[str(status)] = {"$ref": f"#/components/responses/{response_name(status, codes)}"}
    return {status: told[status] for status in sorted(told)}


def _given(answers: Answers, status: int, example: Example) -> Json:
    if status == REDIRECT_STATUS:
        return REDIRECTED
    content = {kind: _content(answers, status, kind, example) for kind in answers.media(status)}
    if PAGE in answers.html:
        content["text/html"] = {"schema": {"type": "string"}}
    names = ("Content-Disposition", *(("Link",) if "text/csv" in content else ())) if answers.file else ()
    whole: Json = {"description": _described(answers, status)}
    if names:
        whole["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    if content:
        whole["content"] = content
    return whole | ({"links": _links(answers)} if answers.leads else {})


def _content(answers: Answers, status: int, kind: str, example: Example) -> Json:
    name = answers.schema(status)
    schema = {"$ref": REFERENCE + name} if name else {"type": "string"}
    shown = {"example": example.told} if (status, kind) == (example.status, example.media) else {}
    return {"schema": schema, **shown}


def _described(answers: Answers, status: int) -> str:
    given = answers.gives[status]
    if given == NOTHING:
        return "Done; there is nothing to say"
    return "A file, in parts" if "/" in given and answers.file else "As text" if "/" in given else given


def _links(answers: Answers) -> Json:
    return {
        to.replace(".", "_"): {
            "operationId": to,
            "parameters": {name: f"$response.body#/{where}" for name, where in parameters.items()},
        }
        for to, parameters in answers.leads.items()
    }
