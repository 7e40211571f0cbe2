"""From an API Gateway event to a Form: who asks, what for, in which language. `web/body.py` reads what was sent along.

No rule of the domain is here.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Self

from chalice.app import Request

from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.domain.sessions import Caller
from chalicelib.languages import LANGUAGES, SOURCE, negotiated, translation
from chalicelib.web.cookies import ZONE, read_cookie

MAX_USER_AGENT = 400


class Field(NamedTuple):
    """What one field may be. `most` is in characters for text, in entries for a list."""

    kind: type = str
    required: bool = True
    most: int = 1024
    nullable: bool = False


Fields = Mapping[str, Field]


class Form(NamedTuple):
    """One request, checked. `url` is as the person knows it, without a token; `source` is the TCP peer's address.

    `language` is one of ours. `zone` is the account's, else what a browser's script left in a cookie: "" or not to be
    trusted.
    """

    method: str
    resource: str
    url: str
    source: str
    user_agent: str
    wants_json: bool
    params: Mapping[str, str] = MappingProxyType({})
    query: Mapping[str, str] = MappingProxyType({})
    fields: Mapping[str, Any] = MappingProxyType({})
    cookies: str = ""
    host: str = ""
    caller: Caller | None = None
    language: str = SOURCE
    zone: str = ""

    def text(self, name: str) -> str:
        """A text field, "" when absent."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""

    def say(self, text: str, **values: object) -> str:
        """A text of ours in the language of this request."""
        said = translation(self.language)(text)
        return said.format(**values) if values else said

    def asked_by(self, caller: Caller | None) -> Self:
        """The same request with who asks: what an account chose counts more than what its browser says."""
        if caller is None:
            return self
        language = caller.language if caller.language in LANGUAGES else self.language
        return self._replace(caller=caller, language=language, zone=caller.zone or self.zone)

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


def read_form(event: Mapping[str, Any], origin: str, caller: Caller | None, language: str = SOURCE) -> Form:
    """Everything of a request but its body. `language` is spoken to whoever asks for none of ours."""
    request = read_request(event)
    query = _single(request.query_params or {})
    cookies = request.headers.get("cookie", "")
    return Form(
        method=request.method,
        resource=request.context.get("resourcePath") or "",
        url=origin + (request.context.get("resourcePath") or ""),
        source=str(request.context.get("identity", {}).get("sourceIp", "")),
        user_agent=_printable(request.headers.get("user-agent", ""))[:MAX_USER_AGENT],
        wants_json=_wants_json(request),
        params=dict(request.uri_params or {}),
        query=query,
        cookies=cookies,
        host=request.headers.get("host", ""),
        caller=caller,
        language=negotiated(request.headers.get("accept-language", ""), language),
        zone=read_cookie(cookies, ZONE) or "",
    )


def encodable(value: str) -> bool:
    """Whether it can be written as UTF-8; a lone surrogate cannot."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _single(query: Any) -> dict[str, str]:
    single: dict[str, str] = {}
    for name in query:
        values = query.getlist(name) if hasattr(query, "getlist") else [query[name]]
        if len(values) == 1 and encodable(values[0]):
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
