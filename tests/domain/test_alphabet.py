"""The alphabet without look-alikes."""

import math
from collections import Counter

import pytest

from chalicelib.domain.alphabet import UNMISTAKABLE, encode, grouped


def test_the_alphabet_has_no_vowels_and_no_look_alikes() -> None:
    assert len(set(UNMISTAKABLE)) == len(UNMISTAKABLE) == 28
    assert not set(UNMISTAKABLE) & set("aeiou01l")


def test_the_same_bytes_spell_the_same() -> None:
    assert encode(b"x" * 32, 25) == encode(b"x" * 32, 25)
    assert encode(b"x" * 32, 25) != encode(b"y" * 32, 25)


def test_every_character_is_as_likely_as_any_other() -> None:
    samples = (encode(number.to_bytes(32, "big"), 3) for number in range(28**3))
    assert set(Counter(character for text in samples for character in text).values()) == {28**2 * 3}


def test_too_few_bytes_are_refused_so_that_nothing_is_likelier() -> None:
    needed = math.ceil((math.log2(28**25) + 64) / 8)
    assert encode(b"x" * (needed + 1), 25)
    with pytest.raises(ValueError, match="too few"):
        encode(b"x" * (needed - 1), 25)


def test_groups_have_dashes_between() -> None:
    assert grouped("bcdfghjk", 4) == "bcdf-ghjk"
    assert grouped("bcd", 4) == "bcd"
