"""Common passwords are refused, passphrases are not (PW-05, PW-06)."""

import subprocess
import sys
import time

import pytest

from chalicelib.domain import blocklist
from chalicelib.domain.blocklist import LONGEST_CHECKED, is_built_from, is_common

MIN_LENGTH = 15


def derived_forms() -> set[str]:
    words = sorted(word for word in blocklist._known().passwords if word[0].isalpha())
    made = {word * (MIN_LENGTH // len(word) + 1) for word in words[::5]}
    made |= {f"{word.title()}{suffix}" for word in words[::5] for suffix in ("2026!", "1234567", "!!!")}
    made |= {f"1234567{word}" for word in words[::20]}
    return {text for text in made if len(text) >= MIN_LENGTH}


def test_pw_06_far_more_than_3000_entries_that_fit_the_length_rule_are_refused() -> None:
    entries = derived_forms()
    refused = sum(map(is_common, entries))
    assert refused == len(entries) >= 3000


def test_pw_06_every_listed_entry_of_15_characters_is_refused() -> None:
    long = [word for word in blocklist._known().words if len(word) >= MIN_LENGTH]
    assert len(long) > 31
    assert all(map(is_common, long))


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "PASSWORDPASSWORD",
        "PasswordPassword1",
        "password password",
        "password-password",
        "password1234567890",
        "123456789012345",
        "987654321987654",
        "000000000000000",
        "111222333444555",
        "aaaaaaaaaaaaaaa",
        "\U0001f600" * 15,
        "abcabcabcabcabc",
        "abcdefghijklmnop",
        "zyxwvutsrqponmlk",
        "qwertyuiopasdfgh",
        "qwertyuiop12345!",
        "1q2w3e4r5t6y7u8i",
        "1qaz2wsx3edc4rfv5tgb",
        "Password12345678",
        "Sunshine123456!",
        "2026administrator",
        "elephant1234567",
        "Christopher2026!",
        "P4ssw0rd20262026",
        "p@$$w0rd12345678",
        "$unshine1234567",
        "drowssapdrowssap",
        "tnahpele1234567",
        "dragonmonkey2026",
        "dragon-monkey-12",
        "telecommunications",
        "MonkeyMonkeyMonkey",
    ],
)
def test_pw_06_what_people_do_to_reach_the_length_is_refused(password: str) -> None:
    assert is_common(password)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "Correct-Horse-42-Battery",
        "violet-harbor-42-lantern",
        "a perfectly fine password",
        "justlowercaseletters",
        "kdjfhqowieurtyz",
        "k3jHf92kslQpz7wx",
        "837465019283746",
        "quiet river stone",
        "2c4d6-bcdfg-hjkmn-pqrst-vwxyz",
        "".join(chr(0x1F300 + (place * place) % 251) for place in range(15)),
        "\u0434\u043b\u0438\u043d\u043d\u044b\u0439 \u043f\u0430\u0440\u043e\u043b\u044c \u0436\u0443\u043a",
    ],
)
def test_pw_05_words_and_spaces_digits_and_emoji_are_accepted(password: str) -> None:
    assert not is_common(password)


NAMES = ("secure", "messaging", "portal", "alice", "smith", "alicesmith")


@pytest.mark.parametrize(
    "password",
    [
        "SecureMessaging2026",
        "securemessagingportal",
        "Secure Messaging Portal",
        "alice.smith@portal",
        "alicealicealice",
        "alicesmithalicesmith",
        "AliceSmith12345678",
        "AlicePassword2026",
        "4lic3-5m1th-2026!",
        "portal_portal_portal",
    ],
)
def test_pw_06_names_doubled_and_suffixed_are_refused(password: str) -> None:
    assert is_built_from(password, NAMES)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "alice likes purple elephants",
        "portal-user-passphrase-1",
        "malice is no virtue",
    ],
)
def test_pw_05_a_name_among_other_words_is_accepted(password: str) -> None:
    assert not is_built_from(password, NAMES)


def test_pw_06_names_too_short_to_mean_anything_are_ignored() -> None:
    assert not is_built_from("an apple a day keeps", ["a", "an", ""])
    assert not is_built_from("anything at all", [])


def test_pw_04_the_work_is_small_whatever_is_typed() -> None:
    most = LONGEST_CHECKED
    hostile = ["x" * most, "ab" * 128, "passwordx" * 28, "abcd1234" * 32, "a1!" * 85, "\u0301\u0323" * 128]
    started = time.process_time()
    for password in hostile * 10:
        is_common(password)
        is_built_from(password, NAMES)
    assert time.process_time() - started < 0.005 * 10 * len(hostile)


def test_pw_04_nothing_longer_than_a_password_is_walked_through() -> None:
    assert is_common("x" * LONGEST_CHECKED)
    assert not is_common("x" * (LONGEST_CHECKED + 1))
    assert not is_built_from("alice" * 1000, NAMES)


def test_only_the_lists_are_loaded() -> None:
    program = "import sys, chalicelib.domain.blocklist; sys.exit('zxcvbn' in sys.modules)"
    finished = subprocess.run([sys.executable, "-c", program], check=False)
    assert finished.returncode == 0
