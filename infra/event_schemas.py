"""The JSON schemas of what is published, made of the tables that publish it: `chalicelib/domain/published.py`.

`schema(kind)` is what other systems validate with: fields that are added later fit it too. `closed` is for our own
tests, where a field that no table names is a mistake.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from chalicelib.domain.details import Details
from chalicelib.domain.events import ATTEMPTS, EventKind
from chalicelib.domain.personal import PERSONAL, PERSONAL_FIELDS, PERSONAL_STATE
from chalicelib.domain.published import DETAILS, NOTICE_VERSION, NOTICES, VERSIONS
from infra import event_words as words

Schema = dict[str, Any]
UNIONS = (Union, UnionType)
DIALECT = "https://json-schema.org/draft/2020-12/schema"
TYPES: Mapping[Any, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
}
TEXT: Schema = {"type": "string"}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
MOMENT: Schema = {
    "type": "string",
    "format": "date-time",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$",
}
# A person's, or that of a sending system's events.
WHOSE = "([a-z2-7]{40}|service:[a-z2-7]{16})"
ACCOUNT: Schema = {"type": "string", "pattern": f"^{WHOSE}$"}


def schema(kind: EventKind, *, closed: bool = False) -> Schema:
    """Of the `detail` of one kind, by itself."""
    return {"$schema": DIALECT, **of_kind(kind, every_event(), closed=closed)}


def every_event() -> Schema:
    """What all kinds have in common."""
    fields: Schema = {
        "version": {"type": "integer"},
        "id": {"type": "string", "pattern": f"^{WHOSE}/.+"},
        "at": MOMENT,
        "kind": TEXT,
        "changes": {"type": "boolean"},
        "attempt": {"type": "boolean"},
        "account_id": ACCOUNT,
        "actor_id": {**ACCOUNT, "type": ["string", "null"]},
        **dict.fromkeys(("reason", "reference", "request", "url"), TEXT_OR_NULL),
        "personal_data": {"type": "boolean"},
        **dict.fromkeys(PERSONAL_FIELDS, TEXT_OR_NULL),
        "details": {"type": "object"},
    }
    return {
        "type": "object",
        "properties": described(fields, words.FIELDS) | described({"cut": {"const": True}}, words.OPTIONAL),
        "required": list(words.FIELDS),
        **left_out({name: {"type": "null"} for name in PERSONAL_FIELDS}),
    }


def of_kind(kind: EventKind, common: Schema, *, closed: bool = False) -> Schema:
    """What one kind has, above what all have."""
    version = VERSIONS[kind]
    state = {"properties": dict.fromkeys(sorted(PERSONAL_STATE), False)}
    personal: Schema = dict.fromkeys((name for name in DETAILS[kind] if name in PERSONAL), False)
    inside: Schema = dict.fromkeys((name for name in DETAILS[kind] if name in {"before", "after"}), state)
    found: Schema = {
        "$id": f"urn:secure-messaging-portal:event:{kind.value}:{version}",
        "title": f"{kind.value}, version {version}",
        "description": plain(words.KINDS[kind]),
        "allOf": [common],
        "properties": {
            "version": {"const": version},
            "kind": {"const": kind.value},
            "changes": {"const": kind.changes},
            "attempt": {"const": kind in ATTEMPTS},
            "details": details(kind, closed=closed),
        },
    }
    if personal or inside:
        found |= left_out({"details": {"properties": personal | inside}})
    return found | {"unevaluatedProperties": False} if closed else found


def left_out(fields: Schema) -> Schema:
    """So it must be where a stage leaves personal data out."""
    return {
        "if": {"properties": {"personal_data": {"const": False}}, "required": ["personal_data"]},
        "then": {"properties": fields},
    }


def details(kind: EventKind, *, closed: bool = False) -> Schema:
    """What a kind has to tell besides; none of it is always there."""
    types = get_type_hints(Details)
    properties = described({name: of_type(types[name]) for name in DETAILS[kind]}, words.DETAILS)
    return {"properties": properties} | ({"additionalProperties": False} if closed else {})


def notice(name: str, *, closed: bool = False) -> Schema:
    """Of the `detail` of one notice, by its `detail-type`."""
    found: Schema = {
        "$schema": DIALECT,
        "$id": f"urn:secure-messaging-portal:notice:{name}:{NOTICE_VERSION}",
        "title": f"{name}, version {NOTICE_VERSION}",
        "description": plain(words.NOTICES[name]),
        "type": "object",
        "properties": described(
            {
                "version": {"const": NOTICE_VERSION},
                "id": TEXT,
                "at": MOMENT,
                "account_id": ACCOUNT,
                "email": TEXT_OR_NULL,
                "by": TEXT,
                "reason": TEXT_OR_NULL,
                "measures": {"type": "array", "items": TEXT},
            },
            words.NOTICE,
        ),
        "required": list(words.NOTICE),
    }
    return found | {"additionalProperties": False} if closed else found


def every_schema() -> Schema:
    """All of them in one document: notices by `detail-type`, events by kind."""
    common: Schema = {"$ref": "urn:secure-messaging-portal:events#/$defs/event"}
    return {
        "$schema": DIALECT,
        "$id": "urn:secure-messaging-portal:events",
        "$defs": {"event": every_event()}
        | {name: notice(name) for name in sorted(set(NOTICES.values()))}
        | {kind.value: of_kind(kind, common) for kind in sorted(EventKind)},
    }


def of_type(hint: Any) -> Schema:
    """The schema of a type of `domain/details.py`; that it may be None, a field that is not there says."""
    (kind,) = (
        [one for one in get_args(hint) if one is not type(None)] if get_origin(hint) in UNIONS else [hint]
    )
    if get_origin(kind) is Mapping:
        return {"type": "object"}
    if get_origin(kind) is Sequence:
        return {"type": "array", "items": of_type(get_args(kind)[0])}
    return TYPES[kind]


def described(fields: Schema, said: Mapping[str, str]) -> Schema:
    """Each with its sentence."""
    return {name: {**one, "description": plain(said[name])} for name, one in fields.items()}


def plain(text: str) -> str:
    """Without the marks of Markdown."""
    return text.replace("`", "").replace("*", "")
