"""Whose name, colour, logo and support contact a page or a mail carries: the stage's, or in a mail its domain's.

Checks what an administrator or the environment says of them. It may not read a table or a file.
"""

import base64
import binascii
import re
import unicodedata
from struct import unpack
from typing import NamedTuple
from zlib import crc32

from chalicelib.domain.addresses import DomainId
from chalicelib.domain.colours import carries_white, is_colour

NAME, COLOUR = "Secure Messaging Portal", "#0c5a68"
NAME_MOST, CONTACT_MOST = 60, 120  # characters
LOGO_MOST = 6 * 1024  # bytes of a mail's logo: in base64 it fits a request, and a mail hardly grows by it
SMALLEST, LARGEST = 16, 1024  # pixels of a side

# What a header, an address, markup or an authenticator's label would read as its own.
_NOT_IN_A_NAME = frozenset('<>"\\@:')
_NOT_IN_A_CONTACT = frozenset('<>"\\')
# What a contact can be besides words.
_ADDRESS = r"[^\s@<>?&#%]+@[^\s@<>?&#%]+\.[^\s@<>?&#%]+"
_NUMBER = r"\+?[0-9(][0-9 ()./-]{4,30}"
_DIGITS = 5  # fewer are an extension, which only a phone of the house can dial
_PAGE = r"https://[^\s<>\"]+"

# What whoever runs a stage reads of each cause.
SAID = {
    "unprintable": "it must be one line that is seen as it is",
    "length": "it must be 1 to 60 characters",
    "characters": 'it must hold none of < > " \\ @ :',
    "not_rrggbb": "it must be #rrggbb",
    "white_text_unreadable": "white text on it has a contrast below 4.5 to 1; take a darker one",
    "not_a_png": "the file is not a PNG",
    "dimensions": "its sides must be 16 to 1024 pixels",
}

# Letters to Unicode, and nothing to the eye.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PART = 12  # bytes of a part besides its content: size, name, checksum
_DATA_URI = "data:image/png;base64,"


class UnusableBrand(ValueError):
    """Not a name, colour, logo or contact that can be shown; `field` says which, `cause` why, neither what it was."""

    def __init__(self, field: str, cause: str) -> None:
        super().__init__(f"{field}: {cause}")
        self.field = field
        self.cause = cause


class Image(NamedTuple):
    """A logo: `kind` is `png` or `svg+xml`; a PNG knows its size in pixels."""

    data: bytes
    kind: str = "png"
    width: int = 0
    height: int = 0

    @property
    def in_base64(self) -> str:
        """As text."""
        return base64.b64encode(self.data).decode("ascii")

    @property
    def uri(self) -> str:
        """As an address that holds the image itself."""
        return f"data:image/{self.kind};base64,{self.in_base64}"

    def fitted(self, width: int, height: int) -> tuple[int, int]:
        """Its size, scaled into a frame: a mail program that shows it at once needs to be told."""
        scale = min(width / self.width, height / self.height)
        return max(1, round(self.width * scale)), max(1, round(self.height * scale))


class Brand(NamedTuple):
    """What a stage or a domain is known by. A domain's may leave anything open; a stage's has all but a logo."""

    name: str = ""
    colour: str = ""
    logo: Image | None = None
    support_contact: str = ""

    def over(self, stage: "Brand") -> "Brand":
        """What this one leaves open is the stage's."""
        return Brand(
            name=self.name or stage.name,
            colour=self.colour or stage.colour,
            logo=self.logo or stage.logo,
            support_contact=self.support_contact or stage.support_contact,
        )

    @property
    def in_mail(self) -> "Brand":
        """The same without a drawing, which mail programs do not show."""
        return self._replace(logo=None) if self.logo and self.logo.kind != "png" else self


class BrandChange(NamedTuple):
    """A domain's brand as it shall be, with the one it was read as; `old` None where there was none."""

    domain: DomainId
    old: Brand | None
    new: Brand


OURS = Brand(NAME, COLOUR)


def brand_key(domain: DomainId) -> str:
    """Where a domain's brand lies: beside its policy, which the authorizer reads with every request and wants small."""
    return f"brand:{domain}"


def checked_name(text: str) -> str:
    """A name of one line that is what it looks like, in one spelling. It stands in the From header."""
    name = unicodedata.normalize("NFC", text.strip())
    _one_visible_line("name", name, NAME_MOST)
    if _NOT_IN_A_NAME & set(name):
        raise UnusableBrand("name", "characters")
    return name


def checked_contact(text: str) -> str:
    """An address, a number or a place to go, in one line."""
    contact = unicodedata.normalize("NFC", text.strip())
    _one_visible_line("support_contact", contact, CONTACT_MOST)
    if _NOT_IN_A_CONTACT & set(contact):
        raise UnusableBrand("support_contact", "characters")
    return contact


def contact_uri(contact: str) -> str:
    """The URI that a contact is: mailto (RFC 6068), tel (RFC 3966) or https; "" where it is words."""
    if re.fullmatch(_ADDRESS, contact):
        return f"mailto:{contact}"
    if re.fullmatch(_PAGE, contact):
        return contact
    digits = re.sub(r"\D", "", contact)
    if re.fullmatch(_NUMBER, contact) and len(digits) >= _DIGITS:
        return f"tel:{'+' if contact.startswith('+') else ''}{digits}"
    return ""


def checked_colour(text: str) -> str:
    """A colour under white text that can be read."""
    colour = text.strip().lower()
    if not is_colour(colour):
        raise UnusableBrand("colour", "not_rrggbb")
    if not carries_white(colour):
        raise UnusableBrand("colour", "white_text_unreadable")
    return colour


def checked_logo(text: str) -> Image:
    """A mail's logo from base64, as it is copied from anywhere: broken into lines, or as a data URI."""
    try:
        data = base64.b64decode("".join(text.split()).removeprefix(_DATA_URI), validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnusableBrand("logo", "not_base64") from error
    if len(data) > LOGO_MOST:
        raise UnusableBrand("logo", "too_large")
    return png(data)


def png(data: bytes) -> Image:
    """A whole PNG of a modest size, and nothing else.

    Attack: a few kilobytes that unpack to gigabytes of pixels in the reader's mail program, or a file that is a PNG to
    us and a page or a script to somebody else. Defence: the size it states, and every byte belongs to one of its parts.
    """
    if not data.startswith(_SIGNATURE) or _end(data) != len(data):
        raise UnusableBrand("logo", "not_a_png")
    width, height = unpack(">II", data[16:24])
    if not (SMALLEST <= width <= LARGEST and SMALLEST <= height <= LARGEST):
        raise UnusableBrand("logo", "dimensions")
    return Image(data, "png", width, height)


def _end(data: bytes) -> int:
    """Where a PNG's last part ends; 0 where a part is broken, or the first is not the one that tells the size."""
    at, first = len(_SIGNATURE), True
    while at + _PART <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        name, after = data[at + 4 : at + 8], at + _PART + size
        if data[after - 4 : after] != crc32(data[at + 4 : after - 4]).to_bytes(4, "big"):
            return 0
        if first and (name, size) != (b"IHDR", 13):
            return 0
        if name == b"IEND":
            return after
        at, first = after, False
    return 0


def _one_visible_line(field: str, text: str, most: int) -> None:
    # Attack: a line break that begins a header of the attacker's own (ML-03), or an override of the writing direction
    # that makes one name read as another. Neither is printable; nor is any other character that is not seen.
    if not text.isprintable() or _INVISIBLE & set(text):
        raise UnusableBrand(field, "unprintable")
    if not any(character.isalnum() for character in text) or len(text) > most:
        raise UnusableBrand(field, "length")
