"""No word on a recipient's page is English for everybody: each is marked, whoever writes it, and translated."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from types import MappingProxyType

import pytest

from chalicelib.domain.accounts import Status
from chalicelib.presentation import languages
from chalicelib.presentation.languages import LANGUAGES, translation
from chalicelib.web.sentences import INVALID_LOGON
from infra.catalogues import SPOKEN, read
from tests.fakes.pseudo import PSEUDO, pseudo_language, texts_of, unmarked, visible
from tests.web.page_samples import SAMPLES as PAGES
from tests.web.page_samples import STATES, Seen, sample
from tests.world.phones import enrolled
from tests.world.settings import ENVIRONMENT, PORTAL_URL
from tests.world.visitors import CHOSEN, PASSWORD, REFERENCE, Reply, Visitor
from tests.world.world import World

pytestmark = pytest.mark.slow  # every page or mail in every state and language: make proofs

RECIPIENTS = [(page, state) for page, state in STATES if not page.startswith("admin_")]
# Said alike in every language.
NAMES = {"Secure Messaging Portal", "UTC", "help@portal.test", *LANGUAGES.values()}
MACHINE = {
    "data-reveals",
    "data-copies",
    "data-criterion",
    "data-score",
}  # what scripts need and nobody reads
SECRET = re.compile(r"(?:[A-Z2-7]{4})+")  # shown in groups of four
WRONG = "wrong wrong wrong"
UNMET = {"new_password": "a", "confirm_password": "b"}
NEW = {"new_password": CHOSEN, "confirm_password": CHOSEN}
PART = "bcdfg-hjkmn-pqrst"
OLD = "Mozilla/5.0 (X11; Linux x86_64; rv:52.0) Gecko/20100101 Firefox/52.0"
BROWSERS = {"Firefox", "Linux", "Chrome", "Edge", "Safari"}


ADDRESS = re.compile(r"\S+(?:@|://)\S+")
LETTERS = re.compile(r"[^\W\d_]+")  # a soft hyphen ends one: there a word may be broken


@pytest.fixture(scope="module", autouse=True)
def pseudo() -> Iterator[None]:
    """The bracketing language is one of those a browser may ask for."""
    with pseudo_language() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(languages, "LANGUAGES", MappingProxyType({**LANGUAGES, name: "Pseudo"}))
        yield


def forms(said: object) -> list[str]:
    """A text, or its singular and plural."""
    return list(said) if isinstance(said, tuple | list) else [str(said)]


every_state = pytest.mark.parametrize(("page", "state"), RECIPIENTS)


@every_state
def test_every_word_of_a_page_is_marked(page: str, state: str) -> None:
    shown = sample(page, state, lang=PSEUDO).html
    data = texts_of(PAGES[page][state])
    # A message's addresses are links, and what stands between them is pieces of one text.
    data |= {piece for text in data for piece in ADDRESS.split(text)}
    secrets = {group for text in data if SECRET.fullmatch(text) for group in re.findall("....", text)}
    assert unmarked(visible(shown), data | secrets | NAMES) == []


@every_state
def test_every_word_that_a_script_shows_is_marked(page: str, state: str) -> None:
    for _, attributes in Seen(sample(page, state, lang=PSEUDO).html).elements:
        for name, value in attributes.items():
            if name.startswith("data-") and name not in MACHINE:
                assert unmarked(value or "", texts_of(PAGES[page][state])) == [], name


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
@every_state
def test_no_translation_breaks_the_page_it_stands_in(page: str, state: str, language: str) -> None:
    """Above all no quotation mark ends the attribute a text is in."""
    english, spoken = (Seen(sample(page, state, lang=lang).html) for lang in ("en", language))
    assert [(tag, set(attributes)) for tag, attributes in spoken.elements] == [
        (tag, set(attributes)) for tag, attributes in english.elements
    ]
    assert [html["lang"] for html in spoken.all("html")] == [language]


def pseudo_browser(world: World) -> Visitor:
    """A browser whose reader speaks brackets; it is an old one."""
    browser = world.browser()
    browser.headers |= {"Accept-Language": PSEUDO, "User-Agent": OLD, "Host": "elsewhere.test"}
    return browser


def all_marked(reply: Reply, status: int, *data: str) -> None:
    """Every word of a page as it comes over the wire, what code put there too."""
    assert (reply.status, reply.header("Content-Language")) == (status, PSEUDO)
    shown = visible(reply.text)
    known = {*NAMES, *ENVIRONMENT.values(), *REFERENCE.findall(shown), *BROWSERS, *data}
    assert unmarked(shown, known) == []


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"email": "ann", "password": PASSWORD}, 422),
        ({"email": "ann@people.test"}, 422),
        ({"email": "ann@people.test", "password": PASSWORD, "more": "1"}, 422),
        ({"email": "ann@people.test", "password": WRONG}, 401),
        ({"email": "ann@people.test", "password": f"{WRONG} "}, 401),
        ({"email": "ann@people.test", "password": PART}, 401),
        ({"email": "ann@people.test", "password": f"{PART}-vwxyz-23456"}, 401),
    ],
)
def test_whatever_a_refused_logon_says_is_marked(world: World, fields: dict[str, str], status: int) -> None:
    reply = pseudo_browser(world).post("/logon", fields)
    all_marked(reply, status, f"{PORTAL_URL}/logon", "https", *fields.values())


def test_whatever_the_way_back_in_says_is_marked(world: World) -> None:
    account, browser = world.person(), pseudo_browser(world)
    all_marked(browser.post("/password/forgot", {"email": "ann"}), 422, "ann")
    all_marked(browser.get("/password/forgot?sent=1"), 200)
    all_marked(browser.get("/password/reset"), 410)
    browser.get(f"/password/reset/{world.asks(account).token('/password/reset')}")
    all_marked(browser.get("/password/reset"), 200, account.address)
    all_marked(browser.post("/password/reset", UNMET), 422, account.address)
    browser.post("/password/reset", NEW)
    all_marked(browser.get("/password/reset?done=1"), 200)


def test_whatever_a_new_password_says_is_marked(world: World) -> None:
    account, browser = world.person(), pseudo_browser(world)
    browser.logs_on(account)
    for fields, status in (
        (UNMET, 422),
        (UNMET | {"current_password": WRONG}, 401),
        (UNMET | {"current_password": PASSWORD}, 422),
        ({"current_password": PASSWORD}, 422),
    ):
        all_marked(browser.post("/password/change", fields), status, account.address)
    forced = world.person(must_change_password=True)
    browser.logs_on(forced)
    all_marked(browser.get("/password/change"), 200, forced.address)


def test_whatever_two_steps_say_is_marked(world: World) -> None:
    account, browser = world.person(), pseudo_browser(world)
    browser.logs_on(account)
    offered = browser.post("/account/two-step")
    secret = re.findall(r"\b[A-Z2-7]{4}\b", visible(offered.text))
    all_marked(offered, 200, account.address, *secret)
    all_marked(browser.post("/account/two-step/confirm", {"code": "123"}), 401, account.address, *secret)
    user, phone = enrolled(world)
    browser = pseudo_browser(world)
    browser.logs_on(user)
    all_marked(browser.post("/logon/code", {"code": "123"}), 401)
    browser.goes_on(browser.post("/logon/code", {"code": phone.code()}))
    wrong = {"password": WRONG, "code": "123"}
    all_marked(browser.post("/account/two-step/remove", wrong), 401, user.address)
    all_marked(browser.post("/account/two-step/remove", wrong | {"password": PASSWORD}), 401, user.address)
    all_marked(browser.post("/account/two-step"), 409, user.address)
    all_marked(browser.post("/reauthenticate", wrong), 401, user.address)
    all_marked(browser.post("/reauthenticate", wrong | {"password": PASSWORD}), 401, user.address)
    all_marked(browser.post("/reauthenticate", {}), 422, user.address)


def test_whatever_the_other_pages_say_is_marked(world: World) -> None:
    account, browser = world.person(), pseudo_browser(world)
    browser.logs_on(account)
    world.visitor().logs_on(account)  # by a program that does not say what it is
    subject = "Statement"
    world.sends(account, subject)
    data = (account.address, "sender@bank.example", subject, f"{PORTAL_URL}/logon")
    for path in ("/messages", "/account", "/account/sessions", "/help"):
        all_marked(browser.get(path), 200, *data, PORTAL_URL + path)
    all_marked(browser.get("/messages/none"), 404)
    all_marked(browser.get("/admin/users"), 403)


def test_whatever_a_freeze_says_is_marked(world: World) -> None:
    account, browser = world.person(), pseudo_browser(world)
    browser.logs_on(account)
    browser.post("/password/change", {"current_password": PASSWORD, **NEW})
    token = world.mails(account)[-1].token("/not-me")
    all_marked(browser.get(f"/not-me/{token}"), 200, account.address)
    all_marked(browser.post("/not-me", {"token": token}), 422, account.address)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_en_01_a_refused_logon_is_as_generic_in_every_language(world: World, language: str) -> None:
    known, disabled = world.person(), world.person(status=Status.DISABLED)
    pages, problems = set(), set()
    for email in (known.address, disabled.address, "nobody@people.test"):
        fields = {"email": email, "password": WRONG}
        page = world.browser("203.0.113.9").post("/logon", fields, **{"Accept-Language": language})
        assert html.escape(translation(language)(INVALID_LOGON), quote=False) in page.text
        assert f'<html lang="{language}"' in page.text
        same = re.sub(r"192\.0\.2\.\d+|198\.51\.100\.\d+", "", str(page.same)).replace(email, "")
        pages.add(re.sub(r"portal-cookies=[\w-]{43}", "", same))  # random, whoever it is
        problem = world.visitor().post("/logon", fields, **{"Accept-Language": language})
        assert problem.json()["detail"] == translation(language)(INVALID_LOGON)
        problems.add(problem.same)
    assert (len(pages), len(problems)) == (1, 1)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_problem_is_in_the_reader_s_language_and_its_code_is_not(world: World, language: str) -> None:
    say = translation(language)
    visitor = world.visitor(**{"Accept-Language": f"{language};q=0.9, nl"})
    missing = visitor.get("/messages")
    assert missing.code == "session_required"
    assert missing.header("Content-Language") == language
    assert missing.json()["title"] == say("Please log on")
    assert missing.json()["detail"] == say("You are not logged on, or your session has ended.")
    asked = visitor.post("/password/forgot", {"email": "nobody@people.test"})
    assert asked.json()["detail"] == say("If there is an account for this address, a mail is on its way.")


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_criteria_are_in_the_reader_s_language_and_their_ids_are_not(world: World, language: str) -> None:
    say = translation(language)
    account, visitor = world.person(), world.visitor(**{"Accept-Language": language})
    listed = visitor.get("/password/criteria").json()["criteria"]
    assert [one["id"] for one in listed] == ["length", "not_common", "not_personal", "different", "match"]
    sizes = {"min_length": 15, "max_length": 256}
    assert listed[0]["label"] == say("At least {min_length} characters, at most {max_length}").format(**sizes)
    assert listed[4]["label"] == say("Both entries are the same")
    visitor.logs_on(account)
    judged = visitor.post("/password/criteria", NEW | {"confirm_password": "other"}).json()["criteria"]
    assert [one["label"] for one in judged] == [one["label"] for one in listed]
    unmet = visitor.post("/password/change", UNMET | {"current_password": PASSWORD}).json()["criteria"]
    assert [one["label"] for one in unmet] == [one["label"] for one in listed]


def test_sessions_name_their_browser_in_the_reader_s_language(world: World) -> None:
    account, visitor = world.person(), world.visitor(**{"Accept-Language": "fr", "User-Agent": OLD})
    visitor.logs_on(account)
    (session,) = visitor.get("/account/sessions").json()["sessions"]
    assert session["browser"] == "Firefox 52.0 sur Linux"


@pytest.mark.parametrize("language", SPOKEN)
def test_word_too_long_for_the_narrowest_page_says_where_it_breaks(language: str) -> None:
    """A heading on a page 320 pixels wide has room for 18 letters; a browser would break a longer word anywhere."""
    said = [" ".join(forms(one.string)) for room in ("pages", "console") for one in read(language, room)]
    words = {word for text in said for word in LETTERS.findall(text)}
    assert {word for word in words if len(word) > 18} == set()
