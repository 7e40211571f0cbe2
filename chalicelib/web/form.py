"""From an API Gateway event to a Form: everything that is not exactly what a step asks for is refused here.

Sizes are tested before anything is parsed, types before anything is used. No rule of the domain is here.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import parse_qsl

from chalice.app import Request

from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.domain.sessions import Caller

MAX_BODY = 16 * 1024
MAX_DEPTH = 3
MAX_DIGITS = 9
MAX_USER_AGENT = 400


@dataclass(frozen=True, slots=True)
class Field:
    """What one field may be. `most` is in characters for text, in entries for a list."""

    kind: type = str
    required: bool = True
    most: int = 1024
    nullable: bool = False


Fields = Mapping[str, Field]


@dataclass(frozen=True, slots=True)
class Form:
    """One request, checked. `url` is as the person knows it, without a token; `source` is the TCP peer's address."""

    method: str
    resource: str
    url: str
    source: str
    user_agent: str
    wants_json: bool
    params: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    cookies: str = ""
    host: str = ""
    caller: Caller | None = None

    def text(self, name: str) -> str:
        """A text field, "" when absent."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""

    @property
    def known(self) -> Caller:
        """The caller on a route that has one."""
        if self.caller is None:
            raise Refusal(Code.SESSION_REQUIRED, "no_caller")
        return self.caller


def read_request(event: Mapping[str, Any]) -> Request:
    """Chalice's request over the event of a pure Lambda; a shape that is no such event is refused."""
    try:
        return Request(dict(event))
    except (KeyError, TypeError, AttributeError) as error:
        raise invalid(f"event_shape:{type(error).__name__}") from error


def read_form(event: Mapping[str, Any], origin: str, caller: Caller | None) -> Form:
    """Everything of a request but its body."""
    request = read_request(event)
    query = _single(request.query_params or {})
    return Form(
        method=request.method,
        resource=request.context.get("resourcePath") or "",
        url=origin + (request.context.get("resourcePath") or ""),
        source=str(request.context.get("identity", {}).get("sourceIp", "")),
        user_agent=_printable(request.headers.get("user-agent", ""))[:MAX_USER_AGENT],
        wants_json=_wants_json(request),
        params=dict(request.uri_params or {}),
        query=query,
        cookies=request.headers.get("cookie", ""),
        host=request.headers.get("host", ""),
        caller=caller,
    )


def read_fields(event: Mapping[str, Any], fields: Fields) -> dict[str, Any]:
    """The body as exactly these fields. Raises TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, MALFORMED_JSON, INVALID_REQUEST."""
    request = read_request(event)
    try:
        body = cast(bytes, request.raw_body)  # Chalice says `str | bytes`, and always gives bytes
    except ValueError as error:
        raise invalid("body_encoding") from error
    if len(body) > MAX_BODY:
        raise Refusal(Code.TOO_LARGE, "body_over_16_kib")
    if not body and not any(spec.required for spec in fields.values()):
        return {}
    given = _parse(request.headers.get("content-type"), body, fields)
    for name in given:
        if name not in fields:
            raise invalid("unknown_field")
    return {
        name: _checked(name, spec, given) for name, spec in fields.items() if name in given or spec.required
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
    """A browser sends an optional field that was left empty; it means the same as not sending it."""
    return value == "" and spec is not None and not spec.required


def _checked(name: str, spec: Field, given: Mapping[str, Any]) -> Any:
    if name not in given:
        raise invalid("missing_field", name)
    value = given[name]
    if value is None and spec.nullable:
        return None
    if type(value) is not spec.kind:
        raise invalid("wrong_type", name)
    if isinstance(value, str | list) and len(value) > spec.most:
        raise invalid("too_long", name)
    if isinstance(value, str) and not _encodable(value):
        raise invalid("lone_surrogate", name)
    if isinstance(value, list) and not all(isinstance(entry, str) and _encodable(entry) for entry in value):
        raise invalid("wrong_type", name)
    return value


def _encodable(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _single(query: Any) -> dict[str, str]:
    single: dict[str, str] = {}
    for name in query:
        values = query.getlist(name) if hasattr(query, "getlist") else [query[name]]
        if len(values) == 1 and _encodable(values[0]):
            single[name] = values[0]
    return single


def _wants_json(request: Request) -> bool:
    accept = request.headers.get("accept", "").lower()
    if "text/html" in accept:
        return False
    content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    return (
        "application/json" in accept
        or "application/problem+json" in accept
        or content_type == "application/json"
    )


def _printable(text: str) -> str:
    """No control character reaches a log line, a mail or a page (LO-03)."""
    return "".join(c if c.isprintable() else " " for c in text)
