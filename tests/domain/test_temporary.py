"""Temporary passwords (TP-01)."""

import math
import os
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.alphabet import UNMISTAKABLE
from chalicelib.domain.temporary import RANDOM_BYTES, Temporary, make_temporary, parse_temporary

TEXT = "2c4d6-bcdfg-hjkmn-pqrst-vwxyz"


def test_tp_01_ten_thousand_samples_differ_and_have_the_form() -> None:
    samples = [make_temporary(os.urandom(RANDOM_BYTES)) for _ in range(10_000)]
    assert len(set(samples)) == 10_000
    assert all(
        re.fullmatch(rf"(?:[{UNMISTAKABLE}]{{5}}-){{4}}[{UNMISTAKABLE}]{{5}}", text) for text in samples
    )
    assert all(parse_temporary(text) == Temporary(text[:5], text) for text in samples)
    counts = Counter(character for text in samples for character in text if character != "-")
    assert set(counts) == set(UNMISTAKABLE)
    expected = 10_000 * 25 / 28
    assert all(abs(count - expected) < 7 * math.sqrt(expected) for count in counts.values())


def test_tp_01_the_secret_beside_the_name_has_96_bits() -> None:
    assert 20 * math.log2(len(UNMISTAKABLE)) > 96


def test_tp_01_it_meets_the_length_rule() -> None:
    assert len(make_temporary(bytes(RANDOM_BYTES))) == 29


def test_tp_01_the_same_bytes_give_the_same_and_too_few_are_refused() -> None:
    assert make_temporary(b"r" * 32) == make_temporary(b"r" * 32)
    assert make_temporary(b"r" * 64) != make_temporary(b"r" * 32)
    with pytest.raises(ValueError, match="too few"):
        make_temporary(b"r" * 16)


@pytest.mark.parametrize(
    "typed",
    [
        TEXT,
        TEXT.upper(),
        TEXT.title(),
        f"  {TEXT}\r\n",
        f"\t{TEXT}\u00a0",
        TEXT.replace("-", ""),
        TEXT.replace("-", " "),
        TEXT.replace("-", " - "),
        TEXT.replace("-", "\u2011"),
        TEXT.replace("-", "\u2013"),
        TEXT.replace("-", "\u2014"),
        TEXT.replace("-", "\u2212"),
        TEXT.replace("-", "\u00ad"),
        TEXT.replace("-", "\u00a0"),
        TEXT.replace("-", "", 2),
    ],
)
def test_tp_01_what_people_make_of_it_is_forgiven(typed: str) -> None:
    assert parse_temporary(typed) == Temporary("2c4d6", TEXT)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        TEXT[:-1],
        TEXT + "z",
        TEXT + "-",
        "-" + TEXT,
        TEXT.replace("-", "_"),
        TEXT.replace("-", "."),
        TEXT.replace("-", "\n"),
        TEXT.replace("-", "    "),
        TEXT.replace("k", "\u212a"),
        TEXT.replace("s", "\u017f"),
        TEXT.replace("2", "\uff12"),
        TEXT.replace("2", "\u0662"),
        TEXT.replace("b", "a"),
        TEXT.replace("2", "0"),
        "2c4-d6bcd-fghjk-mnpqr-stvwx-yz",
        "an ordinary password",
        "\ud800" * 29,
        "b" * 1_000_000,
        " " * 1_000_000,
    ],
)
def test_tp_01_anything_else_is_an_ordinary_password(typed: str) -> None:
    assert parse_temporary(typed) is None


@pytest.mark.parametrize(("length", "parsed"), [(127, True), (128, True), (129, False)])
def test_tp_01_what_is_typed_is_capped_before_it_is_looked_at(length: int, parsed: bool) -> None:
    assert (parse_temporary(TEXT.ljust(length)) is not None) is parsed


@given(st.text(max_size=200))
def test_tp_01_the_parsed_text_is_its_own_parse(typed: str) -> None:
    parsed = parse_temporary(typed)
    assert parsed is None or parse_temporary(parsed.text) == parsed
