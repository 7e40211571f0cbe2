"""Every text has a translation in every language, and each translation says it with the same values and markup."""

import re

import pytest

from chalicelib.presentation.languages import LANGUAGES
from infra.catalogues import ROOMS, SPOKEN, extracted, read, together

HOLES = re.compile(r"%\(\w+\)[sd]|\{\w+\}|</?\w+[^>]*>|&\w+;")
EVERY = [(language, room) for language in SPOKEN for room in ROOMS]


@pytest.fixture(scope="module")
def texts() -> dict[str, set[object]]:
    return {room: {one.id for one in catalogue if one.id} for room, catalogue in extracted().items()}


def test_there_are_languages_beside_english() -> None:
    assert set(SPOKEN) == {"de", "fr", "es"} == set(LANGUAGES) - {"en"}


@pytest.mark.parametrize(("language", "room"), EVERY)
def test_catalogue_has_what_the_source_says_and_nothing_else(
    language: str, room: str, texts: dict[str, set[object]]
) -> None:
    """`make words` mends it."""
    catalogue = read(language, room)
    assert {one.id for one in catalogue if one.id} == texts[room]
    assert not catalogue.obsolete


@pytest.mark.parametrize(("language", "room"), EVERY)
def test_every_text_has_a_translation(language: str, room: str) -> None:
    waiting = [
        one.id
        for one in read(language, room)
        if one.id and (one.fuzzy or not all(one.string if isinstance(one.string, tuple) else [one.string]))
    ]
    assert waiting == []


def forms(text: object) -> list[str]:
    """A text, or its singular and plural."""
    return [str(one) for one in text] if isinstance(text, tuple | list) else [str(text)]


@pytest.mark.parametrize("language", SPOKEN)
def test_translation_keeps_every_value_and_every_tag(language: str) -> None:
    for one in together(language):
        if not one.id:
            continue
        for said, meant in zip(forms(one.string), forms(one.id), strict=True):
            assert sorted(HOLES.findall(said)) == sorted(HOLES.findall(meant)), one.id


@pytest.mark.parametrize("language", SPOKEN)
def test_no_translation_begins_or_ends_otherwise(language: str) -> None:
    """A full stop, a colon or a space at the end is part of how the text stands in the page."""
    for one in together(language):
        if not one.id or isinstance(one.id, tuple):
            continue
        said, meant = str(one.string), str(one.id)
        assert said == said.strip() or meant != meant.strip(), meant
        assert said[-1] == meant[-1] or {said[-1], meant[-1]}.isdisjoint(".:?!"), meant
