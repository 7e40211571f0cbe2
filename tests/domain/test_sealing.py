"""Sealing of seeds and message bodies (TF-04)."""

import base64
import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.keys import Keyring
from chalicelib.domain.sealing import Sealer, Unsealable

FIRST, SECOND = b"first key, of thirty-two bytes!!", b"second key of thirty-two bytes!!"


def sealer(current: str = "k1", **keys: bytes) -> Sealer:
    encoded = {k: base64.b64encode(v).decode() for k, v in (keys or {"k1": FIRST}).items()}
    return Sealer(Keyring.from_json(json.dumps({"current": current, "keys": encoded})))


@given(st.binary(max_size=2000), st.binary(max_size=50))
def test_what_was_sealed_opens_again(plaintext: bytes, owner: bytes) -> None:
    assert sealer().open(sealer().seal(plaintext, owner), owner) == plaintext


def test_tf_04_the_seed_is_not_readable_and_never_sealed_alike() -> None:
    first, second = (sealer().seal(b"GEZDGNBVGY3TQOJQ", b"a") for _ in range(2))
    assert first != second
    assert "GEZDGNBV" not in first
    assert b"GEZDGNBV" not in base64.urlsafe_b64decode(first.split(".")[2] + "==")


def test_tf_04_a_seed_moved_to_another_account_does_not_open() -> None:
    sealed = sealer().seal(b"seed", b"alice")
    with pytest.raises(Unsealable):
        sealer().open(sealed, b"bob")


def test_an_older_key_still_opens_and_the_new_one_seals() -> None:
    old = sealer().seal(b"seed", b"a")
    both = sealer("k2", k1=FIRST, k2=SECOND)
    assert both.open(old, b"a") == b"seed"
    assert both.seal(b"seed", b"a").startswith("s1.k2.")


def test_another_key_of_the_same_id_does_not_open() -> None:
    with pytest.raises(Unsealable):
        sealer(k1=SECOND).open(sealer().seal(b"seed", b"a"), b"a")


def test_a_key_that_left_the_ring_does_not_open() -> None:
    with pytest.raises(Unsealable):
        sealer("k2", k2=SECOND).open(sealer().seal(b"seed", b"a"), b"a")


@pytest.mark.parametrize(
    "sealed",
    [
        "",
        "s1",
        "s1.k1",
        "s1.k1.",
        "s1.k1.A",
        "s1.k1.AAAA",
        "s1..AAAA",
        "s2.k1.AAAA",
        "s1.k1.\u00e9",
        "s1.k9.AAAA",
    ]
    + ["s1.k1." + "A" * n for n in (16, 31, 32, 33, 37, 38, 52, 53, 54, 55, 1000)],
)
def test_garbage_does_not_open(sealed: str) -> None:
    with pytest.raises(Unsealable):
        sealer().open(sealed, b"a")


def test_any_changed_character_is_noticed() -> None:
    sealed = sealer().seal(b"seed!!", b"a")
    for place in range(len("s1.k1."), len(sealed)):
        swapped = "A" if sealed[place] != "A" else "B"
        altered = sealed[:place] + swapped + sealed[place + 1 :]
        if base64.urlsafe_b64decode(altered[6:] + "==") == base64.urlsafe_b64decode(sealed[6:] + "=="):
            continue  # only the unused bits of the last character differ
        with pytest.raises(Unsealable):
            sealer().open(altered, b"a")


def test_keys_and_hashing_do_not_import_the_encryption_library() -> None:
    program = (
        "import sys, chalicelib.domain.keys, chalicelib.domain.hashing, chalicelib.domain.tokens;"
        "sys.exit('nacl' in sys.modules)"
    )
    finished = subprocess.run([sys.executable, "-c", program], check=False)
    assert finished.returncode == 0
