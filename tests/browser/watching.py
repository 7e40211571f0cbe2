"""What a page does behind one's back: every request, every word on the console, every byte."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request, Response

WEIGHT = 50_000
# Asked by the pages on which a new password is typed, and by nothing else.
ASKED_LATER = "/password/criteria"
# Chromium's own words for an answer of 4xx or 5xx, which some pages here are meant to be.
AN_ANSWER = "Failed to load resource: the server responded with a status of"


class Watch:
    """One page under watch, from its first request on."""

    def __init__(self, page: Page, origin: str) -> None:
        self.origin = origin
        self.complaints: list[str] = []
        self.requests: list[Request] = []
        self.answers: list[Response] = []
        page.on("request", self._asked)
        page.on("response", self._answered)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))

    def asked(self, path: str) -> int:
        """How often this path was asked for."""
        return sum(urlsplit(one.url).path == path for one in self.requests)

    def found(self) -> list[str]:
        """Everything that is wrong so far."""
        return self.complaints + [text for one in self.answers for text in self._weighed(one)]

    def _asked(self, request: Request) -> None:
        if request.url.startswith("data:"):
            return
        self.requests.append(request)
        where = urlsplit(request.url)
        if f"{where.scheme}://{where.netloc}" != self.origin:
            self.complaints.append(f"a foreign address: {request.url}")
        elif not request.is_navigation_request() and where.path != ASKED_LATER:
            self.complaints.append(f"a second request for one page: {request.url}")

    def _answered(self, answer: Response) -> None:
        if answer.request.is_navigation_request() and answer.url.startswith(self.origin):
            self.answers.append(answer)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(AN_ANSWER):
            self.complaints.append(f"console: {message.text}")

    def _weighed(self, answer: Response) -> list[str]:
        sizes = answer.request.sizes()
        weight = sizes["responseBodySize"] + sizes["responseHeadersSize"]
        return [f"{weight} bytes: {answer.url}"] if weight >= WEIGHT else []
