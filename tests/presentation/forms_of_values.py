"""What a value of a page or a mail is let be: each form is a question that a text of that form answers with yes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_address, ip_network

from chalicelib.domain.addresses import canonical_address, canonical_domain
from chalicelib.domain.brand import NAME_MOST
from chalicelib.presentation.browser_names import BROWSERS, SYSTEMS
from chalicelib.presentation.evidence import MOST
from chalicelib.presentation.zones import zone
from chalicelib.web.paths import safe_next
from tests.world.settings import PORTAL_URL

Form = Callable[[str], bool]

MARK = "evil.ex"  # stands in whatever a stranger writes, and in no text of ours
NUMBER = r"[0-9]{1,3}(?:\.[0-9]{1,2})?"
PATH = r"/[A-Za-z0-9/_.@%+~?=&'-]*"
UNKNOWN = "an unknown browser"


def shaped(pattern: str) -> Form:
    """Exactly this shape, in ASCII."""
    return lambda text: re.fullmatch(pattern, text, re.ASCII) is not None


def accepted(rule: Callable[[str], object]) -> Form:
    """What this rule raises nothing at."""

    def form(text: str) -> bool:
        try:
            rule(text)
        except ValueError:
            return False
        return True

    return form


def one_of(names: dict[str, str]) -> str:
    return "|".join(map(re.escape, names.values()))


def printable(text: str) -> bool:
    return all(c.isprintable() or c in "\n\t" for c in text)


WORD = shaped("[a-z0-9_*]{0,60}")
DIGITS = shaped("[0-9]{0,9}")
INSTANT = accepted(datetime.fromisoformat)
REFERENCE = shaped("[A-Z0-9]{4}-[A-Z0-9]{4}|")
TOKEN = shaped("[A-Za-z0-9_.-]{0,120}")
TEMPORARY = shaped("(?:[0-9a-z]{5}(?:-[0-9a-z]{5}){4})?")
COLOUR = shaped("#[0-9a-f]{6}")
DIGEST = shaped("sha256:[0-9a-f]{16}")
REFERRER = shaped("(?:strict-origin)?")
MAIL_FROM = shaped("portal@portal.example")
VERSION = shaped(f"(?:{NUMBER})?")
BROWSER_NAME = shaped(f"{UNKNOWN}|{one_of(dict(BROWSERS))}|")
SYSTEM = shaped(f"(?:(?:{one_of(dict(SYSTEMS))})(?: {NUMBER})?)?")
BROWSER = shaped(
    f"(?:{UNKNOWN}|(?:{one_of(dict(BROWSERS))})(?: {NUMBER})?)(?: on (?:{one_of(dict(SYSTEMS))})(?: {NUMBER})?)?|"
)
IP = accepted(lambda text: ip_address(text) if text else "")
NETWORK = accepted(ip_network)


def address(text: str) -> bool:
    """In its one spelling."""
    return not text or (accepted(canonical_address)(text) and canonical_address(text) == text)


def domain(text: str) -> bool:
    """In its one spelling."""
    return not text or (accepted(canonical_domain)(text) and canonical_domain(text) == text)


def address_or_domain(text: str) -> bool:
    """Whichever the page is about."""
    return address(text) or domain(text)


def address_typed(text: str) -> bool:
    """As somebody typed it, and yet an address: no space, no control, its letters isolated where they are shown."""
    return not text or (accepted(canonical_address)(text) and text == text.strip())


def address_or_domain_typed(text: str) -> bool:
    """The same, or the domain of one."""
    return address_typed(text) or accepted(canonical_domain)(text)


def address_or_service(text: str) -> bool:
    """Whose trail it is: a service's by the beginning of its keys."""
    return address(text) or shaped("smp_[a-z2-7]{16}")(text)


def domains(text: str) -> bool:
    """Several, in their one spelling."""
    return all(domain(one) for one in text.split())


def domains_typed(text: str) -> bool:
    """Several, as somebody typed them."""
    return all(accepted(canonical_domain)(one) for one in text.split())


def named_by_staff(text: str) -> bool:
    """What an administrator calls a service: no address of anything, short, and shown as theirs."""
    return text.isprintable() and len(text) <= NAME_MOST and not set('@:<>"\\') & set(text)


def our_url(text: str) -> bool:
    """An address of the portal, absolute or not, with nothing of a stranger's in its path but an encoded search."""
    return shaped(f"(?:{re.escape(PORTAL_URL)})?(?:{PATH})?")(text)


def path_next(text: str) -> bool:
    """Nothing, or the way on to one of our own pages."""
    return shaped(r"(?:\?next=[A-Za-z0-9%_.~-]+)?")(text)


def own_path(text: str) -> bool:
    """Nothing, or what a `next` may be."""
    return not text or safe_next(text) == text


def zone_name(text: str) -> bool:
    """Looked up, and never shown as it is unless it was found."""
    return not text or shaped("[A-Za-z0-9_+/-]{1,64}")(text)


def known_zone(text: str) -> bool:
    return not text or zone(text) is not None


def sentence(text: str) -> bool:
    """Ours, from the catalogue."""
    return MARK not in text.lower()


def no_text(_: str) -> bool:
    """A number, a truth or a moment."""
    return False


def key(text: str) -> bool:
    """Looked up in a table of words, and never shown as it is."""
    return isinstance(text, str)


def typed(text: str) -> bool:
    """What this request's sender typed, given back in the field it was typed in: any text, and nowhere else."""
    return isinstance(text, str)


def search(text: str) -> bool:
    """What a search or a link asks for, given back in its field: a line that can be seen."""
    return text.isprintable() and len(text) <= 254


def line_by_staff(text: str) -> bool:
    """One line in an administrator's words, shown as theirs."""
    return text.isprintable() and len(text) <= 500


def text_by_staff(text: str) -> bool:
    """A letter or a reason in an administrator's words, shown as theirs."""
    return printable(text.replace("\r", ""))


def quoted(text: str) -> bool:
    """A stranger's words, short, on a line, and shown as a quotation in the console alone."""
    return text.isprintable() and len(text) <= MOST


IN_FIELDS = frozenset({typed, search})  # shown as the value of a field, and nowhere else
NEVER_SHOWN = frozenset({key, zone_name})
