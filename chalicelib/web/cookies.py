"""The cookies: the session, the links of a reset and of a new address on their way from the URL to the form, a browser
known again, what somebody typed before they forgot their password, a form that waits, that cookies come back at all,
the language, the time zone.

All but the last two are `__Host-` and `Secure` where the portal is on TLS (WB, SE-03); the local gateway speaks plain
HTTP, where a browser would refuse them.
"""

import re
from urllib.parse import quote, unquote

ADDRESS_MOST = 254  # RFC 5321, 4.5.3.1.3: a path of 256 with its brackets
ASKED_BACK_SECONDS = 7 * 86400  # longer than anybody leaves the page of a logon open
LANGUAGE = "portal-language"  # no secret; worth one of our languages, or nothing
LANGUAGE_SECONDS = 365 * 86400
RESET_SECONDS = 600
WAY_BACK_SECONDS = 3600  # as long as the mail's link is usually good
_READABLE = "@+'!#$&*^`|"  # of an address, as a cookie's value may hold it
_SPACE = " \t"  # all that may stand around a pair of a Cookie header (RFC 6265, 4.2.1; RFC 9110, 5.6.3)
# RFC 6265, 4.1.1. Nothing of ours is ever quoted.
_VALUE = r"[!#-+\--:<-\[\]-~]*"
_ZONE = r"[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*"
ZONE_MOST = 64
ZONE = (
    "portal-zone"  # written by static/zone.js; no secret, and nothing depends on it but how times are written
)


def session_name(secure: bool) -> str:  # noqa: FBT001 - the one thing it depends on
    """The session cookie's name."""
    return "__Host-portal-session" if secure else "portal-session"


def reset_name(secure: bool) -> str:  # noqa: FBT001 - as above
    """The reset-link cookie's name."""
    return "__Host-portal-reset" if secure else "portal-reset"


def set_session(token: str, seconds: int, *, secure: bool) -> str:
    """A Set-Cookie value. Lax, not Strict: the link in a mail must find its reader logged on."""
    return _cookie(session_name(secure), token, seconds, "Lax", secure=secure)


def clear_session(*, secure: bool) -> str:
    """A Set-Cookie value that takes the session away."""
    return _cookie(session_name(secure), "", 0, "Lax", secure=secure)


def set_reset(token: str, *, secure: bool) -> str:
    """A Set-Cookie value. Lax, since the redirect that follows the mail's link is a cross-site navigation."""
    return _cookie(reset_name(secure), token, RESET_SECONDS, "Lax", secure=secure)


def address_name(secure: bool) -> str:  # noqa: FBT001 - as above
    """The name of the cookie of a link that proves a new address."""
    return "__Host-portal-address" if secure else "portal-address"


def set_address(token: str, *, secure: bool) -> str:
    """A Set-Cookie value. Lax, as of a reset link; it is another cookie, so that neither takes the other's place."""
    return _cookie(address_name(secure), token, RESET_SECONDS, "Lax", secure=secure)


def clear_address(*, secure: bool) -> str:
    """A Set-Cookie value that takes that link away."""
    return _cookie(address_name(secure), "", 0, "Lax", secure=secure)


def device_name(secure: bool) -> str:  # noqa: FBT001 - as above
    """The name of the cookie by which a browser is known again."""
    return "__Host-portal-device" if secure else "portal-device"


def set_device(value: str, seconds: int, *, secure: bool) -> str:
    """A Set-Cookie value. Strict: only the logon form asks for it, and that is posted from our own page."""
    return _cookie(device_name(secure), value, seconds, "Strict", secure=secure)


def asked_back_name(secure: bool) -> str:  # noqa: FBT001 - as above
    """The name of the cookie that a logon's page gives: it says that cookies come back, and which page it was."""
    return "__Host-portal-cookies" if secure else "portal-cookies"


def set_asked_back(value: str, *, secure: bool) -> str:
    """A Set-Cookie value for the page of a logon, whose form asks it back before anything is spent (LG-18).

    It is a secret of this page alone, by which its form, sent twice, is known (WB-20); it names nobody.
    """
    return _cookie(asked_back_name(secure), value, ASKED_BACK_SECONDS, "Lax", secure=secure)


def way_back_name(secure: bool) -> str:  # noqa: FBT001 - as above
    """The name of the cookie of somebody who forgot a password."""
    return "__Host-portal-way-back" if secure else "portal-way-back"


def set_way_back(address: str, path: str, *, secure: bool) -> str:
    """A Set-Cookie value: what somebody typed as an address, and the page they came for; neither stands in a URL."""
    value = f"{quote(address, safe=_READABLE)}:{quote(path)}"
    return _cookie(way_back_name(secure), value, WAY_BACK_SECONDS, "Lax", secure=secure)


def clear_way_back(*, secure: bool) -> str:
    """A Set-Cookie value that forgets it."""
    return _cookie(way_back_name(secure), "", 0, "Lax", secure=secure)


def read_way_back(header: str, *, secure: bool) -> tuple[str, str]:
    """The address as typed and the path, each "" where there is none; neither is to be trusted."""
    value = read_cookie(header, way_back_name(secure)) or ""
    address, path = (unquote(part) for part in value.partition(":")[::2])
    return (address, path) if address.isprintable() and len(address) <= ADDRESS_MOST else ("", path)


def unfinished_name(secure: bool) -> str:  # noqa: FBT001 - as above
    """The name of the cookie of a form that met the password prompt."""
    return "__Host-portal-unfinished" if secure else "portal-unfinished"


def set_unfinished(value: str, *, secure: bool, seconds: int = RESET_SECONDS) -> str:
    """A Set-Cookie value. Strict: it is read by our own page, after a form of ours."""
    return _cookie(unfinished_name(secure), value, seconds, "Strict", secure=secure)


def clear_unfinished(*, secure: bool) -> str:
    """A Set-Cookie value that takes it away."""
    return _cookie(unfinished_name(secure), "", 0, "Strict", secure=secure)


def set_language(language: str, *, secure: bool) -> str:
    """A Set-Cookie value: the language that somebody chose on a page, for a year: nobody wants to choose it daily."""
    return _cookie(LANGUAGE, language, LANGUAGE_SECONDS, "Lax", secure=secure)


def clear_reset(*, secure: bool) -> str:
    """A Set-Cookie value that takes the link away."""
    return _cookie(reset_name(secure), "", 0, "Lax", secure=secure)


def read_cookie(header: str, name: str) -> str | None:
    """One cookie's value. A name sent twice is refused as none: we cannot know which of them is ours (SE-01).

    Attack: a neighbour under our domain plants a cookie whose name is U+2000, or U+0085, and then
    `__Host-portal-session`. A browser sees no `__Host-` there and keeps it for the whole domain; whoever strips white
    space as Unicode knows it reads the neighbour's session for ours. Defence: only space and tab are taken off (WB-12).
    """
    pairs = [part.strip(_SPACE).partition("=") for part in header.split(";")]
    values = [value for found, _, value in pairs if found == name]
    read = re.fullmatch(_VALUE, values[0].strip(_SPACE)) if len(values) == 1 else None
    return read[0] if read else None


def read_zone(header: str) -> str:
    """The reader's time zone, as far as it can be one's name; "" otherwise. Whoever uses it looks it up (WB-14)."""
    value = read_cookie(header, ZONE) or ""
    return value if re.fullmatch(_ZONE, value) and len(value) <= ZONE_MOST else ""


def _cookie(name: str, value: str, seconds: int, same_site: str, *, secure: bool) -> str:
    parts = [f"{name}={value}", "Path=/", f"Max-Age={seconds}", "HttpOnly", f"SameSite={same_site}"]
    return "; ".join([*parts, "Secure"] if secure else parts)
