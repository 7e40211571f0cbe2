"""A service's key: its shape, its checksum, what is kept of it; and what it may speak for."""

from __future__ import annotations

import re
import zlib

import pytest

from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.refusals import Refusal
from chalicelib.domain.services import (
    HeldKey,
    Sender,
    Service,
    actor_of,
    digest_of,
    key_of,
    new_service_id,
    opened_by,
    speaks_for,
    split_key,
    touch_due,
    trail_of,
)
from chalicelib.domain.tokens import Digest
from tests.structure.code import ROOT

ID = "abcdefghijklmnop"
KEYS = [key_of(ID, bytes(32)), key_of(ID, b"\xff" * 32), key_of(ID, bytes(range(32)))]


@pytest.mark.parametrize("key", KEYS)
def test_a_key_has_the_shape_that_secret_scanners_are_told_of(key: str) -> None:
    (told,) = re.findall(
        r"^smp_\[.*$", (ROOT / "docs" / "sending.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert re.fullmatch(told, key)
    assert re.search(rf"\b{told}\b", f'KEY="{key}",')


def test_its_checksum_is_that_of_the_docs() -> None:
    """CRC-32 of all before it, in base 62 of digits, capitals and small letters: anybody can check it."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    for key in KEYS:
        value = 0
        for character in key[-6:]:
            value = value * 62 + digits.index(character)
        assert value == zlib.crc32(key[:-6].encode())


@pytest.mark.parametrize("place", range(0, 70, 3))
def test_a_key_with_one_letter_wrong_is_none_before_any_look_up(place: int) -> None:
    key = KEYS[2]
    wrong = "b" if key[place] != "b" else "c"
    assert split_key(key[:place] + wrong + key[place + 1 :]) is None


@pytest.mark.parametrize("text", [None, 7, "", "smp_", KEYS[0] + "\n", " " + KEYS[0], KEYS[0] + "é"])
def test_any_other_text_is_none(text: object) -> None:
    assert split_key(text) is None


def test_a_key_says_whose_it_is() -> None:
    found = split_key(KEYS[0])
    assert found
    assert found == (ID, digest_of(KEYS[0]))
    assert KEYS[0][21:] not in str(found)


def test_ids_and_secrets_are_as_random_as_they_were_given() -> None:
    assert re.fullmatch(r"[a-z2-7]{16}", new_service_id(b"\x00" * 32))
    assert len({new_service_id(bytes([0] * 9 + [n])) for n in range(256)}) == 256
    assert len({key_of(ID, bytes([0] * 31 + [n])) for n in range(256)}) == 256


def a_service(**facts: object) -> Service:
    held = HeldKey(digest_of(KEYS[0]), 10, 20), HeldKey(digest_of(KEYS[1]), 5)
    made = Service(ID, "Gateway", ("sender.test",), None, 1, "admin@people.test", *held)
    return made._replace(**facts)  # type: ignore[arg-type]


def test_two_keys_open_it_and_no_third() -> None:
    service = a_service()
    assert [opened_by(service, digest_of(key)) for key in KEYS] == [service.current, service.former, None]
    assert opened_by(service._replace(former=None), digest_of(KEYS[1])) is None
    assert opened_by(None, digest_of(KEYS[0])) is None
    assert opened_by(a_service(revoked_at=30.0), digest_of(KEYS[0])) is None
    # What stands in the place of a key that there is not is the digest of none that anybody can have.
    assert opened_by(None, Digest("0" * 64)) is None
    assert opened_by(service._replace(former=None), Digest("0" * 64)) is None


@pytest.mark.parametrize(("used", "due"), [(None, True), (100.0, False), (41.0, False), (40.0, True)])
def test_last_use_is_written_once_a_minute(used: float | None, due: bool) -> None:
    assert touch_due(HeldKey(digest_of(KEYS[0]), 0, used), 100) is due


@pytest.mark.parametrize("domain", ["other.test", "a.sender.test", "sender.test.", "", "SENDER.TEST"])
def test_it_speaks_for_what_is_written_down_and_no_more(domain: str) -> None:
    sender = Sender(ID, "Gateway", ("sender.test",), digest_of(KEYS[0]))
    speaks_for(sender, "sender.test")
    with pytest.raises(Refusal, match="sender_not_permitted"):
        speaks_for(sender, domain)


@pytest.mark.parametrize("name", ["Gateway", f"Gateway (smp_{'q' * 16})", "admin"])
def test_an_act_is_found_among_those_of_its_service_whatever_that_is_called(name: str) -> None:
    event = Event(trail_of("x"), EventKind.MESSAGE_SENT, 1, "1", actor=actor_of(ID, name))
    assert event.acted_by == trail_of(ID)
    assert not event.by_owner
