"""What spam filters look for in a mail's words and form: nothing of it in any mail, in any language (ML-12).

`make spam` asks SpamAssassin itself. These are its rules, and others' of the kind, that a change of words or of a
template would meet first.
"""

from __future__ import annotations

import re
from html import unescape

import pytest

from chalicelib.presentation.languages import LANGUAGES
from tests.mail.test_look import PORTAL, every_mail, sample

pytestmark = pytest.mark.slow

TAG = re.compile(r"<[^>]+>")
every_language = pytest.mark.parametrize("lang", LANGUAGES)


def words(html: str) -> str:
    body = re.sub(r"<!--.*?-->|<style>.*?</style>|<title>.*?</title>", "", html, flags=re.DOTALL)
    return " ".join(unescape(TAG.sub(" ", body)).split())


@every_language
@every_mail
def test_ml_12_subject_neither_shouts_nor_pretends(name: str, number: int, lang: str) -> None:
    """ML-12: SUBJ_ALL_CAPS, PLING_QUERY, FAKE_REPLY, SUBJECT_NEEDS_ENCODING and their kind."""
    subject = sample(name, number, lang=lang).subject
    assert subject != subject.upper()
    assert len(subject) <= 78
    assert not re.search(r"[!$€£%*]|\?\?|\s{2}|[A-Z]{5,}", subject)
    assert not re.match(r"(?:re|fwd?|aw|wg|tr|rv):", subject, re.IGNORECASE)


@every_language
@every_mail
def test_ml_12_both_parts_say_the_same(name: str, number: int, lang: str) -> None:
    """MIME_HTML_ONLY, MPART_ALT_DIFF: a text part that is another mail than the HTML part."""
    mail = sample(name, number, lang=lang)
    text = set(re.findall(r"\w{4,}", mail.text.lower()))
    html = set(re.findall(r"\w{4,}", words(mail.html).lower()))
    assert len(text & html) / len(text) > 0.8, text - html


@every_language
@every_mail
def test_ml_12_links_lead_to_the_portal_and_say_so(name: str, number: int, lang: str) -> None:
    """A link whose words are another address, an address of digits, one shortened, one that is not encrypted."""
    html = sample(name, number, lang=lang).html
    for where, said in re.findall(r'<a [^>]*?href="([^"]*)"[^>]*>(.*?)</a>', html):
        assert where.startswith((f"{PORTAL}/", "mailto:", "tel:"))
        if "://" in said:
            assert unescape(said) == unescape(where)


@every_language
@every_mail
def test_ml_12_nothing_is_hidden_tiny_or_loud(name: str, number: int, lang: str) -> None:
    """HTML_FONT_TINY, HTML_FONT_LOW_CONTRAST, HTML_IMAGE_ONLY, T_HIDDEN and their kind; one preheader is usual."""
    html = sample(name, number, lang=lang).html
    assert html.count("display:none") == 1
    assert all(int(size) >= 13 for size in re.findall(r"font(?:-size)?:(?:600 )?(\d+)px", html))
    assert not re.search(r"<(?:font|form|input|script|iframe|object|marquee|blink|center|img)\b", html)
    assert not re.search(r"[A-Z]{6,}|!{2,}|[€$£]\s?\d", words(html))
    assert len(words(html)) > 150


@every_language
@every_mail
def test_ml_12_every_tag_is_closed_and_no_line_is_too_long_for_a_mail_server(
    name: str, number: int, lang: str
) -> None:
    """HTML_TAG_BALANCE_BODY and _HEAD, and RFC 5322's 998 bytes, beyond which a server tears a line where it likes."""
    html = sample(name, number, lang=lang).html
    for tag in ("html", "head", "body", "table", "tr", "td", "p", "a", "h1", "h2", "ul", "li", "code", "div"):
        assert len(re.findall(rf"<{tag}[ >]", html)) == html.count(f"</{tag}>"), tag
    assert max(len(line.encode()) for line in sample(name, number, lang=lang).text.splitlines()) <= 998
