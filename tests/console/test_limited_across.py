"""Staff of some domains alone, and what leads from theirs into another one (ADR 58): moved accounts, colleagues."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from chalicelib.domain.accounts import Account, Status
from chalicelib.domain.addresses import account_id, canonical_address
from chalicelib.domain.events import EventKind
from chalicelib.flows.overview import MOST
from tests.console.staff import Staff, joins, logged_on, staff
from tests.console.test_limited_staff import busy
from tests.fakes.samples import an_event
from tests.world.systems import system
from tests.world.world import World

OTHER = "other.example"


def moves(world: World, desk: Staff, who: Account, to: str) -> Account:
    """Somebody whose address is another one from now on."""
    assert desk.tries(who, "address", new_email=to, reason="Married").status == 202
    token = world.mails(to)[-1].token("/address")
    assert world.visitor().post("/address", {"token": token}).status == 200
    world.delivers()
    world.clock.passes(1)
    return world.fake.tables.accounts[account_id(canonical_address(to))]


def pages(lee: Staff, address: str, **accept: str) -> list[Any]:
    """Everything that tells of an account."""
    whose = f"email={address}"
    return [
        lee.visitor.get(where, **accept)
        for where in (
            f"/admin/users/{address}",
            f"/admin/events?{whose}",
            f"/admin/events?{whose}&changes=true",
            f"/admin/events?actor=boss@portal.test&{whose}",
            "/admin/events?actor=boss@portal.test",
            f"/admin/events/export?format=csv&{whose}",
            f"/admin/attempts?{whose}",
            "/admin/users",
            "/admin/overview",
        )
    ]


@pytest.mark.parametrize("kind", ["administrator", "support"])
@pytest.mark.parametrize("accept", [{}, {"Accept": "text/html"}])
def test_ad_20_where_an_account_went_or_came_from_is_not_told(
    world: World, kind: str, accept: dict[str, str]
) -> None:
    """Attack: whoever looks after the old domain learns who is in the new one, and the other way round."""
    desk = staff(world, address="boss@portal.test")
    went, came = world.person("ann@ours.example"), world.person(f"bob@{OTHER}")
    waits = world.person("cleo@ours.example")
    moves(world, desk, went, f"ann.new@{OTHER}")
    moves(world, desk, came, "bob.new@ours.example")
    assert desk.tries(waits, "address", new_email=f"cleo.new@{OTHER}", reason="Married").status == 202
    world.delivers()
    lee = joins(world, desk, "lee@portal.test", "ours.example", kind=kind)
    for address in ("ann@ours.example", "bob.new@ours.example", "cleo@ours.example"):
        for reply in pages(lee, address, **accept):
            assert reply.status == 200, reply.text
            assert OTHER not in reply.text, reply.text
    told = lee.visitor.get("/admin/users/ann@ours.example").json()
    assert (told["moved_to"], told["status"]) == (None, "disabled")
    assert OTHER in desk.visitor.get("/admin/users/ann@ours.example").text


def test_a_page_of_a_former_address_says_so_and_offers_nothing(world: World) -> None:
    desk = staff(world, address="boss@portal.test")
    moves(world, desk, world.person("ann@ours.example"), f"ann.new@{OTHER}")
    lee = joins(world, desk, "lee@portal.test", "ours.example")
    page = lee.visitor.get("/admin/users/ann@ours.example", Accept="text/html").text
    assert "Given up" in page
    assert "/contain" not in page
    within = moves(world, desk, world.person("bob@ours.example"), "bob.new@ours.example")
    assert lee.visitor.get("/admin/users/bob@ours.example").json()["moved_to"] == within.address


def test_ad_20_which_other_domains_a_colleague_has_is_not_told() -> None:
    """Attack: an administrator of one customer reads the trail of a colleague, and with it the list of customers."""
    world = World(TWO_ADMINISTRATORS="make_administrator")
    desk = staff(world, address="boss@portal.test")
    kim, new = world.person("kim@ours.example"), world.person("new@ours.example")
    fields = {"kind": "support", "reason": "x"}
    desk.does(kim, "kind", domains=["ours.example", OTHER], **fields)
    asked = {"kind": "administrator", "reason": "x", "domains": ["ours.example", OTHER]}
    assert desk.tries(new, "kind", **asked).status == 202
    reader = joins(world, desk, "lee@portal.test", "ours.example", kind="support")
    for who in (kim, new):
        for accept in ({}, {"Accept": "text/html"}):
            for reply in pages(reader, who.address, **accept):
                assert reply.status == 200
                assert OTHER not in reply.text
    (changed,) = reader.trail(kim, "authz_change")
    assert changed["after"]["domains"] == ["ours.example"]
    page = reader.visitor.get(f"/admin/users/{new.address}", Accept="text/html").text
    assert "Limited to ours.example." in page


@pytest.mark.parametrize("kind", ["administrator", "support"])
def test_no_link_of_their_pages_leads_to_a_refusal(world: World, kind: str) -> None:
    """From page to page, by every link there is, as far as it goes."""
    desk = staff(world, address="boss@portal.test")
    busy(world, desk, ["ours.example", OTHER])
    assert system(world, desk).sends(to="ann@ours.example").status == 201
    moves(world, desk, world.person("gus@ours.example"), f"gus.new@{OTHER}")
    moves(world, desk, world.person("hal@ours.example"), "hal.new@ours.example")
    lee = joins(world, desk, "lee@portal.test", "ours.example", kind=kind)
    lee.types_it_again()
    waiting = ["/admin/overview", "/admin/events?actor=boss@portal.test", "/account"]
    seen = set[str]()
    while waiting:
        where = waiting.pop()
        if where in seen:
            continue
        seen.add(where)
        page = lee.visitor.get(where, Accept="text/html")
        assert page.status in (200, 303), (where, page.text)
        links = {unescape(one) for one in re.findall(r'href="(/[^"#]*)', page.text)}
        waiting += [one for one in links if one.startswith("/admin/") and "&before=" not in one]
    assert len(seen) > 40


def test_ad_20_from_where_an_administrator_of_all_may_log_on_is_not_in_their_hands(world: World) -> None:
    """Attack: they shut out whoever could stop them, or lift the ranges that keep a stolen password useless."""
    desk = staff(world, address="boss@ours.example")
    lee = joins(world, desk, "lee@portal.test", "ours.example", "other.example")
    where, before = "/admin/domains/{}.example/ip-ranges", world.rows()
    for ranges in (None, [], ["198.51.100.0/24"]):
        refused = lee.visitor.post(where.format("ours"), {"ranges": ranges})
        assert (refused.status, refused.code) == (403, "not_permitted")
        assert "has an address in this domain" in refused.json()["detail"]
    assert world.rows() == before
    fields = {"restriction": "listed", "ranges": ["198.51.100.0/24"]}
    page = lee.visitor.post(where.format("ours"), fields, Accept="text/html").text
    assert "has an address in this domain" in page
    assert "198.51.100.0/24" in page
    assert lee.visitor.post(where.format("other"), {"ranges": ["198.51.100.0/24"]}).status == 200
    assert desk.visitor.post(where.format("ours"), {"ranges": None}).status == 200


def test_what_is_written_back_from_elsewhere_to_them_is_not_shown(world: World) -> None:
    """What they sent before they were limited has gone to every domain."""
    desk, lee = staff(world), staff(world, address="lee@ours.example")
    for domain in ("ours", "other"):
        ann = world.person(f"ann@{domain}.example")
        fields = {"to": ann.address, "subject": "Hello", "body": "Hello"}
        sent = lee.visitor.post("/admin/messages", fields).json()["id"]
        reader = world.visitor()
        reader.logs_on(ann)
        assert reader.get(f"/messages/{sent}").status == 200
        assert reader.post(f"/messages/{sent}/reply", {"body": "Thanks"}).status == 201
    page = "/admin/users/lee@ours.example"
    assert lee.visitor.get(page).json()["received"]["replies"] == 2
    desk.does(lee.account, "kind", kind="administrator", domains=["ours.example"], reason="x")
    again = logged_on(world, world.visitor(), lee.account, lee.phone)
    assert again.get(page).json()["received"]["replies"] == 1
    listed = again.get(f"{page}/messages?kind=reply").json()["messages"]
    assert [one["from"] for one in listed] == ["ann@ours.example"]


def test_of_several_recipients_those_outside_are_named_and_nobody_is_sent_to(world: World) -> None:
    lee = joins(world, staff(world), "lee@portal.test", "ours.example")
    browser = logged_on(world, world.browser(), lee.account, lee.phone)
    to = "ann@ours.example\r\nbob@other.example\r\ncleo@ours.example"
    page = browser.post("/admin/messages", {"to": to, "subject": "Hello", "body": "What I typed"})
    assert page.status == 403
    assert "bob@other.example: Outside of your domains" in unescape(re.sub("<[^>]+>", "", page.text))
    assert "What I typed" in page.text
    assert not world.fake.tables.messages
    assert account_id(canonical_address("ann@ours.example")) not in world.fake.tables.accounts


def test_a_page_of_staff_says_who_else_may_do_something(world: World) -> None:
    desk = staff(world, address="boss@ours.example")
    said = "an administrator of the whole portal does"
    for kind in ("administrator", "support"):
        lee = joins(world, desk, f"{kind}@portal.test", "ours.example", kind=kind)
        page = lee.visitor.get("/admin/users/boss@ours.example", Accept="text/html").text
        assert (said in page) is (kind == "administrator")
    assert said not in desk.visitor.get(f"/admin/users/{lee.account.address}", Accept="text/html").text


def test_ad_20_what_happens_elsewhere_pushes_nothing_of_theirs_out_of_sight(world: World) -> None:
    """Attack: another customer invites a hundred people, and a takeover in their domain stands nowhere."""
    lee = joins(world, staff(world), "lee@portal.test", "ours.example")
    ours = world.person("zoe@ours.example", status=Status.FROZEN)
    kinds = (EventKind.ACCOUNT_CONTAINED, EventKind.ERASURE_ASKED)
    for kind in kinds:
        world.store.events.record(an_event(ours.id, kind, at=world.clock()))
    for number in range(MOST):
        other = world.person(f"a{number}@{OTHER}", status=Status.FROZEN)
        for kind in kinds:
            world.store.events.record(an_event(other.id, kind, at=world.clock() + 1))
    world.clock.passes(60)
    lines = lee.visitor.get("/admin/overview").json()["attention"]
    assert {one["kind"] for one in lines} == {"frozen", "contained", "erasure_asked"}
    assert [one["users"] for one in lines] == [[ours.address]] * 3
