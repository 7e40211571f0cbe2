"""What runs, as the documents name it: every setting with its default, and any constant by its path."""

from __future__ import annotations

import importlib
from functools import reduce
from pathlib import Path

from chalicelib.settings import Settings, read_settings
from infra.workable import Asked

ROOT = Path(__file__).parents[2]
REQUIRED = {
    "PORTAL_URL": "http://localhost",
    "PORTAL_MAIL_FROM": "portal@portal.test",
    "PORTAL_SUPPORT_CONTACT": "support",
    "PORTAL_ADMIN_EMAIL": "admin@portal.test",
    "PORTAL_KEYS": "keys",
}


def asked_settings() -> dict[str, str]:
    """Every PORTAL_ variable the portal reads, with its default."""
    environment = Asked(REQUIRED)
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
