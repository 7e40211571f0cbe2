"""What a portal cannot work with is found before it is started or deployed."""

from __future__ import annotations

import json

import pytest

from infra.workable import complaint
from tests.docs.running import REQUIRED
from tests.world.settings import KEYS, RINGS

WORKABLE = {**REQUIRED, "PORTAL_KEYS": KEYS}


def test_what_is_required_is_enough() -> None:
    assert complaint(WORKABLE) == ""


def test_keys_in_a_secret_are_for_aws_to_say() -> None:
    secret = {"PORTAL_KEYS": "", "PORTAL_KEYS_SECRET": "portal/dev/keys"}
    assert complaint({**WORKABLE, **secret}) == ""


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PORTAL_LOCK_SECONDS", "abc", "PORTAL_LOCK_SECONDS must be a whole number"),
        ("PORTAL_LOGO", "nowhere.png", "PORTAL_LOGO cannot be used: "),
        ("PORTAL_LANGUAGE", "xx", "PORTAL_LANGUAGE must be one of: en, "),
        ("PORTAL_KEYS", "secret words", "PORTAL_KEYS must be "),
        ("PORTAL_KEYS", "{}", "PORTAL_KEYS must be "),
        ("PORTAL_KEYS", KEYS.replace("AAEC", ""), "PORTAL_KEYS must be "),
        ("PORTAL_KEYS", json.dumps(RINGS["pepper"]), "PORTAL_KEYS must be "),
        ("PORTAL_KEYS", json.dumps(RINGS | {"seeds": RINGS["pepper"]}), "PORTAL_KEYS must be "),
        (
            "PORTAL_ADMIN_EMAIL",
            "ädmin@portal.test",
            "PORTAL_ADMIN_EMAIL must be an address that an account can have",
        ),
        ("PORTAL_TABLE_PREFIX", "two words", "PORTAL_TABLE_PREFIX must be "),
        ("PORTAL_TABLE_PREFIX", "p" * 201, "PORTAL_TABLE_PREFIX must be "),
    ],
)
def test_what_cannot_work_is_named(name: str, value: str, says: str) -> None:
    told = complaint({**WORKABLE, name: value})
    assert told.startswith(says)
    assert value not in told


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("PORTAL_LOKC_SECONDS", "PORTAL_LOCK_SECONDS"),
        ("PORTAL_COLOR", "PORTAL_COLOUR"),
        ("PORTAL_KEYS_SECRETS", "PORTAL_KEYS_SECRET"),
    ],
)
def test_a_misspelt_setting_is_not_passed_over(wrong: str, right: str) -> None:
    assert complaint({**WORKABLE, wrong: "1"}) == f"{wrong} is not a setting; did you mean {right}?"


@pytest.mark.parametrize(
    "name", ["PORTAL_HOST", "PORTAL_TEST_DYNAMODB", "portal_lock_second", "TABLE_PREFIX"]
)
def test_a_variable_of_some_other_program_is_none_of_ours(name: str) -> None:
    assert complaint({**WORKABLE, name: "1"}) == ""
