"""Pages as a person gets them: each one, in each of its states, from `page_samples.py`."""

import base64
import hashlib
import re
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup, escape

from chalicelib.presentation.languages import LANGUAGES
from chalicelib.web.render import SCRIPTS, STATIC, render
from tests.web.admin_samples import ADMIN_GETS, ADMIN_POSTS
from tests.web.page_samples import ADDRESS, SAMPLES, STATES, Seen, sample

MARKUP = "<svg onload=alert(1)>"
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\S+Z")
TYPED = {
    "email": "username",
    "account": "username",
    "password": "current-password",
    "current_password": "current-password",
    "new_password": "new-password",
    "confirm_password": "new-password",
}
POSTS = {
    "/logon": {"email", "password", "forgot", "cookies"},
    "/logon/code": {"code"},
    "/logoff": set(),
    "/password/forgot": {"email", "form"},
    "/password/reset": {"new_password", "confirm_password", "link"},
    "/password/change": {"current_password", "new_password", "confirm_password"},
    "/account/sessions/revoke": {"handle", "others"},
    "/account/preferences": {"language", "time_zone"},
    "/account/erasure": set(),
    "/account/two-step": {"form"},
    "/account/two-step/move": {"password", "code", "form"},
    "/account/two-step/confirm": {"code"},
    "/account/two-step/remove": {"password", "code"},
    "/account/two-step/recovery-codes": {"password", "code"},
    "/reauthenticate": {"password", "code"},
    "/not-me": {"token", "number"},
    "/messages/{}/reply": {"form", "body"},
    "/address": {"link", "number"},
    **ADMIN_POSTS,
}
TICKED = {"checkbox", "radio"}
WEIGHT = 50_000  # bytes of a whole page, which is one answer


every_state = pytest.mark.parametrize(("page", "state"), STATES)


def test_every_template_has_its_samples() -> None:
    folder = Path(__file__).parents[2] / "chalicelib/presentation/templates/pages"
    assert {path.stem for path in folder.glob("*.html")} == set(SAMPLES)


@every_state
def test_page_runs_nothing_that_its_policy_does_not_name(page: str, state: str) -> None:
    answer = sample(page, state)
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        blocks = re.findall(rf"<{tag}(?: type=\"module\")?>(.*?)</{tag}>", answer.html, re.DOTALL)
        hashes = [base64.b64encode(hashlib.sha256(block.encode()).digest()).decode() for block in blocks]
        assert len(blocks) == (1 if tag == "style" or page in SCRIPTS else 0)
        assert [f"{directive} 'sha256-{one}'" in answer.csp.split("; ") for one in hashes] == [True] * len(
            blocks
        )
    assert ("script-src" in answer.csp) == (page in SCRIPTS)
    # WB-20: wherever a form of the page's own is posted, its button shows that work is under way.
    posts = [one for one in Seen(answer.html).all("form") if one.get("method") == "post"]
    assert "busy" in SCRIPTS.get(page, ()) or {one.get("action") for one in posts} <= {"/logoff"}
    assert ("connect-src 'self'" in answer.csp) == (page in {"password_reset", "password_change"})
    assert "unsafe" not in answer.csp


@every_state
def test_page_has_no_inline_style_no_handler_and_loads_nothing(page: str, state: str) -> None:
    seen = Seen(sample(page, state).html)
    for tag, attributes in seen.elements:
        assert not [name for name in attributes if name == "style" or name.startswith("on")], tag
        assert tag not in {"iframe", "object", "embed", "base"}
        assert ("src" in attributes) == (tag == "img")
        assert str(attributes.get("src", "data:image/png;base64,")).startswith("data:image/png;base64,")
    assert [str(link["href"])[:5] for link in seen.all("link")] == ["data:"]
    for lang in LANGUAGES:
        assert (lang, len(sample(page, state, lang=lang).html.encode()) < WEIGHT) == (lang, True)


@every_state
def test_wb_18_no_page_leads_elsewhere_but_by_an_address_in_a_message(page: str, state: str) -> None:
    """WB-18, RS-04."""
    seen = Seen(sample(page, state).html)
    elsewhere = [one for one in seen.all("a") if str(one["href"]).startswith(("http", "//"))]
    outside = {str(one["href"]) for one in elsewhere if "rel" in one}
    ours = [one for one in elsewhere if str(one["href"]) not in outside]
    assert all(str(one["href"]).startswith("https://portal.example/") for one in ours)
    assert outside == (
        {"https://insurer.example/conditions/2026?language=en&page=12"} if state == "addresses" else set()
    )


@every_state
def test_every_section_has_a_heading(page: str, state: str) -> None:
    """As the Nu HTML checker asks: without one it is no part of the page's outline, and a `div` says so."""
    for section in re.findall(r"<section.*?</section>", sample(page, state).html, re.DOTALL):
        assert re.search(r"<h[2-4]", section), section[:200]


@every_state
def test_page_is_one_document_with_language_title_heading_and_skip_link(page: str, state: str) -> None:
    seen = Seen(sample(page, state).html)
    assert [(html["lang"], html["dir"]) for html in seen.all("html")] == [("en", "ltr")]
    assert re.fullmatch(r"\S.* - Secure Messaging Portal", seen.title)
    assert len(seen.all("h1")) == len(seen.all("main")) == 1
    assert seen.all("a")[0] == {"class": "skip", "href": "#main"}
    ids = [str(one["id"]) for _, one in seen.elements if "id" in one]
    assert len(ids) == len(set(ids))
    levels = [int(tag[1]) for tag, _ in seen.elements if re.fullmatch(r"h[1-6]", tag)]
    assert all(deeper - level <= 1 for level, deeper in pairwise(levels))


@every_state
def test_every_field_has_a_label_and_lets_a_password_manager_work(page: str, state: str) -> None:
    seen = Seen(sample(page, state).html)
    labelled = {label["for"] for label in seen.all("label")}
    ids = {one.get("id") for _, one in seen.elements}
    for field in seen.inputs():
        assert field["id"] in labelled
        assert set(str(field.get("aria-describedby", "")).split()) <= ids
        if field.get("type") not in TICKED and "data-fills" not in field:
            assert field["autocomplete"] == wanted_of_password_managers(page, field)
            assert ("password" in str(field.get("name"))) == (field.get("type") == "password")
        assert "value" not in field or field.get("type") != "password"


def wanted_of_password_managers(page: str, field: dict[str, str | None]) -> str | None:
    """In the console, an address and a password are somebody else's: nothing of the reader's is filled in."""
    if page.startswith("admin_"):
        return "new-password" if field.get("type") == "password" else "off"
    return TYPED.get(str(field["id"]), field["autocomplete"])


@every_state
def test_form_sends_exactly_what_its_step_knows(page: str, state: str) -> None:
    """A step refuses a field it does not know, so a page must not send one."""
    known: set[str] = set()
    for tag, attributes in Seen(sample(page, state).html).elements:
        if tag == "form":
            routes = ADMIN_GETS if attributes["method"] == "get" else POSTS
            known = routes[route(attributes["action"], routes)]
        if "formaction" in attributes:
            alone = {attributes["name"]} if "name" in attributes else set()
            assert POSTS[route(attributes["formaction"], POSTS)] == known | alone
        elif tag in {"input", "textarea", "select", "button"} and "name" in attributes:
            assert attributes["name"] in known
            assert "readonly" not in attributes


def route(action: str | None, routes: Mapping[str, set[str]]) -> str:
    """The route an action leads to; one segment stands for {}."""
    path = str(action).split("?")[0]
    (found,) = [one for one in routes if re.fullmatch(re.escape(one).replace(re.escape("{}"), "[^/]+"), path)]
    return found


@every_state
def test_every_error_is_in_the_summary_and_at_its_field(page: str, state: str) -> None:
    answer = sample(page, state)
    errors = SAMPLES[page][state].get("errors", {})
    for name, sentence in errors.items():
        assert f'<a href="#{name}">{escape(sentence)}</a>' in answer.html
        (field,) = [one for one in Seen(answer.html).inputs() if one["id"] == name]
        assert field["aria-invalid"] == "true"
        assert f"{name}-error" in str(field["aria-describedby"])
    assert Seen(answer.html).title.startswith("Error: ") or not errors


def hostile(value: object) -> object:
    """The same sample with markup in every string that is data, and keys and choices as they are."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return value if INSTANT.fullmatch(value) else value + MARKUP
    if isinstance(value, dict):
        return {key: one if key == "scope" else hostile(one) for key, one in value.items()}
    return [hostile(one) for one in value] if isinstance(value, list) else value


@every_state
def test_markup_in_any_value_stays_text(page: str, state: str) -> None:
    choices = {"state", "done", "notice", "reason", "subject", "action"}
    context = {
        key: value if key in choices else hostile(value) for key, value in SAMPLES[page][state].items()
    }
    caller = SimpleNamespace(address=MARKUP, kind="administrator", next="portal")
    shared = {"portal_name": MARKUP, "support_contact": MARKUP, "reference": MARKUP, "caller": caller}
    assert "<svg onload" not in render(page, context | shared).html


def test_logon_refusal_says_the_sentence_and_what_support_asks_for() -> None:
    html = sample("logon", "refused").html
    assert "Invalid username, password or permissions. Please check you are using the correct URL." in html
    for fact in (
        "K7MW-3FQ9",
        "2026-11-21T23:49:00Z",
        "https://portal.example/logon",
        "Firefox 128.0",
        ADDRESS,
    ):
        assert fact in html
    assert "I am a customer" in html
    assert "I am not a customer" in html


def test_criteria_are_told_in_words_and_the_live_region_is_there_from_the_start() -> None:
    html = sample("password_reset", "missed").html
    assert re.findall(r'<span class="said">(.*?)</span>', html) == ["met", "met", "not met", "met", "not met"]
    assert (
        'role="status" aria-live="polite" id="criteria-status"></p>' in sample("password_reset", "fresh").html
    )


def test_strength_is_told_in_words_beside_the_bar_and_not_before_it_was_judged() -> None:
    assert "Fair: another unrelated word" in sample("password_reset", "missed").html
    assert 'data-score="2">' in sample("password_reset", "missed").html
    assert 'data-score="0" hidden>' in sample("password_reset", "fresh").html


def test_half_finished_logon_is_offered_nothing_but_the_way_out() -> None:
    links = [str(a["href"]) for a in Seen(sample("password_change", "temporary").html).all("a")]
    assert "/messages" not in links
    assert "/logoff" in {
        form["action"] for form in Seen(sample("password_change", "temporary").html).all("form")
    }


def test_console_is_offered_to_administrators_only() -> None:
    assert 'href="/admin/overview"' in sample("messages", "none").html
    assert "/admin/" not in sample("messages", "some").html


def test_missing_value_fails_instead_of_reading_as_empty() -> None:
    with pytest.raises(UndefinedError):
        render("message", {})


def classes_in(sheet: str) -> set[str]:
    """The classes that a sheet has rules for."""
    return set(re.findall(r"\.([a-z][a-z-]*)(?=[^{}]*\{)", re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)))


@every_state
def test_page_has_the_sheets_of_the_classes_it_uses(page: str, state: str) -> None:
    """A list without its sheet is a list of bullets, and no other test would see it."""
    every = {name for file in STATIC.glob("*.css") for name in classes_in(file.read_text(encoding="utf-8"))}
    html = sample(page, state).html
    used = {name for _, one in Seen(html).elements for name in str(one.get("class", "")).split()}
    style = html.partition("<style>")[2].partition("</style>")[0]
    assert (used & every) - classes_in(style) == set()
