"""No field asks a browser to put right what is typed, before our own rule has seen it (IN-04)."""

from __future__ import annotations

import pytest

from tests.web.page_samples import STATES, Seen, sample

UNTOUCHED = {"text", "password", "hidden", "checkbox", "radio"}
VERBATIM = {"autocapitalize": "none", "autocorrect": "off", "spellcheck": "false"}
# A text of somebody's own, which is still theirs where it is cut off: no other address, day or number.
OWN_WORDS = {"subject": "200", "reason": "500", "name": "60", "support_contact": "120", "logo": "9000"}
ADDRESSES = {"email", "to", "q"}

every_state = pytest.mark.parametrize(("page", "state"), STATES)


@every_state
def test_in_04_every_field_is_of_a_type_that_no_browser_corrects(page: str, state: str) -> None:
    for field in Seen(sample(page, state).html).all("input"):
        if (
            "data-fills" in field
        ):  # sends nothing itself: a script puts what is chosen into a field of the form
            assert "name" not in field
            continue
        assert field["type"] in UNTOUCHED, field
        assert not {"pattern", "min", "max", "step", "multiple", "list", "accept"} & set(field)
        typed = field["type"] != "hidden"
        assert field.get("maxlength") == (OWN_WORDS.get(str(field.get("name"))) if typed else None), field


@every_state
def test_in_04_what_is_an_address_a_number_or_a_code_is_left_as_it_is(page: str, state: str) -> None:
    for field in Seen(sample(page, state).html).all("input"):
        if field["type"] == "text" and str(field.get("name")) not in OWN_WORDS:
            assert {name: field.get(name) for name in VERBATIM} == VERBATIM, field
        if field["type"] == "text" and field.get("name") in ADDRESSES:
            assert field["inputmode"] == "email"


@every_state
def test_in_04_every_form_is_sent_in_the_page_s_own_encoding(page: str, state: str) -> None:
    html = sample(page, state).html
    assert html.count('<meta charset="utf-8">') == 1
    assert "accept-charset" not in html
    assert "enctype" not in html
