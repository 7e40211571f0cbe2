"""Says in one sentence why a portal cannot work with its settings, before anything is started or deployed.

`chalicelib/settings.py` refuses what a function sees when it starts. This also finds what would show only later: keys
that cannot be read, an administrator who cannot be invited, tables that cannot be made, a misspelt name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from chalicelib.domain.addresses import InvalidAddress, canonical_address
from chalicelib.domain.keys import InvalidKeys, Keyring
from chalicelib.settings import BadSettings, Settings, read_settings

# DynamoDB takes 255 characters of these for a table's name; some are left for what follows the prefix.
PREFIX = re.compile(r"[A-Za-z0-9_.-]{0,200}")
RING = '{"current":"k1","keys":{"k1":"<base64 of 32 bytes>"}}'
KEYS = f'{{"pepper":{RING}, ...}}, a ring for each use'
# So alike that it is the other one misspelt, and not a variable of some other program.
ALIKE = 0.85


class Asked(Mapping[str, str]):
    """An environment that remembers what it was asked for, and with which default."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.defaults: dict[str, str] = {}

    def get(self, name: str, default: Any = None) -> Any:
        """The value, or the default."""
        self.defaults[name] = default or ""
        return self._environment.get(name, default)

    def __getitem__(self, name: str) -> str:
        return self._environment[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._environment)

    def __len__(self) -> int:
        return len(self._environment)


def complaint(environment: Mapping[str, str]) -> str:
    """The sentence, without a full stop; nothing where the settings work. It never shows a value."""
    asked = Asked(environment)
    try:
        settings = read_settings(asked)
    except BadSettings as bad:
        return str(bad)
    found = (misspelt(environment, asked.defaults), *later(settings))
    return next((one for one in found if one), "")


def later(settings: Settings) -> Iterator[str]:
    """What the settings alone do not show until it is used."""
    try:
        if settings.keys:
            Keyring.one_for_each_use(settings.keys)
        canonical_address(settings.admin_email)
    except InvalidKeys as invalid:
        yield f"PORTAL_KEYS must be {KEYS}: {invalid}"
    except InvalidAddress as invalid:
        yield f"PORTAL_ADMIN_EMAIL must be an address that an account can have: {invalid}"
    if not PREFIX.fullmatch(settings.table_prefix):
        yield "PORTAL_TABLE_PREFIX must be at most 200 letters, digits, dots, dashes and underscores"


def misspelt(environment: Mapping[str, str], known: Iterable[str]) -> str:
    """A setting by a name that nothing reads: without this sentence its default would count, and nobody would know."""
    for name in sorted(set(environment) - set(known)):
        meant = get_close_matches(name, known, 1, ALIKE) if name.startswith("PORTAL_") else []
        if meant:
            return f"{name} is not a setting; did you mean {meant[0]}?"
    return ""
