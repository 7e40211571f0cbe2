"""The strength hint: harder to guess is judged higher, and no text makes it costly or fail."""

import subprocess
import sys
from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from zxcvbn.matching import L33T_TABLE, RANKED_DICTIONARIES

from chalicelib.domain.strength import LONGEST_JUDGED, MOST_SPELLINGS, _judged, score

LEET = "4@8({[<369!1|70$5+7%2"
HOSTILE = [
    LEET,
    LEET * 4,
    "p4$$w0rd!1|7+" * 9,
    "a" * 256,
    "7(1!|" + LEET,
    "\u0301\u0323" * 128,
    "\ufdfa" * 256,
    "1" * 256,
]


@pytest.mark.parametrize(
    ("password", "judged"),
    [
        ("aaaaaaaaaaaaaaa", 0),
        ("passwordpassword1", 1),
        ("Summer2024!Summer2024!", 2),
        ("johnsmith19850412", 3),
        ("seven lanterns over a harbour", 4),
        ("kV9#tq2&Lw0!zPx7^", 4),
    ],
)
def test_what_is_harder_to_guess_is_judged_higher(password: str, judged: int) -> None:
    assert score(password, ()) == judged


def test_a_name_that_a_stranger_would_try_first_is_worth_nothing() -> None:
    assert score("wolkenkuckucksheim", ()) == 4
    assert score("wolkenkuckucksheim", {"wolkenkuckucksheim"}) == 0


def test_nobodys_name_is_kept_for_the_next_request() -> None:
    score("seven lanterns over a harbour", {"ann.example"})
    assert "user_inputs" not in RANKED_DICTIONARIES


@pytest.mark.parametrize("password", HOSTILE)
def test_pw_04_no_text_is_read_at_length_or_in_many_spellings(password: str) -> None:
    text = _judged(password, L33T_TABLE)
    assert 0 < len(text) <= LONGEST_JUDGED
    assert prod(max(1, len(set(signs) & set(text))) for signs in L33T_TABLE.values()) <= MOST_SPELLINGS


def test_a_generated_password_is_called_strong_whatever_signs_it_begins_with() -> None:
    assert score("7(1!|" + "kV9#tq2&Lw0!zPx7^", ()) == 4


@given(st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from(LEET + "aA1-/.İ\0²٣")), max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_text_is_judged(password: str) -> None:
    assert 0 <= score(password, {"ann", ""}) <= 4


def test_word_lists_are_loaded_with_the_first_password_only() -> None:
    program = "import sys, chalicelib.domain.strength; sys.exit('zxcvbn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
