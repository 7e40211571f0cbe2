"""The step `account_preferences`: language and time zone, chosen or left to the browser, for pages and for mails."""

from typing import Any

import pytest

from chalicelib.domain.events import EventKind
from tests.fakes.planting import plant
from tests.world.visitors import Visitor
from tests.world.world import World

PATH = "/account/preferences"
BOTH = {"language": "de", "time_zone": "Europe/Berlin"}
NEITHER = {"language": None, "time_zone": None}


@pytest.fixture
def visitor(world: World) -> Visitor:
    """Logged on; nothing is chosen yet."""
    made = world.visitor()
    made.logs_on(world.person())
    return made


def test_what_is_chosen_is_kept_and_told(visitor: Visitor) -> None:
    assert visitor.get(PATH).json() == NEITHER
    assert visitor.post(PATH, BOTH).json() == BOTH
    assert visitor.get(PATH).json() == BOTH


def test_a_field_that_is_not_sent_stays_and_an_empty_one_is_left_to_the_browser(visitor: Visitor) -> None:
    visitor.post(PATH, BOTH)
    assert visitor.post(PATH, {"language": "fr"}).json() == {"language": "fr", "time_zone": "Europe/Berlin"}
    assert visitor.post(PATH, {"time_zone": ""}).json() == {"language": "fr", "time_zone": None}
    assert visitor.post(PATH, {"language": None}).json() == NEITHER


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("language", odd) for odd in ("xx", "DE", "de-CH", "../de", "English")),
        *(
            ("time_zone", odd)
            for odd in ("Europe/Bielefeld", "europe/berlin", "Europe", "../UTC", "/etc/passwd", "x" * 64)
        ),
    ],
)
def test_what_is_unknown_is_refused_and_changes_nothing(visitor: Visitor, field: str, value: str) -> None:
    visitor.post(PATH, BOTH)
    refused = visitor.post(PATH, {**NEITHER, field: value})
    assert (refused.status, refused.code, refused.json()["field"]) == (422, "invalid_request", field)
    assert visitor.get(PATH).json() == BOTH


def test_a_change_is_in_the_trail_and_what_changes_nothing_is_not(world: World) -> None:
    ann, visitor = world.person(), world.visitor()
    visitor.logs_on(ann)
    visitor.post(PATH, BOTH)
    visitor.post(PATH, BOTH)
    visitor.post(PATH, {})
    told = [one for one in world.fake.tables.events.values() if one.account_id == ann.id]
    (event,) = [one for one in told if one.kind is EventKind.PREFERENCES_CHANGED]
    assert (event.details, event.actor) == (BOTH, ann.address)
    assert world.mails(ann) == []


def test_a_session_that_ends_at_the_same_moment_changes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, visitor, acts = world.person(), world.visitor(), world.store.preferences
    visitor.logs_on(ann)
    choose = acts.choose

    def late(*given: Any) -> bool:
        plant(world.store, world.stored(ann)._replace(epoch=2))
        return choose(*given)

    monkeypatch.setattr(acts, "choose", late)
    assert visitor.post(PATH, BOTH).code == "session_required"
    assert world.stored(ann).language is None


def test_pages_speak_the_chosen_language_whatever_the_browser_asks(world: World) -> None:
    browser = world.browser()
    browser.logs_on(world.person())
    german = {"Accept-Language": "de"}
    assert '<html lang="de"' in browser.get("/account", **german).text
    reply = browser.post(PATH, {"language": "fr", "time_zone": "Asia/Tokyo"}, **german)
    assert (reply.status, reply.header("Location")) == (303, f"{PATH}?notice=saved")
    page = browser.get(reply.header("Location"), **german)
    assert '<html lang="fr"' in page.text
    assert '<option value="fr" lang="fr" selected>' in page.text
    assert "<option selected>Asia/Tokyo</option>" in page.text
    assert page.header("Content-Language") == "fr"
    browser.jar["portal-zone"] = "Europe/Berlin"
    account = browser.get("/account").text
    assert "JST" in account
    assert "CET" not in account
    browser.post(PATH, {"language": "", "time_zone": ""}, **german)
    account = browser.get("/account", **german).text
    assert '<html lang="de"' in account
    assert "CET" in account


def test_a_language_that_is_spoken_no_more_is_the_browsers_again(world: World) -> None:
    visitor = world.visitor()
    visitor.logs_on(world.person(language="tlh", time_zone="US/Pacific-New"))
    page = visitor.get("/account", Accept="text/html", **{"Accept-Language": "es"})
    assert '<html lang="es"' in page.text
    assert visitor.post(PATH, {"language": "es"}).status == 200


def test_a_refused_page_says_it_at_the_list(visitor: Visitor) -> None:
    page = visitor.post(PATH, {"time_zone": "Nowhere"}, Accept="text/html")
    assert page.status == 422
    assert 'id="time_zone-error"' in page.text


def test_mails_speak_the_chosen_language_and_the_refused_logon_that_of_the_browser(
    world: World,
) -> None:
    """A logon that is refused must not tell by its language that there is an account."""
    ann = world.person(language="de", time_zone="Asia/Tokyo")
    mail = world.asks(ann)
    assert '<html lang="de"' in mail.html
    assert "JST" in mail.text + mail.html
    wrong = {"email": ann.address, "password": "x"}
    assert '<html lang="fr"' in world.browser().post("/logon", wrong, **{"Accept-Language": "fr"}).text
