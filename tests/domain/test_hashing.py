"""Password hashing (PW-02, PW-03, PW-04, PW-11, PW-12, EN-02)."""

import base64
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2.exceptions import VerifyMismatchError
from argon2.low_level import Type, verify_secret

from chalicelib.domain.hashing import Argon2Hasher, HasherBusy
from chalicelib.domain.keys import Keyring
from chalicelib.domain.password_text import PasswordTooLong, UnusablePassword

FIRST, SECOND = b"first key, of thirty-two bytes!!", b"second key of thirty-two bytes!!"
RIGHT = "a perfectly fine password"


def ring(current: str = "k1", **keys: bytes) -> Keyring:
    encoded = {k: base64.b64encode(v).decode() for k, v in (keys or {"k1": FIRST}).items()}
    return Keyring.from_json(json.dumps({"current": current, "keys": encoded}))


def quick(keyring: Keyring | None = None, *, memory_kib: int = 8, time_cost: int = 1) -> Argon2Hasher:
    return Argon2Hasher(keyring or ring(), memory_kib=memory_kib, time_cost=time_cost)


@pytest.mark.parametrize(
    "near",
    ["x" * 72, "x" * 199, "x" * 199 + "X", "x" * 200 + " ", " " + "x" * 200, "x" * 201, "X" * 200, ""],
)
def test_pw_02_the_whole_password_is_verified(near: str) -> None:
    stored = quick().hash("x" * 200)
    assert quick().verify(stored, "x" * 200)
    assert not quick().verify(stored, near)


def test_pw_02_nothing_ends_at_a_nul() -> None:
    stored = quick().hash("before\0after")
    assert quick().verify(stored, "before\0after")
    assert not quick().verify(stored, "before")
    assert not quick().verify(stored, "before\0other")


def test_pw_03_composed_and_decomposed_spellings_are_one_password() -> None:
    assert quick().verify(quick().hash("caf\u00e9 au lait, please"), "cafe\u0301 au lait, please")


@pytest.mark.parametrize(("one", "other"), [("\ufb01", "fi"), ("\u2460", "1"), ("\uff41", "a")])
def test_pw_03_compatibility_spellings_are_other_passwords(one: str, other: str) -> None:
    assert not quick().verify(quick().hash(one * 20), other * 20)


def test_pw_04_an_oversized_password_costs_no_hash() -> None:
    hasher = quick()
    stored = hasher.hash(RIGHT)
    started = time.monotonic()
    with pytest.raises(PasswordTooLong):
        hasher.hash("\u0301\u0323" * 50_000)
    assert not hasher.verify(stored, "\u0301\u0323" * 50_000)
    assert not hasher.verify(None, "\u0301\u0323" * 50_000)
    assert time.monotonic() - started < 1
    assert hasher.runs == 1


def test_a_lone_surrogate_is_no_password_and_no_crash() -> None:
    assert not quick().verify(quick().hash(RIGHT), "\ud800" * 20)
    with pytest.raises(UnusablePassword):
        quick().hash("\ud800" * 20)


def test_pw_11_the_defaults_are_written_in_the_hash() -> None:
    stored = Argon2Hasher(ring()).hash(RIGHT)
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert stored.endswith("#k1")
    salt = stored.split("$")[4]
    assert len(base64.b64decode(salt + "==")) == 16


def test_pw_11_it_is_argon2id_of_the_peppered_password_and_not_of_the_password() -> None:
    encoded = quick().hash(RIGHT).partition("#")[0].encode()
    with pytest.raises(VerifyMismatchError):
        verify_secret(encoded, RIGHT.encode(), Type.ID)


def test_pw_11_equal_passwords_have_different_hashes() -> None:
    assert quick().hash(RIGHT) != quick().hash(RIGHT)


def test_pw_11_another_pepper_does_not_verify() -> None:
    stored = quick(ring(k1=FIRST)).hash(RIGHT)
    assert not quick(ring(k1=SECOND)).verify(stored, RIGHT)


def test_pw_11_an_older_key_on_the_ring_still_verifies_and_asks_for_a_rehash() -> None:
    stored = quick(ring(k1=FIRST)).hash(RIGHT)
    rotated = quick(ring("k2", k1=FIRST, k2=SECOND))
    assert rotated.verify(stored, RIGHT)
    assert rotated.needs_rehash(stored)
    assert not rotated.needs_rehash(rotated.hash(RIGHT))


def test_pw_11_other_parameters_still_verify_and_ask_for_a_rehash() -> None:
    weak = quick().hash(RIGHT)
    for stronger in (quick(memory_kib=16), quick(time_cost=2)):
        assert stronger.verify(weak, RIGHT)
        assert stronger.needs_rehash(weak)
    assert not quick().needs_rehash(weak)


@pytest.mark.parametrize("garbage", ["", "garbage", "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA#k1"])
def test_pw_11_garbage_asks_for_a_rehash(garbage: str) -> None:
    assert quick().needs_rehash(garbage)


SALT, DIGEST = "A" * 22, "A" * 43


@pytest.mark.parametrize(
    "stored",
    [
        None,
        "",
        "garbage",
        "plain text password",
        RIGHT,
        "\u00e9" * 100,
        "\ud800",
        "\0",
        "$" * 10_000,
        "#k1",
        f"$argon2id$v=19$m=8,t=1,p=1${SALT}${DIGEST}",
        f"$argon2id$v=19$m=8,t=1,p=1${SALT}${DIGEST}#",
        f"$argon2id$v=19$m=8,t=1,p=1${SALT}${DIGEST}#k9",
        f"$argon2id$v=19$m=8,t=1,p=1${SALT}${DIGEST}#k1\n",
        f"$argon2id$v=16$m=8,t=1,p=1${SALT}${DIGEST}#k1",
        f"$argon2i$v=19$m=8,t=1,p=1${SALT}${DIGEST}#k1",
        f"$argon2id$v=19$m=8,t=1,p=9${SALT}${DIGEST}#k1",
        f"$argon2id$v=19$m=0,t=1,p=1${SALT}${DIGEST}#k1",
        f"$argon2id$v=19$m=99999999,t=1,p=1${SALT}${DIGEST}#k1",
        f"$argon2id$v=19$m=262145,t=1,p=1${SALT}${DIGEST}#k1",
        f"$argon2id$v=19$m=7,t=1,p=1${SALT}${DIGEST}#k1",
        f"$argon2id$v=19$m=8,t=0,p=1${SALT}${DIGEST}#k1",
        f"$argon2id$v=19$m=8,t=1,p=1${'A' * 13}${DIGEST}#k1",
        f"$argon2id$v=19$m=8,t=1,p=1${SALT}${DIGEST[:-2]}#k1",
        f"$argon2id$v=19$m=8,t=1,p=1${SALT}${DIGEST}#k1",
    ],
)
def test_en_02_one_computation_whatever_is_stored(stored: str | None) -> None:
    hasher = quick()
    assert hasher.verify(stored, RIGHT) is False
    assert hasher.runs == 1


def test_en_02_one_computation_for_right_and_for_wrong() -> None:
    hasher = quick()
    stored = hasher.hash(RIGHT)
    assert hasher.runs == 1
    assert hasher.verify(stored, RIGHT)
    assert hasher.runs == 2
    assert not hasher.verify(stored, RIGHT + "!")
    assert hasher.runs == 3


def test_en_02_making_a_hasher_computes_nothing() -> None:
    assert quick().runs == 0


def test_en_02_runs_are_counted_across_threads() -> None:
    hasher = quick()
    with ThreadPoolExecutor(8) as pool:
        assert not any(pool.map(lambda _: hasher.verify(None, RIGHT), range(200)))
    assert hasher.runs == 200


def test_pw_12_the_excess_is_turned_away_after_a_short_wait() -> None:
    hasher = Argon2Hasher(ring(), memory_kib=8, time_cost=1, at_once=2, patience_seconds=0.05)
    with hasher._places, hasher._places, pytest.raises(HasherBusy):
        hasher.verify(None, RIGHT)
    assert hasher.runs == 0
    assert hasher.verify(hasher.hash(RIGHT), RIGHT)


def test_pw_12_a_place_is_given_back_after_each_hash() -> None:
    hasher = Argon2Hasher(ring(), memory_kib=8, time_cost=1, at_once=1, patience_seconds=0.05)
    for _ in range(5):
        assert not hasher.verify(None, RIGHT)


def test_pw_12_never_more_than_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = Argon2Hasher(ring(), at_once=3, patience_seconds=30)
    inside, most, guard = 0, 0, threading.Lock()

    def slow(*_: object, **__: object) -> bytes:
        nonlocal inside, most
        with guard:
            inside += 1
            most = max(most, inside)
        time.sleep(0.005)
        with guard:
            inside -= 1
        return bytes(32)

    monkeypatch.setattr("chalicelib.domain.hashing.hash_secret_raw", slow)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: hasher.verify(None, RIGHT), range(32)))
    assert most == 3


def test_pw_12_no_memory_left_is_busy_too() -> None:
    hasher = Argon2Hasher(ring(), memory_kib=1, time_cost=1)  # Argon2 refuses: under its minimum
    with pytest.raises(HasherBusy):
        hasher.verify(None, RIGHT)
