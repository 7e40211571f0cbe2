"""What of a typed password is hashed (PW-01, PW-03, PW-04)."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.password_text import PasswordNotText, PasswordTooLong, UnusablePassword, normalise


@pytest.mark.parametrize("character", ["x", "\u00e9", "\u4f8b", "\U0001f600", " "])
def test_pw_01_256_code_points_are_the_most(character: str) -> None:
    assert len(normalise(character * 255)) == 255
    assert len(normalise(character * 256)) == 256
    with pytest.raises(PasswordTooLong):
        normalise(character * 257)


def test_pw_01_code_points_are_counted_after_nfc() -> None:
    assert len(normalise("e\u0301" * 128)) == 128


def test_pw_01_1024_bytes_are_the_most_also_after_nfc() -> None:
    assert len(normalise("\U0001f600" * 256).encode()) == 1024
    growing = "\U0001d160"  # one code point, 4 bytes; three code points, 12 bytes in NFC
    assert normalise(growing * 85)
    with pytest.raises(PasswordTooLong):
        normalise(growing * 86)


def test_pw_03_nfc_is_all_that_is_done() -> None:
    assert normalise(" Cafe\u0301\t") == " Caf\u00e9\t"
    assert normalise("\ufb01\u2460\uff41") == "\ufb01\u2460\uff41"


def test_pw_04_the_size_is_asked_before_normalisation() -> None:
    started = time.monotonic()
    with pytest.raises(PasswordTooLong):
        normalise("\u0301\u0323" * 50_000)
    assert time.monotonic() - started < 0.1


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(PasswordNotText):
        normalise("fifteen or more \udc80")


@given(st.text(max_size=260))
def test_pw_03_normalising_twice_changes_nothing(text: str) -> None:
    try:
        once = normalise(text)
    except UnusablePassword:
        return
    assert normalise(once) == once
