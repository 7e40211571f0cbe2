"""Common passwords (PW-06): the lists that ship with zxcvbn, and what people make of them to be long.

Of zxcvbn's 30 000 common passwords only 31 have 15 characters, so a list alone refuses next to nothing.
Refused as a whole, in any letter case: a listed word, with digits or punctuation around it, repeated,
reversed or in leetspeak; two common passwords glued; keyboard walks, sequences, short repeated units.
Three words and more are a passphrase and pass. The lists are loaded with the first password that is chosen: they cost
60 ms, and most who open the form behind a link do not send it to the function that showed it.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from itertools import product
from typing import NamedTuple

LONGEST_CHECKED = 256

_AFFIX_MAX = 10
_SHORT_UNIT = 5
_SHORTEST_WORD = 3
_RUN = 3
_WALK_SHARE = 5  # a walk may have one stray character in five
_TOP = 1000
_SEPARATORS = re.compile(r"[\s\-_.,]+")
_LEET = str.maketrans("4@83601!$579+", "aabegoiisstgt")
_LEET_L = str.maketrans("1!|", "lll")
_WALKS = (
    "qwertyuiop asdfghjkl zxcvbnm qwertzuiop yxcvbnm azertyuiop qsdfghjklm wxcvbn "
    "01234567890 abcdefghijklmnopqrstuvwxyzabc !@#$%^&*()_+ "
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p qazwsxedcrfvtgbyhnujmikolp 1qa2ws3ed4rf5tg6yh7uj8ik9ol0p "
    "1q2w3e4r5t6y7u8i9o0p q1w2e3r4t5y6u7i8o9p0 qweasdzxc 147258369 135792468013579 a1b2c3d4e5f6g7h8i9j0"
)
_RUNS = f"{_WALKS} {_WALKS[::-1]}"


def _listed() -> dict[str, list[str]]:
    """The frequency lists of zxcvbn alone: the package would load matching and scoring with them."""
    package = find_spec("zxcvbn")
    found = PathFinder.find_spec("frequency_lists", package.submodule_search_locations if package else None)
    if found is None or found.loader is None:
        raise ImportError("zxcvbn's frequency lists are missing")
    module = module_from_spec(found)
    found.loader.exec_module(module)
    lists: dict[str, list[str]] = module.FREQUENCY_LISTS
    return lists


class _Known(NamedTuple):
    top: frozenset[str]
    passwords: frozenset[str]
    words: frozenset[str]


@cache
def _known() -> _Known:
    lists = _listed()
    passwords = lists["passwords"]
    names = (lists["female_names"], lists["male_names"], lists["surnames"])
    words = frozenset(passwords).union(lists["english_wikipedia"], *names)
    return _Known(frozenset(passwords[:_TOP]), frozenset(passwords), words)


def is_common(password: str) -> bool:
    """Whether the whole password is common, or is made of a common one in a common way (PW-06)."""
    text = password.lower()
    if len(text) > LONGEST_CHECKED:  # the length rule has refused it; nothing is walked through here
        return False
    compact = _SEPARATORS.sub("", text)
    return _is_derived(text, _known().passwords) or _is_derived(compact, _known().top)


def is_built_from(password: str, names: Iterable[str]) -> bool:
    """Whether the password is little but these names: doubled, suffixed, beside one common word."""
    text = _SEPARATORS.sub("", password.lower())
    if len(text) > LONGEST_CHECKED:
        return False
    return any(_is_rest_of(reading, names) for reading in (text, *_unleeted(text)))


def _is_rest_of(text: str, names: Iterable[str]) -> bool:
    rest = text
    for name in sorted(set(names), key=len, reverse=True):
        if len(name) >= _SHORTEST_WORD:
            rest = rest.replace(name, "")
    if rest == text:
        return False
    return len(rest) <= _SHORT_UNIT or _is_affix(rest) or _with_affix(rest, _is_word)


def _is_derived(text: str, glued: frozenset[str]) -> bool:
    unit = _repeating_unit(text)
    if unit != text and len(unit) <= _SHORT_UNIT:
        return True
    return _is_walk(unit) or _with_affix(unit, lambda core: _is_word(core) or _is_two_words(core, glued))


def _with_affix(text: str, is_known: Callable[[str], bool]) -> bool:
    """Whether the text is something known with digits or punctuation before or after it."""
    letters = [place for place, character in enumerate(text) if character.isalpha()]
    if not letters:
        return is_known(text)
    first, last = letters[0], letters[-1] + 1
    # ListedAccount words may end in digits themselves ("abc123"), so every cut within a short affix is tried.
    ends = {last, *range(max(last, len(text) - _AFFIX_MAX), len(text) + 1)}
    for start, end in product({0, first}, ends):
        core, affix = text[start:end], text[:start] + text[end:]
        if _is_affix(affix) and any(is_known(spelling) for spelling in _spellings(core)):
            return True
    return False


def _is_affix(text: str) -> bool:
    return not any(map(str.isalpha, text)) and (len(text) <= _AFFIX_MAX or _is_walk(text))


def _spellings(core: str) -> Iterator[str]:
    for reading in (core, *_unleeted(core)):
        yield reading
        yield reading[::-1]
        yield _repeating_unit(reading)


def _unleeted(text: str) -> tuple[str, str]:
    return text.translate(_LEET), text.translate(_LEET_L).translate(_LEET)


def _is_word(text: str) -> bool:
    return text in _known().words


def _is_two_words(text: str, glued: frozenset[str]) -> bool:
    places = range(_SHORTEST_WORD, len(text) - _SHORTEST_WORD + 1)
    return any(text[:place] in glued and text[place:] in glued for place in places)


def _is_walk(text: str) -> bool:
    """Whether nearly all of it runs along a keyboard, the alphabet or the digits, or stands still."""
    place, stray = 0, 0
    while place < len(text):
        end = _end_of_run(text, place)
        if end - place < _RUN:
            stray, end = stray + 1, place + 1
        place = end
    return stray * _WALK_SHARE <= len(text)


def _end_of_run(text: str, start: int) -> int:
    still = start + 1
    while still < len(text) and text[still] == text[start]:
        still += 1
    along = start + 1
    while along < len(text) and text[along] != " " and text[start : along + 1] in _RUNS:
        along += 1
    return max(still, along)


def _repeating_unit(text: str) -> str:
    """The shortest unit that the text repeats, the last time perhaps cut short; else the text."""
    # A text repeats a unit of n characters exactly if it begins with itself moved on by n.
    for size in range(1, len(text) // 2 + 1):
        if text.startswith(text[size:]):
            return text[:size]
    return text
