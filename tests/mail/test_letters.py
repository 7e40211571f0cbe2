"""What mails carry and what they never carry, as they leave the worker (ML-01, ML-03, TP-01)."""

import re
from collections.abc import Callable

import pytest

from tests.world.phones import enrolled
from tests.world.settings import PORTAL_URL
from tests.world.visitors import CHOSEN, PASSWORD
from tests.world.world import World

HOSTILE = "Mozilla/5.0 (X11)\r\nBcc: eve@evil.test\r\n\r\n<svg onload=alert(1)> https://evil.test/x"
ENTRIES = {"current_password": PASSWORD, "new_password": CHOSEN, "confirm_password": CHOSEN}


def every_kind(premises: World, agent: str = "") -> None:
    """Bring about one mail of each kind that a person can."""
    ann, phone = enrolled(premises)
    visitor = premises.visitor(**{"User-Agent": agent})
    premises.sends("new.person@people.test", "Subject", "Body")
    visitor.post("/password/forgot", {"email": ann.address})
    visitor.logs_on(ann)
    visitor.goes_on(visitor.post("/logon/code", {"code": phone.recovery[0]}))
    visitor.goes_on(visitor.post("/password/change", ENTRIES))
    notice = premises.mails(ann)[-1]
    for _ in range(5):
        visitor.post("/logon", {"email": ann.address, "password": "guess after guess"})
    premises.visitor(**{"User-Agent": agent}).post("/not-me", {"token": notice.token("/not-me")})
    premises.delivers()


@pytest.mark.parametrize("agent", ["", HOSTILE], ids=["silent", "hostile"])
def test_ml_03_every_mail_has_both_parts_and_a_constant_subject(premises: World, agent: str) -> None:
    every_kind(premises, agent)
    mails = premises.mails()
    assert len({mail.subject for mail in mails}) >= 7
    for mail in mails:
        assert mail.subject.isprintable()
        assert "evil" not in mail.subject
        assert mail.text.strip()
        assert mail.letter.html.lstrip().lower().startswith("<!doctype html>")
        assert "<svg onload" not in mail.letter.html
        assert "\r" not in mail.text
        assert not re.search(r"^Bcc:", mail.text, re.MULTILINE)


def test_every_link_leads_to_the_portal_and_stands_alone(premises: World) -> None:
    every_kind(premises, HOSTILE)
    for mail in premises.mails():
        for line in mail.text.splitlines():
            if "://" in line and "evil" not in line:
                assert line.startswith(f"{PORTAL_URL}/"), line
                assert " " not in line
        linked = re.findall(r'(?:href|src|action)="([^"]+)"', mail.letter.html)
        assert all(address.startswith((f"{PORTAL_URL}/", "mailto:")) for address in linked)


def test_ml_01_notice_has_no_acting_link_but_the_freeze(premises: World) -> None:
    every_kind(premises)
    notices = [mail for mail in premises.mails() if mail.subject == "Your password has been reset"]
    assert notices
    for mail in notices:
        paths = set(re.findall(rf"{re.escape(PORTAL_URL)}(/[a-z-]+)", mail.text))
        assert paths == {"/not-me"}
        assert CHOSEN not in mail.text + mail.letter.html


def shouted(text: str) -> str:
    return text.upper()


def with_en_dashes(text: str) -> str:
    return text.replace("-", "\u2013")


def with_its_surroundings(text: str) -> str:
    return f"\u00a0 {text}\t"


def without_dashes(text: str) -> str:
    return text.replace("-", "")


@pytest.mark.parametrize("typed", [shouted, with_en_dashes, with_its_surroundings, without_dashes])
def test_temporary_password_survives_copying(premises: World, typed: Callable[[str], str]) -> None:
    ann = premises.person()
    mail = premises.asks(ann)
    assert premises.visitor().logs_on(ann, typed(mail.temporary)) == "change_password"


def test_temporary_password_stands_alone_in_an_alphabet_without_look_alikes(premises: World) -> None:
    mail = premises.asks(premises.person())
    assert mail.text.splitlines().count(mail.temporary) == 1
    assert mail.temporary in mail.letter.html
    assert not set(mail.temporary) & set("01ilouaeOIL")


def test_tp_01_temporary_passwords_never_repeat(premises: World) -> None:
    found = set()
    for _ in range(40):
        found.add(premises.asks(premises.person()).temporary)
    assert len(found) == 40
