"""Three digits that a person copies from a page before its button does something.

Attack: a mail scanner that runs scripts submits every form it finds behind a link. Defence: an untouched form lacks
them. A program that sends JSON means it. They are no secret, and each link has its own.
"""

import hashlib

from chalicelib.domain.refusals import invalid
from chalicelib.web.request import Request


def number_of(label: str, token: str) -> str:
    """The three digits of a link, on the page of this label."""
    drawn = int.from_bytes(hashlib.sha256(f"{label}:{token}".encode()).digest()[:4], "big")
    return str(100 + drawn % 900)


def typed(request: Request, label: str, token: str) -> bool:
    """Whether they were typed."""
    digits = "".join(str(int(one)) for one in request.text("number") if one.isdecimal())
    return digits == number_of(label, token)


def check_typed(request: Request, label: str, token: str) -> None:
    """Demand them of a form; a program that leaves them out may."""
    if not (request.wants_json and "number" not in request.fields) and not typed(request, label, token):
        raise invalid("number_not_typed", "number")
