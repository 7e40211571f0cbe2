"""Addresses in a message are links, and nothing else is (WB-18)."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.presentation.links import linked


def links(text: str) -> list[tuple[str, str]]:
    found = re.findall(
        r'<a href="([^"]*)" rel="noopener noreferrer nofollow" dir="ltr">([^<]*)</a>', linked(text)
    )
    return [(unescape(where), unescape(words)) for where, words in found]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("See https://portal.example/terms.", "https://portal.example/terms"),
        ("(https://portal.example/terms)", "https://portal.example/terms"),
        ("(see https://portal.example/a_(b)).", "https://portal.example/a_(b)"),
        ("https://portal.example/a_(b)", "https://portal.example/a_(b)"),
        ("<https://portal.example/?a=1&b=2>", "https://portal.example/?a=1&b=2"),
        ("„https://portal.example“, und", "https://portal.example"),
        ("HTTP://Portal.example:8080/A#b!", "HTTP://Portal.example:8080/A#b"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ("line\nhttps://portal.example/\nline", "https://portal.example/"),
    ],
)
def test_wb_18_address_of_a_page_is_a_link_of_just_that(text: str, address: str) -> None:
    """WB-18."""
    assert links(text) == [(address, address)]


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("Write to help@portal.example.", "mailto:help@portal.example", "help@portal.example"),
        ("(first.last+tag@mail.portal.example)", "mailto:first.last+tag@mail.portal.example", None),
        ("mailto:help@portal.example!", "mailto:help@portal.example", "mailto:help@portal.example"),
    ],
)
def test_wb_18_address_to_write_to_is_a_link(text: str, where: str, words: str | None) -> None:
    assert links(text) == [(where, words or where.removeprefix("mailto:"))]


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://portal.example/",
        "//portal.example/",
        "www.portal.example",
        "https://bank.example@evil.example/",
        "https://bank.example:pass@evil.example/",
        "https://b\u0430nk.example/",  # a Cyrillic letter
        "https://bank.example\u202e/gpj.exe",
        "https://bank.example/\u200b",
        "https://b\u00fccher.example/",
        "https://portal.example\\@evil.example",
        "https://",
        "https://-a.example",
        "xhttps://portal.example",
        "j\u00f6rg@portal.example",
        "help@portal",
        "a@b@portal.example",
        "help@m\u00fcnchen.example",
        "mailto:help@portal.example?bcc=evil@evil.example",
    ],
)
def test_wb_18_what_shows_one_address_and_is_another_is_none(text: str) -> None:
    assert "<a" not in linked(f"See {text} now.")


@pytest.mark.parametrize(
    "text",
    [
        '<script>alert("x")</script>',
        "https://portal.example/\"onclick='x'",
        "<a href=https://x.example>",
        "a & b",
    ],
)
def test_wb_18_text_stays_text(text: str) -> None:
    told = str(linked(text))
    assert (
        unescape(re.sub(r'<a href="[^"]*" rel="noopener noreferrer nofollow" dir="ltr">|</a>', "", told))
        == text
    )
    assert "<script" not in told
    assert not re.search(r"<a [^>]*onclick", told)


WORDS = st.lists(
    st.sampled_from(
        ["https://portal.example/a", "help@portal.example", "(", ")", ".", " ", "\n", "<", '"', "&", "\u202e"]
    )
    | st.text(max_size=4)
).map("".join)


@given(WORDS)
def test_wb_18_nothing_is_lost_or_added_and_every_link_says_where_it_leads(text: str) -> None:
    told = str(linked(text))
    assert (
        unescape(re.sub(r'<a href="[^"<>]*" rel="noopener noreferrer nofollow" dir="ltr">|</a>', "", told))
        == text
    )
    for where, words in links(text):
        assert where in {words, f"mailto:{words}"}
        assert where.isascii()


@pytest.mark.parametrize(
    "text",
    [
        "(" * 60_000,
        "a" + ")" * 60_000,
        "a(" * 20_000 + ")" * 60_000,
        "a@" * 30_000,
        "https://" + "a" * 60_000,
        "https://" + "a-" * 30_000 + "!",
    ],
)
def test_wb_18_no_text_keeps_the_step_busy(text: str) -> None:
    """Attack: an expression that tries every way to read a long word."""
    assert len(linked(text)) >= len(text)
