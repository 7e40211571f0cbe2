"""The body of a request as exactly the fields a step asks for: everything else is refused here.

Sizes are tested before anything is parsed, types before anything is used. No rule of the domain is here.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast
from urllib.parse import parse_qsl

from chalice.app import Request as ProxyRequest

from chalicelib.domain.refusals import Code, Hint, Refusal, invalid
from chalicelib.web.request import Field, Fields, encodable

MAX_BODY = 16 * 1024
MOST_SHOWN = 256 * 1024
MAX_DEPTH = 3
MAX_DIGITS = 9


def read_fields(proxy: ProxyRequest, fields: Fields, most: int = MAX_BODY) -> dict[str, Any]:
    """The body, of so many bytes at most, as exactly these fields.

    Raises TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, MALFORMED_JSON, INVALID_REQUEST.
    """
    try:
        body = cast(bytes, proxy.raw_body)  # Chalice says `str | bytes`, and always gives bytes
    except ValueError as error:
        raise invalid("body_encoding") from error
    if len(body) > most:
        raise Refusal(Code.TOO_LARGE, f"body_over_{most // 1024}_kib")
    if not body and not any(spec.required for spec in fields.values()):
        return {}
    given = _parse(proxy.headers.get("content-type"), body, fields)
    for name in given:
        if name not in fields:
            raise invalid("unknown_field")
    return {
        name: _checked(name, spec, given) for name, spec in fields.items() if name in given or spec.required
    }


def shown_again(proxy: ProxyRequest, fields: Fields) -> dict[str, Any]:
    """What of a refused form its page can show again, too long as it may be: nobody acts on it (WB-17)."""
    try:
        body = cast(bytes, proxy.raw_body)
        form = proxy.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        given = _parse_form(body.decode("utf-8"), fields) if form and len(body) <= MOST_SHOWN else {}
    except (ValueError, Refusal):
        return {}
    return {
        name: value for name, value in given.items() if name in fields and type(value) is fields[name].kind
    }


def _parse(content_type: str | None, body: bytes, fields: Fields) -> dict[str, Any]:
    # Attack: `text/plain; application/json` is sent cross-site without a preflight, and a missing type passes for JSON
    # in many frameworks. Defence: the essence, and exactly it (WB-02).
    essence = (content_type or "").split(";")[0].strip().lower()
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise invalid("body_not_utf_8") from error
    if essence == "application/json":
        return _parse_json(text)
    if essence == "application/x-www-form-urlencoded":
        return _parse_form(text, fields)
    raise Refusal(Code.UNSUPPORTED_MEDIA_TYPE, "content_type")


def _parse_json(text: str) -> dict[str, Any]:
    if _depth(text) > MAX_DEPTH:
        raise invalid("json_too_deep")
    try:
        value = json.loads(text, object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        if isinstance(error, json.JSONDecodeError):
            raise Refusal(Code.MALFORMED_JSON, "json") from error
        raise invalid("json_value") from error
    if not isinstance(value, dict):
        raise invalid("json_not_an_object")
    return value


def _depth(text: str) -> int:
    """How deep brackets nest outside of strings, counted before a parser has to follow them."""
    depth = deepest = 0
    in_string = escaped = False
    for character in text:
        if in_string:
            in_string = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def _no_duplicates(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        message = "duplicate key"
        raise ValueError(message)
    return dict(pairs)


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _parse_form(text: str, fields: Fields) -> dict[str, Any]:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=20, errors="strict")
    except ValueError as error:
        raise invalid("form") from error
    given: dict[str, Any] = {}
    for name, value in pairs:
        spec = fields.get(name)
        if spec is not None and spec.kind is list:
            given.setdefault(name, []).extend(line.strip() for line in value.splitlines() if line.strip())
        elif name in given:
            raise invalid("repeated_field", name if spec else None)
        else:
            given[name] = _from_form(value, spec)
    return {name: value for name, value in given.items() if not _left_blank(value, fields.get(name))}


def _from_form(value: str, spec: Field | None) -> object:
    if spec is not None and spec.kind is bool:
        return {"true": True, "on": True, "false": False}.get(value, value)
    if spec is not None and spec.kind is int:
        return int(value) if value.isascii() and value.isdigit() and len(value) <= MAX_DIGITS else value
    return value


def _left_blank(value: object, spec: Field | None) -> bool:
    """A browser sends an optional field that was left empty: it means the same as not sending it, or nothing chosen."""
    return value == "" and spec is not None and not spec.required and not spec.nullable


def _checked(name: str, spec: Field, given: Mapping[str, Any]) -> Any:
    if name not in given:
        raise invalid("missing_field", name)
    value = given[name]
    if value is None and spec.nullable:
        return None
    if type(value) is not spec.kind:
        raise invalid("wrong_type", name)
    if isinstance(value, str | list) and len(value) > spec.most:
        raise Refusal(Code.INVALID_REQUEST, "too_long", hint=Hint.TOO_LONG, facts={"field": name})
    if isinstance(value, str) and not encodable(value):
        raise invalid("lone_surrogate", name)
    if isinstance(value, list) and not all(isinstance(entry, str) and encodable(entry) for entry in value):
        raise invalid("wrong_type", name)
    return value
