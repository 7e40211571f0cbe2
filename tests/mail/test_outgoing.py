"""What every mail says and what none ever says, as it leaves the worker: parts, links, language, brand (ML-03)."""

import re

import pytest

from chalicelib.domain.brand import Brand, png
from chalicelib.domain.events import EventKind
from chalicelib.presentation.languages import translation
from tests.console.staff import staff
from tests.domain.pictures import picture
from tests.fakes.planting import brand
from tests.fakes.samples import an_event, number
from tests.mail.occasions import every_kind
from tests.world.mailer import Sent
from tests.world.settings import PORTAL_URL
from tests.world.world import World

HOSTILE = "Mozilla/5.0 (X11)\r\nBcc: eve@evil.test\r\n\r\n<svg onload=alert(1)> https://evil.test/x"


@pytest.mark.parametrize("agent", ["", HOSTILE], ids=["silent", "hostile"])
def test_ml_03_every_mail_has_both_parts_and_a_constant_subject(world: World, agent: str) -> None:
    every_kind(world, agent)
    mails = world.mails()
    assert len({mail.subject for mail in mails}) >= 7
    for mail in mails:
        assert mail.subject.isprintable()
        assert "evil" not in mail.subject
        assert mail.text.strip()
        assert mail.html.lstrip().lower().startswith("<!doctype html>")
        assert "<svg onload" not in mail.html
        assert "\r" not in mail.text
        assert not re.search(r"^Bcc:", mail.text, re.MULTILINE)


def test_every_link_leads_to_the_portal_and_stands_alone(world: World) -> None:
    every_kind(world, HOSTILE)
    for mail in world.mails():
        for line in mail.text.splitlines():
            if "://" in line and "evil" not in line:
                assert line.startswith(f"{PORTAL_URL}/"), line
                assert " " not in line
        linked = re.findall(r'(?:href|src|action)="([^"]+)"', mail.html)
        assert all(address.startswith((f"{PORTAL_URL}/", "mailto:")) for address in linked)


def test_mail_speaks_the_language_of_the_browser_that_asked(world: World) -> None:
    ann = world.person()
    world.visitor(**{"Accept-Language": "fr"}).post("/password/forgot", {"email": ann.address})
    world.delivers()
    subject = world.mails(ann)[-1].subject
    assert subject == translation("fr")("Choose a new password") != "Choose a new password"


@pytest.mark.parametrize(
    ("actor", "language"), [("admin@portal.test", "es"), (None, "de"), ("ann@portal.test", "de")]
)
def test_only_the_reader_s_own_browser_says_which_language_a_mail_speaks(
    actor: str | None, language: str
) -> None:
    """An administrator's says nothing about whoever opens the mail."""
    world = World(LANGUAGE="es")
    ann = world.person("ann@portal.test")
    event = an_event(ann.id, EventKind.PASSWORD_RESET, actor=actor, language="de")
    world.store.events.record(event)
    (written,) = world.mails(ann)
    assert f'lang="{language}"' in written.html


ACME = Brand("Acme", "#a8232c", png(picture()), "+49 30 1234")
BANK = Brand("Bank", support_contact="help@bank.test")


def known_by(sent: Sent) -> tuple[str, bool]:
    """Whose a mail is, and whether it shows a logo."""
    assert f"by {sent.rendered.sender_name}." in sent.text
    return sent.rendered.sender_name, sent.rendered.logo is not None


def test_mails_about_a_message_are_its_senders_and_all_others_the_accounts_own(world: World) -> None:
    admin = staff(world, address=f"admin{number()}@acme.test")
    brand(world.store, "acme.test", ACME)
    brand(world.store, "bank.test", BANK)
    new = f"new{number()}@bank.test"
    admin.visitor.post("/admin/messages", {"to": new, "subject": "Hello", "body": "Good day."})
    world.delivers()
    mails = [sent for sent in world.mailer.sent if sent.to == new]
    invitation, notice = sorted(mails, key=lambda sent: sent.subject, reverse=True)
    assert invitation.subject == "Your temporary password for Acme"
    assert {known_by(invitation), known_by(notice)} == {("Acme", True)}
    assert "+49 30 1234" in notice.text
    world.mailer.sent.clear()
    world.visitor().post("/password/forgot", {"email": new})
    world.delivers()
    (asked,) = world.mailer.sent
    assert known_by(asked) == ("Bank", False)
    assert "help@bank.test" in asked.text
    assert "background:#0c5a68" in asked.html  # what the domain leaves open is the stage's


def test_no_mail_takes_a_brand_from_what_somebody_typed(world: World) -> None:
    brand(world.store, "acme.test", ACME)
    person = world.person(f"ann{number()}@nobody.test")
    visitor = world.visitor(**{"User-Agent": "admin@acme.test"})
    visitor.post("/password/forgot", {"email": person.address})
    visitor.post("/password/forgot", {"email": "ann@acme.test"})
    world.delivers()
    assert [known_by(sent) for sent in world.mailer.sent] == [("Secure Messaging Portal", False)]
