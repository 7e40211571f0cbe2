"""Hashing passwords."""

from typing import Protocol


class PasswordHasher(Protocol):
    """Argon2id with a pepper; see `domain/hashing.py`."""

    def hash(self, password: str) -> str:
        """A hash to store."""

    def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password is the stored one's; None costs the same and is never right."""

    def needs_rehash(self, stored: str) -> bool:
        """Whether a stored hash is older than today's parameters."""
