"""Colours: the contrast that WCAG means, and that whatever a stage chooses can be read on every ground."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from chalicelib.domain.brand import COLOUR
from chalicelib.domain.colours import (
    DARK_GROUND,
    ENOUGH,
    LIGHT_GROUND,
    WHITE,
    carries_white,
    channels,
    contrast,
    is_colour,
    shades,
)

SHEET = Path(__file__).parents[2] / "chalicelib/presentation/static/portal.css"
ON_DARK = "#06262c"
colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def tokens(dark: bool) -> dict[str, str]:
    """The colours of the sheet's light or dark theme, by their names."""
    blocks = re.findall(r":root \{(.*?)\}", SHEET.read_text(encoding="utf-8"), re.DOTALL)
    found = re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", blocks[dark])
    return {
        name: "#" + "".join(c * 2 for c in value[1:]) if len(value) == 4 else value for name, value in found
    }


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#767676", "#ffffff", 4.54),
        ("#777777", "#ffffff", 4.48),
        ("#0000ff", "#ffffff", 8.59),
        ("#ff0000", "#ffffff", 4.0),
    ],
)
def test_contrast_is_the_one_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.005)


def test_white_text_asks_for_four_and_a_half_to_one() -> None:
    assert carries_white("#767676")
    assert not carries_white("#777777")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "#fff",
        "0c5a68",
        "#0C5A68",
        "#0c5a6g",
        "#0c5a68 ",
        "#0c5a68\n",
        "#0c5a68;x",
        "red",
        "#" + "\u0660" * 6,
    ],
)
def test_only_six_hexadecimal_digits_are_a_colour(text: str) -> None:
    assert not is_colour(text)


@given(colours)
@example("#000000")
@example("#767676")
@example("#757575")
@example("#0000ff")
def test_every_colour_that_may_be_chosen_can_be_read_wherever_it_goes(colour: str) -> None:
    assume(carries_white(colour))
    made = shades(colour)
    assert all(map(is_colour, (made.plate, made.plate_deep, made.ink, made.dark, made.dark_deep)))
    assert made.plate == colour
    assert contrast(made.plate_deep, WHITE) >= contrast(made.plate, WHITE)
    assert contrast(made.plate_deep, LIGHT_GROUND) >= ENOUGH
    assert contrast(made.ink, LIGHT_GROUND) >= ENOUGH
    for dark in (made.dark, made.dark_deep):
        assert contrast(dark, DARK_GROUND) >= ENOUGH
        assert contrast(dark, ON_DARK) >= ENOUGH


def test_a_colour_that_can_be_read_already_stays_as_it_is() -> None:
    assert shades("#0c5a68").ink == "#0c5a68"
    assert shades("#b479e5").dark == "#b479e5"


def test_our_own_accents_in_the_sheet_are_what_is_derived() -> None:
    made, light, dark = shades(COLOUR), tokens(dark=False), tokens(dark=True)
    assert (light["accent"], light["accent-deep"], light["accent-ink"]) == (
        made.plate,
        made.plate_deep,
        made.ink,
    )
    assert (dark["accent"], dark["accent-deep"], dark["accent-ink"]) == (made.dark, made.dark_deep, made.dark)
    assert light["on-accent"] == WHITE
    assert dark["on-accent"] == ON_DARK


def test_grounds_that_are_reckoned_with_are_the_hardest_of_the_sheet() -> None:
    places = ("ground", "surface", "raised", "good-ground", "bad-ground", "warn-ground", "info-ground")
    light, dark = tokens(dark=False), tokens(dark=True)
    assert min(contrast(light[one], "#000000") for one in places) == contrast(LIGHT_GROUND, "#000000")
    assert max(contrast(dark[one], "#000000") for one in places) == contrast(DARK_GROUND, "#000000")


def test_channels_are_red_green_and_blue() -> None:
    assert channels("#0c5a68") == (12, 90, 104)
