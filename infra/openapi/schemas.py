"""infra/openapi/schemas.yaml as schemas of OpenAPI 3.0."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from infra.documents import read_yaml
from infra.openapi import Incomplete, Json

FILE = Path(__file__).with_name("schemas.yaml")
OR_NULL, OPTIONAL = " | null", "?"
REFERENCE = "#/components/schemas/"
# What a schema of OpenAPI itself has and an object's fields never do.
PLAIN = ("type", "allOf", "$ref", "enum of")
WORDS: Mapping[str, Json] = MappingProxyType(
    {
        "text": {"type": "string"},
        "moment": {"type": "string", "format": "date-time"},
        "count": {"type": "integer", "minimum": 0},
        "flag": {"type": "boolean"},
        "ranges": {
            "type": "array",
            "nullable": True,
            "items": {"type": "string"},
            "description": "CIDR; null: no restriction; empty: nobody",
        },
        # A page may be short, even empty: as long as it is not null, there is more.
        "before": {
            "type": "string",
            "nullable": True,
            "description": "Where the next page begins, unread; null on the last one",
        },
        "after": {
            "type": "string",
            "nullable": True,
            "description": "What another page is asked for with: `next` as `after`, `previous` as `before`",
        },
        "event": {
            "type": "string",
            "description": "One of docs/events.md; there can be more of them one day",
        },
        "tally": {
            "type": "object",
            "additionalProperties": {"type": "integer", "minimum": 0},
            "description": "How often each reason was given",
        },
        "facts": {"type": "object", "additionalProperties": True},
    }
)


@cache
def answer_schemas() -> dict[str, Json]:
    """Every schema of an answer by its name."""
    written = read_yaml(FILE)
    schemas = {name: expanded(one) for name, one in written.items()}
    for name, one in written.items():
        for missing in sorted(names_in(one) - set(schemas)):
            raise Incomplete(f"infra/openapi/schemas.yaml: {name} speaks of {missing}, which is not there")
    return schemas


def expanded(written: Any) -> Json:
    """One schema or field, written short."""
    if isinstance(written, str):
        word = written.removesuffix(OR_NULL)
        return _nullable(_named(word)) if word != written else _named(word)
    if isinstance(written, list):
        return {"type": "array", "items": expanded(written[0])}
    if "enum of" in written:
        rest = {name: value for name, value in written.items() if name != "enum of"}
        return {"type": "string", "enum": _values(written["enum of"]), **rest}
    if is_plain(written):
        return dict(written)
    return _object(written)


def is_plain(written: Json) -> bool:
    """Whether this is a schema already. An object with a field of one of these names has to be written as one."""
    return any(isinstance(written.get(name), str | list) for name in PLAIN)


def names_in(written: Any) -> set[str]:
    """The schemas that this one speaks of."""
    if isinstance(written, str):
        word = written.removesuffix(OR_NULL)
        return {word} if word[:1].isupper() else set()
    if isinstance(written, list):
        return names_in(written[0])
    return set() if is_plain(written) else {name for one in written.values() for name in names_in(one)}


def _named(word: str) -> Json:
    if word in WORDS:
        return dict(WORDS[word])
    if word[:1].isupper():
        return {"$ref": REFERENCE + word}
    raise Incomplete(f"infra/openapi/schemas.yaml: {word!r} is no word; those are {', '.join(WORDS)}")


def _nullable(schema: Json) -> Json:
    """Of a field. What a name stands for says itself that it may be null: beside a reference, OpenAPI has no way."""
    if "$ref" in schema:
        raise Incomplete(f"infra/openapi/schemas.yaml: {schema['$ref']} is nullable where it is described")
    return {**schema, "nullable": True}


def _object(fields: Json) -> Json:
    always = [name for name in fields if not name.endswith(OPTIONAL)]
    properties = {name.removesuffix(OPTIONAL): expanded(one) for name, one in fields.items()}
    return {"type": "object", "required": always, "properties": properties}


def _values(where: str) -> list[str]:
    module, _, name = where.partition(":")
    return [one.value for one in getattr(importlib.import_module(module), name)]
