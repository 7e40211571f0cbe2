"""The step `admin_users`: the users of a domain with search and paging, and inviting somebody."""

import re
from urllib.parse import quote

import pytest

from chalicelib.domain.accounts import Kind, Policy, Status
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
    assert (len(first["users"]), len(listed), rest["next"]) == (40, 60, None)
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


def test_users_are_found_by_any_part_of_address_or_domain_and_by_what_they_are(world: World) -> None:
    desk = staff(world)
    world.person("ann.smith@a.test")
    world.person("smithers@b.test", kind=Kind.SUPPORT)
    world.person("zoe@smithson.test", status=Status.FROZEN)
    world.person("other@b.test")

    def found(asked: str) -> list[str]:
        return emails(desk.visitor.get(f"/admin/users?{asked}").json())

    assert found("q=Smith") == ["ann.smith@a.test", "smithers@b.test", "zoe@smithson.test"]
    assert found("q=smith&sort=-address") == ["zoe@smithson.test", "smithers@b.test", "ann.smith@a.test"]
    assert found("q=smith&sort=address&kind=support") == ["smithers@b.test"]
    assert found("q=smith&status=frozen") == ["zoe@smithson.test"]
    assert found("domain=b.test&q=smith&two_step=false") == ["smithers@b.test"]
    assert found(f"two_step=true&kind=administrator&q={desk.account.address}") == [desk.account.address]
    assert found(f"two_step=false&q={desk.account.address}") == []
    assert found("q=other@b.test&kind=support") == []


@pytest.mark.parametrize("field", ["status", "kind", "two_step", "idle_days", "sort"])
def test_what_no_list_can_be_asked_for_is_refused_by_its_field(world: World, field: str) -> None:
    desk = staff(world)
    refused = desk.visitor.get(f"/admin/users?{field}=nonsense")
    assert (refused.status, refused.json()["field"]) == (422, field)
    page = desk.visitor.get(f"/admin/users?{field}=nonsense", Accept="text/html")
    assert (page.status, 'aria-invalid="true"' in page.text) == (422, True)


@pytest.mark.parametrize("sort", ["address", "-address"])
def test_a_list_is_read_to_its_end_and_back_to_its_beginning(world: World, sort: str) -> None:
    desk = staff(world)
    for number in range(120):
        world.person(f"paged{number:03}@many.test")
    path = f"/admin/users?domain=many.test&q=paged&sort={sort}"
    there: list[list[str]] = []
    answer = desk.visitor.get(path).json()
    assert answer["previous"] is None
    while True:
        there.append(emails(answer))
        if answer["next"] is None:
            break
        answer = desk.visitor.get(f"{path}&after={answer['next']}").json()
    whole = [email for page in there for email in page]
    assert [len(page) for page in there] == [40, 40, 40]
    assert whole == sorted(whole, reverse=sort == "-address")
    back = [emails(answer)]
    while answer["previous"] is not None:
        answer = desk.visitor.get(f"{path}&before={answer['previous']}").json()
        back.append(emails(answer))
    assert back == there[::-1]
    assert answer["next"] == there[0][-1]


def test_whoever_has_not_been_in_for_long_is_found(world: World) -> None:
    desk = staff(world)
    world.person("gone@idle.test")
    world.clock.passes(100 * 86400)
    desk = staff(world)
    world.visitor().logs_on(world.person("here@idle.test"))
    asked = "/admin/users?domain=idle.test&idle_days="
    assert emails(desk.visitor.get(f"{asked}90").json()) == ["gone@idle.test"]
    assert emails(desk.visitor.get(f"{asked}120").json()) == []


@pytest.mark.parametrize("days", ["0", "-1", "3651", "x", "1e3", "\u0663"])
def test_days_that_are_none_are_refused_by_their_field(world: World, days: str) -> None:
    reply = staff(world).visitor.get(f"/admin/users?idle_days={quote(days)}")
    assert (reply.status, reply.json()["field"]) == (422, "idle_days")


def test_users_are_a_file_too_in_parts_that_lead_on(world: World) -> None:
    desk = staff(world)
    for number in range(260):
        world.person(f"filed{number:03}@many.test")
    part = desk.visitor.get("/admin/users/export?format=csv&domain=many.test")
    lines = part.text.split("\r\n")
    assert lines[0] == "email,kind,status,two_step,last_logon_at,invited_at"
    assert part.header("Content-Disposition") == 'attachment; filename="users-incomplete.csv"'
    onward = re.fullmatch('<(/admin/users/export[^>]+)>; rel="next"', part.header("Link"))
    assert onward
    rest = desk.visitor.get(onward[1])
    assert (len(lines) - 2, len(rest.text.split("\r\n")) - 2) == (250, 10)
    assert not rest.header("Link")
    read = [one for one in world.store.events.of_account(desk.account.id) if one.kind is EventKind.USERS_READ]
    assert {one.told["file"] for one in read} == {"csv"}


def test_a_file_begins_where_the_page_does(world: World) -> None:
    desk = staff(world)
    world.person("c@a.test")
    html = desk.visitor.get("/admin/users?domain=a.test&after=b@a.test", Accept="text/html").text
    assert "/admin/users/export?format=csv&amp;domain=a.test&amp;after=b%40a.test" in html
