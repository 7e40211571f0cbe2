"""A request as it came in and an answer as it goes out; nothing of Lambda and nothing of the server in between."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Request:
    """What one client sent, untouched: no header is dropped, added or believed."""

    method: str
    path: str
    query: str
    headers: list[tuple[str, str]]
    body: bytes
    source_ip: str
    protocol: str = "HTTP/1.1"

    def header(self, name: str) -> str:
        """The last value of a header, or nothing."""
        return next((value for key, value in reversed(self.headers) if key.lower() == name), "")


@dataclass(frozen=True)
class Answer:
    """What the client gets; several headers of one name stay several."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
