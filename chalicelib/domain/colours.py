"""What a brand's one colour becomes on light and on dark grounds, and whether it can be read there (WCAG 2.2, 1.4.3).

It may not know where a colour is shown: the sheets of pages and mails hold the grounds, and a test compares.
"""

from colorsys import hls_to_rgb, rgb_to_hls
from typing import NamedTuple

ENOUGH = 4.5  # to one, for text of any size
WHITE = "#ffffff"
# The darkest of the light grounds and the lightest of the dark ones: what can be read there can be read on all.
LIGHT_GROUND, DARK_GROUND = "#e6f2f4", "#12303a"
HOVER = 0.22  # how much nearer to black or white a button goes under the pointer
LINEAR = 0.04045  # below it sRGB is a line, above it a power (IEC 61966-2-1)

_LENGTH = len(WHITE)
_HEXADECIMAL = frozenset("0123456789abcdef")


class Shades(NamedTuple):
    """`plate` lies under white text, `ink` is text on light grounds, `dark` is both on dark ones; `deep` on hover."""

    plate: str
    plate_deep: str
    ink: str
    dark: str
    dark_deep: str


def is_colour(text: str) -> bool:
    """Whether this is `#rrggbb`, in lower case: nothing that a style sheet could read as more than a colour."""
    return len(text) == _LENGTH and text.startswith("#") and _HEXADECIMAL.issuperset(text[1:])


def contrast(one: str, other: str) -> float:
    """From 1 to 21, whichever is the lighter."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def carries_white(colour: str) -> bool:
    """Whether white text on it can be read."""
    return contrast(colour, WHITE) >= ENOUGH


def shades(colour: str) -> Shades:
    """The colour and what is derived from it: darkened or lightened no more than reading asks."""
    dark = _readable(colour, 1.0, DARK_GROUND)
    return Shades(
        plate=colour,
        plate_deep=_turned(colour, 0.0, HOVER),
        ink=_readable(colour, 0.0, LIGHT_GROUND),
        dark=dark,
        dark_deep=_turned(dark, 1.0, HOVER),
    )


def channels(colour: str) -> tuple[int, int, int]:
    """Red, green and blue, from 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _readable(colour: str, lightness: float, ground: str) -> str:
    """The first of a hundred steps to this lightness that can be read on the ground; black and white always can."""
    steps = (_turned(colour, lightness, step / 100) for step in range(101))
    return next(turned for turned in steps if contrast(turned, ground) >= ENOUGH)


def _turned(colour: str, lightness: float, share: float) -> str:
    """The same hue, nearer to black (0) or white (1) by this share of the way."""
    if share == 0:
        return colour
    hue, light, saturation = rgb_to_hls(*(value / 255 for value in channels(colour)))
    mixed = hls_to_rgb(hue, light + (lightness - light) * share, saturation)
    return "#" + "".join(f"{round(value * 255):02x}" for value in mixed)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(value / 255) for value in channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= LINEAR else float(((value + 0.055) / 1.055) ** 2.4)
