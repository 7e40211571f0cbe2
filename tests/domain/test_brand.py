"""Names, colours, logos and contacts: what may be shown, and what is refused before it is (ML-03)."""

from __future__ import annotations

import base64
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.brand import (
    LOGO_MOST,
    OURS,
    Brand,
    Image,
    UnusableBrand,
    checked_colour,
    checked_contact,
    checked_logo,
    checked_name,
    png,
)
from tests.domain.pictures import SIGNATURE, head, in_base64, part, picture, weighing


@pytest.mark.parametrize(
    "name",
    ["Acme", "Smith & Sons", "O'Brien (Insurance)", "Straßenverkehrsamt", "门户", "Ké$ha #1", "x" * 60],
)
def test_a_name_of_one_line_is_a_name(name: str) -> None:
    assert checked_name(f" {name} ") == name


def test_a_name_has_one_spelling() -> None:
    assert checked_name("Cafe\u0301") == "Caf\u00e9"


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("", "length"),
        ("   ", "length"),
        ("x" * 61, "length"),
        ("---", "length"),
        ("Acme\r\nBcc: eve@evil.test", "unprintable"),
        ("Acme\x00", "unprintable"),
        ("Acme\x1b[31m", "unprintable"),
        ("Acme\u2028x", "unprintable"),
        ("\u202egnB knaB", "unprintable"),  # right to left, overridden
        ("Bank\u2066x\u2069", "unprintable"),
        ("B\u200bank", "unprintable"),
        ("B\u00adank", "unprintable"),
        ("\u3164", "unprintable"),  # a letter to Unicode, nothing to the eye
        ("B\u115fank", "unprintable"),
        ("\ufeffBank", "unprintable"),
        ("\ud800", "unprintable"),
        ("<b>Bank</b>", "characters"),
        ('Bank" <eve@evil.test>', "characters"),
        ("Bank\\", "characters"),
        ("service@bank.test", "characters"),
        ("Bank: Messages", "characters"),
    ],
)
def test_ml_03_a_name_that_is_not_what_it_looks_like_is_refused(name: str, cause: str) -> None:
    with pytest.raises(UnusableBrand) as refused:
        checked_name(name)
    assert (refused.value.field, refused.value.cause) == ("name", cause)
    assert name not in str(refused.value) or len(name) < 4


@given(st.text())
def test_ml_03_no_name_and_no_contact_brings_a_line_of_its_own(text: str) -> None:
    for checked in (checked_name, checked_contact):
        try:
            kept = checked(text)
        except UnusableBrand:
            continue
        assert kept.isprintable()
        assert not {"<", ">", '"'} & set(kept)


@pytest.mark.parametrize("contact", ["help@acme.test", "+49 30 1234-56", "https://acme.test/help", "y" * 120])
def test_an_address_a_number_or_a_place_is_a_contact(contact: str) -> None:
    assert checked_contact(f"{contact}\t") == contact


@pytest.mark.parametrize("contact", ["", "!", "y" * 121, "a\nb", "\u202ea", "<a href=x>", 'x" onclick="y'])
def test_ml_03_a_contact_that_is_not_what_it_looks_like_is_refused(contact: str) -> None:
    with pytest.raises(UnusableBrand) as refused:
        checked_contact(contact)
    assert refused.value.field == "support_contact"


def test_a_colour_is_lower_case_and_carries_white() -> None:
    assert checked_colour(" #0C5A68 ") == "#0c5a68"


@pytest.mark.parametrize(
    ("colour", "cause"),
    [
        ("", "not_rrggbb"),
        ("red", "not_rrggbb"),
        ("#fff", "not_rrggbb"),
        ("#0c5a68;}*{color:red", "not_rrggbb"),
        ("#777777", "white_text_unreadable"),
        ("#ffff00", "white_text_unreadable"),
    ],
)
def test_a_colour_that_cannot_be_read_or_is_none_is_refused(colour: str, cause: str) -> None:
    with pytest.raises(UnusableBrand) as refused:
        checked_colour(colour)
    assert (refused.value.field, refused.value.cause) == ("colour", cause)


def test_a_logo_is_taken_however_it_was_copied() -> None:
    text = in_base64(picture(120, 40))
    for copied in (text, f" {text}\n", "\r\n".join(textwrap.wrap(text, 64)), f"data:image/png;base64,{text}"):
        logo = checked_logo(copied)
        assert (logo.kind, logo.width, logo.height) == ("png", 120, 40)
        assert logo.in_base64 == text
        assert logo.uri == f"data:image/png;base64,{text}"


def test_a_logo_may_have_six_kilobytes_and_no_byte_more() -> None:
    assert len(checked_logo(in_base64(weighing(LOGO_MOST))).data) == LOGO_MOST
    with pytest.raises(UnusableBrand, match="too_large"):
        checked_logo(in_base64(weighing(LOGO_MOST + 1)))


@pytest.mark.parametrize("size", [(15, 40), (40, 15), (1025, 16), (16, 1025)])
def test_a_logo_that_unpacks_to_more_than_a_logo_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(UnusableBrand, match="dimensions"):
        png(picture(*size))
    assert png(picture(16, 16)).width == 16
    assert png(picture(1024, 16)).width == 1024


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        SIGNATURE,
        SIGNATURE + head(40, 40),  # no end
        picture()[:-1],
        picture() + b"<script>alert(1)</script>",  # something else to somebody else
        SIGNATURE + part(b"tEXt", b"first") + head(40, 40) + part(b"IEND", b""),
        SIGNATURE + part(b"IHDR", b"short") + part(b"IEND", b""),
        picture().replace(b"IDAT", b"IDAX"),  # its checksum is of something else
        b"\xff\xd8\xff\xe0" + picture(),
    ],
)
def test_what_is_not_one_whole_png_is_refused(data: bytes) -> None:
    with pytest.raises(UnusableBrand, match="not_a_png"):
        png(data)


@given(st.binary(max_size=200))
def test_any_bytes_behind_the_signature_are_refused_or_a_png(data: bytes) -> None:
    with pytest.raises(UnusableBrand):
        png(SIGNATURE + data)


@pytest.mark.parametrize(
    "text", ["", "%%%", "YQ", "data:text/html;base64,YQ==", "ÄÖ", "https://evil.test/x.png"]
)
def test_a_logo_that_is_not_base64_of_a_png_is_refused(text: str) -> None:
    with pytest.raises(UnusableBrand) as refused:
        checked_logo(text)
    assert refused.value.field == "logo"


def test_what_a_domain_leaves_open_is_the_stages() -> None:
    stage = Brand("Stage", "#0c5a68", Image(b"s", "svg+xml"), "stage@help.test")
    assert Brand().over(stage) == stage
    own = Brand("Own", "#a8232c", Image(b"o", "png", 1, 1), "own@help.test")
    assert own.over(stage) == own
    assert Brand(name="Own").over(stage) == Brand("Own", stage.colour, stage.logo, stage.support_contact)


def test_a_drawing_stays_out_of_mails_and_a_picture_goes_along() -> None:
    assert Brand("A", logo=Image(b"s", "svg+xml")).in_mail.logo is None
    picture_of = Image(b"p", "png", 1, 1)
    assert Brand("A", logo=picture_of).in_mail.logo == picture_of
    assert OURS.in_mail == OURS


@pytest.mark.parametrize(
    ("size", "shown"),
    [((120, 40), (120, 40)), ((1024, 16), (240, 4)), ((16, 1024), (1, 40)), ((20, 20), (40, 40))],
)
def test_a_logo_fits_its_place(size: tuple[int, int], shown: tuple[int, int]) -> None:
    assert Image(b"", "png", *size).fitted(240, 40) == shown


def test_base64_that_is_kept_is_the_images_own() -> None:
    assert base64.b64decode(Image(b"\x00\xff").in_base64) == b"\x00\xff"
