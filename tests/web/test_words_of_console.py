"""No word of the console is in English for everybody: each is marked, and each translation fits where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.domain.refusals import Code, Hint, Refusal, invalid
from chalicelib.flows.console import FIELDS_SAID, SAID, correct
from chalicelib.flows.ranges import given_ranges
from chalicelib.presentation.languages import LANGUAGES
from chalicelib.web.request import Request
from tests.fakes.pseudo import PSEUDO, pseudo_language, texts_of, unmarked, visible
from tests.fakes.requests import ADMINISTRATOR, CONSOLES_PORTAL, a_request
from tests.web.console_data import DOMAIN
from tests.web.page_samples import SAMPLES, STATES, Seen, sample

pytestmark = pytest.mark.slow  # every page or mail in every state and language: make proofs

CONSOLE = [(page, state) for page, state in STATES if page.startswith("admin_")]
CODE = re.compile(r"[a-z]+(_[a-z]+)*")  # what the wire contract calls a thing: a page has words for it
UNHEARD_OF = {"something new"}  # codes of the samples that no table knows
NAMES = {"Secure Messaging Portal", "UTC", "IP", "help@portal.test"}  # said alike in every language
UNREADABLE = {
    "10.0.0.1/8": "did you mean 10.0.0.0/8?",
    "10.0.0.0/99": "too long",
    "999.0.0.1": "not an IP address",
    "everywhere": "write it as",
    "::ffff:10.0.0.0/104": "as IPv4",
}

every_state = pytest.mark.parametrize(("page", "state"), CONSOLE)


@pytest.fixture(scope="module", autouse=True)
def pseudo() -> Iterator[None]:
    """The bracketing language is spoken."""
    with pseudo_language():
        yield


def data_of(page: str, state: str) -> set[str]:
    """The texts of a sample that are nobody's to translate."""
    texts = texts_of(SAMPLES[page][state])
    return {text for text in texts if not CODE.fullmatch(text)} | UNHEARD_OF | NAMES | {DOMAIN}


@every_state
def test_every_word_of_a_page_is_marked(page: str, state: str) -> None:
    shown = sample(page, state, lang=PSEUDO).html
    assert unmarked(visible(shown), data_of(page, state)) == []


@every_state
def test_every_head_of_a_cell_is_marked(page: str, state: str) -> None:
    """On a phone the style sheet puts it before the cell."""
    for cell in Seen(sample(page, state, lang=PSEUDO).html).all("td"):
        if cell.get("class") != "more":  # its own words stand in it
            assert unmarked(cell["data-head"] or "", []) == []


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
@every_state
def test_no_translation_breaks_the_page_it_stands_in(page: str, state: str, language: str) -> None:
    """Above all no quotation mark ends the attribute a text is in."""
    english, spoken = (Seen(sample(page, state, lang=lang).html) for lang in ("en", language))
    assert [(tag, sorted(attributes)) for tag, attributes in spoken.elements] == [
        (tag, sorted(attributes)) for tag, attributes in english.elements
    ]


def test_reader_of_a_table_sees_times_in_their_own_zone() -> None:
    """The tables stand in files of their own, which know of the reader what they are told."""
    for page, state in (("admin_attempts", "found"), ("admin_events", "some"), ("admin_ip_ranges", "tried")):
        assert "00:49 CET" in sample(page, state, zone="Europe/Berlin").html


def request_of(**more: Any) -> Request:
    params = {"email": "claire@insurer.example"}
    return a_request(
        resource="/admin/users/{email}/x",
        portal=CONSOLES_PORTAL,
        params=params,
        caller=ADMINISTRATOR,
        language=PSEUDO,
        **more,
    )


def sentence(refusal: Refusal) -> str:
    """What a person is told of it, at a field or on top."""
    page = correct(request_of(), refusal, "admin_x", {})
    assert page is not None
    view = dict[str, Any](page.view)
    (said,) = [one for one in (*view["errors"].values(), view["problem"]) if one]
    return str(said)


REFUSALS = [
    *(invalid("wrong", field) for field in (*FIELDS_SAID, "a_field_without_a_sentence")),
    *(Refusal(Code.CONFLICT, one.value, hint=one) for one in SAID if isinstance(one, Hint)),
    *(
        Refusal(one, "a_cause")
        for one in (*(one for one in SAID if isinstance(one, Code)), Code.NOT_PERMITTED)
    ),
    Refusal(Code.CRITERIA_NOT_MET, "criteria"),
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda one: str(one.facts.get("field", one.cause)))
def test_whatever_a_refusal_says_is_marked(refusal: Refusal) -> None:
    said = sentence(refusal)
    assert said.startswith("⟦")
    assert unmarked(said, []) == []


@pytest.mark.parametrize(("entry", "words"), UNREADABLE.items())
def test_what_is_wrong_with_a_range_is_said_in_the_readers_language(entry: str, words: str) -> None:
    with pytest.raises(Refusal) as caught:
        given_ranges(request_of(fields={"ranges": [entry]}))
    said = sentence(caught.value)
    assert words in re.sub("[⟦⟧]", "", said)
    assert unmarked(said, [entry]) == []


def test_too_many_ranges_are_refused_in_the_readers_language() -> None:
    with pytest.raises(Refusal) as caught:
        given_ranges(request_of(fields={"ranges": [f"10.0.{n}.0/24" for n in range(101)]}))
    assert "at most 100 ranges" in re.sub("[⟦⟧]", "", sentence(caught.value))
    assert unmarked(sentence(caught.value), []) == []
