"""Where a person is sent: the page of each step, and a `next` that cannot lead away from the portal (WB-07)."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import quote, urlencode

from chalicelib.domain.sessions import Next

HOME = "/messages"
CONSOLE = "/admin/overview"
# Where staff come to whom the console is shut at their address: its page says so, and all of it is theirs.
AWAY_FROM_CONSOLE = "/account"

PAGES = MappingProxyType(
    {
        Next.PORTAL: HOME,
        Next.ENTER_CODE: "/logon/code",
        Next.CHANGE_PASSWORD: "/password/change",
        Next.ENROL_TWO_STEP: "/account/two-step",
    }
)

# Attack: //evil.example, /\evil.example and https:evil.example all leave the portal in one browser or another.
# Defence: not what is forbidden but what is allowed: plain segments after single slashes. Encoded is only what an
# address may have that is not plain, as `filled` writes it; not the slash, which somebody on the way might decode.
# Attack: `/logon?next=/not-me/TOKEN` puts a mailed link's token into the address of each page on the way, and so into
# histories and logs. Defence: a path that holds a token is no `next`; nobody has to log on for one (LO-08).
_LONGEST = 300
_PATH = r"(/([A-Za-z0-9_.@~-]|%2[1345-7AB]|%3[DF]|%5E|%60|%7[BCD])+)+"
_TOKEN = r"/[A-Za-z0-9_-]{43}([.~]|%[0-9A-F]{2})*(/|$)"  # noqa: S105 - the form of one


def filled(resource: str, params: Mapping[str, str]) -> str:
    """A path of the contract with what belongs into its holes, each encoded once (IN-06)."""
    for name, value in params.items():
        resource = resource.replace("{" + name + "}", quote(value, safe="@"))
    return resource


_ACTION = re.compile(r"(/account(?=/erasure$)|/account/[^/]+|/admin/users/\{email\}|/admin/services)/.+")


def page_of(resource: str) -> str:
    """The page whose form was sent to this resource: the resource itself, or what stands above an action."""
    action = _ACTION.fullmatch(resource)
    return action[1] if action else resource


def safe_next(text: str | None) -> str | None:
    """The path if it is one of ours by its shape, else None."""
    ours = text and len(text) <= _LONGEST and re.fullmatch(_PATH, text) and not re.search(_TOKEN, text)
    return text if ours else None


def suffix(path: str | None, notice: str = "") -> str:
    """`?next=...` for a safe path, and what the next page is to say; "" for neither."""
    path = safe_next(path)
    asked = {"next": path} if path and path != HOME else {}
    asked |= {"notice": notice} if notice else {}
    return f"?{urlencode(asked)}" if asked else ""


def after(step: Next, wanted: str | None, home: str = HOME) -> str:
    """Where to go now: the step's page, carrying along where the person wanted to; in the end that page itself.

    But to no page of the console where that is shut to them: a refusal would be all that a logon leads to.
    """
    if step is Next.PORTAL:
        path = safe_next(wanted) or home
        return home if home == AWAY_FROM_CONSOLE and path.startswith("/admin/") else path
    return PAGES[step] + suffix(wanted)
