"""The same request a second time: a button pressed twice, whose first answer the browser threw away (WB-20, ADR 29).

What an answer is made of (a session's secret, recovery codes) is derived from what the request came with, so that its
repeat makes the same one and nothing readable is stored. May not read a clock or a table.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

from chalicelib.domain.keys import Ring
from chalicelib.domain.tokens import Token, derive_token

REPEAT_SECONDS = 60  # API Gateway gives a request up after 29; nobody presses again a minute later
REPEATS = 10  # one that came beside the first asks twice: before a refusal is recorded, and for its answer
_MARK_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Answer:
    """What the answer to one request is made from: the same for the same request of the same browser, and no other.

    `token` is the secret of the session that it gives.
    """

    token: Token = field(repr=False)
    _seed: bytes = field(repr=False)

    @property
    def mark(self) -> str:
        """By which its request is known to whoever holds that secret already; it tells nothing of either."""
        return hmac.digest(self._seed, b"mark", "sha256").hex()[:_MARK_LENGTH]

    def source(self) -> Callable[[int], bytes]:
        """As `os.urandom`, but each time the same bytes in the same order, which no holder of the session can make."""
        numbers = count()
        return lambda size: hmac.digest(self._seed, f"bytes {next(numbers)}".encode(), "sha512")[:size]


def answer(keyring: Ring, held: Token, *said: str) -> Answer:
    """What answers one request that came with a secret the browser `held`, and `said` this.

    Attack: somebody has the secret that a browser held (a copied cookie) and works out what it became; or has the body
    of the request (a code seen over a shoulder, a temporary password out of the mailbox), but not the secret. Defence:
    both go in, and a key of ours: whoever has both must still ask us, a few times, within a minute.
    """
    # A subkey: nothing else that this ring signs can be one of these, nor the other way about.
    subkey = hmac.digest(keyring.key(), b"the answer to one request", "sha256")
    secret = derive_token(hmac.digest(subkey, _told(held, *said), "sha256"), "", "session")
    return answered(keyring, secret, *said)


def answered(keyring: Ring, given: Token, *said: str) -> Answer:
    """The same, from the secret that the answer has `given` already: it came, and the page behind it was not seen."""
    subkey = hmac.digest(keyring.key(), b"what an answer says beside its session", "sha256")
    return Answer(given, hmac.digest(subkey, _told(given, *said), "sha256"))


class Once(NamedTuple):
    """A form whose act is done once: the mark of this very request, what is `done` by it, when, and until when."""

    mark: str
    done: str
    at: float
    until: float


def once(done: str, at: float, *said: str) -> Once:
    """The act of a request that `said` this, the name of its form among it, which one page alone was given.

    Attack: whoever reads the tables tries passwords until their digest is the mark of a form. Defence: 64 random bits
    of the form's name are in it, and are kept nowhere.
    """
    return Once("once:" + hashlib.sha256(_told(*said)).hexdigest(), done, at, at + REPEAT_SECONDS)


def _told(*parts: str) -> bytes:
    """No two lists of parts read alike."""
    return "".join(f"{len(part.encode())}:{part}" for part in parts).encode()


def repeatable(handed_over_at: float | None, now: float) -> bool:
    """Whether what happened then may be answered once more."""
    return handed_over_at is not None and now < handed_over_at + REPEAT_SECONDS
