"""Which language a request gets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.presentation.languages import LANGUAGES, catalogue, direction, negotiated, translation


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-CH", "de"),
        ("DE-at;q=0.5", "de"),
        ("fr, de", "fr"),
        ("fr;q=0.3, de;q=0.7", "de"),
        ("nl, fr;q=0.2", "fr"),
        ("nl, pt", "en"),
        ("*", "en"),
        ("nl, *;q=0.5", "en"),
        ("de;q=0, es", "es"),
        ("de;q=0", "en"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("de;q=nonsense, fr", "fr"),
        ("de;q=nan", "en"),
        (";;;,,,", "en"),
        ("../../de", "en"),
    ],
)
def test_reader_gets_the_language_they_like_best(accepted: str, language: str) -> None:
    assert negotiated(accepted, "en") == language


def test_stage_s_own_language_is_for_whoever_asks_for_none_of_ours() -> None:
    assert negotiated("nl", "fr") == "fr"
    assert negotiated("*", "fr") == "fr"


@given(st.text(max_size=300))
def test_whatever_the_header_says_the_answer_is_a_language_of_ours(accepted: str) -> None:
    assert negotiated(accepted, "en") in LANGUAGES


def test_language_without_a_catalogue_speaks_english() -> None:
    assert translation("xx")("January") == "January"


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
def test_each_language_has_a_catalogue(language: str) -> None:
    assert catalogue(language).gettext("December") != "December"


def test_direction_follows_the_language() -> None:
    assert direction("he") == "rtl"
    assert {direction(name) for name in LANGUAGES} == {"ltr"}
