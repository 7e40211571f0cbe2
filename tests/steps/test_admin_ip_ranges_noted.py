"""The step `admin_ip_ranges`: each range of a domain or of the portal with whose network it is."""

from __future__ import annotations

import json

import pytest

from chalicelib.domain.events import EventKind
from chalicelib.domain.published import audit
from tests.console.staff import Staff, logged_on, staff
from tests.world.world import World

DOMAIN = "/admin/domains/people.test/ip-ranges"
PORTAL = "/admin/ip-ranges"


def test_note_is_kept_with_its_range_and_shown_where_it_is_typed(world: World) -> None:
    desk = staff(world)
    world.person("ann@people.test")
    lines = ["0.0.0.0/0 # everybody", "10.0.0.0 - 10.0.0.255 # Berlin", "2001:db8::/32"]
    saved = desk.visitor.post(DOMAIN, {"ranges": lines}).json()
    assert saved["ranges"] == ["0.0.0.0/0", "10.0.0.0/24", "2001:db8::/32"]
    assert saved["notes"] == {"0.0.0.0/0": "everybody", "10.0.0.0/24": "Berlin"}
    assert desk.visitor.get(DOMAIN).json() == {"ranges": saved["ranges"], "notes": saved["notes"]}
    browser = logged_on(world, world.browser(), desk.account, desk.phone)
    assert "\n10.0.0.0/24 # Berlin\n2001:db8::/32</textarea>" in browser.get(DOMAIN).text
    assert desk.visitor.post(DOMAIN + "/dry-run", {"ranges": lines}).status == 200


def test_note_goes_with_its_range_or_when_it_is_typed_no_more(world: World) -> None:
    desk = staff(world)
    desk.visitor.post(PORTAL, {"ranges": ["0.0.0.0/0 # all", "10.0.0.0/8 # us"], "scope": "portal"})
    desk.visitor.post(PORTAL, {"ranges": ["0.0.0.0/0", "192.0.2.0/24 # desk"], "scope": "admin"})
    told = desk.visitor.get(PORTAL).json()
    assert told["notes"] == {"10.0.0.0/8": "us", "192.0.2.0/24": "desk"}
    saved = desk.visitor.post(PORTAL, {"ranges": ["0.0.0.0/0"], "scope": "portal"}).json()
    assert saved["notes"] == {"192.0.2.0/24": "desk"}


def test_what_else_holds_for_the_domain_is_changed_without_its_notes(world: World) -> None:
    desk = staff(world)
    world.person("ann@people.test")
    desk.visitor.post(DOMAIN, {"ranges": ["0.0.0.0/0 # all"]})
    assert desk.visitor.post("/admin/domains", {"domain": "people.test", "internal": True}).status == 200
    assert desk.visitor.get(DOMAIN).json()["notes"] == {"0.0.0.0/0": "all"}


def test_notes_of_a_policy_are_bounded_together(world: World) -> None:
    """The authorizer reads them with every request."""
    desk = staff(world)
    lines = [f"10.0.{number}.0/24 # {'x' * 60}" for number in range(40)]
    refused = desk.visitor.post(PORTAL, {"ranges": ["0.0.0.0/0", *lines], "scope": "portal"})
    assert (refused.status, refused.json()["field"]) == (422, "ranges")


def test_account_has_no_room_for_notes_and_says_so(world: World) -> None:
    desk, ann = staff(world), world.person()
    refused = desk.tries(ann, "ip-ranges", ranges=["10.0.0.0/8 # home"])
    assert (refused.status, refused.json()["entry"]) == (422, "10.0.0.0/8 # home")


def changes(desk: Staff) -> list[tuple[object, object]]:
    """What the trail says of the notes, before and after, the oldest first."""
    told = desk.trail(desk.account, "authz_policy_changed")
    return [(one["before"].get("notes"), one["after"].get("notes")) for one in reversed(told)]


def test_ad_03_a_change_of_a_note_alone_is_told_with_what_it_was(world: World) -> None:
    """AD-03: a stolen session notes the intruder's network down as the main office."""
    desk = staff(world)
    for lines in (
        ["0.0.0.0/0 # all", "203.0.113.0/24"],
        ["0.0.0.0/0 # all", "203.0.113.0/24 # Main office"],
        ["0.0.0.0/0", "203.0.113.0/24 # Branch"],
        ["0.0.0.0/0", "203.0.113.0/24 # Branch", "10.0.0.0/8"],
        ["0.0.0.0/0"],
    ):
        world.clock.passes(1)
        assert desk.visitor.post(PORTAL, {"ranges": lines, "scope": "portal"}).status == 200
    assert changes(desk) == [
        ([], ["0.0.0.0/0 # all"]),
        ([], ["203.0.113.0/24 # Main office"]),
        (["0.0.0.0/0 # all", "203.0.113.0/24 # Main office"], ["203.0.113.0/24 # Branch"]),
        (None, None),
        (["203.0.113.0/24 # Branch"], []),
    ]
    browser = logged_on(world, world.browser(), desk.account, desk.phone)
    page = browser.get(f"/admin/events?email={desk.account.address}").text
    assert "<bdi>203.0.113.0/24 # Main office</bdi>" in page
    assert "whose networks they are" in page


@pytest.mark.parametrize("personal", [True, False])
def test_a_note_is_published_where_personal_data_are(world: World, personal: bool) -> None:
    desk = staff(world)
    desk.visitor.post(DOMAIN, {"ranges": ["0.0.0.0/0 # Ann's house"]})
    (event,) = [
        one for one in world.store.events.of_account(desk.account.id) if one.kind is EventKind.POLICY_CHANGED
    ]
    assert ("Ann's house" in json.dumps(audit(event, personal=personal))) is personal
