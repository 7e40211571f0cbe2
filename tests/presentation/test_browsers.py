"""A browser is told by a word of ours and a number, whatever it calls itself (WB-14)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ua_parser_builtins.lazy import MATCHERS

from chalicelib.presentation.browser_names import BROWSERS, SYSTEMS
from chalicelib.presentation.browsers import SUPPORTED, read_browser
from chalicelib.presentation.evidence import evidence

UNKNOWN = "an unknown browser"
NUMBER = r"\d{1,3}(?:\.\d{1,2})?"
TOLD = re.compile(
    rf"{UNKNOWN}|(?:{'|'.join(map(re.escape, BROWSERS.values()))})(?: {NUMBER})?"
    rf"(?: on (?:{'|'.join(map(re.escape, SYSTEMS.values()))})(?: {NUMBER})?)?",
    re.ASCII,
)
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{} Safari/537.36"
)
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) {}"
HOSTILE = [
    "Call +1 555 now http://evil.example CFNetwork/1.0 Darwin/1",
    "Your account is closed, see evil.example/1.0 CFNetwork/1.0",
    "Call us-iPhone/1.2 CFNetwork/1.0 Darwin/1",
    "Call 555 0100 bot/1.0",
    "Mozilla/5.0 evil.example/crawler",
    "/Evilbot 555",
    "Chr\u043eme/140.0",
    "\uff26irefox/140.0",
    "Firefox\u200b/140.0 CFNetwork/1",
    "\u202eelpmaxe.live//:ptth/1.0 CFNetwork/1",
    "Mail.ru 1",
    "A" * 5000,
    "<svg onload=alert(1)>/1.0 CFNetwork/1.0",
    "x\r\n\r\nhttps://evil.example/1.0 CFNetwork/1.0",
    "",
    " ",
]
REAL = {
    CHROME.format("140.0.0.0"): "Chrome 140.0 on Windows 10",
    CHROME.format("140.0.0.0") + " Edg/140.0.0.0": "Edge 140.0 on Windows 10",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0": "Firefox 140.0 on Linux",
    "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0": "Firefox Mobile 140.0 on Android 14",
    PHONE.format("Version/17.5 Mobile/15E148 Safari/604.1"): "Mobile Safari 17.5 on iOS 17.5",
    PHONE.format("Mobile/15E148"): "Mobile Safari on iOS 17.5",
    PHONE.format("CriOS/140.0.7339.39 Mobile/15E148 Safari/604.1"): "Chrome Mobile 140.0 on iOS 17.5",
    "curl/8.5.0": "curl 8.5",
    "python-requests/2.34.2": "Python Requests 2.34",
}


def told(user_agent: str) -> str:
    return read_browser(user_agent).described(lambda text: text)


@pytest.mark.parametrize("agent", HOSTILE)
def test_wb_14_what_is_no_browser_we_know_is_an_unknown_one(agent: str) -> None:
    assert told(agent) == UNKNOWN


@pytest.mark.parametrize(("agent", "words"), REAL.items())
def test_browser_of_a_person_is_told_by_name_version_and_system(agent: str, words: str) -> None:
    assert told(agent) == words


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("140.0.0.0", "Chrome 140.0"),
        ("15550100.15550100", "Chrome"),
        ("140.15550100", "Chrome 140"),
        ("\u0661\u0664\u0660.0", "Chrome"),
        ("one.0", "Safari"),
    ],
)
def test_wb_14_version_is_a_short_number_or_not_told(version: str, words: str) -> None:
    """A telephone number would fit into the versions that browsers may send."""
    assert told(CHROME.format(version)) == f"{words} on Windows 10"


PARTS = st.text(max_size=60) | st.from_regex(r"[A-Za-z0-9 .:+/-]{0,60}", fullmatch=True)
AROUND = [
    "{} CFNetwork/1.0",
    "{}/1.0 CFNetwork/1.0",
    "{}-iPad/1 CFNetwork",
    "{}bot/1.0",
    "/{}Bot 7",
    "{}",
    "{}/2.3",
]


@given(
    PARTS,
    st.sampled_from([*AROUND, *(agent.replace("140", "{}", 1) for agent in REAL if "140" in agent)]),
)
def test_wb_14_no_text_becomes_part_of_what_is_told(text: str, around: str) -> None:
    assert TOLD.fullmatch(told(around.replace("{}", text)))


def test_wb_14_no_name_of_ours_could_be_taken_for_a_link_or_a_sentence() -> None:
    for name in (*BROWSERS.values(), *SYSTEMS.values()):
        assert re.fullmatch(r"[A-Za-z0-9]+(?:[ -][A-Za-z0-9]+){0,2}", name)


def test_every_family_of_the_lists_is_one_that_the_parser_gives() -> None:
    """What it finds by a group of its pattern is written in the pattern."""
    browsers, systems, _ = MATCHERS
    for known, matchers in ((BROWSERS, browsers), (SYSTEMS, systems)):
        given_names = {vars(one)["family"] for one in matchers}
        patterns = " ".join(vars(one)["regex"] for one in matchers)
        assert [name for name in known if name not in given_names and name not in patterns] == []
    assert set(SUPPORTED) <= set(BROWSERS.values())


def test_evidence_is_one_short_line_of_what_can_be_seen() -> None:
    assert evidence("curl/8.5.0") == "curl/8.5.0"
    assert evidence("a\r\n\u202eb\u0000\t c") == "a b c"
    assert evidence("x" * 500) == "x" * 119 + "\u2026"
