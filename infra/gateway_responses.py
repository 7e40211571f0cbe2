"""The answers that the gateway gives by itself, read from infra/gateway_responses.yaml by gateway and packager."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from types import MappingProxyType
from typing import Any

from chalicelib.domain.brand import COLOUR, NAME, checked_colour, checked_name
from chalicelib.domain.colours import channels, shades
from chalicelib.presentation.engine import contact_link
from infra.documents import read_yaml

FILE = Path(__file__).with_suffix(".yaml")
JSON, HTML = "application/problem+json", "text/html"
VARIABLE = re.compile(r"\$context\.([A-Za-z_]+(?:\.[A-Za-z_]+)*)")

# What a request to a method that a path lacks may carry and still get its 405; API Gateway wants each type named, takes
# JSON where none is said, and refuses others with 415.
MOCKED = (
    JSON,
    HTML,
    "application/json",
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/octet-stream",
    "application/x-www-form-urlencoded",
    "application/xml",
    "multipart/form-data",
    "text/csv",
    "text/plain",
    "text/xml",
)


@dataclass(frozen=True)
class GatewayResponse:
    """One refusal in API Gateway's terms: bodies still hold `$context.` variables."""

    status: int
    headers: dict[str, str]
    bodies: dict[str, str]
    fallback: str


def read_gateway_responses(settings: Mapping[str, str], file: Path = FILE) -> dict[str, GatewayResponse]:
    """Every gateway response by its type, under the name and in the colour of the stage with these settings."""
    document = read_yaml(file)
    name = checked_name(settings.get("PORTAL_NAME", NAME))
    made = shades(checked_colour(settings.get("PORTAL_COLOUR", COLOUR)))
    style = Template(document["style"]).substitute(
        plate=rgb(made.plate), ink=rgb(made.ink), dark=rgb(made.dark)
    )
    shared = {
        "name": words(name),
        "style": style,
        "style_digest": digest(style),
        **support(settings.get("PORTAL_SUPPORT_CONTACT", "")),
    }
    return {
        kind: one_response({**entry, **shared}, document) for kind, entry in document["responses"].items()
    }


def support(contact: str) -> dict[str, str]:
    """Whom to ask, as a line of its own and as a row of facts; nothing where the stage names nobody."""
    if not contact:
        return {"support_line": "", "support_row": ""}
    link = words_of_page(str(contact_link(contact)))
    return {
        "support_line": f'<footer class="muted">Support: <bdi>{link}</bdi></footer>',
        "support_row": f"<dt>$context.authorizer.support_label</dt><dd><bdi>{link}</bdi></dd>",
    }


def with_pages(settings: Mapping[str, str]) -> dict[str, GatewayResponse]:
    """Those among them that a person may see."""
    return {kind: one for kind, one in read_gateway_responses(settings).items() if HTML in one.bodies}


def one_response(row: dict[str, Any], document: dict[str, Any]) -> GatewayResponse:
    """Its templates filled in except for what only the request knows."""
    known: dict[str, Any] = dict(row)
    for name, text in document["parts"].items():
        known[name] = Template(known.get(name, text)).safe_substitute(known)
    headers = {name: Template(text).safe_substitute(known) for name, text in document["headers"].items()}
    if "retry_after" in known:
        headers["Retry-After"] = str(known["retry_after"])
    kinds = document["templates"] if known.get("pages", True) else {JSON: document["templates"][JSON]}
    bodies = {kind: Template(text).safe_substitute(known) for kind, text in kinds.items()}
    return GatewayResponse(known["status"], headers, bodies, known.get("fallback", ""))


def rgb(colour: str) -> str:
    """A colour without a number sign, with which a directive would begin where the page is a Velocity template."""
    return f"rgb({' '.join(map(str, channels(colour)))})"


def words(name: str) -> str:
    """A name as text of a page, where neither Velocity nor API Gateway finds a variable of theirs in it."""
    return words_of_page(escape(name, quote=False))


def words_of_page(markup: str) -> str:
    """The same of what is escaped already: its references by number first."""
    named = markup.replace("&#34;", "&quot;").replace("&#39;", "&apos;")
    return named.replace("$", "&dollar;").replace("#", "&num;")


def digest(style: str) -> str:
    """What a Content-Security-Policy calls an inline style: any other that got into the page stays without effect."""
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")


def fill_in(
    response: GatewayResponse,
    content_type: str,
    request_id: str,
    told: Mapping[str, str] = MappingProxyType({}),
    source: str = "",
) -> bytes:
    """The body with the request's own values, as API Gateway puts them in: plain replacement, nothing else.

    `told` is the authorizer's context.
    """
    values = {f"authorizer.{name}": value for name, value in told.items()}
    values |= {"extendedRequestId": request_id, "identity.sourceIp": source}
    values.setdefault("authorizer.code", response.fallback)
    return VARIABLE.sub(lambda found: values.get(found[1], ""), response.bodies[content_type]).encode()
