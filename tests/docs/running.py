"""What runs, as the documents name it: every setting with its default, and any constant by its path."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from functools import reduce
from pathlib import Path
from typing import Any

from chalicelib.settings import Settings, read_settings

ROOT = Path(__file__).parents[2]
REQUIRED = {
    "PORTAL_URL": "http://localhost",
    "PORTAL_MAIL_FROM": "portal@portal.test",
    "PORTAL_SUPPORT_CONTACT": "support",
    "PORTAL_ADMIN_EMAIL": "admin@portal.test",
    "PORTAL_KEYS": "keys",
}


class Asked(Mapping[str, str]):
    """An environment that remembers what it was asked for, and with which default."""

    def __init__(self) -> None:
        self.defaults: dict[str, str] = {}

    def get(self, name: str, default: Any = None) -> Any:
        """The value, or the default, which is what we came for."""
        self.defaults[name] = default or ""
        return REQUIRED.get(name, default)

    def __getitem__(self, name: str) -> str:
        return REQUIRED[name]

    def __iter__(self) -> Iterator[str]:
        return iter(REQUIRED)

    def __len__(self) -> int:
        return len(REQUIRED)


def asked_settings() -> dict[str, str]:
    """Every PORTAL_ variable the portal reads, with its default."""
    environment = Asked()
    read_settings(environment)
    return {name: value for name, value in environment.defaults.items() if name.startswith("PORTAL_")}


def default_settings() -> Settings:
    """The settings of an environment that says only what it must."""
    return read_settings(REQUIRED)


def running_value(source: str) -> object:
    """The value behind `settings.lock_threshold` or `chalicelib.domain.limits:LOGONS_BY_SOURCE.most`."""
    if source.startswith("settings."):
        return getattr(default_settings(), source.removeprefix("settings."))
    module, _, path = source.partition(":")
    start: object = importlib.import_module(module)
    return reduce(_part, path.split("."), start)


def _part(value: object, name: str) -> object:
    return value[int(name)] if isinstance(value, tuple) and name.isdigit() else getattr(value, name)
