"""One request that is made once, and what became of its message: the rules, without a table."""

from __future__ import annotations

import base64

import pytest

from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.keys import Keyring
from chalicelib.domain.messages import Message, sent_drawer
from chalicelib.domain.refusals import Refusal
from chalicelib.domain.sendings import (
    KEPT_SECONDS,
    Sent,
    claim_of,
    event_id_of,
    pointer,
    same_request,
    state_of,
)
from tests.fakes.samples import DAY, NOW, a_message, an_account

SAID = {"to": "a@b.test", "body": "Hello"}


def a_ring(current: str, *others: str) -> Keyring:
    keys = {one: base64.b64encode(one.encode().ljust(32, b"x")).decode() for one in (current, *others)}
    return Keyring.from_json(f'{{"current":"{current}","keys":{str(keys).replace(chr(39), chr(34))}}}')


def test_the_same_request_is_known_in_whatever_order_its_fields_come() -> None:
    ring = a_ring("k1")
    first = claim_of(ring, "s", "key", SAID, "m", NOW)
    same_request(ring, first, dict(reversed(SAID.items())))
    for other in (SAID | {"body": "Hullo"}, SAID | {"expires_in_days": 3}, {"to": "a@b.test"}):
        with pytest.raises(Refusal, match="idempotency_mismatch"):
            same_request(ring, first, other)


def test_a_key_that_was_rotated_meanwhile_still_tells() -> None:
    first = claim_of(a_ring("k1"), "s", "key", SAID, "m", NOW)
    same_request(a_ring("k2", "k1"), first, SAID)
    with pytest.raises(Refusal, match="idempotency_mismatch"):
        same_request(a_ring("k2"), first, SAID)


def test_what_is_kept_tells_nobody_what_was_said() -> None:
    one, other = (claim_of(a_ring(name), "s", "key", SAID, "m", NOW) for name in ("k1", "k2"))
    assert one.said != other.said
    another_key = claim_of(a_ring("k1"), "s", "other", SAID, "m", NOW)
    another_service = claim_of(a_ring("k1"), "t", "key", SAID, "m", NOW)
    assert len({one.said, another_key.said, another_service.said}) == 3
    assert len({one.mark, another_key.mark, another_service.mark}) == 3
    assert "key" not in one.mark.partition("#")[2]


@pytest.mark.parametrize("key", ["", " ", "a b", "a\n", "\x7f", "é", "x" * 256])
def test_a_key_is_of_printable_ascii(key: str) -> None:
    with pytest.raises(Refusal, match="idempotency_key"):
        claim_of(a_ring("k1"), "s", key, SAID, "m", NOW)
    claim_of(a_ring("k1"), "s", "x" * 255, SAID, "m", NOW)


def a_sent(**facts: object) -> Sent:
    message: Message = a_message(an_account())._replace(**facts)  # type: ignore[arg-type]
    return Sent(pointer("s", message), message, None)


FAILED = Event(an_account().id, EventKind.MAIL_FAILED, NOW + 5, "n")


@pytest.mark.parametrize(
    ("sent", "now", "expected"),
    [
        (a_sent(), NOW, ("waiting", NOW)),
        (a_sent()._replace(note=FAILED._replace(kind=EventKind.MAIL_SENT)), NOW + 9, ("waiting", NOW)),
        (a_sent()._replace(note=FAILED), NOW + 9, ("bounced", NOW + 5)),
        (a_sent(mail="delivered", mail_at=NOW + 1), NOW + 9, ("delivered", NOW + 1)),
        (a_sent(mail="bounced", mail_at=NOW + 1), NOW + 9, ("bounced", NOW + 1)),
        (a_sent(mail="bounced", mail_at=NOW + 1, read_at=NOW + 2), NOW + 9, ("read", NOW + 2)),
        (a_sent(), NOW + DAY, ("expired", int(NOW) + DAY)),
        (a_sent(read_at=NOW + 2), NOW + DAY, ("read", NOW + 2)),
        (a_sent(recalled_at=NOW + 3), NOW + DAY, ("recalled", NOW + 3)),
        (a_sent()._replace(message=None), NOW + 2 * DAY, ("expired", int(NOW) + DAY)),
    ],
)
def test_what_its_recipient_did_counts_before_what_its_mail_did(
    sent: Sent, now: float, expected: tuple[str, float]
) -> None:
    assert state_of(sent, now) == expected


def test_where_a_message_went_is_no_message() -> None:
    message = a_message(an_account())
    about = pointer("s", message)
    assert (about.account_id, about.id, about.recipient) == (sent_drawer("s"), message.id, message.recipient)
    assert (about.subject, about.sealed_body) == ("", "")
    assert about.expires_at == message.expires_at + KEPT_SECONDS
    assert event_id_of(message.id) != event_id_of(about.id + "x")
