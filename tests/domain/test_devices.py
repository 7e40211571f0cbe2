"""What an account was used from before: the cookie that a browser is known by, and the key of a network (LG-14)."""

import base64
import json

import pytest

from chalicelib.domain.devices import KNOWN_SECONDS, device_cookie, knows, network_key
from chalicelib.domain.keys import Keyring
from tests.fakes.samples import NOW, an_account

KEY = base64.b64encode(bytes(range(32))).decode()
OTHER = base64.b64encode(bytes(range(1, 33))).decode()
RING = Keyring.from_json(json.dumps({"current": "k1", "keys": {"k1": KEY}}))
TURNED = Keyring.from_json(json.dumps({"current": "k2", "keys": {"k1": KEY, "k2": OTHER}}))
ANN, BOB = an_account().id, an_account().id


def cookie(ring: Keyring = RING) -> str:
    return device_cookie(ring, ANN, NOW, bytes)


def test_lg_14_browser_is_known_for_the_account_that_logged_on_and_no_other() -> None:
    assert knows(RING, ANN, cookie(), NOW)
    assert not knows(RING, BOB, cookie(), NOW)


@pytest.mark.parametrize(("later", "known"), [(0, True), (KNOWN_SECONDS - 1, True), (KNOWN_SECONDS, False)])
def test_lg_14_browser_is_known_until_its_cookie_expires(later: float, known: bool) -> None:
    assert knows(RING, ANN, cookie(), int(NOW) + later) is known


def test_lg_14_cookie_cannot_be_prolonged_or_made_up() -> None:
    key_id, expires, random_id, signature = cookie().split(".")
    longer = f"{key_id}.{int(expires) + 1}.{random_id}.{signature}"
    made_up = [
        "",
        "x",
        ".",
        "...",
        "k1...",
        f"k1.{expires}.{random_id}.",
        f"k1.{expires}.{random_id}.ü",
        longer,
    ]
    assert not any(knows(RING, ANN, one, NOW) for one in [None, *made_up])


def test_lg_14_cookie_of_an_older_key_is_good_while_that_key_is_on_the_ring() -> None:
    assert knows(TURNED, ANN, cookie(), NOW)
    assert not knows(RING, ANN, cookie(TURNED), NOW)


def test_cookie_names_no_account() -> None:
    assert ANN not in cookie()


def test_network_of_one_account_says_nothing_of_another() -> None:
    assert network_key(ANN, "203.0.113.7") != network_key(ANN, "203.0.113.8")
    digests = {network_key(who, "203.0.113.7").rpartition("#")[2] for who in (ANN, BOB)}
    assert len(digests) == 2
