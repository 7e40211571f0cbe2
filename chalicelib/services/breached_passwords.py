"""Whether a password is in a set of breached ones, asked of a service by k-anonymity (PW-07, ASVS 6.2.12).

Only the first five of forty characters of the password's SHA-1 leave the portal. It may not refuse anybody: whether an
answer, or none, matters is decided in `flows/new_password.py`.
"""

import hashlib
import urllib.request
from collections.abc import Callable
from urllib.parse import urlsplit

SECONDS = 1
MOST = 1 << 20
PREFIX = 5


def asking(url: str) -> Callable[[str], bool | None]:
    """A question to the range service at this URL; None where it did not answer in a second."""

    def breached(password: str) -> bool | None:
        # SHA-1 is the protocol's, not ours: nothing is kept or compared by it.
        digest = hashlib.sha1(password.encode("utf-8"), usedforsecurity=False).hexdigest().upper()
        try:
            listed = _range(f"{url}/{digest[:PREFIX]}")
        except (OSError, ValueError):
            return None
        return _holds(listed, digest[PREFIX:])

    return breached


def _range(url: str) -> str:
    """The suffixes of a prefix. Padding hides from a listener how long the answer is."""
    if urlsplit(url).scheme not in {"http", "https"}:
        raise ValueError
    request = urllib.request.Request(url, headers={"Add-Padding": "true"})  # noqa: S310 - the scheme is checked above
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - as above
        text: str = answer.read(MOST).decode("ascii")
    return text


def _holds(listed: str, suffix: str) -> bool:
    """A line is `SUFFIX:count`; padding lines count 0."""
    lines = (line.strip().partition(":") for line in listed.splitlines())
    return any(found.upper() == suffix and count not in {"", "0"} for found, _, count in lines)
