"""Addresses in a text that somebody wrote, as links; all else stays the text it is.

It may not add markup to anything else, nor make a link whose address is not what its reader sees.
"""

import re

from markupsafe import Markup

BETWEEN = re.compile(r'([\s<>"]+)')
# What stands around an address and is no part of it; of other languages their quotation marks, and the ellipsis.
BEFORE = "([{'*_\u201e\u201c\u201d\u201a\u2018\u00ab\u2039"
AFTER = ".,;:!?)]}'*_\u201c\u201d\u2018\u2019\u00bb\u203a\u2026"
HOST = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*"
PAGE = re.compile(rf"https?://{HOST}(?::[0-9]{{1,5}})?(?:[/?#][!-~]*)?", re.IGNORECASE)
MAIL = re.compile(rf"(?:mailto:)?[a-z0-9._%+-]+@{HOST}\.[a-z]{{2,}}", re.IGNORECASE)
LINK = Markup('<a href="{}" rel="noopener noreferrer nofollow" dir="ltr">{}</a>')


def linked(text: str) -> Markup:
    """Escaped, with each whole http, https or mailto address as a link whose words are that address (WB-18).

    Attack: a message shows one address and leads to another: `https://bank.example@evil.example`, a letter of another
    alphabet, writing that runs backwards. Defence: a link says its whole address; what has a name before its host, or
    anything but ASCII, is none; and its direction is its own. Never a part of a longer word: that is another address.
    """
    return Markup("").join(_linked(part) for part in BETWEEN.split(text))


def _linked(word: str) -> Markup:
    start = len(word) - len(word.lstrip(BEFORE))
    end = _end(word)
    address = word[start:end]
    if PAGE.fullmatch(address):
        where = address
    elif MAIL.fullmatch(address):
        where = address if address.lower().startswith("mailto:") else f"mailto:{address}"
    else:
        return Markup("{}").format(word)
    return Markup("{}{}{}").format(word[:start], LINK.format(where, address), word[end:])


def _end(word: str) -> int:
    """Where an address ends; a bracket that it opened itself is its own."""
    end, spare = len(word), word.count(")") - word.count("(", 1)
    while end and word[end - 1] in AFTER:
        if word[end - 1] == ")":
            if spare <= 0:
                break
            spare -= 1
        end -= 1
    return end
