"""The browser behind a User-Agent header, and whether it is one we support. Read where a person asks, never at logon.

Parsing costs 45 ms the first time, so a step imports this only where it is about to show the result. It would be 170
if all rules were made ready at once and devices, which nobody asks for, looked up too.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from ua_parser import Domain, Parser, load_lazy_builtins

from chalicelib.presentation.languages import Translate

# The browser matrix: the oldest major version of each that has every feature the pages use. The help page shows it.
SUPPORTED: Mapping[str, int] = MappingProxyType({"Chrome": 109, "Edge": 109, "Firefox": 115, "Safari": 17})

_FAMILIES = MappingProxyType(
    {
        "Chrome Mobile": "Chrome",
        "Chrome Mobile iOS": "Safari",
        "Chromium": "Chrome",
        "HeadlessChrome": "Chrome",
        "Edge Mobile": "Edge",
        "Firefox Mobile": "Firefox",
        "Firefox iOS": "Safari",
        "Mobile Safari": "Safari",
        "Mobile Safari UI/WKWebView": "Safari",
    }
)


class Browser(NamedTuple):
    """As a support desk asks for it; "" where the header does not tell."""

    name: str = ""
    version: str = ""
    operating_system: str = ""
    supported: bool | None = None

    def described(self, say: Translate) -> str:
        """Name, version and system in one short text of the reader's language."""
        text = f"{self.name} {self.version}".strip() or say("an unknown browser")
        if not self.operating_system:
            return text
        return say("{browser} on {system}").format(browser=text, system=self.operating_system)


def read_browser(user_agent: str) -> Browser:
    """Parse a User-Agent header; an unknown one gives an empty Browser."""
    found = _parser()(user_agent[:400], Domain.USER_AGENT | Domain.OS)
    agent, system = found.user_agent, found.os
    if agent is None or agent.family == "Other":
        return Browser()
    version = ".".join(part for part in (agent.major, agent.minor) if part)
    name = "" if system is None or system.family == "Other" else system.family
    number = ".".join(part for part in (system.major, system.minor) if part) if system and name else ""
    return Browser(agent.family, version, f"{name} {number}".strip(), _supported(agent.family, agent.major))


def supported_browsers(say: Translate) -> list[str]:
    """The matrix in words."""
    pattern = say("{browser} {version} or later")
    return [pattern.format(browser=name, version=version) for name, version in SUPPORTED.items()]


@cache
def _parser() -> Parser:
    return Parser.from_matchers(load_lazy_builtins())


def _supported(family: str, major: str | None) -> bool | None:
    oldest = SUPPORTED.get(_FAMILIES.get(family, family))
    if oldest is None or major is None or not major.isdigit():
        return None
    return int(major) >= oldest
