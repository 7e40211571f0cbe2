"""The step `help`: what the portal sees of its reader; it knows no account and needs none."""

import pytest

from tests.world.world import World

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:{}.0) Gecko/20100101 Firefox/{}.0"


@pytest.mark.parametrize(
    ("agent", "browser", "supported"),
    [
        (FIREFOX.format(140, 140), "Firefox", True),
        (FIREFOX.format(60, 60), "Firefox", False),
        ("curl/8.5.0", "curl", None),
        ("", "", None),
        ("\x00\r\n<svg onload=alert(1)>", "an unknown browser", None),
    ],
)
def test_reader_learns_whether_the_browser_is_supported(
    world: World, agent: str, browser: str, supported: bool | None
) -> None:
    visitor = world.visitor("192.0.2.9", **{"User-Agent": agent})
    told = visitor.get("/help").json()
    assert (told["browser"].strip(), told["supported"]) == (browser.strip(), supported)
    assert told["address"] == "192.0.2.9"
    assert told["time"] == "2030-03-17T17:46:40.250Z"
    assert told["support_contact"] == "support@portal.example"


def test_page_has_the_guides_advice(world: World) -> None:
    page = world.browser().get("/help", **{"User-Agent": "<svg onload=alert(1)>"}).text
    assert "<svg onload" not in page
    for words in (
        "Invalid username, password or permissions. Please check you are using the correct URL.",
        "I am a customer",
        "I am not a customer",
        "Forgot Your Password?",
        "Reset Password",
        "Go To Log In",
        "Do not share your log on details",
        "can be used once",
    ):
        assert words in page


def test_tr_19_it_says_how_long_what_is_kept() -> None:
    """TR-19: as the stage has it."""
    world = World(TRAIL_DAYS="730", ATTEMPT_DAYS="90", READ_MESSAGE_DAYS="30")
    assert world.visitor().get("/help").json()["kept_days"] == {
        "events": 730,
        "attempts": 90,
        "read_messages": 30,
    }
    page = world.browser().get("/help").text
    assert "changed nothing: 90 days" in page
    assert "A message you have read: 30 days" in page
    usual = World()
    assert usual.visitor().get("/help").json()["kept_days"] == {
        "events": 0,
        "attempts": 0,
        "read_messages": 0,
    }
    assert "Messages: until the day that each of them names." in usual.browser().get("/help").text
