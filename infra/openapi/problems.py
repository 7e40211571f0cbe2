"""The refusals of the contract: one response for each status and set of codes, one schema for each too."""

from __future__ import annotations

from collections.abc import Iterable

from infra.openapi import Json
from infra.openapi.answers import Answers
from infra.openapi.refusals import always, every_code, refusals
from infra.openapi.schemas import REFERENCE

TYPE = "application/problem+json"
# Beside those of RFC 9457; what a code adds is in its example.
MEMBERS: Json = {
    "type": {"type": "string", "description": "about:blank, or not there: `code` tells the kinds apart"},
    "title": {"type": "string", "description": "For a person, in the language of the request"},
    "status": {"type": "integer", "minimum": 400, "maximum": 599},
    "detail": {"type": "string", "description": "For a person, in the language of the request"},
    "reference": {"type": "string", "description": "For the support desk, which finds the true reason by it"},
    "field": {"type": "string", "description": "Of the body or the query: which field was not accepted"},
    "entry": {"type": "string", "description": "Of a list: which entry of the field"},
    "cause": {"type": "string", "description": "What is wrong with it"},
    "next": {"$ref": REFERENCE + "Next"},
    "criteria": {"type": "array", "items": {"$ref": REFERENCE + "Verdict"}},
}
REQUIRED = ["title", "status", "detail", "code", "reference"]


def response_name(status: int, codes: Iterable[str]) -> str:
    """Of the response and of its schema: what not every operation refuses with is in its name."""
    own = [code for code in codes if code not in always(status)]
    return f"Problem{status}" + "".join(part.title() for code in own for part in code.split("_"))


def problem_schemas(answers: Iterable[Answers]) -> dict[str, Json]:
    """The problem document, and what it is for each set of codes."""
    every = {"type": "string", "enum": list(every_code())}
    schemas: dict[str, Json] = {
        "Problem": {"type": "object", "required": REQUIRED, "properties": {**MEMBERS, "code": every}}
    }
    for name, (_, codes) in _sets(answers).items():
        code: Json = {
            "type": "object",
            "required": ["code"],
            "properties": {"code": {**every, "enum": codes}},
        }
        schemas[name] = {"allOf": [{"$ref": REFERENCE + "Problem"}, code]}
    return schemas


def problem_responses(answers: Iterable[Answers]) -> dict[str, Json]:
    """Each of them as it is sent, with an example of each code."""
    return {name: _response(name, status, codes) for name, (status, codes) in _sets(answers).items()}


def _sets(answers: Iterable[Answers]) -> dict[str, tuple[int, list[str]]]:
    found = {}
    for one in answers:
        for status, codes in refusals(one).items():
            found[response_name(status, codes)] = (status, codes)
    return {name: found[name] for name in sorted(found)}


def _response(name: str, status: int, codes: list[str]) -> Json:
    told = [f"`{code}`: {every_code()[code]['title']}" for code in codes]
    examples = {code: {"value": {**every_code()[code], "status": status}} for code in codes}
    retry = {"headers": {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}}
    return {
        "description": ". ".join(told),
        **(retry if status in {429, 503} else {}),
        "content": {
            TYPE: {"schema": {"$ref": REFERENCE + name}, "examples": examples},
            "text/html": {"schema": {"type": "string"}},
        },
    }
