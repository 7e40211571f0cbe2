"""The portal from outside, as a program on the Internet meets it: over the network, by its own name. For the canary."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

SECONDS = 12  # an answer that takes longer API Gateway has given up
MOST = 1 << 16
USER_AGENT = "portal-canary"


class Answer(NamedTuple):
    """Its status, and its document: {} for anything that is none."""

    status: int
    document: Mapping[str, Any]


Ask = Callable[[str, str, Mapping[str, str] | None, str | None], Answer]


class _AsTheyCome(urllib.request.HTTPRedirectHandler):
    """Follows no redirect. Attack: an answer leads elsewhere, and the session goes with it."""

    def redirect_request(self, *_: Any) -> None:
        """None."""


def asking(url: str) -> Ask:
    """Questions to the portal at this URL: method, path, the fields of a body, the session to show. Raises OSError."""

    def ask(method: str, path: str, fields: Mapping[str, str] | None, token: str | None) -> Answer:
        if urlsplit(url).scheme not in {"http", "https"}:
            raise OSError
        headers = {"Accept": "application/json", "User-Agent": USER_AGENT}
        headers |= {"Content-Type": "application/json"} if fields is not None else {}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        body = None if fields is None else json.dumps(fields).encode()
        request = urllib.request.Request(url + path, body, headers, method=method)  # noqa: S310 - the scheme is checked
        try:
            with urllib.request.build_opener(_AsTheyCome).open(request, timeout=SECONDS) as answer:
                return Answer(answer.status, _document(answer.read(MOST)))
        except urllib.error.HTTPError as refused:
            with refused:
                return Answer(refused.code, _document(refused.read(MOST)))

    return ask


def _document(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
