"""The step `admin_users`: the users of a domain with search and paging, and inviting somebody."""

import re
from urllib.parse import quote

import pytest

from chalicelib.domain.accounts import Kind, Policy
from chalicelib.domain.events import EventKind
from tests.console.staff import staff
from tests.fakes.planting import plant
from tests.world.visitors import CHOSEN, PASSWORD
from tests.world.world import World


def test_users_of_a_domain_page_by_page_with_search(world: World) -> None:
    desk = staff(world)
    for number in range(60):
        world.person(f"paged{number:02}@many.test")
    world.person("other@many.test")
    first = desk.visitor.get("/admin/users?domain=many.test&q=paged").json()
    rest = desk.visitor.get(f"/admin/users?domain=many.test&q=paged&after={first['next']}").json()
    listed = [one["email"] for one in first["users"] + rest["users"]]
    assert (len(first["users"]), len(listed), rest["next"]) == (50, 60, None)
    assert sorted(set(listed)) == listed


def test_every_domain_is_searched_when_none_is_named(world: World) -> None:
    desk = staff(world)
    for address in ("ann@a.test", "ann@b.test", "bob@b.test"):
        world.person(address)
        plant(world.store, Policy(address.partition("@")[2]))
    assert emails(desk.visitor.get("/admin/users?q=ann").json()) == ["ann@a.test", "ann@b.test"]
    assert emails(desk.visitor.get("/admin/users?q=BOB@b.test").json()) == ["bob@b.test"]
    assert emails(desk.visitor.get("/admin/users?q=no@b.test").json()) == []
    assert emails(desk.visitor.get("/admin/users?q=bob@").json()) == ["bob@b.test"]


@pytest.mark.parametrize("after", ["x", "zzz", "z" * 2000, "\u00e9" * 2000])
@pytest.mark.parametrize(
    "asked", ["domain=many.test&q=@", "domain=many.test&q=rec", "domain=many.test", "q=rec"]
)
def test_page_that_nobody_was_sent_to_is_read_like_any_other(world: World, asked: str, after: str) -> None:
    desk = staff(world)
    world.person("rec@many.test")
    answer = desk.visitor.get(f"/admin/users?{asked}&after={quote(after)}")
    assert (answer.status, answer.json()["next"]) == (200, None)


def emails(told: dict[str, list[dict[str, str]]]) -> list[str]:
    return [one["email"] for one in told["users"]]


def test_lg_11_invited_by_mail_with_no_password_of_anybody_s_choosing(world: World) -> None:
    desk = staff(world)
    answer = desk.visitor.post("/admin/users", {"email": "New@People.test", "kind": "support"})
    assert (answer.status, answer.json()) == (
        201,
        {"email": "new@people.test", "kind": "support", "status": "active"},
    )
    temporary = world.mails("new@people.test")[-1].temporary
    assert world.visitor().logs_on("new@people.test", temporary) == "change_password"
    assert temporary not in answer.text


def test_ad_11_who_never_came_is_invited_in_the_list_until_a_password_is_chosen(world: World) -> None:
    """AD-11."""
    desk = staff(world)
    desk.visitor.post("/admin/users", {"email": "new@people.test"})
    page = desk.visitor.get("/admin/users?domain=people.test&q=new", Accept="text/html").text
    assert badge(page) == "Invited"
    temporary = world.mails("new@people.test")[-1].temporary
    visitor = world.visitor()
    assert visitor.logs_on("new@people.test", temporary) == "change_password"
    assert badge(desk.visitor.get("/admin/users?q=new@people.test", Accept="text/html").text) == "Invited"
    visitor.post("/password/change", {"new_password": CHOSEN, "confirm_password": CHOSEN})
    for asked in ("domain=people.test&q=new", "q=new@people.test"):
        assert badge(desk.visitor.get(f"/admin/users?{asked}", Accept="text/html").text) == "Active"


def badge(page: str) -> str:
    (found,) = re.findall(r'<span class="badge \w+">(.*?)</span>', page)
    return str(found)


def test_address_that_is_taken_and_what_is_none(world: World) -> None:
    desk, ann = staff(world), world.person()
    taken = desk.visitor.post("/admin/users", {"email": f" {ann.address.upper()} "})
    assert (taken.status, taken.code) == (409, "exists")
    for fields in ({"email": "nonsense"}, {"email": "x@y.test", "kind": "root"}, {"email": ["x@y.test"]}, {}):
        refused = desk.visitor.post("/admin/users", fields)
        assert (refused.status, refused.code) == (422, "invalid_request")


def test_wb_09_nobody_writes_status_or_hash_along(world: World) -> None:
    desk = staff(world)
    for extra in ("status", "password_hash", "epoch", "ranges"):
        refused = desk.visitor.post("/admin/users", {"email": "x@y.test", extra: "active"})
        assert refused.code == "invalid_request"


def test_ad_10_reading_a_list_leaves_one_event_however_many_pages(world: World) -> None:
    desk = staff(world, Kind.SUPPORT)
    world.clock.now = world.clock() // 300 * 300
    for number in range(60):
        world.person(f"paged{number:02}@many.test")
    first = desk.visitor.get("/admin/users?domain=many.test&q=paged").json()
    desk.visitor.get(f"/admin/users?domain=many.test&q=paged&after={first['next']}")
    desk.visitor.get("/admin/users?q=paged01@many.test")
    trail = world.store.events.of_account(desk.account.id)
    told = [event.details for event in trail if event.kind is EventKind.USERS_READ]
    asked = [("", "paged01@many.test"), ("many.test", "paged")]
    assert sorted(told, key=str) == [{"users": {"domain": domain, "q": q}} for domain, q in asked]


def test_ad_08_support_reaches_no_page_of_the_console_without_2_step(world: World) -> None:
    visitor = world.visitor()
    assert visitor.logs_on(world.person(kind=Kind.SUPPORT)) == "enrol_two_step"
    for path in (
        "/admin/users",
        "/admin/users/ann@people.test",
        "/admin/attempts",
        "/admin/events?email=a@b.test",
    ):
        assert visitor.get(path).code == "step_required"


def test_ad_08_support_cannot_turn_2_step_off_and_the_console_says_why(world: World) -> None:
    desk = staff(world, Kind.SUPPORT)
    fields = {"password": PASSWORD, "code": desk.phone.code()}
    assert desk.visitor.post("/account/two-step/remove", fields).code == "two_step_required"
    told = staff(world).user(desk.account)["two_step"]
    assert (told["required"], told["required_by"]) == (True, ["kind"])
