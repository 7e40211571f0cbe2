"""The step `admin_kind`: staff of some domains alone (ADR 58). What they reach: tests/console/test_limited_staff.py."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.accounts import Account, Kind, Status
from tests.console.staff import Staff, logged_on, staff
from tests.world.phones import enrolled
from tests.world.world import World

REASON = "Looks after one customer"


def becomes(desk: Staff, who: Account, kind: str = "administrator", **fields: Any) -> Any:
    return desk.does(who, "kind", kind=kind, reason=REASON, **fields)


def of(desk: Staff, who: Account) -> Any:
    """Which domains the form shows; None: every one."""
    return desk.visitor.get(f"/admin/users/{who.address}/kind").json()["domains"]


def test_domains_are_stored_told_and_shown(world: World) -> None:
    desk, lee = staff(world), world.person()
    told = becomes(desk, lee, domains=["B.example", "a.example a.example"])
    assert (told["kind"], told["domains"]) == ("administrator", ["a.example", "b.example"])
    assert of(desk, lee) == ["a.example", "b.example"]
    (event,) = desk.trail(lee, "authz_change")
    assert (event["before"]["domains"], event["after"]["domains"]) == (None, ["a.example", "b.example"])
    assert (desk.user(lee)["kind"], desk.user(lee)["limited"]) == ("administrator", True)
    mail = " ".join(world.mails(lee)[-1].text.split())
    assert "You are now an administrator" in mail
    assert "It is limited to certain domains" in mail


def test_ad_20_a_limit_stays_where_nothing_is_said_of_domains(world: World) -> None:
    desk, lee = staff(world), world.person()
    becomes(desk, lee, "support", domains=["a.example"])
    becomes(desk, lee, "administrator")
    assert of(desk, lee) == ["a.example"]


def test_it_is_lifted_by_saying_so_and_gone_with_the_office(world: World) -> None:
    desk, lee = staff(world), world.person()
    becomes(desk, lee, domains=["a.example"])
    becomes(desk, lee, domains=None)
    assert (of(desk, lee), world.stored(lee).limited) == (None, False)
    becomes(desk, lee, domains=["a.example"])
    becomes(desk, lee, "recipient", domains=["a.example"])
    assert (of(desk, lee), world.stored(lee).limited) == (None, False)
    assert world.fake.tables.limits == {}
    becomes(desk, lee)
    assert of(desk, lee) is None


def test_se_10_other_domains_end_every_session_and_what_was_under_way(world: World) -> None:
    desk, other = staff(world), staff(world)
    becomes(desk, other.account, domains=["a.example"])
    assert other.visitor.get("/account").code == "session_required"
    again = logged_on(world, world.visitor(), other.account, other.phone)
    becomes(desk, other.account, domains=["a.example", "b.example"])
    assert again.get("/account").code == "session_required"


def test_the_same_once_more_changes_nothing(world: World) -> None:
    desk, other = staff(world), staff(world)
    becomes(desk, other.account, domains=["a.example", "b.example"])
    again = logged_on(world, world.visitor(), other.account, other.phone)
    assert becomes(desk, other.account, domains=["b.example", "a.example"])["changed"] is False
    assert again.get("/account").status == 200


@pytest.mark.parametrize(
    "domains",
    [[], [" "], ["no domain"], ["x"], [f"d{number}.example" for number in range(11)], "a.example", [7]],
)
def test_what_is_no_list_of_domains_is_refused(world: World, domains: Any) -> None:
    desk, lee = staff(world), world.person()
    before = world.rows()
    refused = desk.tries(lee, "kind", kind="support", reason=REASON, domains=domains)
    assert (refused.status, refused.code) == (422, "invalid_request")
    assert world.rows() == before


def test_ten_domains_are_as_many_as_travel_with_a_request(world: World) -> None:
    desk, lee = staff(world), world.person()
    ten = [f"d{number}.example" for number in range(10)]
    assert becomes(desk, lee, domains=ten)["domains"] == ten


def a_browser(world: World) -> Any:
    account, phone = enrolled(world, kind=Kind.ADMINISTRATOR)
    return logged_on(world, world.browser(), account, phone)


def test_form_of_a_browser(world: World) -> None:
    lee, browser = world.person(), a_browser(world)
    path = f"/admin/users/{lee.address}/kind"
    fields = {"kind": "support", "reach": "some", "domains": "a.example\r\nb.example", "reason": REASON}
    assert browser.post(path, fields).status == 303
    assert world.fake.tables.limits[lee.id] == ("a.example", "b.example")
    page = browser.get(path).text
    assert "a.example\nb.example" in page
    assert browser.post(path, fields | {"reach": "all"}).status == 303
    assert world.fake.tables.limits == {}


@pytest.mark.parametrize("reach", ["some", "other"])
def test_an_empty_field_is_nobody_and_never_everybody(world: World, reach: str) -> None:
    lee, browser = world.person(), a_browser(world)
    fields = {"kind": "support", "reach": reach, "domains": "", "reason": REASON}
    page = browser.post(f"/admin/users/{lee.address}/kind", fields)
    assert page.status == 422
    assert REASON in page.text
    assert world.stored(lee).kind is Kind.RECIPIENT


def test_in_05_a_domain_that_only_looks_so_is_shown_in_both_spellings_first(world: World) -> None:
    lee, browser = world.person(), a_browser(world)
    fields = {"kind": "support", "reach": "some", "domains": "b\u00fccher.example", "reason": REASON}
    page = browser.post(f"/admin/users/{lee.address}/kind", fields)
    assert page.status == 409
    assert "xn--bcher-kva.example" in page.text
    assert world.stored(lee).kind is Kind.RECIPIENT
    fields["domains"] = "xn--bcher-kva.example"
    assert browser.post(f"/admin/users/{lee.address}/kind", fields).status == 303


def test_ad_09_one_who_is_limited_hears_nothing_of_other_administrators(world: World) -> None:
    desk, other, ann = staff(world), staff(world), world.person()
    becomes(desk, other.account, domains=["a.example"])
    world.delivers()
    becomes(desk, ann)
    assert not [one for one in world.mails(other.account) if "administrator's account" in one.subject]


def test_two_administrators_agree_on_the_domains_too() -> None:
    world = World(TWO_ADMINISTRATORS="make_administrator")
    first, second, lee = staff(world), staff(world), world.person()
    fields = {"kind": "administrator", "reason": REASON}
    assert first.tries(lee, "kind", domains=["a.example"], **fields).status == 202
    assert second.tries(lee, "kind", domains=["a.example", "b.example"], **fields).status == 202
    assert second.tries(lee, "kind", domains=None, **fields).status == 202
    assert world.stored(lee).kind is Kind.RECIPIENT
    assert second.tries(lee, "kind", domains=["a.example"], **fields).status == 200
    assert of(first, lee) == ["a.example"]
    waits = first.tries(lee, "kind", domains=["a.example", "b.example"], **fields)
    assert waits.status == 202  # more than they had
    world.clock.passes(1)
    assert first.tries(lee, "kind", domains=None, **fields).status == 202
    assert second.tries(lee, "kind", domains=None, **fields).status == 200
    assert first.tries(lee, "kind", domains=["a.example"], **fields).status == 200  # less needs no second one


def test_whose_address_changes_or_who_is_erased_stays_limited_or_leaves_nothing(world: World) -> None:
    desk, lee = staff(world), world.person()
    becomes(desk, lee, domains=["a.example"])
    assert desk.tries(lee, "address", new_email="lee.new@people.test", reason=REASON).status == 202
    token = world.mails("lee.new@people.test")[-1].token("/address")
    assert world.visitor().post("/address", {"token": token}).status == 200
    (moved,) = [one for one in world.fake.tables.accounts.values() if one.address == "lee.new@people.test"]
    assert of(desk, moved) == ["a.example"]
    world.clock.passes(1)
    assert desk.tries(moved, "erase", confirm=moved.address, reason=REASON).status == 202
    assert world.stored(moved).status is Status.ERASED
    assert moved.id not in world.fake.tables.limits
