"""Temporary passwords (TP-01): what the mail carries, and how forgivingly it may be typed.

Five groups of five. The first group is the name: it finds its row, so that logon reads one row and
hashes once. The other four are the secret, 96 bits. May not know whether one is still good.
"""

import re
from typing import NamedTuple

from chalicelib.domain.alphabet import UNMISTAKABLE, encode, grouped

RANDOM_BYTES = 32

_GROUPS = 5
_GROUP_SIZE = 5
_TYPED_MAX = 128
_SURROUNDING = " \t\r\n\f\v\u00a0"
# Between groups: nothing, or what a keyboard, a word processor or a mail program makes of a dash.
_BETWEEN = "[-\u00ad\u2010-\u2015\u2212 \u00a0\t]{0,3}"
# Upper and lower case are spelled out: ignoring case would let a Kelvin sign pass for a k.
_GROUP = f"([{UNMISTAKABLE}{UNMISTAKABLE.upper()}]{{{_GROUP_SIZE}}})"
_FORM = _BETWEEN.join([_GROUP] * _GROUPS)


class Temporary(NamedTuple):
    """A typed temporary password: the name that finds its row, and the text that is hashed."""

    name: str
    text: str


def make_temporary(random_bytes: bytes) -> str:
    """A temporary password from at least 32 random bytes, the same for the same bytes (TP-01)."""
    return grouped(encode(random_bytes, _GROUPS * _GROUP_SIZE), _GROUP_SIZE)


def parse_temporary(typed: str) -> Temporary | None:
    """What was typed, if it has a temporary password's form; None for any ordinary password.

    Letter case, the space around it and the dashes between groups are forgiven, since people copy it
    out of a mail together with whatever stands next to it.
    """
    if len(typed) > _TYPED_MAX:
        return None
    form = re.fullmatch(_FORM, typed.strip(_SURROUNDING))
    if not form:
        return None
    groups = [group.lower() for group in form.groups()]
    return Temporary(groups[0], "-".join(groups))
