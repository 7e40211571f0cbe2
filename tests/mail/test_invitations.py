"""The invitation: who invites and what waits, and not a word of what does not."""

from __future__ import annotations

import pytest

from chalicelib.domain.events import EventKind
from chalicelib.steps.setup import prepare
from tests.console.staff import staff
from tests.fakes.samples import an_event
from tests.world.mailer import Sent
from tests.world.world import World

NEW, CHIEF = "new@people.test", "chief@insurer.example"


def invitation(world: World, to: str = NEW) -> Sent:
    """The mail with the temporary password."""
    (mail,) = [one for one in world.mails(to) if one.subject.startswith("Your temporary password for")]
    return mail


def words(mail: Sent) -> str:
    return " ".join(mail.text.split())


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("recipient", f"{CHIEF} has invited you to Secure Messaging Portal, where you can receive secure"),
        ("support", f"{CHIEF} has given you access to Secure Messaging Portal for the support desk."),
        ("administrator", f"{CHIEF} has made you an administrator of Secure Messaging Portal."),
    ],
)
def test_ml_10_whoever_invites_is_named_and_no_message_is_spoken_of(
    world: World, kind: str, said: str
) -> None:
    desk = staff(world, address=CHIEF)
    assert desk.visitor.post("/admin/users", {"email": NEW, "kind": kind}).status == 201
    mail = invitation(world)
    assert said in words(mail)
    assert CHIEF in mail.html
    for part in (words(mail), mail.html):
        assert "sent you" not in part
        assert "To read it" not in part


def test_ml_10_where_a_message_waits_it_says_whose(world: World) -> None:
    desk = staff(world, address=CHIEF)
    message = {"to": NEW, "subject": "The merger", "body": "It is off."}
    assert desk.visitor.post("/admin/messages", message).status == 201
    mail = invitation(world)
    assert f"{CHIEF} has sent you a secure message. To read it, you need a password." in words(mail)
    assert CHIEF in mail.html
    for part in (mail.subject, mail.text, mail.html):
        assert "merger" not in part
        assert "It is off" not in part


def test_ml_10_message_of_an_application_says_whose_too(world: World) -> None:
    world.sends(NEW)
    assert "sender@bank.example has sent you a secure message." in words(invitation(world))


def test_ml_10_setup_is_nobody_to_be_named(world: World) -> None:
    prepare(world.portal)
    address = world.portal.settings.admin_email
    text = words(invitation(world, address))
    assert "You have been made an administrator of Secure Messaging Portal." in text
    assert "setup" not in text


def test_ml_10_wb_14_what_is_no_address_is_not_named(world: World) -> None:
    """Attack: a mail of ours says a sentence of somebody else's. Defence: only an address is named."""
    who = world.person(NEW, password=None)
    details = {"kind": "recipient", "message": "m1", "from": "Call +1 555 0100 now http://evil.example"}
    world.store.events.record(an_event(who.id, EventKind.ACCOUNT_INVITED, world.clock(), details=details))
    text = words(invitation(world))
    assert "Somebody has sent you a secure message." in text
    assert "evil" not in text
