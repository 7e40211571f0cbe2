"""A secure message as its sender hands it in, whoever that is."""

from chalicelib.domain.refusals import invalid
from chalicelib.web.request import Request

MOST_DAYS = 365
DEFAULT_DAYS = 30


def one_line(request: Request, name: str) -> str:
    """A text on one line."""
    text = request.text(name).strip()
    if not text or not text.isprintable():
        raise invalid("one_line_of_text", name)
    return text


def body_text(request: Request, name: str) -> str:
    """A text of several lines, in one kind of line end."""
    text = request.text(name).replace("\r\n", "\n")
    if not text.strip() or any(not c.isprintable() and c not in "\n\t" for c in text):
        raise invalid("text", name)
    return text
