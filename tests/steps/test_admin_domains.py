"""The step `admin_domains`: the list of domains, and what holds for all users of one."""

from chalicelib.domain.accounts import Policy
from tests.console.staff import staff
from tests.fakes.planting import plant
from tests.world.world import World


def test_domain_is_added_listed_and_changed_and_its_ranges_stay(world: World) -> None:
    desk = staff(world)
    added = desk.visitor.post("/admin/domains", {"domain": "Senders.TEST", "internal": True})
    facts = {"domain": "senders.test", "name": "senders.test", "internal": True, "ranges": None}
    assert (added.status, added.json()) == (201, facts | {"two_step_required": False})
    plant(world.store, Policy("senders.test", internal=True, ranges=("192.0.2.0/24",)))
    changed = desk.visitor.post("/admin/domains", {"domain": "senders.test", "two_step_required": True})
    facts |= {"two_step_required": True, "ranges": ["192.0.2.0/24"]}
    assert (changed.status, changed.json()) == (200, facts)
    assert desk.visitor.get("/admin/domains").json()["domains"] == [facts]


def test_two_step_of_a_domain_counts_for_its_users_at_the_next_request(world: World) -> None:
    desk, ann, visitor = staff(world), world.person("ann@required.test"), world.visitor()
    visitor.logs_on(ann)
    desk.visitor.post("/admin/domains", {"domain": "required.test", "two_step_required": True})
    assert visitor.get("/messages").code == "step_required"
    assert desk.user(ann)["two_step"]["required_by"] == ["domain"]
    desk.visitor.post("/admin/domains", {"domain": "required.test", "two_step_required": False})
    assert visitor.get("/messages").status == 200


def test_change_is_recorded_with_before_and_after(world: World) -> None:
    desk = staff(world)
    for internal in (False, True):
        desk.visitor.post("/admin/domains", {"domain": "audited.test", "internal": internal})
    first, second = sorted(
        desk.trail(desk.account, "authz_policy_changed"), key=lambda one: str(one["before"])
    )[::-1]
    told = {str(one["before"].get("internal")): one["after"]["internal"] for one in (first, second)}
    assert told == {"None": False, "False": True}


def test_what_is_no_domain_is_refused_by_its_field(world: World) -> None:
    desk = staff(world)
    for text in ("", "no domain", "a@b.test", "x" * 301, "*"):
        refused = desk.visitor.post("/admin/domains", {"domain": text})
        assert (refused.status, refused.json()["field"]) == (422, "domain")
    assert desk.visitor.get("/admin/domains").json() == {"domains": [], "next": None, "previous": None}


def test_domains_come_page_by_page_both_ways(world: World) -> None:
    desk = staff(world)
    for number in range(130):
        plant(world.store, Policy(f"d{number:03}.test"))
    first = desk.visitor.get("/admin/domains").json()
    rest = desk.visitor.get(f"/admin/domains?after={first['next']}").json()
    names = [one["name"] for one in first["domains"] + rest["domains"]]
    assert (len(first["domains"]), names, rest["next"]) == (100, [f"d{n:03}.test" for n in range(130)], None)
    again = desk.visitor.get(f"/admin/domains?before={rest['previous']}").json()
    assert (again["domains"], again["previous"]) == (first["domains"], None)
    found = desk.visitor.get("/admin/domains?q=D12").json()["domains"]
    assert [one["name"] for one in found] == [f"d{n}.test" for n in range(120, 130)]
    page = desk.visitor.get("/admin/domains?q=d1", Accept="text/html").text
    assert "/admin/domains?q=d1&amp;after=d124.test" in page
