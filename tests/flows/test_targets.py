"""Whom a path of the console names, and who may do something to them."""

from __future__ import annotations

import pytest

from chalicelib.domain.accounts import Kind
from tests.console.staff import joins, logged_on, staff
from tests.world.phones import enrolled
from tests.world.world import World

HTML = {"Accept": "text/html"}


@pytest.mark.parametrize(
    ("office", "whom", "may"),
    [
        ("administrator", Kind.RECIPIENT, True),
        ("administrator", Kind.SUPPORT, True),
        ("administrator", Kind.ADMINISTRATOR, True),
        ("support", Kind.RECIPIENT, False),
        ("support", Kind.SUPPORT, False),
        ("limited administrator", Kind.RECIPIENT, True),
        ("limited administrator", Kind.SUPPORT, False),
        ("limited administrator", Kind.ADMINISTRATOR, False),
        ("limited support", Kind.RECIPIENT, False),
    ],
)
def test_a_page_has_the_forms_that_its_reader_may_send(
    world: World, office: str, whom: Kind, may: bool
) -> None:
    who, desk = world.person(kind=whom), staff(world)
    kind = office.removeprefix("limited ")
    reader = (
        joins(world, desk, "lee@portal.test", "people.test", kind=kind)
        if kind != office
        else staff(world, Kind(kind))
    )
    page = reader.visitor.get(f"/admin/users/{who.address}", **HTML).text
    assert who.address in page
    assert (f"/admin/users/{who.address}/contain" in page) is may
    assert (reader.tries(who, "force-change").status == 200) is may


@pytest.mark.parametrize("name", ["no", "%C3%A9@x", "a@b@c.test"])
def test_ad_02_what_cannot_be_an_address_or_a_domain_is_not_there(world: World, name: str) -> None:
    desk = staff(world)
    for where in (f"/admin/users/{name}", f"/admin/users/{name}/erase", f"/admin/domains/{name}/ip-ranges"):
        assert desk.visitor.get(where).code == "not_found"
        assert desk.visitor.get(where, **HTML).status == 404


@pytest.mark.parametrize("name", ["no", "a@b@c.test"])
def test_a_form_sent_to_what_cannot_be_one_is_answered(world: World, name: str) -> None:
    account, phone = enrolled(world, kind=Kind.ADMINISTRATOR)
    browser = logged_on(world, world.browser(), account, phone)
    for where in (f"/admin/users/{name}/contain", f"/admin/domains/{name}/ip-ranges"):
        assert browser.post(where, {"reason": "x", "restriction": "none"}).status in {404, 422}


def test_what_was_done_leads_to_the_users_page(world: World) -> None:
    ann = world.person("o'neil+a@people.test")
    account, phone = enrolled(world, kind=Kind.ADMINISTRATOR)
    browser = logged_on(world, world.browser(), account, phone)
    answer = browser.post(f"/admin/users/{ann.address}/force-change")
    assert answer.header("Location") == "/admin/users/o%27neil%2Ba@people.test?done=change_forced"
