"""Mails as a person gets them: every one from the samples below, and the rules a reader relies on."""

import re
from types import MappingProxyType
from typing import Any

import pytest
from jinja2 import UndefinedError

from chalicelib.domain.brand import Brand, Image, png
from chalicelib.domain.colours import shades
from chalicelib.domain.mails import FOR_ADMINISTRATORS, Mail
from chalicelib.mail.outgoing import render_mail
from chalicelib.services.ses import RenderedMail
from tests.domain.pictures import picture

PASSWORD = "k7mw-3fq9-hjnp-rstv-x2yz"
PORTAL = "https://portal.example"
COMMON = MappingProxyType(
    {
        "portal_name": "Secure Messaging Portal",
        "support_contact": "help@portal.test",
        "address": "recipient@portal.test",
        "at": 1_795_304_940.0,
        "source_address": "203.0.113.9",
        "browser": "Firefox 128.0 on Android 14",
    }
)
WAY_IN = {
    "temporary_password": PASSWORD,
    "reset_url": f"{PORTAL}/password/reset/aB3",
    "logon_url": f"{PORTAL}/logon",
    "lifetime": 3600,
}
ALARM = {"not_me_url": f"{PORTAL}/not-me/aB3"}

# mail -> what it needs besides COMMON, one entry for each way it can read
SAMPLES: dict[str, list[dict[str, Any]]] = {
    "invitation": [
        {"temporary_password": PASSWORD, "logon_url": f"{PORTAL}/logon", "lifetime": 86400}
        | {"kind": kind, "sender": sender, "waits": waits}
        for kind, waits in (
            ("recipient", True),
            ("recipient", False),
            ("administrator", False),
            ("support", False),
        )
        for sender in ("claims@insurer.example", "")
    ],
    "message_waiting": [
        {"sender": "claims@insurer.example", "message_url": f"{PORTAL}/messages/01J9", "expires_at": 1.8e9}
    ],
    "reply_waiting": [
        {"sender": "ann@people.example", "message_url": f"{PORTAL}/admin/messages/01J9/replies"},
        {"sender": "", "message_url": f"{PORTAL}/admin/messages/01J9/replies"},
    ],
    "password_reset": [WAY_IN, WAY_IN | {"by": "administrator"}],
    "password_reset_fresh": [WAY_IN],
    "account_locked": [{"reset_url": WAY_IN["reset_url"], "lifetime": 3600}],
    "password_was_reset": [ALARM | {"by": "yourself"}, ALARM | {"by": "administrator", "source_address": ""}],
    "password_set": [ALARM | {"two_step_follows": follows} for follows in (False, True)],
    "address_change_asked": [ALARM | {"new_address": "anna.new@portal.test", "by": "administrator"}],
    "address_proof": [{"confirm_url": f"{PORTAL}/address/aB3", "lifetime": 86400}],
    "address_changed": [
        {"which": "new", "logon_url": f"{PORTAL}/logon", "by": "yourself"},
        {"which": "former", "by": "yourself"},
    ],
    "account_frozen": [
        {"forgot_url": f"{PORTAL}/password/forgot", "two_step": two_step}
        for two_step in ("", "removed", "kept")
    ],
    "two_step_changed": [
        ALARM | {"change": "on", "by": "yourself"},
        ALARM | {"change": "off", "by": "yourself"},
        ALARM | {"change": "reset", "by": "administrator"},
    ],
    "administrator_changed": [
        {
            "change": change,
            "whose": "other@portal.test",
            "actor": actor,
            "by": "administrator",
            "user_url": f"{PORTAL}/admin/users/other@portal.test",
        }
        for change in sorted(FOR_ADMINISTRATORS)
        for actor in ("", "admin@portal.test")
    ],
    "recovery_code_used": [
        ALARM | {"codes_left": left, "few": left <= 2, "logged_on": logged_on}
        for left, logged_on in ((9, True), (2, True), (0, False))
    ],
    "new_client_logon": [ALARM],
    "code_not_entered": [ALARM],
    "suspicious_logon": [
        ALARM | {"reason": reason}
        for reason in ("after_failures", "after_failures_new_client", "code_refused")
    ],
    "kind_changed": [
        {"kind": kind, "logon_url": "https://portal.example/logon"}
        for kind in ("recipient", "support", "administrator")
    ],
    "account_contained": [
        {"measures": ["password", "disabled", "force_change", "two_step", "ranges", "sessions"]}
    ],
}
EVERY = [(name, number) for name, samples in SAMPLES.items() for number in range(len(samples))]
every_mail = pytest.mark.parametrize(("name", "number"), EVERY)


def sample(name: str, number: int, **more: object) -> RenderedMail:
    return render_mail(name, COMMON | SAMPLES[name][number] | more)


def lone_words(text: str) -> list[str]:
    return [line for line in text.splitlines() if len(line.split()) == 1]


def test_every_mail_has_samples() -> None:
    assert set(SAMPLES) == set(Mail)


@every_mail
def test_password_and_links_stand_alone_on_their_lines_and_nothing_else_does(name: str, number: int) -> None:
    values = SAMPLES[name][number]
    given = [
        str(value) for key, value in values.items() if key == "temporary_password" or key.endswith("_url")
    ]
    text = sample(name, number).text
    assert sorted(lone_words(text)) == sorted(given)
    assert "://" not in "".join(line for line in text.splitlines() if " " in line)
    for value in given:
        assert text.count(value) == text.splitlines().count(value) + sum(
            other.count(value) for other in given if other != value
        )


@every_mail
def test_password_and_links_have_empty_lines_around_them(name: str, number: int) -> None:
    lines = sample(name, number).text.splitlines()
    for at, line in enumerate(lines):
        if len(line.split()) == 1:
            assert (lines[at - 1], lines[at + 1]) == ("", "")


@every_mail
def test_no_lone_word_appears_when_facts_are_missing(name: str, number: int) -> None:
    bare = {"source_address": "", "browser": "", "support_contact": "", "portal_name": "Portal", "sender": ""}
    given = {str(value) for value in SAMPLES[name][number].values()}
    assert set(lone_words(sample(name, number, **bare).text)) <= given


@every_mail
def test_value_cannot_begin_a_line_of_its_own(name: str, number: int) -> None:
    forged = "Firefox\r\n\r\nhttps://evil.example\n\u2028forged-password\x85\x00\n"
    text = sample(name, number, browser=forged, source_address=forged, sender=forged).text
    assert not [line for line in text.splitlines() if line.startswith(("https://evil", "forged"))]
    assert set(lone_words(text)) == set(lone_words(sample(name, number).text))


@every_mail
def test_html_part_escapes_every_value_and_loads_nothing(name: str, number: int) -> None:
    markup = "<svg onload=alert(1)>"
    values = COMMON | SAMPLES[name][number]
    choices = {"by", "change", "reason", "two_step"}
    hostile = {k: v + markup if isinstance(v, str) and k not in choices else v for k, v in values.items()}
    html = render_mail(name, hostile).html
    assert "<svg" not in html
    assert not re.search(r"<(img|script|link|iframe|object)|\bsrc=|url\(|@import", html)


@every_mail
def test_html_part_says_what_the_text_part_says(name: str, number: int) -> None:
    both = sample(name, number)
    for key, value in SAMPLES[name][number].items():
        if key.endswith("_url"):
            assert f'href="{value}"' in both.html
        if key == "temporary_password":
            assert re.search(rf"<code[^>]*>{value}</code>", both.html)
    assert "prefers-color-scheme: dark" in both.html
    assert "help@portal.test" in both.html
    assert "help@portal.test" in both.text


@every_mail
def test_ml_13_button_keeps_its_size_in_outlook_for_windows(name: str, number: int) -> None:
    """ML-13: its cell has the padding that Outlook takes off the link, and the colour; the frame has a width."""
    html = sample(name, number).html
    links = re.findall(r'<a class="press"[^>]*style="([^"]*)"', html)
    cells = re.findall(r'<td class="press" bgcolor="(#\w+)" style="([^"]*)"><a class="press"', html)
    for style, (colour, cell) in zip(links, cells, strict=True):
        (padding,) = re.findall(r"(?<!-)padding:([^;]+);", style)
        assert f"mso-padding-alt:{padding};" in cell
        assert "mso-padding-alt:0;" in style
        assert colour in cell
    for_outlook = re.findall(r"<!--\[if mso\]>(.*?)<!\[endif\]-->", html)
    assert [re.findall(r"</?(\w+)", one) for one in for_outlook] == [
        ["style", "style"],
        ["table", "tr", "td"],
        ["td", "tr", "table"],
    ]
    assert 'width="560"' in for_outlook[1]


@every_mail
def test_subject_is_one_line_that_nobody_outside_has_a_say_in(name: str, number: int) -> None:
    values = SAMPLES[name][number]
    loud = {key: "loud" for key, value in (COMMON | values).items() if isinstance(value, str)}
    subject = sample(name, number).subject
    assert (
        subject == render_mail(name, COMMON | values | loud | {"portal_name": COMMON["portal_name"]}).subject
    )
    assert subject == subject.strip()
    assert "\n" not in subject


@every_mail
def test_brand_is_what_a_mail_shows_of_its_sender(name: str, number: int) -> None:
    acme = Brand("Acme", "#a8232c", png(picture(480, 120)), "+49 30 1234")
    values = {"address": "ann@b.test", "at": 1.8e9, **SAMPLES[name][number]}
    made = render_mail(name, values, acme)
    assert made.sender_name == "Acme"
    assert made.logo == acme.logo
    assert re.findall(r'<img src="(.*?)" alt="(.*?)" width="(.*?)" height="(.*?)"', made.html) == [
        ("cid:logo", "Acme", "160", "40")
    ]
    assert "by Acme." in made.html
    assert "by Acme." in made.text
    for part in (made.html, made.text):
        assert "+49 30 1234" in part
        assert "Secure Messaging Portal" not in part
    assert not {"#0c5a68", "#16a3bd"} & set(re.findall(r"#[0-9a-f]{6}", made.html))
    assert shades("#a8232c").dark in made.html


@every_mail
def test_a_drawing_is_no_logo_for_a_mail(name: str, number: int) -> None:
    drawn = Brand("Acme", "#a8232c", Image(b"<svg/>", "svg+xml"))
    made = render_mail(name, {"address": "ann@b.test", "at": 1.8e9, **SAMPLES[name][number]}, drawn)
    assert made.logo is None
    assert "<img" not in made.html
    assert ">Acme</td>" in made.html


def test_notice_of_a_new_password_says_why_what_now_when_where_and_by_whom() -> None:
    text = " ".join(sample("password_was_reset", 0).text.split())
    for words in (
        "Why did I receive this?",
        "What should I do now?",
        "no further action is required",
        "21 November 2026, 23:49 UTC",
        "203.0.113.9",
        "Firefox 128.0 on Android 14",
        "yourself",
        "contact your IT administrator or help desk immediately",
    ):
        assert words in text
    assert "an administrator" in sample("password_was_reset", 1).text


def test_missing_value_fails_instead_of_reading_as_empty() -> None:
    with pytest.raises(UndefinedError):
        render_mail("invitation", {})
