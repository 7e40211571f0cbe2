"""An address that mail servers spell otherwise than a person typed it is shown in both spellings, and nothing is done
before that person has seen them (IN-05)."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote

import pytest

from chalicelib.domain.accounts import Kind
from tests.console.staff import logged_on
from tests.web.page_samples import Seen
from tests.world.phones import enrolled
from tests.world.visitors import Reply, Visitor
from tests.world.world import World

LETTER = {"subject": "Your statement", "body": "Good day.\nThe balance is 12.", "expires_in_days": "7"}
FORMS = {
    "/admin/users": ("email", {"kind": "support"}),
    "/admin/messages": ("to", LETTER),
    "/admin/domains": ("domain", {"internal": "true"}),
}
TABLES = ("accounts", "policies", "messages", "events")
ASKED = {
    "ann@b\u00fccher.example": "ann@xn--bcher-kva.example",
    "Ann@BU\u0308CHER.example": "ann@xn--bcher-kva.example",  # composed and decomposed, large and small
    " ann@\u0430pple.example\t": "ann@xn--pple-43d.example",  # a letter that only looks like a Latin one
}
NOT_ASKED = ["ann@books.example", " Ann@BOOKS.Example \t", "ann@xn--bcher-kva.example"]
CONTRACT = {
    *("reference", "at", "email", "url", "browser", "browser_version", "operating_system"),
    *("address", "outcome", "reason"),
}
every_form = pytest.mark.parametrize("path", FORMS)


def desk(world: World, *, browser: bool = True) -> Visitor:
    account, phone = enrolled(world, kind=Kind.ADMINISTRATOR)
    return logged_on(world, world.browser() if browser else world.visitor(), account, phone)


def typed_at(path: str, address: str) -> dict[str, str]:
    """A form filled in, with an address, or the domain of one."""
    name, others = FORMS[path]
    stripped = address.strip()
    text = address.replace(stripped, stripped.partition("@")[2]).strip() if name == "domain" else address
    return {name: text, **others}


def field(page: Reply, name: str) -> str:
    """What stands in a field of the form."""
    (found,) = [one for one in Seen(page.text).inputs() if one.get("id") == name]
    if "value" in found:
        return str(found["value"])
    area = re.search(rf'<textarea id="{name}"[^>]*>\n?([^<]*)</textarea>', page.text)
    assert area
    return unescape(area[1])


@every_form
@pytest.mark.parametrize(("typed", "sent_to"), ASKED.items())
def test_in_05_both_spellings_are_shown_and_nothing_is_done_until_they_were(
    world: World, path: str, typed: str, sent_to: str
) -> None:
    browser, before = desk(world), world.rows(*TABLES)
    form, name = typed_at(path, typed), FORMS[path][0]
    expected = sent_to.partition("@")[2] if name == "domain" else sent_to
    page = browser.post(path, form)
    assert page.status == 409
    assert {one: len(rows) for one, rows in world.rows(*TABLES).items()} == {
        one: len(rows) for one, rows in before.items()
    }
    assert f"<bdi>{form[name].strip()}</bdi>" in unescape(page.text)
    assert f"<bdi>{expected}</bdi>" in page.text
    assert field(page, name) == expected
    again = browser.post(path, form | {name: field(page, name)})
    assert again.status == 303
    assert expected in str(world.rows("accounts", "policies"))


@every_form
@pytest.mark.parametrize("typed", NOT_ASKED)
def test_in_05_white_space_and_the_case_of_latin_letters_ask_nothing(
    world: World, path: str, typed: str
) -> None:
    assert desk(world).post(path, typed_at(path, typed)).status == 303


@every_form
@pytest.mark.parametrize("typed", ASKED)
def test_in_05_program_means_what_it_sends(world: World, path: str, typed: str) -> None:
    fields = typed_at(path, typed) | {"internal": True, "expires_in_days": 7}
    known = {name: fields[name] for name in fields if name in {FORMS[path][0], *FORMS[path][1]}}
    assert desk(world, browser=False).post(path, known).status == 201


def test_in_05_question_keeps_the_rest_of_the_form(world: World) -> None:
    page = desk(world).post("/admin/messages", typed_at("/admin/messages", "ann@b\u00fccher.example"))
    assert (field(page, "subject"), field(page, "expires_in_days")) == ("Your statement", "7")
    assert LETTER["body"] in page.text
    chosen = desk(world).post("/admin/users", {"email": "ann@b\u00fccher.example", "kind": "support"})
    (kind,) = [one["value"] for one in Seen(chosen.text).all("input") if "checked" in one]
    assert kind == "support"


def test_in_05_what_is_wrong_besides_is_said_before_anything_is_asked(world: World) -> None:
    browser = desk(world)
    wrong = typed_at("/admin/messages", "ann@b\u00fccher.example") | {"subject": "\n"}
    assert browser.post("/admin/messages", wrong).status == 422
    assert browser.post("/admin/users", {"email": "ann@b\u00fccher.example", "kind": "root"}).status == 422


@pytest.mark.parametrize("path", ["/logon", "/password/forgot", *FORMS])
def test_domain_that_can_be_read_in_two_ways_is_refused_in_words_that_help(world: World, path: str) -> None:
    typed = "ann@ma\u00dfanfertigung.example"
    fields = {"email": typed, "password": "x"} if path == "/logon" else {"email": typed}
    page = desk(world).post(path, typed_at(path, typed) if path in FORMS else fields)
    assert page.status == 422
    assert "it begins with xn--" in page.text


def test_in_05_desk_sees_how_an_address_that_only_looks_like_one_is_spelled(world: World) -> None:
    browser = desk(world)
    for typed in ("ann@\u0430pple.example", "ANN@apple.example"):
        world.visitor().post("/logon", {"email": typed, "password": "guess after guess"})
        page = browser.get(f"/admin/attempts?email={quote(typed)}")
        assert ("<bdi>ann@xn--pple-43d.example</bdi>" in page.text) == (typed != "ANN@apple.example")
        rows = browser.get(f"/admin/attempts?email={quote(typed)}", Accept="application/json").json()
        assert set(rows["attempts"][0]) == CONTRACT
