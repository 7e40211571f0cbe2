"""Which SVG may stand in a page: shapes and colours, nothing that acts and nothing that fetches.

A browser runs no script of an image, so this is a second wall; and a file that needs more than shapes is not a logo.
"""

from collections.abc import Mapping
from xml.parsers import expat

# No `use`: a few of them, one inside the other, draw a shape a billion times.
SHAPES = frozenset(
    {
        *("svg", "g", "defs", "title", "desc", "text", "tspan"),
        *("path", "rect", "circle", "ellipse", "line", "polyline", "polygon"),
        *("linearGradient", "radialGradient", "stop", "clipPath", "mask"),
    }
)
SVG = "http://www.w3.org/2000/svg"
SPACES = frozenset({"", "http://www.w3.org/1999/xlink", "http://www.w3.org/XML/1998/namespace"})


class _NotPlain(Exception):
    """Something else than a shape."""


def is_plain_svg(data: bytes) -> bool:
    """Whether this is one well-formed SVG of shapes alone."""
    parser = expat.ParserCreate(namespace_separator=" ")
    names: list[str] = []

    def begins(name: str, attributes: Mapping[str, str]) -> None:
        names.append(name)
        _check(name, attributes)

    parser.StartElementHandler = begins
    parser.StartDoctypeDeclHandler = _refused  # entities grow and fetch; a logo declares none
    parser.ProcessingInstructionHandler = _refused  # such as a style sheet's
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, _NotPlain, UnicodeError, ValueError):
        return False
    return names[0] == f"{SVG} svg"


def _check(name: str, attributes: Mapping[str, str]) -> None:
    space, _, shape = name.rpartition(" ")
    if space != SVG or shape not in SHAPES:
        raise _NotPlain
    for attribute, value in attributes.items():
        where, _, bare = attribute.rpartition(" ")
        acts = bare.lower().startswith("on") or where not in SPACES
        if acts or _fetches(value) or (bare == "href" and not value.startswith("#")):
            raise _NotPlain


def _fetches(value: str) -> bool:
    """Whether a style names anything but a part of the drawing, as `url(#a)` does; an escape could hide what."""
    low = "".join(value.split()).lower().translate({ord('"'): None, ord("'"): None})
    return any(sign in low for sign in ("\\", "@", "image", "src(")) or low.count("url(") != low.count(
        "url(#"
    )


def _refused(*_: object) -> None:
    raise _NotPlain
