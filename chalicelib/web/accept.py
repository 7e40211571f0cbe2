"""Whether the answer is a page or JSON: what the client says it accepts (RFC 9110, 12.5.1)."""

from collections.abc import Mapping
from typing import NamedTuple

PAGE = ("text/html", "application/xhtml+xml")
DOCUMENT = ("application/json", "application/problem+json")
MOST_RANGES = 32


class Wish(NamedTuple):
    """How much a client wants a media type, and how exactly it named it: 2 by name, 1 as `text/*`, 0 as `*/*`."""

    weight: float = 0.0
    named: int = 0


def wants_json(headers: Mapping[str, str]) -> bool:
    """Whether it is JSON: for whoever brings a token, and for all who do not clearly prefer HTML.

    A page is for people, and every browser names `text/html` before anything else. Whatever names both alike, neither,
    or nothing at all, is a program: a page would tell it nothing, and a redirect to a logon page that ends in 200 would
    tell it that all is well (WB-30).
    """
    if headers.get("authorization"):
        return True
    accepted = headers.get("accept", "")
    page, document = _best(accepted, PAGE), _best(accepted, DOCUMENT)
    return page.weight <= 0 or page.named == 0 or page <= document


def _best(accepted: str, types: tuple[str, ...]) -> Wish:
    """The most that a header wants any of these types."""
    ranges = [_range(part) for part in accepted.lower().split(",")[:MOST_RANGES]]
    return max(_wish(ranges, media_type) for media_type in types)


def _wish(ranges: list[tuple[str, float]], media_type: str) -> Wish:
    """The most exact range that covers the type decides, whatever its weight: `text/html;q=0, */*` is anything but."""
    kind = media_type.partition("/")[0]
    for named, name in ((2, media_type), (1, f"{kind}/*"), (0, "*/*")):
        weights = [weight for given, weight in ranges if given == name]
        if weights:
            return Wish(max(weights), named)
    return Wish()


def _range(part: str) -> tuple[str, float]:
    """One media range and its weight, 1 where it has none; one that cannot be read is wanted by nobody."""
    name, *parameters = (piece.strip() for piece in part.split(";"))
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            return name, _weight(value.strip())
    return name, 1.0


def _weight(value: str) -> float:
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if 0.0 <= weight <= 1.0 else 0.0
