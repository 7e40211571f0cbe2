"""The key ring: refuses nonsense, derives one key a purpose, never shows a key (LO-01)."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chalicelib.domain.keys import InvalidKeys, Keyring, UnknownKey

FIRST, SECOND = b"first key, of thirty-two bytes!!", b"second key of thirty-two bytes!!"


def encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


def ring(current: str = "k1", **keys: bytes) -> Keyring:
    held = keys or {"k1": FIRST, "k2": SECOND}
    return Keyring.from_json(
        json.dumps({"current": current, "keys": {k: encoded(v) for k, v in held.items()}})
    )


def refusal_of(document: object) -> str:
    text = document if isinstance(document, str) else json.dumps(document)
    with pytest.raises(InvalidKeys) as refusal:
        Keyring.from_json(text)
    assert refusal.value.__cause__ is None
    return str(refusal.value)


def test_derives_with_hkdf_sha256_of_rfc_5869() -> None:
    reference = HKDF(SHA256(), 32, b"secure messaging portal keys", b"seal").derive(FIRST)
    assert ring().derive("seal") == reference


def test_each_purpose_and_each_key_has_a_key_of_its_own() -> None:
    keys = ring()
    derived = {keys.derive(purpose, key_id) for purpose in ("a", "b") for key_id in ("k1", "k2")}
    assert len(derived) == 4
    assert {len(key) for key in derived} == {32}
    assert FIRST not in derived


def test_the_current_key_is_the_default() -> None:
    assert ring("k2").current == "k2"
    assert ring("k2").derive("a") == ring("k1").derive("a", "k2")


def test_knows_which_ids_are_on_the_ring() -> None:
    assert "k2" in ring()
    assert "k3" not in ring()
    assert None not in ring()


@pytest.mark.parametrize("key_id", ["k3", "", "K1"])
def test_an_unknown_key_is_refused(key_id: str) -> None:
    with pytest.raises(UnknownKey):
        ring().derive("a", key_id)


@pytest.mark.parametrize(
    "document",
    [
        "",
        "nonsense",
        "[" * 100_000,
        "null",
        "[]",
        '"k1"',
        "{}",
        {"current": "k1"},
        {"keys": {"k1": encoded(FIRST)}},
        {"current": "k1", "keys": {"k1": encoded(FIRST)}, "more": 1},
        {"current": "k1", "keys": {}},
        {"current": "k1", "keys": [encoded(FIRST)]},
        {"current": 1, "keys": {"1": encoded(FIRST)}},
        {"current": None, "keys": {"k1": encoded(FIRST)}},
        {"current": "k2", "keys": {"k1": encoded(FIRST)}},
        {"current": "k1", "keys": {"k1": None}},
        {"current": "k1", "keys": {"k1": "***not base64***"}},
        {"current": "k1", "keys": {"k1": encoded(FIRST) + "\n"}},
        {"current": "k1", "keys": {"k1": encoded(FIRST), "k2": ""}},
        {"current": "k1", "keys": {"k1": "\u00e9"}},
        {"current": "k1", "keys": {"k1": encoded(bytes(32))}},
        {"current": "", "keys": {"": encoded(FIRST)}},
        {"current": "k#1", "keys": {"k#1": encoded(FIRST)}},
        {"current": "k.1", "keys": {"k.1": encoded(FIRST)}},
        f'{{"current":"k1","keys":{{"k1":"{encoded(FIRST)}","k1":"{encoded(SECOND)}"}}}}',
    ],
)
def test_refuses_to_start_on_nonsense_without_repeating_it(document: object) -> None:
    message = refusal_of(document)
    assert message
    assert encoded(FIRST) not in message


@pytest.mark.parametrize("size", [0, 16, 31, 33, 64])
def test_a_key_has_exactly_32_bytes(size: int) -> None:
    assert refusal_of({"current": "k1", "keys": {"k1": encoded(b"x" * size)}}) == "a key must have 32 bytes"


@pytest.mark.parametrize(("length", "accepted"), [(1, True), (16, True), (17, False)])
def test_a_key_id_has_1_to_16_characters(length: int, accepted: bool) -> None:
    key_id = "k" * length
    if accepted:
        assert ring(key_id, **{key_id: FIRST}).current == key_id
    else:
        refusal_of({"current": key_id, "keys": {key_id: encoded(FIRST)}})


def test_neither_repr_nor_str_shows_a_key() -> None:
    keys = ring()
    for shown in (repr(keys), str(keys), f"{keys}"):
        assert "thirty" not in shown
        assert encoded(FIRST) not in shown
        assert shown == "Keyring(current='k1')"
