"""Every field a password is typed into, on every page in every state (PW-10)."""

from __future__ import annotations

import re

import pytest

from tests.web.page_samples import STATES, Seen, sample

PASSWORDS = {
    "password": "current-password",
    "current_password": "current-password",
    "new_password": "new-password",
    "confirm_password": "new-password",
}
every_state = pytest.mark.parametrize(("page", "state"), STATES)


@every_state
def test_pw_10_a_password_is_masked_and_says_to_managers_which_it_is(page: str, state: str) -> None:
    for field in Seen(sample(page, state).html).inputs():
        name = str(field.get("name"))
        if name in PASSWORDS:
            assert field.get("type") == "password", name
            assert field.get("autocomplete") == PASSWORDS[name], name


@every_state
def test_pw_10_nothing_stops_pasting(page: str, state: str) -> None:
    html = sample(page, state).html
    assert not re.search(r"onpaste|onbeforeinput|['\"](?:paste|copy|cut)['\"]", html)


@every_state
def test_pw_10_there_are_no_hints_and_no_security_questions(page: str, state: str) -> None:
    names = {str(field.get("name")) for field in Seen(sample(page, state).html).inputs()}
    assert not {name for name in names if re.search(r"hint|question|answer|maiden|birth", name)}


def test_pw_10_passwords_are_asked_for_somewhere() -> None:
    asked = {
        str(field.get("name")) for page, state in STATES for field in Seen(sample(page, state).html).inputs()
    }
    assert set(PASSWORDS) <= asked
