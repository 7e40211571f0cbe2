"""The rings of a running container (LO-09, LO-10): how soon a rotation reaches it, and how often it may ask."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence

import pytest

from chalicelib.domain.devices import device_cookie, knows
from chalicelib.domain.hashing import Argon2Hasher
from chalicelib.domain.held_keys import (
    AGAIN_SECONDS,
    KEPT_SECONDS,
    REFRESH_SECONDS,
    HeldKeys,
    KeyNotYetKnown,
    KeysUnread,
)
from chalicelib.domain.keys import Keyring, Ring, UnknownKey, Use
from chalicelib.domain.sealing import Sealer, Unsealable
from tests.fakes.samples import NOW, an_account
from tests.world.clock import Clock

PASSWORD = "seven lanterns over a harbour"
USES: tuple[Use, ...] = ("pepper", "seeds", "devices")


class Secrets:
    """A secret store: what it holds, how often it was read, whether it is there."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.takes = clock, 0.0
        self.fails: KeysUnread | None = None
        self.reads: list[tuple[Use, ...]] = []
        self.held = {use: self.ring("k1", use, "k1") for use in USES}

    def ring(self, current: str, use: Use, *key_ids: str) -> Keyring:
        keys = {one: base64.b64encode(f"{use}/{one}".ljust(32).encode()).decode() for one in key_ids}
        return Keyring.from_json(json.dumps({"current": current, "keys": keys}))

    def read(self, uses: Sequence[Use]) -> dict[Use, Keyring]:
        self.reads.append(tuple(uses))
        self.clock.passes(self.takes)
        if self.fails:
            raise self.fails
        return {use: self.held[use] for use in uses}

    def rotate(self, *key_ids: str) -> None:
        """The last of these is current from now on."""
        self.held = {use: self.ring(key_ids[-1], use, *key_ids) for use in USES}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def secrets(clock: Clock) -> Secrets:
    return Secrets(clock)


def container(secrets: Secrets) -> dict[Use, Ring]:
    """Started now."""
    keys = HeldKeys(USES, secrets.read, secrets.clock)
    keys.start()
    return dict(keys.rings)


def hasher(rings: dict[Use, Ring]) -> Argon2Hasher:
    return Argon2Hasher(rings["pepper"], memory_kib=8, time_cost=1)


def test_lo_09_hash_made_with_a_key_from_after_the_start_is_verified_at_once(secrets: Secrets) -> None:
    old = hasher(container(secrets))
    secrets.rotate("k1", "k2")
    stored = hasher(container(secrets)).hash(PASSWORD)
    assert stored.endswith("#k2")
    assert old.verify(stored, PASSWORD)
    assert not old.verify(stored, PASSWORD + ".")
    assert not old.needs_rehash(stored)


def test_lo_09_what_was_sealed_with_a_new_key_opens_at_once(secrets: Secrets) -> None:
    old = Sealer(container(secrets)["seeds"])
    secrets.rotate("k1", "k2")
    sealed = Sealer(container(secrets)["seeds"]).seal(b"seed", b"ann")
    assert old.open(sealed, b"ann") == b"seed"


def test_lo_09_browser_with_a_cookie_of_a_new_key_is_known_at_once(secrets: Secrets) -> None:
    old, ann = container(secrets)["devices"], an_account().id
    secrets.rotate("k1", "k2")
    cookie = device_cookie(container(secrets)["devices"], ann, NOW, bytes)
    assert knows(old, ann, cookie, NOW)


@pytest.mark.parametrize(("seconds", "current"), [(REFRESH_SECONDS - 1, "k1"), (REFRESH_SECONDS, "k2")])
def test_lo_09_running_container_makes_new_things_with_the_new_key_within_the_stated_time(
    secrets: Secrets, clock: Clock, seconds: int, current: str
) -> None:
    rings = container(secrets)
    secrets.rotate("k1", "k2")
    clock.passes(seconds)
    assert {ring.current for ring in rings.values()} == {current}
    assert hasher(rings).hash(PASSWORD).endswith(f"#{current}")
    assert len(secrets.reads) == 1 + (current == "k2")  # one call for all of them


def test_clock_that_was_set_back_makes_keys_old_and_not_young_for_ever(
    secrets: Secrets, clock: Clock
) -> None:
    rings = container(secrets)
    secrets.rotate("k1", "k2")
    clock.passes(-86400)
    assert rings["pepper"].current == "k2"


def test_lo_09_key_that_was_withdrawn_is_let_go_within_the_stated_time(
    secrets: Secrets, clock: Clock
) -> None:
    old = hasher(container(secrets))
    stored = old.hash(PASSWORD)
    secrets.rotate("k2")
    clock.passes(REFRESH_SECONDS)
    assert not old.verify(stored, PASSWORD)
    assert old.needs_rehash(stored)


def test_lo_09_unknown_account_still_costs_one_hash_once_the_key_of_the_start_is_gone(
    secrets: Secrets, clock: Clock
) -> None:
    old = hasher(container(secrets))
    secrets.rotate("k2")
    clock.passes(REFRESH_SECONDS)
    assert not old.verify(None, PASSWORD)
    assert old.runs == 1


def test_lo_09_made_up_key_ids_have_the_secret_read_once_in_the_stated_time(
    secrets: Secrets, clock: Clock
) -> None:
    rings, ann = container(secrets), an_account().id
    began = len(secrets.reads)
    for number in range(100):
        assert not knows(rings["devices"], ann, f"made-up-{number}.9999999999.00.x", NOW)
        clock.passes(AGAIN_SECONDS / 50)
    assert secrets.reads[began:] == [("devices",)] * 2


@pytest.mark.parametrize("key_id", ["", "a" * 17, "k 1", "k1\n", "ä", "k1/../k2"])
def test_what_is_no_key_id_at_all_is_not_asked_for(secrets: Secrets, key_id: str) -> None:
    ring = container(secrets)["devices"]
    assert key_id not in ring
    with pytest.raises(UnknownKey):
        ring.key(key_id)
    assert len(secrets.reads) == 1


def test_lo_09_flood_of_cookies_keeps_no_password_from_being_read(secrets: Secrets) -> None:
    rings, ann = container(secrets), an_account().id
    for number in range(5):
        knows(rings["devices"], ann, f"made-up-{number}.9999999999.00.x", NOW)
    secrets.rotate("k1", "k2")
    assert hasher(rings).verify(hasher(container(secrets)).hash(PASSWORD), PASSWORD)


def test_lo_09_second_unknown_key_within_the_time_is_unavailable_and_no_wrong_password(
    secrets: Secrets, clock: Clock
) -> None:
    old = hasher(container(secrets))
    secrets.rotate("k1", "k2")
    stored = hasher(container(secrets)).hash(PASSWORD)
    assert old.verify(stored, PASSWORD)
    secrets.rotate("k1", "k2", "k3")
    stored = hasher(container(secrets)).hash(PASSWORD)
    clock.passes(AGAIN_SECONDS - 1)
    with pytest.raises(KeyNotYetKnown) as refusal:
        old.verify(stored, PASSWORD)
    assert refusal.value.retry_after == AGAIN_SECONDS
    clock.passes(1)
    assert old.verify(stored, PASSWORD)


def test_lo_09_key_that_is_lost_for_good_is_a_generic_refusal_each_time_and_one_reading(
    secrets: Secrets, clock: Clock
) -> None:
    stored = hasher(container(secrets)).hash(PASSWORD)
    secrets.rotate("k2")
    rings = container(secrets)
    other, began = hasher(rings), len(secrets.reads)
    for _ in range(5):
        assert not other.verify(stored, PASSWORD)
        clock.passes(1)
    assert other.runs == 5
    assert len(secrets.reads) == began + 1
    with pytest.raises(Unsealable):
        Sealer(rings["seeds"]).open("s1.k1.AAAA", b"ann")


def test_lo_09_unknown_key_while_the_secrets_are_away_is_unavailable(secrets: Secrets) -> None:
    old = hasher(container(secrets))
    secrets.rotate("k1", "k2")
    stored = hasher(container(secrets)).hash(PASSWORD)
    secrets.fails = KeysUnread("away")
    with pytest.raises(KeysUnread):
        old.verify(stored, PASSWORD)


@pytest.mark.parametrize("final", [True, False])
def test_lo_10_running_container_goes_on_for_a_while_with_what_it_has(
    secrets: Secrets, clock: Clock, *, final: bool
) -> None:
    """Whether the secrets are away or a rotation has spoilt one."""
    rings = container(secrets)
    secrets.fails = KeysUnread("away", final=final)
    clock.passes(KEPT_SECONDS - 1)
    assert rings["pepper"].current == "k1"
    clock.passes(1)
    with pytest.raises(KeysUnread):
        _ = rings["pepper"].current
    secrets.fails = None
    assert rings["pepper"].current == "k1"


def test_lo_10_store_that_hangs_is_waited_for_once_in_a_while_and_not_by_everybody(
    secrets: Secrets, clock: Clock
) -> None:
    rings = container(secrets)
    clock.passes(REFRESH_SECONDS)
    secrets.fails, secrets.takes, began = KeysUnread("hangs"), 4.0, len(secrets.reads)
    for _ in range(20):
        assert rings["pepper"].current == "k1"
        clock.passes(0.4)
    assert len(secrets.reads) == began + 1


def test_lo_10_container_without_keys_asks_for_whoever_comes_next(
    secrets: Secrets,
) -> None:
    secrets.fails = KeysUnread("refused")
    ring = container(secrets)["pepper"]
    with pytest.raises(KeysUnread):
        ring.key()
    secrets.fails = None
    assert ring.current == "k1"


def test_lo_10_container_does_not_start_on_what_only_somebody_can_mend(secrets: Secrets) -> None:
    secrets.fails = KeysUnread("ResourceNotFoundException", final=True)
    with pytest.raises(KeysUnread):
        container(secrets)
