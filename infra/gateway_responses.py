"""The answers that the gateway gives by itself, read from infra/gateway_responses.yaml by gateway and packager."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import yaml

FILE = Path(__file__).with_suffix(".yaml")
JSON, HTML = "application/problem+json", "text/html"


@dataclass(frozen=True)
class GatewayResponse:
    """One refusal in API Gateway's terms: bodies still hold `$context.` variables."""

    status: int
    headers: dict[str, str]
    bodies: dict[str, str]
    fallback: str


def read_gateway_responses(file: Path = FILE) -> dict[str, GatewayResponse]:
    """Every gateway response by its type."""
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {kind: one_response(entry, document) for kind, entry in document["responses"].items()}


def one_response(entry: dict[str, Any], document: dict[str, Any]) -> GatewayResponse:
    """Its templates filled in except for what only the request knows."""
    style: str = document["style"]
    known = {**entry, "style": style, "style_digest": digest(style)}
    headers = {name: Template(text).safe_substitute(known) for name, text in document["headers"].items()}
    if "retry_after" in entry:
        headers["Retry-After"] = str(entry["retry_after"])
    bodies = {kind: Template(text).safe_substitute(known) for kind, text in document["templates"].items()}
    return GatewayResponse(entry["status"], headers, bodies, entry.get("fallback", ""))


def digest(style: str) -> str:
    """What a Content-Security-Policy calls an inline style: any other that got into the page stays without effect."""
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")


def fill_in(response: GatewayResponse, content_type: str, request_id: str, code: str | None = None) -> bytes:
    """The body with the request's own values, as API Gateway puts them in: plain replacement, nothing else."""
    body = response.bodies[content_type].replace("$context.requestId", request_id)
    return body.replace("$context.authorizer.code", code or response.fallback).encode()
