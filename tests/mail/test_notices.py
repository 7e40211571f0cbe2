"""Notices: every change of a credential is told, to the stored address, without a limit (ML-01)."""

import re

import pytest

from chalicelib.domain.accounts import TwoStep
from chalicelib.domain.events import EventKind
from tests.fakes.samples import an_event
from tests.mail.occasions import every_kind
from tests.world.settings import PORTAL_URL
from tests.world.visitors import CHOSEN
from tests.world.world import World


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        (EventKind.PASSWORD_RESET, "Your password has been reset"),
        (EventKind.PASSWORD_CHANGED, "Your password has been reset"),
        (EventKind.ACCOUNT_FROZEN, "Your account has been frozen"),
        (EventKind.TWO_STEP_ENROLLED, "2-step authentication of your account was changed"),
        (EventKind.TWO_STEP_MOVED, "2-step authentication of your account was changed"),
        (EventKind.TWO_STEP_REMOVED, "2-step authentication of your account was changed"),
        (EventKind.RECOVERY_CODE_USED, "A recovery code was used to log on"),
    ],
)
def test_ml_01_every_change_is_told_once_to_the_stored_address(
    world: World, kind: EventKind, subject: str
) -> None:
    account = world.person()
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
    event = an_event(account.id, kind, email="somebody.else@evil.test", source="192.0.2.7", user_agent=agent)
    world.store.events.record(event)
    (mail,) = world.mails()
    assert (mail.to, mail.subject) == (account.address, subject)
    for part in (mail.text, mail.html):
        for words in ("192.0.2.7", "Firefox 140.0", "UTC", "support@portal.example"):
            assert words in part
        assert "evil" not in part


def test_ml_01_notice_has_no_acting_link_but_the_freeze(world: World) -> None:
    every_kind(world)
    notices = [mail for mail in world.mails() if mail.subject == "Your password has been reset"]
    assert notices
    for mail in notices:
        paths = set(re.findall(rf"{re.escape(PORTAL_URL)}(/[a-z-]+)", mail.text))
        assert paths == {"/not-me"}
        assert CHOSEN not in mail.text + mail.html


SAID = {
    EventKind.TWO_STEP_ENROLLED: "2-step authentication was turned on.",
    EventKind.TWO_STEP_MOVED: "2-step authentication was moved to another phone.",
    EventKind.TWO_STEP_REMOVED: "2-step authentication was turned off.",
    EventKind.TWO_STEP_RESET: "2-step authentication was reset.",
    EventKind.RECOVERY_CODES_RENEWED: "New recovery codes were made.",
}


@pytest.mark.parametrize("kind", SAID)
def test_change_of_two_step_is_told_as_what_it_was(world: World, kind: EventKind) -> None:
    ann = world.person()
    world.store.events.record(an_event(ann.id, kind))
    (mail,) = world.mails(ann)
    for part in (mail.text, mail.html):
        assert [words for words in SAID.values() if words in part] == [SAID[kind]]


def test_ml_01_no_number_of_notices_uses_up_the_next(world: World) -> None:
    ann = world.person()
    for _ in range(20):
        world.store.events.record(an_event(ann.id, EventKind.PASSWORD_CHANGED))
    assert len(world.mails(ann)) == 20


def test_recovery_code_used_says_how_many_are_left(world: World) -> None:
    ann = world.person(two_step=TwoStep(seed="sealed", recovery=("one", "two")))
    world.store.events.record(an_event(ann.id, EventKind.RECOVERY_CODE_USED))
    (mail,) = world.mails(ann)
    assert "Recovery codes left: 2" in mail.text


def test_containment_says_each_measure(world: World) -> None:
    ann = world.person()
    measures = {"measures": ["password", "sessions"]}
    world.store.events.record(an_event(ann.id, EventKind.ACCOUNT_CONTAINED, details=measures))
    (mail,) = world.mails(ann)
    told = [line for line in mail.text.splitlines() if line.startswith("- ")]
    assert told == ["- Your password was reset.", "- Every session was ended."]
