"""The step `admin_brand`: what the mails of a domain are known by, checked before anybody sees it."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.accounts import Kind, Policy
from chalicelib.domain.addresses import DomainName, domain_id
from chalicelib.domain.brand import Brand, png
from tests.console.staff import Staff, logged_on, staff
from tests.domain.pictures import in_base64, picture, weighing
from tests.fakes.planting import brand, plant
from tests.world.phones import enrolled
from tests.world.world import World

DOMAIN = "sender.test"
PATH = f"/admin/domains/{DOMAIN}/brand"
LOGO = in_base64(picture())
WHOLE = {"name": "Acme & Sons", "colour": "#a8232c", "logo": LOGO, "support_contact": "+49 30 1234"}
NOTHING = dict.fromkeys(WHOLE)


@pytest.fixture
def desk(world: World) -> Staff:
    """An administrator, and a domain without a brand."""
    plant(world.store, Policy(DOMAIN))
    return staff(world)


def stored(world: World) -> Brand | None:
    return world.store.directory.brand(domain_id(DomainName(DOMAIN)))[1]


def test_brand_is_set_and_each_part_of_it_changed_and_cleared(world: World, desk: Staff) -> None:
    assert desk.visitor.get(PATH).json() == {"domain": DOMAIN, **NOTHING}
    answer = desk.visitor.post(PATH, WHOLE | {"colour": "#A8232C"})
    assert (answer.status, answer.json()) == (200, {"domain": DOMAIN, **WHOLE})
    assert stored(world) == Brand("Acme & Sons", "#a8232c", png(picture()), "+49 30 1234")
    assert desk.visitor.post(PATH, {"name": "Acme"}).json() == {"domain": DOMAIN, **WHOLE, "name": "Acme"}
    for name in WHOLE:
        for nothing in (None, ""):
            desk.visitor.post(PATH, WHOLE)
            assert desk.visitor.post(PATH, {name: nothing}).json() == {"domain": DOMAIN, **WHOLE, name: None}
    assert desk.visitor.get(PATH).json()["support_contact"] is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Acme\r\nBcc: eve@evil.test"),
        ("name", "\u202eemcA"),
        ("name", "A\u200bcme"),
        ("name", "<b>Acme</b>"),
        ("name", 'Acme" <ceo@bank.test>'),
        ("name", "x" * 61),
        ("name", "x" * 201),
        ("name", " "),
        ("colour", "red"),
        ("colour", "#fff"),
        ("colour", "#777777"),
        ("colour", "#000000;}*{background:url(//evil.test)}"),
        ("logo", "no image"),
        ("logo", "https://evil.test/x.png"),
        ("logo", in_base64(b"<svg onload=alert(1)>")),
        ("logo", in_base64(picture(2000, 16))),
        ("logo", in_base64(weighing(6145))),
        ("logo", "A" * 9001),
        ("support_contact", "a\nb"),
        ("support_contact", '<a href="//evil.test">'),
        ("support_contact", "\u2066x"),
        ("support_contact", "y" * 121),
        ("name", 7),
        ("logo", ["a"]),
    ],
)
def test_ml_03_what_cannot_be_shown_is_refused_by_its_field(
    world: World, desk: Staff, field: str, value: Any
) -> None:
    brand(world.store, DOMAIN, Brand("Acme"))
    refused = desk.visitor.post(PATH, WHOLE | {field: value})
    assert (refused.status, refused.code, refused.json()["field"]) == (422, "invalid_request", field)
    assert stored(world) == Brand("Acme")
    assert desk.trail(desk.account, "brand_changed") == []


def test_largest_logo_fits_a_request_from_a_browser_and_from_a_program(world: World, desk: Staff) -> None:
    largest = WHOLE | {"logo": in_base64(weighing(6144))}
    assert desk.visitor.post(PATH, largest).status == 200
    browser = logged_on(world, world.browser(), *enrolled(world, kind=Kind.ADMINISTRATOR))
    assert browser.post(PATH, largest).status == 303
    assert desk.visitor.get(PATH).json()["logo"] == largest["logo"]


def test_change_is_recorded_with_before_and_after_and_without_the_image(desk: Staff) -> None:
    desk.visitor.post(PATH, WHOLE)
    desk.visitor.post(PATH, {"name": None, "logo": in_base64(picture(32, 32))})
    told = desk.trail(desk.account, "brand_changed")
    assert {str(one["before"]["name"]) for one in told} == {"None", "Acme & Sons"}
    last = next(one for one in told if one["before"]["name"] is not None)
    assert last["after"]["name"] is None
    assert last["before"]["colour"] == last["after"]["colour"] == "#a8232c"
    digests = {last["before"]["logo"], last["after"]["logo"]}
    assert len(digests) == 2
    assert all(str(one).startswith("sha256:") for one in digests)
    assert LOGO not in str(told)


@pytest.mark.parametrize("domain", ["nowhere.test", "no domain", "*", "brand:x", "%C3%9F.test"])
def test_domain_that_is_not_there_has_no_brand(world: World, desk: Staff, domain: str) -> None:
    path = f"/admin/domains/{domain.replace(' ', '%20')}/brand"
    before = world.rows()
    assert (desk.visitor.get(path).status, desk.visitor.post(path, WHOLE).status) == (404, 404)
    assert world.rows() == before


def test_of_two_at_once_one_is_told_to_look_again(world: World, desk: Staff) -> None:
    read = world.store.directory.brand

    def meanwhile(*asked: Any) -> Any:
        found = read(*asked)
        brand(world.store, DOMAIN, Brand("Somebody else's"))
        return found

    world.store.directory.brand = meanwhile  # type: ignore[method-assign, assignment]
    refused = desk.visitor.post(PATH, WHOLE)
    assert (refused.status, refused.code) == (409, "conflict")
    world.store.directory.brand = read  # type: ignore[method-assign]
    assert stored(world) == Brand("Somebody else's")


def test_browser_sees_how_a_mail_begins_corrects_and_clears(world: World, desk: Staff) -> None:
    browser = logged_on(world, world.browser(), *enrolled(world, kind=Kind.ADMINISTRATOR))
    assert "Secure Messaging Portal" in browser.get(PATH).text
    wrong = browser.post(PATH, WHOLE | {"colour": "#ffff00"})
    assert wrong.status == 422
    assert 'value="#ffff00"' in wrong.text
    assert "dark enough for white text" in wrong.text
    assert browser.post(PATH, WHOLE).header("Location") == f"{PATH}?done=brand_saved"
    page = browser.get(f"{PATH}?done=brand_saved").text
    assert "The brand is saved." in page
    assert f'src="data:image/png;base64,{LOGO}" alt="Acme &amp; Sons"' in page
    assert 'fill="#a8232c"' in page
    assert "&lt;portal@portal.example&gt;" in page
    browser.post(PATH, WHOLE | {"logo": "", "name": ""})
    assert stored(world) == Brand(colour="#a8232c", support_contact="+49 30 1234")
    assert f'href="{PATH}"' in browser.get("/admin/domains").text


def test_preview_shows_what_was_typed_and_saves_nothing(world: World, desk: Staff) -> None:
    browser = logged_on(world, world.browser(), *enrolled(world, kind=Kind.ADMINISTRATOR))
    before = len(world.store.events.of_account(desk.account.id))
    page = browser.post(PATH, WHOLE | {"preview": "true"})
    assert (page.status, stored(world)) == (200, None)
    assert "Nothing is saved yet." in page.text
    assert f'src="data:image/png;base64,{LOGO}" alt="Acme &amp; Sons"' in page.text
    assert 'fill="#a8232c"' in page.text
    assert 'value="Acme &amp; Sons"' in page.text
    told = desk.visitor.post(PATH, {"name": "Acme", "preview": True})
    assert (told.status, told.json()["name"], stored(world)) == (200, "Acme", None)
    assert len(world.store.events.of_account(desk.account.id)) == before
    wrong = browser.post(PATH, {"colour": "#ffff00", "preview": "true"})
    assert (wrong.status, "dark enough for white text" in wrong.text) == (422, True)
    assert browser.post(PATH, WHOLE).status == 303
    assert stored(world) is not None
