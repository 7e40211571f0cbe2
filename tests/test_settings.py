"""The environment: what the portal starts on, what it refuses, and whose Origin it takes for its own."""

from __future__ import annotations

import pytest

from chalicelib.domain.brand import Brand
from chalicelib.settings import BadSettings, read_settings

REQUIRED = {
    "PORTAL_URL": "https://portal.example",
    "PORTAL_MAIL_FROM": "portal@portal.example",
    "PORTAL_SUPPORT_CONTACT": "support@portal.example",
    "PORTAL_ADMIN_EMAIL": "admin@portal.example",
    "PORTAL_KEYS_SECRET": "portal-keys",
}


def test_what_is_required_is_enough() -> None:
    settings = read_settings(REQUIRED)
    assert (settings.password_min_length, settings.lock_threshold, settings.lock_seconds) == (15, 5, 900)
    assert (settings.reset_lifetime, settings.first_password_lifetime) == (3600, 86400)
    assert (settings.session_idle, settings.session_lifetime) == (1800, 43200)
    assert settings.admin_may_choose_passwords
    assert settings.brand == Brand("Secure Messaging Portal", "#0c5a68", None, "support@portal.example")
    assert not settings.require_two_step_of_all


@pytest.mark.parametrize("missing", REQUIRED)
def test_lo_04_portal_refuses_to_start_without_what_is_required(missing: str) -> None:
    with pytest.raises(BadSettings, match=missing.removesuffix("_SECRET")):
        read_settings({name: value for name, value in REQUIRED.items() if name != missing})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORTAL_URL", "http://portal.example"),
        ("PORTAL_URL", "https://portal.example/path"),
        ("PORTAL_URL", "ftp://localhost"),
        ("PORTAL_URL", ""),
        ("PORTAL_URL", "https://:443"),
        ("PORTAL_URL", "https://["),
        ("PORTAL_URL", "https://two words"),
        ("PORTAL_URL", "https://portal.example?query"),
        ("PORTAL_URL", "https://ann@portal.example"),
        ("PORTAL_URL", "http://localhost:eight"),
        ("PORTAL_URL", "http://localhost:65536"),
        ("PORTAL_MAIL_FROM", "nobody"),
        ("PORTAL_SUPPORT_CONTACT", "two\nlines"),
        ("PORTAL_NAME", ""),
        ("PORTAL_NAME", "x" * 61),
        ("PORTAL_NAME", "Portal\r\nBcc: eve@evil.test"),
        ("PORTAL_NAME", "Portal\u202e"),
        ("PORTAL_NAME", "<b>Portal</b>"),
        ("PORTAL_COLOUR", ""),
        ("PORTAL_COLOUR", "teal"),
        ("PORTAL_COLOUR", "#777777"),
        ("PORTAL_LOGO", "nowhere.png"),
        ("PORTAL_LOCK_THRESHOLD", "0"),
        ("PORTAL_LOCK_THRESHOLD", "five"),
        ("PORTAL_LOCK_SECONDS", "-1"),
        ("PORTAL_PASSWORD_MIN_LENGTH", "7"),
        ("PORTAL_RESET_LIFETIME_SECONDS", "86401"),
        ("PORTAL_SESSION_IDLE_SECONDS", "\u0665"),
        ("PORTAL_BREACHED_PASSWORDS_URL", "http://ranges.example"),
        ("PORTAL_BREACHED_PASSWORDS_URL", "file:///etc/passwd"),
        ("PORTAL_BREACHED_PASSWORDS_URL", "https://["),
        ("PORTAL_BREACHED_PASSWORDS_URL", "https://ranges.example:port"),
        ("PORTAL_REQUIRE_TWO_STEP", "some"),
        ("PORTAL_ADMIN_MAY_CHOOSE_PASSWORDS", "perhaps"),
    ],
)
def test_portal_refuses_to_start_on_nonsense_and_names_the_variable(name: str, value: str) -> None:
    with pytest.raises(BadSettings, match=name) as refusal:
        read_settings({**REQUIRED, name: value})
    assert value not in str(refusal.value) or len(value) < 3


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("PORTAL_URL", "must be https://host, or http://localhost:port, without a path"),
        ("PORTAL_MAIL_FROM", "must be an email address"),
        ("PORTAL_SUPPORT_CONTACT", "must be one line of text"),
    ],
)
def test_an_empty_setting_says_what_it_must_be(name: str, says: str) -> None:
    with pytest.raises(BadSettings) as refusal:
        read_settings({**REQUIRED, name: ""})
    assert str(refusal.value) == f"{name} {says}"


@pytest.mark.parametrize(("days", "fits"), [("0", True), ("6", False), ("7", True), ("3651", False)])
def test_tr_15_events_are_kept_for_good_or_as_long_as_the_sweep_needs_them(days: str, fits: bool) -> None:
    told = {**REQUIRED, "PORTAL_TRAIL_DAYS": days}
    if fits:
        assert read_settings(told).trail_days == int(days)
        return
    with pytest.raises(BadSettings, match="PORTAL_TRAIL_DAYS"):
        read_settings(told)


@pytest.mark.parametrize(
    "url", ["https://portal.example:8443", "https://portal.example/", "http://127.0.0.1:1"]
)
def test_an_address_may_have_a_port_and_end_in_a_slash(url: str) -> None:
    assert read_settings({**REQUIRED, "PORTAL_URL": url}).portal_url == url.rstrip("/")


@pytest.mark.parametrize(
    ("url", "origins"),
    [
        ("https://portal.example", {"https://portal.example"}),
        ("https://localhost.portal.example", {"https://localhost.portal.example"}),
        ("http://localhost:8000", {"http://localhost:8000", "http://127.0.0.1:8000"}),
        ("http://127.0.0.1:8000", {"http://localhost:8000", "http://127.0.0.1:8000"}),
    ],
)
def test_wb_01_only_our_own_origins_are_ours(url: str, origins: set[str]) -> None:
    assert read_settings({**REQUIRED, "PORTAL_URL": url}).same_origins == origins


@pytest.mark.parametrize(
    ("attempts", "trail", "fits"),
    [
        ("0", "0", True),
        ("40", "0", True),
        ("39", "0", False),
        ("40", "40", True),
        ("41", "40", False),
        ("3650", "3650", True),
        ("3651", "0", False),
    ],
)
def test_tr_19_attempts_are_kept_no_longer_than_the_trail_and_long_enough_for_what_was_mailed(
    attempts: str, trail: str, *, fits: bool
) -> None:
    told = {**REQUIRED, "PORTAL_ATTEMPT_DAYS": attempts, "PORTAL_TRAIL_DAYS": trail}
    if fits:
        assert read_settings(told).attempt_days == int(attempts)
        return
    with pytest.raises(BadSettings, match="PORTAL_ATTEMPT_DAYS"):
        read_settings(told)
