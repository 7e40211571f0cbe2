"""The canary's account, and what is read out of its trail."""

from __future__ import annotations

import pytest

from chalicelib.domain.accounts import Account, Kind, two_step_required
from chalicelib.domain.addresses import account_id, canonical_address, synthetic
from chalicelib.domain.canary import FATES, canary_address, canary_password, probe_of
from chalicelib.domain.events import MAILS, Event, EventKind
from chalicelib.domain.keys import Keyring
from tests.fakes.samples import NOW, an_account, an_event
from tests.world.settings import RINGS


def ring(number: int) -> Keyring:
    return Keyring("k1", {"k1": bytes([number]) * 32})


def test_address_and_password_are_of_its_key_alone_and_tell_nothing_of_each_other() -> None:
    assert canary_address(ring(1)) == canary_address(ring(1)) != canary_address(ring(2))
    assert canary_password(ring(1)) != canary_password(ring(2))
    label = canary_address(ring(1)).partition("@")[0].removeprefix("success+")
    assert len(label) == 24
    assert bytes.fromhex(label) not in canary_password(ring(1)).encode()
    assert len(canary_password(ring(1))) == 43


@pytest.mark.parametrize(
    ("address", "is_nobody"),
    [
        (canary_address(ring(1)), True),
        ("success@simulator.amazonses.com", True),
        ("success@simulator.amazonses.com.evil.test", False),
        ("simulator.amazonses.com@people.test", False),
        ("ann@eu.simulator.amazonses.com", False),
    ],
)
def test_account_of_the_simulator_is_nobodys(address: str, is_nobody: bool) -> None:
    assert synthetic(account_id(canonical_address(address))) is is_nobody


def test_canary_needs_no_second_step_whoever_else_does() -> None:
    account = Account(account_id(canary_address(ring(1))), canary_address(ring(1)))
    assert not two_step_required(account, None, everybody=True)
    assert two_step_required(an_account(), None, everybody=True)
    assert two_step_required(an_account(kind=Kind.SUPPORT), None, everybody=False)


WHO = an_account()


def asked(at: float = NOW) -> Event:
    return an_event(WHO.id, EventKind.RESET_ASKED, at)


def note(event: Event, kind: EventKind, message_id: str | None = None) -> Event:
    details = {"about": event.kind.value, "message_id": message_id}
    return event._replace(kind=kind, id=f"{event.id}~note", details=details)  # type: ignore[arg-type]


def news(kind: EventKind, message_id: str, at: float) -> Event:
    return an_event(
        WHO.id, kind, at, details={"message_id": message_id, "mail": "password_reset_asked", "cause": None}
    )


def test_probe_is_the_newest_mail_that_was_asked_for() -> None:
    old, new = asked(NOW), asked(NOW + 300)
    assert probe_of([]) is None
    assert probe_of([an_event(WHO.id, EventKind.LOGON_REFUSED, NOW)]) is None
    found = probe_of(
        [new, news(EventKind.MAIL_DELIVERED, "m1", NOW + 2), note(old, EventKind.MAIL_SENT, "m1"), old]
    )
    assert found == (new, "waiting")


@pytest.mark.parametrize(
    ("told", "fate"),
    [
        ([], "sent"),
        ([EventKind.MAIL_DELAYED], "delayed"),
        ([EventKind.MAIL_DELIVERED, EventKind.MAIL_DELAYED], "delivered"),
        ([EventKind.MAIL_BOUNCED], "bounced"),
    ],
)
def test_its_fate_is_the_newest_that_ses_told_of_this_very_mail(told: list[EventKind], fate: str) -> None:
    event = asked()
    trail = [
        news(EventKind.MAIL_COMPLAINED, "another", NOW + 9),
        *(news(kind, "m1", NOW + 5 - place) for place, kind in enumerate(told)),
        note(event, EventKind.MAIL_SENT, "m1"),
        event,
    ]
    assert probe_of(trail) == (event, fate)


@pytest.mark.parametrize("kind", [EventKind.MAIL_FAILED, EventKind.MAIL_WITHHELD, EventKind.MAIL_UNKNOWN])
def test_mail_that_never_went_out_says_so(kind: EventKind) -> None:
    event = asked()
    stray = news(EventKind.MAIL_DELIVERED, "m1", NOW + 2)
    assert probe_of([stray, note(event, kind), event]) == (event, FATES[kind])


def test_every_fate_of_a_mail_has_a_word() -> None:
    assert set(FATES) == MAILS
    assert set(RINGS) > {"canary"}
