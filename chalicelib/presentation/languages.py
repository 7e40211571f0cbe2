"""The languages the portal speaks: which one a request asks for, and the catalogue of each.

English is what the source says and needs no catalogue. The others are in `locales`, a file for each room of the
wording; `infra/catalogues.py` makes one compiled catalogue a language of them. It may not know a request or a page.
"""

import gettext
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

LOCALES = Path(__file__).parent / "locales"
COMPILED = "portal.mo"
SOURCE = "en"
# Each by the name its speakers know it by: whoever does not read the page must find their own.
LANGUAGES: Mapping[str, str] = MappingProxyType(
    {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español"}
)
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})  # none is spoken yet; the pages are ready for them
MOST_WISHES = 20  # of an Accept-Language header: a browser sends a handful

Translate = Callable[[str], str]


def marked(text: str) -> str:
    """The text itself: it names a text for the catalogues where it is written but not yet said."""
    return text


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The catalogue of one language. A language without one speaks English: a page is better than none."""
    try:
        with (LOCALES / language / COMPILED).open("rb") as file:
            return gettext.GNUTranslations(file)
    except FileNotFoundError:
        return gettext.NullTranslations()


def translation(language: str) -> Translate:
    """What turns the source's texts into this language's."""
    return catalogue(language).gettext


def direction(language: str) -> str:
    """As HTML's `dir` says it."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def negotiated(accepted: str, otherwise: str) -> str:
    """The language of an Accept-Language header that we speak and the reader likes best (RFC 9110, 12.5.4).

    `de-CH` is German to us. Nothing we speak, or nothing that can be read, gives `otherwise`.
    """
    wishes = [_wish(part) for part in accepted.split(",")[:MOST_WISHES]]
    best = max(wishes, key=lambda wish: wish[1], default=("", 0.0))  # the first of equals, as max does
    name = otherwise if best[0] == "*" else best[0]
    return name if best[1] > 0 else otherwise


def _wish(part: str) -> tuple[str, float]:
    """One language range as (a language of ours, its weight); weight 0 where it is none of ours."""
    name, _, weight = part.strip().lower().partition(";")
    language = name.strip().partition("-")[0]
    if language != "*" and language not in LANGUAGES:
        return "", 0.0
    given = weight.strip().removeprefix("q=")
    try:
        return language, min(float(given), 1.0) if given else 1.0
    except ValueError:
        return "", 0.0
