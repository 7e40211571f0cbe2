"""Authenticator codes and recovery codes (TF-01, TF-02, TF-04, TF-08)."""

import base64
import os
import re

import pytest
from pyotp import TOTP

from chalicelib.domain.two_step import (
    SEED_LENGTH,
    fresh,
    looks_like_recovery_code,
    matching_step,
    new_recovery_codes,
    new_seed,
    of_another_time,
    otpauth_uri,
    recovery_digest,
)

SEED = base64.b32encode(b"12345678901234567890").decode()
# RFC 6238, appendix B, SHA-1; the last six of its eight digits.
VECTORS = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]


@pytest.mark.parametrize(("now", "code"), VECTORS)
def test_tf_01_the_vectors_of_rfc_6238(now: int, code: str) -> None:
    assert matching_step(SEED, code, now) == now // 30


def test_tf_01_only_the_step_before_and_after_are_accepted() -> None:
    base = 1111111110  # a step begins here
    for offset in range(-120, 121):
        expected = base // 30 if -30 <= offset <= 59 else None
        assert matching_step(SEED, "050471", base + offset) == expected, offset


@pytest.mark.parametrize("now", [0, 29.9, 30])
def test_tf_01_the_first_steps_of_the_epoch_have_no_step_before(now: float) -> None:
    assert matching_step(SEED, "755224", now) == 0


@pytest.mark.parametrize("typed", ["287082", "287 082", " 28 70 82 ", "2 8 7 0 8 2"])
def test_tf_01_spaces_are_forgiven(typed: str) -> None:
    assert matching_step(SEED, typed, 59) == 1


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "28708",
        "2870822",
        "94287082",
        "287082\n",
        "287-082",
        "28708a",
        "-287082",
        "\uff12\uff18\uff17\uff10\uff18\uff12",
        "\u0662\u0668\u0667\u0660\u0668\u0662",
        "\u00b287082",
        "287\u00a0082",
        "\ud800",
        " " * 1_000_000 + "287082",
    ],
)
def test_tf_01_anything_but_six_ascii_digits_is_refused(typed: str) -> None:
    assert matching_step(SEED, typed, 59) is None


@pytest.mark.parametrize(("length", "read"), [(64, True), (65, False)])
def test_nothing_that_is_longer_than_64_characters_is_read(length: int, read: bool) -> None:
    assert (matching_step(SEED, "287082".ljust(length), 59) == 1) is read
    assert (recovery_digest(CODE.ljust(length)) == recovery_digest(CODE)) is read


def test_tf_01_a_wrong_code_is_refused() -> None:
    assert matching_step(SEED, "287083", 59) is None
    assert matching_step(new_seed(lambda size: b"other" * (size // 5)), "287082", 59) is None


@pytest.mark.parametrize(
    ("step", "last", "accepted"), [(9, 10, False), (10, 10, False), (11, 10, True), (0, None, True)]
)
def test_tf_02_a_step_counts_once_and_nothing_before_it(step: int, last: int | None, accepted: bool) -> None:
    assert fresh(step, last) is accepted


def test_tf_02_spacing_does_not_make_a_code_another_step() -> None:
    assert matching_step(SEED, "28 70 82", 59) == matching_step(SEED, "287082", 59)


def test_tf_04_a_seed_has_160_bits() -> None:
    asked: list[int] = []

    def random(size: int) -> bytes:
        asked.append(size)
        return os.urandom(size)

    seed = new_seed(random)
    assert asked == [20]
    assert re.fullmatch(r"[A-Z2-7]{32}", seed)
    assert len(seed) == SEED_LENGTH


def test_the_uri_is_what_authenticators_read() -> None:
    uri = otpauth_uri(SEED, "alice@portal.test", "Secure Messaging Portal")
    assert uri == (
        "otpauth://totp/Secure%20Messaging%20Portal:alice%40portal.test"
        f"?secret={SEED}&issuer=Secure%20Messaging%20Portal"
    )


def test_tf_08_ten_different_codes_of_at_least_112_bits() -> None:
    asked: list[int] = []

    def random(size: int) -> bytes:
        asked.append(size)
        return os.urandom(size)

    codes = new_recovery_codes(random)
    assert len(set(codes)) == 10
    assert asked == [32] * 10
    assert all(
        re.fullmatch(r"([2-9b-df-hjkmnp-tv-z]{4}-){5}[2-9b-df-hjkmnp-tv-z]{4}", code) for code in codes
    )
    assert 28**24 > 2**112


def test_tf_08_ten_digests_fit_an_account_item() -> None:
    digests = [recovery_digest(code) for code in new_recovery_codes(os.urandom)]
    assert all(digest and re.fullmatch(r"[A-Za-z0-9_-]{22}", digest) for digest in digests)
    assert len(set(digests)) == 10
    assert sum(len(digest or "") for digest in digests) == 220


CODE = "2345-6789-bcdf-ghjk-mnpq-rstv"


@pytest.mark.parametrize(
    "typed",
    [
        CODE,
        CODE.upper(),
        f"  {CODE}\n",
        CODE.replace("-", ""),
        CODE.replace("-", " "),
        CODE.replace("-", "\u2013"),
        CODE.replace("-", "\u00a0"),
    ],
)
def test_tf_08_a_code_is_found_however_it_is_typed(typed: str) -> None:
    assert recovery_digest(typed) == recovery_digest(CODE) is not None


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "287082",
        CODE[:-1],
        CODE + "x",
        CODE.replace("2", "0"),
        CODE.replace("b", "a"),
        CODE.replace("k", "\u212a"),
        CODE.replace("2", "\uff12"),
        CODE.replace("-", "_"),
        "\ud800" * 24,
        "b" * 1_000_000,
    ],
)
def test_tf_08_anything_else_is_no_recovery_code(typed: str) -> None:
    assert recovery_digest(typed) is None


def test_tf_08_another_code_has_another_digest() -> None:
    assert recovery_digest(CODE) != recovery_digest(CODE[:-1] + "w")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", False),
        ("-- -", False),
        ("7", False),
        ("b", True),
        ("12345", False),
        ("1234b", True),
        ("123456", False),
        ("12 34-56", False),
        ("12345b", False),  # so long is a code of the phone, mistyped
        ("1234567", True),
        (CODE[:9], True),
        (CODE, True),
    ],
)
def test_tf_08_whoever_typed_no_code_of_a_phone_meant_a_recovery_code(typed: str, meant: bool) -> None:
    assert looks_like_recovery_code(typed) is meant


STEP = 1234567890 // 30
DAY = 2880  # steps


@pytest.mark.parametrize("now", [30 * STEP, 30 * STEP + 29.9])
@pytest.mark.parametrize("away", [-DAY - 1, -DAY, *range(-60, 61, 5), DAY, DAY + 1])
def test_code_of_another_time_is_known_within_a_day(now: float, away: int) -> None:
    code = TOTP(SEED).generate_otp(STEP + away)
    assert of_another_time(SEED, code, now) is (abs(away) <= DAY)


@pytest.mark.parametrize("now", [0, 30, 86400])
def test_code_of_another_time_may_be_of_the_first_step_there_is(now: float) -> None:
    assert of_another_time(SEED, "755224", now)


def test_what_is_no_code_is_of_no_time() -> None:
    assert not of_another_time(SEED, "28708a", 59)
