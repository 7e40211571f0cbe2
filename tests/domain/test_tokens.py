"""Tokens, digests, session tokens, references (RS-01, SE)."""

import base64
import hashlib
import os
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.addresses import AccountId
from chalicelib.domain.tokens import (
    Digest,
    Token,
    derive_token,
    digest,
    new_reference,
    new_token,
    parse_reference,
    parse_token,
    session_handle,
    session_token,
    split_session_token,
    token_of_link,
)

ACCOUNT = AccountId("abcdefghijkl" + "mnopqrstuvwxyz234567abcdefgh")
SECRET = Token("A" * 21 + "-_" + "9" * 20)


def test_rs_01_a_token_has_256_bits_in_43_characters() -> None:
    asked: list[int] = []

    def random(size: int) -> bytes:
        asked.append(size)
        return bytes(range(size))

    token = new_token(random)
    assert asked == [32]
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token)
    assert len({new_token(os.urandom) for _ in range(1000)}) == 1000


def test_rs_01_only_the_digest_is_kept() -> None:
    assert digest(SECRET) == hashlib.sha256(SECRET.encode()).hexdigest()
    assert SECRET not in digest(SECRET)


@pytest.mark.parametrize(("size", "accepted"), [(0, False), (42, False), (43, True), (44, False)])
def test_rs_07_a_token_has_exactly_its_shape(size: int, accepted: bool) -> None:
    assert (parse_token("a" * size) is not None) is accepted


@pytest.mark.parametrize(
    "thing",
    [
        None,
        "",
        0,
        True,
        [],
        ["a" * 43],
        {},
        b"a" * 43,
        "a" * 42 + "=",
        "a" * 42 + "\n",
        "a" * 43 + "\n",
        "\u00e9" * 43,
    ],
)
def test_rs_07_anything_else_is_no_token(thing: object) -> None:
    assert parse_token(thing) is None


@pytest.mark.parametrize("hung_on", ["", ".", ">", "=", " ", "%20", "&amp;", "&#x3D;", ").\n", "\u201d", "/"])
def test_link_is_read_without_what_a_mail_program_hangs_on_it(hung_on: str) -> None:
    assert token_of_link("aB-_" + "a" * 39 + hung_on) == "aB-_" + "a" * 39


@pytest.mark.parametrize(
    "text", ["", "a" * 42, "a" * 44, "a" * 42 + ".", "." + "a" * 43, "a" * 20 + "&" + "a" * 23]
)
def test_link_with_anything_else_wrong_is_none(text: str) -> None:
    assert token_of_link(text) is None


def test_rl_a_derived_token_is_the_same_each_time_and_another_for_each_event_and_label() -> None:
    pairs = [("e1", "reset"), ("e2", "reset"), ("e1", "not-me"), ("1", "resete"), ("", "e1reset")]
    derived = [derive_token(b"k" * 32, event_id, label) for event_id, label in pairs]
    assert len(set(derived)) == len(pairs)
    assert derived == [derive_token(b"k" * 32, event_id, label) for event_id, label in pairs]
    assert derive_token(b"l" * 32, "e1", "reset") not in derived
    assert all(parse_token(token) for token in derived)


def test_se_a_session_token_names_its_account_and_its_digest() -> None:
    assert split_session_token(session_token(ACCOUNT, SECRET)) == (ACCOUNT, digest(SECRET))


@pytest.mark.parametrize(
    "thing",
    [
        None,
        1,
        [],
        b"",
        "",
        ".",
        SECRET,
        ACCOUNT,
        f"{ACCOUNT}.",
        f".{SECRET}",
        f"{ACCOUNT}{SECRET}",
        f"{ACCOUNT[1:]}.{SECRET}",
        f"{ACCOUNT}a.{SECRET}",
        f"{ACCOUNT}.{SECRET[1:]}",
        f"{ACCOUNT}.{SECRET}A",
        f"{ACCOUNT}.{SECRET}\n",
        f" {ACCOUNT}.{SECRET}",
        f"{ACCOUNT.upper()}.{SECRET}",
        f"{ACCOUNT}.{SECRET}.{SECRET}",
        f"{ACCOUNT}.{SECRET[:-1]}=",
        f"{ACCOUNT}.{SECRET[:-1]}\u00e9",
        f"{'1' * 40}.{SECRET}",
        "a" * 1_000_000,
    ],
)
def test_se_nothing_else_is_a_session_token(thing: object) -> None:
    assert split_session_token(thing) is None


@given(st.text(max_size=100))
def test_se_no_random_text_is_a_session_token(text: str) -> None:
    assert split_session_token(text) is None


def test_se_a_handle_tells_nothing_of_the_digest() -> None:
    stored = digest(SECRET)
    handle = session_handle(stored)
    assert re.fullmatch(r"[a-z2-7]{16}", handle)
    assert handle == session_handle(stored)
    assert handle != session_handle(Digest(stored[::-1]))
    assert handle[:6] not in stored
    assert not base64.b32encode(hashlib.sha256(stored.encode()).digest()).decode().lower().startswith(handle)


def test_a_reference_reads_aloud() -> None:
    references = {new_reference(os.urandom) for _ in range(1000)}
    assert len(references) > 990
    assert all(
        re.fullmatch(r"[2-9B-DF-HJKMNP-TV-Z]{4}-[2-9B-DF-HJKMNP-TV-Z]{4}", text) for text in references
    )


@pytest.mark.parametrize("typed", ["BCDF-2345", "bcdf-2345", " bcdf 2345 ", "bcdf2345", "BCDF - 2345"])
def test_a_reference_is_found_however_it_is_typed(typed: str) -> None:
    assert parse_reference(typed) == "BCDF-2345"


@pytest.mark.parametrize(
    "typed", ["", "BCDF-234", "BCDF-23456", "BCDF-2340", "AEIO-2345", "\u212aCDF-2345", "B" * 100]
)
def test_anything_else_is_no_reference(typed: str) -> None:
    assert parse_reference(typed) is None
