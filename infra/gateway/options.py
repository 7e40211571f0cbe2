"""What `make run` takes from the environment for itself, besides the portal's settings; docs/settings.md lists it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

HIGHEST_PORT = 65535
DIGITS = len(str(HIGHEST_PORT))
SWITCH = {"": False, "0": False, "1": True}


class CannotStart(Exception):
    """Why not, in one sentence for whoever started it: it names the variable and says what it must be."""


@dataclass(frozen=True)
class Options:
    """Where it listens, how much it shows, and whether the canary walks: its mails are among those in the mailbox."""

    port: int
    verbose: bool
    canary: bool = False


def read_options(environment: Mapping[str, str]) -> Options:
    """Read and check them; raises `CannotStart`."""
    return Options(
        port=_port(environment.get("PORT", "8000")),
        verbose=_switch(environment, "VERBOSE"),
        canary=_switch(environment, "CANARY"),
    )


def _port(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= DIGITS else HIGHEST_PORT + 1
    if number > HIGHEST_PORT:
        message = f"PORT must be a whole number from 0 to {HIGHEST_PORT}; 0 takes any free port"
        raise CannotStart(message)
    return number


def _switch(environment: Mapping[str, str], name: str) -> bool:
    text = environment.get(name, "")
    if text not in SWITCH:
        message = f"{name} must be 1 or 0"
        raise CannotStart(message)
    return SWITCH[text]
