"""A mail in its final words, between whoever wrote it and whoever sends it. May not know either."""

from typing import NamedTuple

from chalicelib.domain.brand import OURS, Image

LOGO = "logo"  # what the HTML part calls the image that comes with it


class RenderedMail(NamedTuple):
    """A mail without its envelope. `name` is whose it is; the HTML part shows `logo`, where there is one."""

    subject: str
    text: str
    html: str
    name: str = OURS.name
    logo: Image | None = None


def header_value(value: str) -> str:
    """A value that may stand in a mail header.

    A line break in one starts a header of the attacker's own (ML-03); Python before 3.11.9 lets it through.
    So any control character is refused, not repaired.
    """
    if not value.isprintable():
        message = "a mail header value holds a line break or another control character"
        raise ValueError(message)
    return value
