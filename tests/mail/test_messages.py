"""The mail about a secure message: that one waits and until when, and nothing of what it says."""

import pytest

from chalicelib.domain.events import EventKind
from tests.fakes.samples import an_event
from tests.mail.occasions import notes
from tests.world.settings import PORTAL_URL
from tests.world.world import World


def test_waiting_message_is_announced_without_its_words(world: World) -> None:
    ann = world.person()
    message = world.sends(ann, "The merger", "It is off.")
    (mail,) = world.mails(ann)
    assert mail.text.splitlines().count(f"{PORTAL_URL}/messages/{message}") == 1
    for part in (mail.subject, mail.text, mail.html):
        assert "merger" not in part
        assert "It is off" not in part


@pytest.mark.parametrize(("seconds", "announced"), [(59.5, True), (60, False), (61, False)])
def test_message_is_announced_while_it_can_be_read(world: World, seconds: float, announced: bool) -> None:
    ann = world.person()
    details = {"from": "sender@bank.example", "message": "m1", "expires_at": world.clock() + 60}
    world.store.events.record(an_event(ann.id, EventKind.MESSAGE_SENT, world.clock(), details=details))
    world.clock.passes(seconds)
    assert len(world.mails(ann)) == announced
    became = (EventKind.MAIL_SENT, None) if announced else (EventKind.MAIL_WITHHELD, "too_late")
    assert notes(world, ann) == [became]
