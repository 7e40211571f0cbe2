"""The browser behind a User-Agent header, and whether it is one we support. Read where a person asks, never at logon.

Parsing costs 45 ms the first time, so a step imports this only where it is about to show the result. It would be 170
if all rules were made ready at once and devices, which nobody asks for, looked up too.
"""

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from ua_parser import Domain, Parser, load_lazy_builtins

from chalicelib.presentation.browser_names import BROWSERS, SYSTEMS
from chalicelib.presentation.languages import Translate, marked

UNKNOWN = marked("an unknown browser")

# The browser matrix: the oldest major version of each that has every feature the pages use. The help page shows it.
SUPPORTED: Mapping[str, int] = MappingProxyType({"Chrome": 109, "Edge": 109, "Firefox": 115, "Safari": 17})

# The judgement of an engine goes by the browser it is at home in.
_ENGINES = MappingProxyType(
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

    def called(self, user_agent: str, say: Translate) -> str:
        """Its name where one is shown by itself; "" where nothing was sent."""
        return self.name or (say(UNKNOWN) if user_agent.strip() else "")

    def described(self, say: Translate) -> str:
        """Name, version and system in one short text of the reader's language."""
        text = f"{self.name} {self.version}".strip() or say(UNKNOWN)
        if not self.operating_system:
            return text
        return say("{browser} on {system}").format(browser=text, system=self.operating_system)


def read_browser(user_agent: str) -> Browser:
    """Parse a User-Agent header; one that names nothing of our lists gives an empty Browser.

    Attack: a header such as "Call +1 555 now http://evil.example CFNetwork/1.0" is a browser of that name to the
    parser, and stands in our own signed mails to somebody else. Defence: only a name of our lists is told, and only
    a version of a few digits, too short for a telephone number; all else is an unknown browser (WB-14).
    """
    found = _parser()(user_agent[:400], Domain.USER_AGENT | Domain.OS)
    agent, system = found.user_agent, found.os
    name = BROWSERS.get(agent.family, "") if agent else ""
    if agent is None or not name:
        return Browser()
    known = SYSTEMS.get(system.family, "") if system else ""
    number = _version(system.major, system.minor) if system and known else ""
    version = _version(agent.major, agent.minor)
    return Browser(name, version, f"{known} {number}".strip(), _supported(agent.family, agent.major))


def supported_browsers(say: Translate) -> list[str]:
    """The matrix in words."""
    pattern = say("{browser} {version} or later")
    return [pattern.format(browser=name, version=version) for name, version in SUPPORTED.items()]


@cache
def _parser() -> Parser:
    return Parser.from_matchers(load_lazy_builtins())


def _version(major: str | None, minor: str | None) -> str:
    """Its first two numbers, as far as they can be a version's."""
    if not re.fullmatch("[0-9]{1,3}", major or ""):
        return ""
    return f"{major}.{minor}" if re.fullmatch("[0-9]{1,2}", minor or "") else str(major)


def _supported(family: str, major: str | None) -> bool | None:
    oldest = SUPPORTED.get(_ENGINES.get(family, family))
    if oldest is None or not re.fullmatch("[0-9]{1,3}", major or ""):
        return None
    return int(str(major)) >= oldest
