"""The criteria of a new password (PW-01 to PW-08)."""

import time

import pytest

from chalicelib.domain.passwords import CRITERIA, all_met, check, labels, normalise, sizes
from chalicelib.domain.temporary import make_temporary

GOOD = "quiet river stone"
IDS = ("length", "not_common", "not_personal", "different", "match")


def unmet(
    new: str,
    confirm: str | None = None,
    *,
    address: str | None = "alice.smith@harbour.test",
    min_length: int = 15,
    is_current: bool = False,
) -> set[str]:
    verdicts = check(
        new,
        new if confirm is None else confirm,
        address=address,
        min_length=min_length,
        context_words=("Secure Messaging Portal",),
        is_current=is_current,
    )
    assert tuple(verdict.id for verdict in verdicts) == IDS
    failed = {verdict.id for verdict in verdicts if not verdict.met}
    assert all_met(verdicts) is (not failed)
    return failed


def varied(length: int) -> str:
    return "".join(chr(0x1F300 + (place * place) % 251) for place in range(length))


@pytest.mark.parametrize(("length", "failed"), [(14, {"length"}), (15, set()), (16, set()), (64, set())])
def test_pw_01_at_least_15_code_points(length: int, failed: set[str]) -> None:
    assert unmet(varied(length)) == failed
    assert unmet(GOOD * 5 if length == 64 else (GOOD * 2)[:length]) == failed


@pytest.mark.parametrize(("length", "accepted"), [(255, True), (256, True), (257, False)])
def test_pw_01_at_most_256_code_points(length: int, accepted: bool) -> None:
    assert ("length" not in unmet(varied(length))) is accepted


def test_pw_01_code_points_are_counted_after_nfc() -> None:
    assert len("qe\u0301zut mo\u0301kat vi") == 16
    assert unmet("qe\u0301zut mo\u0301kat vi") == {"length"}


@pytest.mark.parametrize(("length", "failed"), [(7, {"length"}), (8, set()), (9, set())])
def test_pw_01_the_minimum_is_the_configured_one(length: int, failed: set[str]) -> None:
    assert unmet("qz7!Wm2#x"[:length], min_length=8) == failed


@pytest.mark.parametrize("other", [GOOD.upper(), GOOD + " ", " " + GOOD, GOOD[:-1]])
def test_pw_02_the_entries_are_compared_whole(other: str) -> None:
    assert unmet(GOOD, other) == {"match"}


def test_pw_03_the_entries_may_be_spelled_composed_and_decomposed() -> None:
    assert unmet("caf\u00e9 river stone", "cafe\u0301 river stone") == set()
    assert unmet("\ufb01ne river stones", "fine river stones") == {"match"}


def test_pw_04_100_000_combining_marks_meet_nothing_and_cost_nothing() -> None:
    started = time.monotonic()
    assert unmet("\u0301\u0323" * 50_000) == set(IDS)
    assert unmet(GOOD, "\u0301\u0323" * 50_000) == {"match"}
    assert time.monotonic() - started < 0.1


@pytest.mark.parametrize("unusable", ["", "\ud800" * 20, "x" * 257])
def test_pw_04_what_could_be_nobodys_password_meets_nothing(unusable: str) -> None:
    assert unmet(unusable) == set(IDS)
    assert unmet(GOOD, unusable) == {"match"}


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "justlowercaseletters",
        "837465019283746",
        varied(15),
        "tab\tand nul\0 are kept",
        "  spaces around it  ",
    ],
)
def test_pw_05_no_rule_of_composition(password: str) -> None:
    assert unmet(password) == set()


@pytest.mark.parametrize("password", ["passwordpassword", "QWERTYUIOPASDFGH", "Sunshine123456!"])
def test_pw_06_a_common_password_is_refused_and_the_reason_given(password: str) -> None:
    assert unmet(password) == {"not_common"}


@pytest.mark.parametrize(
    "password",
    [
        "SecureMessaging2026",
        "Secure-Messaging-Portal",
        "alice.smithalice.smith",
        "Alice.Smith.2026!",
        "smithsmithsmith9",
        "harbour.test-harbour",
        "alice.smith@harbour.test",
        "harbourharbour2026",
    ],
)
def test_pw_06_product_address_and_domain_are_refused_and_the_reason_given(password: str) -> None:
    assert "not_personal" in unmet(password)


def test_pw_06_without_an_address_only_the_product_s_words_count() -> None:
    assert "not_personal" not in unmet("alice.smith@harbour.test", address=None)
    assert "not_personal" in unmet("SecureMessaging2026", address=None)


def test_pw_08_the_current_password_is_refused() -> None:
    assert unmet(GOOD, is_current=True) == {"different"}


def test_pw_08_nobody_chooses_a_text_in_the_form_of_a_temporary_password() -> None:
    temporary = make_temporary(bytes(range(32)))
    assert "different" in unmet(temporary)
    assert "different" in unmet(temporary.upper().replace("-", " "))


def test_one_list_makes_the_labels_and_the_verdicts() -> None:
    verdicts = check(GOOD, GOOD, address=None, min_length=20, context_words=())
    assert tuple((verdict.id, verdict.label) for verdict in verdicts) == labels()
    assert tuple(criterion.id for criterion in CRITERIA) == IDS


def test_the_sizes_fit_the_holes_of_the_labels() -> None:
    said = [label.format(**sizes(15)) for _, label in labels()]
    assert said[0] == "At least 15 characters, at most 256"
    assert not [label for label in said if "{" in label]


def test_nothing_checked_is_not_all_met() -> None:
    assert not all_met(())


def test_normalise_is_the_one_that_is_hashed() -> None:
    assert normalise("cafe\u0301") == "caf\u00e9"
