"""The step `admin_ip_ranges`: what may be saved, who is warned first, and what a list would have refused."""

from typing import Any

import pytest

from chalicelib.domain.accounts import PORTAL_POLICY, Policy
from chalicelib.domain.events import EventKind
from chalicelib.steps import admin_ip_ranges
from tests.console.staff import staff
from tests.fakes.planting import plant
from tests.fakes.samples import an_event
from tests.world.visitors import PASSWORD
from tests.world.world import World

PLACE, ELSEWHERE = "198.51.100.0/24", "203.0.113.0/24"
INSIDE, OUTSIDE = "198.51.100.7", "203.0.113.7"
BAD = ("10.0.0.1/8", "10.0.0.0/0.255.255.255", "fe80::1%eth0", "10.0.0.0/33", "everybody", "01.0.0.0/8", "")
PATHS = ("/admin/users/{}/ip-ranges", "/admin/domains/people.test/ip-ranges", "/admin/ip-ranges")


def test_se_12_live_session_is_judged_at_its_next_request(world: World) -> None:
    desk, ann, inside = staff(world), world.person(), world.visitor(INSIDE)
    inside.logs_on(ann)
    outside = world.visitor(OUTSIDE)
    outside.token = inside.token
    assert outside.get("/account").status == 200
    desk.does(ann, "ip-ranges", ranges=[PLACE, "2001:db8::/32"])
    assert (outside.get("/account").status, inside.get("/account").status) == (403, 200)
    (event,) = desk.trail(ann, "authz_fail")
    assert (event["reason"], event["source"]) == ("ip_denied", OUTSIDE)


def test_ip_08_right_password_outside_is_the_one_refusal_and_does_not_count(world: World) -> None:
    ann = world.person(ranges=(PLACE,))
    nobody = world.visitor(OUTSIDE).post("/logon", {"email": "nobody@people.test", "password": PASSWORD})
    for _ in range(9):
        reply = world.visitor().post("/logon", {"email": ann.address, "password": PASSWORD})
        assert (reply.status, reply.code, set(reply.json())) == (401, "invalid_logon", set(nobody.json()))
    assert (world.stored(ann).failures, world.stored(ann).locked_until) == (0, 0)
    assert world.visitor(INSIDE).logs_on(ann) == "portal"


def test_ip_02_ipv6_never_matches_ipv4_and_mapped_is_unmapped(world: World) -> None:
    desk, ann = staff(world), world.person()
    desk.does(ann, "ip-ranges", ranges=["::/0"])
    for source, status in ((INSIDE, 401), (f"::ffff:{INSIDE}", 401), ("2001:db8::7", 200)):
        reply = world.visitor(source).post("/logon", {"email": ann.address, "password": PASSWORD})
        assert reply.status == status
    desk.does(ann, "ip-ranges", ranges=[PLACE])
    assert world.visitor(f"::ffff:{INSIDE}").logs_on(ann) == "portal"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("bad", BAD)
def test_ip_03_bad_entry_is_named_and_nothing_is_saved(world: World, path: str, bad: str) -> None:
    desk, ann = staff(world), world.person()
    before = world.rows()
    refused = desk.visitor.post(path.format(ann.address), {"ranges": [PLACE, f"{bad}"]})
    if not bad:
        assert refused.status in {200, 409}  # an empty line is no entry
        return
    assert (refused.status, refused.code) == (422, "invalid_request")
    assert (refused.json()["field"], refused.json()["entry"]) == ("ranges", bad)
    assert world.rows() == before


@pytest.mark.parametrize("wrong", [PLACE, {"a": 1}, [1], [None], True, ["x" * 9] * 101])
def test_ip_03_only_a_list_of_text_or_null(world: World, wrong: Any) -> None:
    desk, ann = staff(world), world.person()
    assert desk.tries(ann, "ip-ranges", ranges=wrong).code == "invalid_request"
    assert desk.tries(ann, "ip-ranges").code == "invalid_request"
    assert world.stored(ann).ranges is None


def test_unset_is_everybody_and_empty_is_nobody(world: World) -> None:
    desk, ann, visitor = staff(world), world.person(), world.visitor()
    visitor.logs_on(ann)
    for ranges, status in (([], 403), (None, 200)):
        desk.does(ann, "ip-ranges", ranges=ranges)
        assert visitor.get("/account").status == status


@pytest.mark.parametrize("scope", ["portal", "admin", "domain", "own account"])
@pytest.mark.parametrize("ranges", [[PLACE], []])
def test_ip_05_save_that_shuts_the_saver_out_asks_first(world: World, scope: str, ranges: list[str]) -> None:
    desk = staff(world)
    fields: dict[str, Any] = {"ranges": ranges}
    target = {"domain": PATHS[1], "own account": PATHS[0].format(desk.account.address)}.get(scope, PATHS[2])
    if target == PATHS[2]:
        fields["scope"] = scope
    before = world.rows()
    refused = desk.visitor.post(target, fields)
    assert (refused.status, refused.code) == (409, "would_lock_you_out")
    assert world.rows() == before
    assert desk.visitor.post(target, fields | {"confirm": False}).status == 409
    assert desk.visitor.post(target, fields | {"confirm": True}).status == 200
    assert desk.visitor.get("/admin/domains").status == 403


def test_account_s_own_ranges_go_before_its_domain_s(world: World) -> None:
    desk, ann, path = (
        staff(world),
        world.person("ann@placed.test"),
        "/admin/domains/placed.test/ip-ranges",
    )
    logon = {"email": ann.address, "password": PASSWORD}
    saved = desk.visitor.post(path, {"ranges": [PLACE]}).json()
    assert saved == {"ranges": [PLACE], "admin_ranges": None, "notes": {}}
    assert desk.user(ann)["ranges"] == {
        "effective": [PLACE],
        "source": "domain",
        "own": None,
        "domain": [PLACE],
    }
    assert [world.visitor(at).post("/logon", logon).status for at in (INSIDE, OUTSIDE)] == [200, 401]
    desk.does(ann, "ip-ranges", ranges=[ELSEWHERE])
    assert desk.user(ann)["ranges"]["source"] == "account"
    assert [world.visitor(at).post("/logon", logon).status for at in (INSIDE, OUTSIDE)] == [401, 200]
    assert desk.visitor.get(path).json() == {"ranges": [PLACE], "notes": {}}


def test_others_may_be_shut_out_without_confirmation(world: World) -> None:
    desk, ann = staff(world), world.person()
    assert desk.does(ann, "ip-ranges", ranges=[PLACE])["changed"] is True
    assert desk.visitor.post("/admin/domains/other.test/ip-ranges", {"ranges": []}).status == 200


def test_portal_s_ranges_gate_everything_and_the_console_s_the_console(world: World) -> None:
    desk, visitor = staff(world), world.visitor(INSIDE)
    plant(world.store, Policy(PORTAL_POLICY, admin_ranges=(ELSEWHERE,)))
    assert (desk.visitor.get("/admin/domains").status, desk.visitor.get("/account").status) == (403, 200)
    plant(world.store, Policy(PORTAL_POLICY, ranges=(ELSEWHERE,)))
    for path in ("/health", "/logon", "/password/forgot"):
        refused = visitor.get(path)
        assert (refused.status, refused.code) == (403, "address_not_permitted")
        assert world.visitor(OUTSIDE).get(path).status == 200
    # How to ask for help is told to whoever is shut out, too (IP-09).
    assert visitor.get("/help").status == 200


def test_dry_run_names_what_it_would_have_refused_and_saves_nothing(world: World) -> None:
    desk, ann = staff(world), world.person()
    for source in (INSIDE, OUTSIDE, OUTSIDE):
        world.visitor(source).logs_on(ann)
    world.visitor(OUTSIDE).post("/logon", {"email": ann.address, "password": "wrong wrong wrong"})
    before = world.rows()
    for path in PATHS:
        told = desk.visitor.post(f"{path.format(ann.address)}/dry-run", {"ranges": [PLACE]}).json()
        mine = [one["address"] for one in told["refused"] if one["email"] == ann.address]
        assert mine == [OUTSIDE] * 2
        assert told["checked"] >= 3
    admins = desk.visitor.post("/admin/ip-ranges/dry-run", {"scope": "admin", "ranges": [PLACE]}).json()
    assert {one["email"] for one in admins["refused"]} == {desk.account.address}
    assert world.rows() == before


def test_tr_01_dry_run_of_an_account_tries_logons_past_any_number_of_refusals(world: World) -> None:
    desk, ann = staff(world), world.person()
    world.visitor(OUTSIDE).logs_on(ann)
    for ago in range(1200):
        world.store.events.record(an_event(ann.id, EventKind.LOGON_REFUSED, world.clock() - ago / 10))
    told = desk.visitor.post(f"{PATHS[0].format(ann.address)}/dry-run", {"ranges": [PLACE]}).json()
    assert [one["address"] for one in told["refused"]] == [OUTSIDE]


def test_tr_02_dry_run_says_when_it_could_not_try_every_logon(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, ann = staff(world), world.person()
    for _ in range(3):
        world.visitor(OUTSIDE).logs_on(ann)
    for path in PATHS:
        whole = desk.visitor.post(f"{path.format(ann.address)}/dry-run", {"ranges": [PLACE]}).json()
        assert whole["more"] is False
    monkeypatch.setattr(admin_ip_ranges, "MOST_OF_ONE", 2)
    monkeypatch.setattr(admin_ip_ranges, "MOST_OF_A_DAY", 2)
    for path in PATHS:
        cut = desk.visitor.post(f"{path.format(ann.address)}/dry-run", {"ranges": [PLACE]}).json()
        assert cut["more"] is True


def test_save_is_recorded_with_before_and_after(world: World) -> None:
    desk = staff(world)
    desk.visitor.post(PATHS[2], {"scope": "portal", "ranges": ["10.0.0.0/8"]})
    (event,) = desk.trail(desk.account, "authz_policy_changed")
    assert event["before"] == {}
    assert event["after"] == {"ranges": ["10.0.0.0/8"], "admin_ranges": None}
    assert event["details"] == {"policy": PORTAL_POLICY}
