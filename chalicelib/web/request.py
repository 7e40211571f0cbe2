"""One request, checked, with the portal it asks: built once, from one reading of the event, and never changed.

`web/body.py` reads the body's fields. No rule of the domain is here.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from chalice.app import Request as ProxyRequest

from chalicelib.domain.networks import InvalidSource, IPAddress, parse_address
from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.domain.sessions import Caller
from chalicelib.portal import Portal
from chalicelib.presentation.languages import LANGUAGES, SOURCE, negotiated, translation
from chalicelib.settings import Settings
from chalicelib.web.accept import wants_json
from chalicelib.web.cookies import LANGUAGE, read_cookie, read_zone

if TYPE_CHECKING:
    from chalicelib.domain.ports import Store
    from chalicelib.domain.services import Sender

MAX_USER_AGENT = 400


class Field(NamedTuple):
    """What one field may be. `most` is in characters for text, in entries for a list."""

    kind: type = str
    required: bool = True
    most: int = 1024
    nullable: bool = False


Fields = Mapping[str, Field]


class Request(NamedTuple):
    """Everything a step is given: what was asked, by whom, from where, and the portal that answers.

    `resource` is the contract's path, its holes not filled; `source` is the peer's IP address, never a header's.
    `posted` is a form's body as it was sent, "" for any other. `language` is one of ours. `zone` is the account's, else
    what a script left in a cookie: "", or not to be trusted. `sender` is the service that asks, where no person does.
    """

    portal: Portal
    method: str
    resource: str
    source: IPAddress
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
    posted: str = ""
    sender: "Sender | None" = None
    idempotency_key: str | None = None

    @property
    def store(self) -> "Store":
        """What the steps ask of the tables."""
        return self.portal.store

    @property
    def settings(self) -> Settings:
        """The environment, checked."""
        return self.portal.settings

    @property
    def url(self) -> str:
        """The page as the person knows it; never with a token."""
        return self.settings.origin + self.resource

    @property
    def known(self) -> Caller:
        """The caller on a route that has one."""
        if self.caller is None:
            raise Refusal(Code.SESSION_REQUIRED, "no_caller")
        return self.caller

    @property
    def sending(self) -> "Sender":
        """The service on a route that only services ask."""
        if self.sender is None:
            raise Refusal(Code.SESSION_REQUIRED, "no_service")
        return self.sender

    @property
    def caller_answered(self) -> bool:
        """Whether the session is the answer to a form of this very page, sent a moment ago: this may be its twin."""
        return self.caller is not None and self.caller.answered == self.resource

    def now(self) -> float:
        """UTC epoch seconds at this moment."""
        return self.portal.clock()

    def text(self, name: str) -> str:
        """A text field, "" when absent."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""

    def say(self, text: str, **values: object) -> str:
        """A text of ours in the language of this request."""
        said = translation(self.language)(text)
        return said.format(**values) if values else said


def read_event(event: Mapping[str, Any]) -> ProxyRequest:
    """Chalice's reading of the event of a pure Lambda; a shape that is no such event is refused."""
    try:
        return ProxyRequest(dict(event))
    except (KeyError, TypeError, AttributeError) as error:
        raise invalid(f"event_shape:{type(error).__name__}") from error


def request_of(
    proxy: ProxyRequest,
    portal: Portal,
    caller: Caller | None,
    fields: Mapping[str, Any] = MappingProxyType({}),
    sender: "Sender | None" = None,
) -> Request:
    """The request of this event, caller and body."""
    header, cookies = proxy.headers.get, proxy.headers.get("cookie", "")
    query = _single(proxy.query_params or {})
    return Request(
        portal=portal,
        method=proxy.method,
        resource=proxy.context.get("resourcePath") or "",
        source=_source(proxy),
        user_agent=_printable(header("user-agent", ""))[:MAX_USER_AGENT],
        wants_json=wants_json(proxy.headers),
        params=_params(proxy),
        query=query,
        fields=fields,
        cookies=cookies,
        host=header("host", ""),
        caller=caller,
        language=language_of(proxy.headers, query.get("language", ""), caller, portal.settings.language),
        zone=caller.zone if caller and caller.zone else read_zone(cookies),
        posted=_posted(proxy),
        sender=sender,
        idempotency_key=header("idempotency-key"),
    )


def language_of(headers: Mapping[str, str], chosen: str, caller: Caller | None, otherwise: str) -> str:
    """One of our languages. What an account chose counts more than what was chosen on a page in this browser (`chosen`
    just now, else its cookie), and that more than what the browser accepts.
    """
    if caller and caller.language in LANGUAGES:
        return caller.language
    chosen = chosen or read_cookie(headers.get("cookie", ""), LANGUAGE) or ""
    return chosen if chosen in LANGUAGES else negotiated(headers.get("accept-language", ""), otherwise)


def encodable(value: str) -> bool:
    """Whether it can be written as UTF-8; a lone surrogate cannot."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _source(proxy: ProxyRequest) -> IPAddress:
    """The address API Gateway saw (IP-01); the authorizer has denied whatever cannot be read."""
    try:
        return parse_address(str(proxy.context.get("identity", {}).get("sourceIp", "")))
    except InvalidSource as error:
        raise invalid("source_address_unreadable") from error


def _params(proxy: ProxyRequest) -> dict[str, str]:
    """What stands in the holes of the contract's path, decoded once; nobody after this decodes anything (IN-06).

    A REST API hands each segment over as it was sent; some have been handed decoded ones. Attack: a segment decoded
    twice is another's: `a%252Bb@x.test` names `a%2Bb@x.test`, and would disable `a+b@x.test`. Defence: the path, which
    nobody decodes, says which of the two this is. A stage or a base path may stand before it, a slash behind.
    """
    holes = str(proxy.context.get("resourcePath") or "").split("/")
    path = str(proxy.context.get("path") or "").rstrip("/").split("/")
    sent = dict(zip(reversed(holes), reversed(path), strict=False))
    return {
        name: value if value == _decoded(sent.get(f"{{{name}}}", "")) else _decoded(value)
        for name, value in dict(proxy.uri_params or {}).items()
    }


def _decoded(segment: str) -> str:
    return unquote(segment, errors="replace")


def _posted(proxy: ProxyRequest) -> str:
    if not proxy.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return ""
    try:
        body = proxy.raw_body
        return body.decode("ascii") if isinstance(body, bytes) else ""
    except ValueError:
        return ""


def _single(query: Any) -> dict[str, str]:
    single: dict[str, str] = {}
    for name in query:
        values = query.getlist(name) if hasattr(query, "getlist") else [query[name]]
        if len(values) == 1 and encodable(values[0]):
            single[name] = values[0]
    return single


def _printable(text: str) -> str:
    """No control character reaches a log line, a mail or a page (LO-03)."""
    return "".join(c if c.isprintable() else " " for c in text)
