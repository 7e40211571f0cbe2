"""Whoever is shut out by IP ranges reads out a reference, and support finds it, with the rule that refused (IP-09)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.domain.accounts import PORTAL_POLICY, Kind, Policy
from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.limits import SHUT_OUTS, SHUT_OUTS_BY_SOURCE
from chalicelib.domain.refusals import Unavailable
from tests.console.staff import Staff, staff
from tests.fakes.planting import plant
from tests.steps.test_admin_attempts import found
from tests.world.visitors import PASSWORD, REFERENCE, Reply
from tests.world.world import World

INSIDE, HERE = ("192.0.2.0/24",), "198.51.100.7"
PORTAL, ADMIN = Policy(PORTAL_POLICY, ranges=INSIDE), Policy(PORTAL_POLICY, admin_ranges=INSIDE)
DOMAIN = Policy("people.test", ranges=INSIDE)


def at_the_desk(world: World) -> Staff:
    """Support, logged on where everything is permitted."""
    desk = staff(world, Kind.SUPPORT)
    desk.visitor.source = "192.0.2.9"
    return desk


def refused(reply: Reply) -> str:
    """The one reference on the page of somebody who is shut out."""
    assert reply.status == 403
    (reference,) = set(REFERENCE.findall(reply.text))
    return str(reference)


def refusals(world: World) -> list[Event]:
    return [one for one in world.fake.tables.events.values() if one.kind is EventKind.REQUEST_REFUSED]


@pytest.mark.parametrize(
    ("planted", "path", "rule"),
    [
        (PORTAL, "/logon", "portal_ranges"),
        (PORTAL, "/session", "portal_ranges"),
        (ADMIN, "/admin/users", "admin_ranges"),
    ],
)
def test_ip_09_a_stranger_is_found(world: World, planted: Policy, path: str, rule: str) -> None:
    desk = at_the_desk(world)
    plant(world.store, planted)
    reference = refused(world.browser(HERE).get(path))
    (row,) = found(desk, reference=reference)
    assert (row["reference"], row["address"], row["email"]) == (reference, HERE, "")
    assert (row["outcome"], row["reason"], row["rule"]) == ("refused", "ip_denied", rule)
    assert row["url"] == path
    assert found(desk, network="198.51.100.0/24", reason="ip_denied") == [row]


@pytest.mark.parametrize(
    ("planted", "path", "rule"),
    [
        (PORTAL, "/messages", "portal_ranges"),
        (ADMIN, "/admin/users", "admin_ranges"),
        (DOMAIN, "/account", "domain_ranges"),
        (None, "/account", "account_ranges"),
    ],
)
def test_ip_09_whose_session_was_shut_out_is_found(
    world: World, planted: Policy | None, path: str, rule: str
) -> None:
    desk, browser = at_the_desk(world), world.browser("192.0.2.5")
    account = world.person()
    browser.logs_on(account)
    world.clock.passes(1)
    plant(world.store, planted or world.stored(account)._replace(ranges=INSIDE))
    browser.source = HERE
    reference = refused(browser.get(path))
    (row,) = found(desk, reference=reference.lower())
    assert (row["email"], row["address"], row["rule"]) == (account.address, HERE, rule)
    assert row in found(desk, email=account.address)


@pytest.mark.parametrize("of_domain", [True, False])
def test_ip_09_a_logon_from_outside_tells_support_which_ranges_it_was(world: World, of_domain: bool) -> None:
    desk = at_the_desk(world)
    account = world.person(ranges=None if of_domain else INSIDE)
    plant(world.store, DOMAIN)
    reply = world.visitor(HERE).post("/logon", {"email": account.address, "password": PASSWORD})
    (row,) = found(desk, reference=reply.json()["reference"])
    rule = "domain_ranges" if of_domain else "account_ranges"
    assert (row["reason"], row["rule"]) == ("ip_denied", rule)
    assert rule not in reply.text


def test_ip_09_console_says_the_rule_in_words_and_its_file_has_it(world: World) -> None:
    desk = at_the_desk(world)
    plant(world.store, PORTAL)
    reference = refused(world.visitor(HERE).get("/logon"))
    asked = f"reference={reference}"
    page = desk.visitor.get(f"/admin/attempts?{asked}", Accept="text/html").text
    assert "Outside the permitted IP ranges" in page
    assert "ranges of the whole portal" in page
    file = desk.visitor.get(f"/admin/attempts/export?format=jsonl&{asked}").text
    row = json.loads(file)
    assert (row["reference"], row["rule"], row["email"]) == (reference, "portal_ranges", "")


def test_ip_09_what_one_network_asks_again_is_one_event_and_one_reference(world: World) -> None:
    """Attack: a page from outside, asked for a thousand times, buries the trail."""
    desk = at_the_desk(world)
    plant(world.store, PORTAL)
    start = world.clock() - world.clock() % SHUT_OUTS_BY_SOURCE.seconds + SHUT_OUTS_BY_SOURCE.seconds
    world.clock.passes(start - world.clock())
    references = {refused(world.visitor(HERE).get(path)) for path in ("/logon", "/account", "/logon") * 10}
    assert len(references) == 1
    (event,) = refusals(world)
    assert (event.at, event.url) == (world.clock(), "/logon")
    world.clock.passes(SHUT_OUTS_BY_SOURCE.seconds)
    later = refused(world.visitor(HERE).get("/logon"))
    assert later not in references
    assert [row["reference"] for row in found(desk, network=HERE)] == [later, *references]


def test_ip_09_a_session_that_asks_on_from_outside_is_one_event(world: World) -> None:
    browser = world.browser("192.0.2.5")
    account = world.person()
    browser.logs_on(account)
    world.clock.passes(1)
    plant(world.store, world.stored(account)._replace(ranges=INSIDE))
    seen = {}
    for source in (HERE, "203.0.113.9"):
        browser.source = source
        seen[source] = {refused(browser.get("/account")) for _ in range(20)}
    assert [len(references) for references in seen.values()] == [1, 1]
    assert len(refusals(world)) == 2


def test_ip_09_strangers_from_everywhere_write_sixty_events_a_minute(world: World) -> None:
    """Attack: a net of machines fills our tables from outside the ranges, each with an address of its own."""
    desk = at_the_desk(world)
    plant(world.store, PORTAL)
    world.clock.passes(SHUT_OUTS.left(world.clock()))
    answers = [world.visitor(f"203.0.113.{host}").get("/logon") for host in range(SHUT_OUTS.most + 40)]
    assert {(one.status, one.code) for one in answers} == {(403, "address_not_permitted")}
    assert len(refusals(world)) == SHUT_OUTS.most
    world.clock.passes(SHUT_OUTS.seconds)
    late = refused(world.visitor("203.0.113.99").get("/logon"))  # it was not written then, and is now
    assert len(found(desk, reference=late)) == 1


def test_ip_09_whoever_cannot_be_written_down_is_shut_out_all_the_same(
    world: World, monkeypatch: Any
) -> None:
    def down(*_: object) -> None:
        raise Unavailable("dynamodb")

    plant(world.store, PORTAL)
    monkeypatch.setattr(type(world.store.events), "record_strangers", down)
    assert world.visitor(HERE).get("/logon").code == "address_not_permitted"


def test_ip_09_networks_of_ipv6_count_as_one(world: World) -> None:
    plant(world.store, PORTAL)
    told = {refused(world.visitor(f"2001:db8::{host}").get("/logon")) for host in range(1, 9)}
    assert len(told) == 1
