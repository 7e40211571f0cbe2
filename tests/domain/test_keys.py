"""The key rings: refuse nonsense and a key with two uses, never show a key (LO-01, LO-06)."""

import base64
import json

import pytest

from chalicelib.domain.keys import USES, InvalidKeys, Keyring, UnknownKey

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


def test_the_current_key_is_the_default() -> None:
    assert ring("k2").current == "k2"
    assert ring("k2").key() == ring("k1").key("k2") == SECOND


def test_knows_which_ids_are_on_the_ring() -> None:
    assert "k2" in ring()
    assert "k3" not in ring()
    assert None not in ring()


@pytest.mark.parametrize("key_id", ["k3", "", "K1"])
def test_an_unknown_key_is_refused(key_id: str) -> None:
    with pytest.raises(UnknownKey):
        ring().key(key_id)


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


def rings(**more: object) -> dict[str, object]:
    """A ring for each use, as PORTAL_KEYS has them."""
    every: dict[str, object] = {
        use: {"current": "k1", "keys": {"k1": encoded(bytes(range(number, number + 32)))}}
        for number, use in enumerate(USES)
    }
    return {**every, **more}


def test_each_use_has_its_own_ring() -> None:
    held = Keyring.one_for_each_use(json.dumps(rings()))
    assert tuple(held) == USES
    assert len({ring.key() for ring in held.values()}) == len(USES)


SEEDS_KEY = encoded(bytes(range(1, 33)))


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({}, "a ring for each of pepper, seeds, bodies, mailed, devices"),
        ([], "a ring for each of"),
        ({"current": "k1", "keys": {"k1": encoded(FIRST)}}, "a ring for each of"),
        (rings(others={}), "a ring for each of"),
        (rings(seeds=None), "seeds: an object"),
        (rings(seeds={"current": "k1", "keys": {"k1": "short"}}), "seeds: a key is not base64"),
        (rings(devices={"current": "k2", "keys": {"k1": SEEDS_KEY}}), "devices: the current key"),
        (rings(bodies={"current": "k9", "keys": {"k9": SEEDS_KEY}}), "share a key"),
        (
            rings(bodies={"current": "k9", "keys": {"k8": SEEDS_KEY, "k9": encoded(FIRST)}}),
            "share a key",
        ),
    ],
)
def test_lo_06_rings_of_which_one_lacks_or_two_share_a_key_are_refused(document: object, says: str) -> None:
    with pytest.raises(InvalidKeys, match=says) as refusal:
        Keyring.one_for_each_use(json.dumps(document))
    assert SEEDS_KEY not in str(refusal.value)
    assert refusal.value.__cause__ is None
