"""ADR 58: staff of some domains alone. Every route of the console, asked about their own domain and about another one.

What is asked is each operation's example in the contract, so a new route is swept from its first day.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from chalicelib.domain.access import guard_of
from chalicelib.domain.accounts import Kind, Status
from chalicelib.domain.addresses import account_id, canonical_address
from chalicelib.domain.messages import reply_drawer
from infra.openapi.answers import Answers, read_answers
from tests.console.staff import Staff, joins, logged_on, staff
from tests.docs.examples import DOMAIN, KIM, PLACES, Scene, filled, place
from tests.fakes.planting import plant
from tests.fakes.samples import a_message
from tests.world.visitors import Reply, Visitor
from tests.world.world import World

ELSEWHERE = "elsewhere.example"
CONSOLE = {name: one for name, one in read_answers().items() if one.operation.path.startswith("/admin")}
# What is asked of no account or domain by name, and so answered with less.
LISTS = {
    "admin_overview.show",
    "admin_domains.show",
    "admin_messages.show",
    "admin_invitations.show_several",
    "admin_invitations.submit_several",
}
# Their examples name a domain or an account that is nobody's of the two.
OF_A_THIRD = {"admin_domains.submit"}
GONE = {"admin_messages.recall", "admin_messages.show_replies"}  # what another one sent is as none (AD-02)


def limited(scene: Scene, kim: Visitor, *domains: str, kind: Kind = Kind.ADMINISTRATOR) -> Visitor:
    """Lee of the staff, whom Kim has limited to domains."""
    lee = scene.world.person("lee@portal.example")
    fields = {"kind": kind.value, "domains": list(domains), "reason": "Looks after one customer"}
    assert kim.post(f"/admin/users/{lee.address}/kind", fields).status == 200
    visitor = scene.world.visitor()
    visitor.logs_on(lee)
    scene.turns_it_on(visitor)
    assert scene.phone
    return logged_on(scene.world, scene.world.visitor(), lee, scene.phone)


def asks(one: Answers, scene: Scene, maker: Visitor, caller: Visitor, before: list[Any]) -> Reply:
    """The example of an operation, by a caller who is not the one in it; `before` gets the rows as they were."""
    told = one.asked
    path, query, body = (
        filled(part, scene, maker)
        for part in (PLACES | told.get("path", {}), told.get("query", {}), told.get("body"))
    )
    where = place(one.operation.path, path)
    where += "?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else ""
    before.append(scene.world.rows())
    if one.operation.method == "GET":
        return caller.get(where)
    return caller.post(where, body)


@pytest.mark.parametrize("name", CONSOLE)
def test_ad_20_nothing_of_another_domain_is_told_or_changed(name: str) -> None:
    scene = Scene()
    kim = scene.staff(Kind.ADMINISTRATOR, KIM)
    before: list[Any] = []
    reply = asks(CONSOLE[name], scene, kim, limited(scene, kim, ELSEWHERE), before)
    if name in GONE and reply.status == 404:
        assert reply.code == "not_found"
    elif name in LISTS:
        assert reply.status == 200
    else:
        assert (reply.status, reply.code) == (403, "not_permitted"), reply.text
    told = reply.text.replace("eve@example.com", "")  # what the question itself says
    if name != "admin_invitations.submit_several":
        assert DOMAIN not in told
    assert scene.world.rows() == before[0]


@pytest.mark.parametrize("name", CONSOLE)
def test_their_own_domain_is_theirs_as_everybodys(name: str) -> None:
    scene, one = Scene(), CONSOLE[name]
    kim = scene.staff(Kind.ADMINISTRATOR, KIM)
    lee = limited(scene, kim, DOMAIN)
    maker = kim if "services" in one.operation.path else lee  # what they made themselves, where they may
    reply = asks(one, scene, maker, lee, [])
    guard = guard_of(one.operation.method, one.operation.path)
    assert guard
    if guard.whole_portal or name in OF_A_THIRD:
        assert (reply.status, reply.code) == (403, "not_permitted"), reply.text
        assert "looks after certain domains" in reply.json()["detail"]
    else:
        assert reply.status in one.gives, reply.text


@pytest.mark.parametrize("name", [name for name, one in CONSOLE.items() if one.asked["by"] == "support"])
def test_ad_20_the_support_desk_likewise(name: str) -> None:
    scene = Scene()
    kim = scene.staff(Kind.ADMINISTRATOR, KIM)
    reply = asks(CONSOLE[name], scene, kim, limited(scene, kim, ELSEWHERE, kind=Kind.SUPPORT), [])
    assert (reply.status, reply.code) in ((200, ""), (403, "not_permitted"))
    assert DOMAIN not in reply.text


def test_ad_20_replies_to_somebody_else_may_come_from_anywhere() -> None:
    """An administrator of all who has an address in their domain is written to by others."""
    scene = Scene()
    kim = scene.staff(Kind.ADMINISTRATOR, KIM)
    chief = scene.world.person(f"chief@{DOMAIN}", kind=Kind.ADMINISTRATOR)
    stranger = scene.world.person(f"zoe@{ELSEWHERE}")
    about = a_message(stranger, answers_to=chief.id)
    written = a_message(stranger, id=f"{about.id}-00000000000-ab", sender=stranger.address)
    plant(scene.world.store, written._replace(account_id=reply_drawer(chief.id)))
    lee, page = limited(scene, kim, DOMAIN), f"/admin/users/{chief.address}"
    assert lee.get(page).json()["received"]["replies"] == 0
    assert kim.get(page).json()["received"]["replies"] == 1
    refused = lee.get(f"{page}/messages?kind=reply")
    assert (refused.status, refused.code) == (403, "not_permitted")
    assert "kind=reply" not in lee.get(f"{page}/messages", Accept="text/html").text
    assert kim.get(f"{page}/messages?kind=reply").json()["messages"][0]["from"] == stranger.address
    assert lee.get("/admin/users/lee@portal.example/messages?kind=reply").status == 403  # of another domain


def busy(world: World, desk: Staff, domains: Sequence[str]) -> None:
    """In each domain somebody of every sort, whom something has happened to."""
    for domain in domains:
        people = {who: world.person(f"{who}@{domain}") for who in ("ann", "bob", "cleo", "dan")}
        desk.does(people["bob"], "disable")
        desk.does(people["cleo"], "contain", reason="A thief")
        world.person(f"fay@{domain}", created_at=world.clock() - 400 * 86400)
        world.visitor().logs_on(people["ann"])
        for _ in range(6):
            world.visitor("203.0.113.77").logon(f"dan@{domain}", "wrong")
        desk.visitor.post("/admin/users", {"email": f"eve@{domain}"})
        desk.visitor.post("/admin/messages", {"to": f"ann@{domain}", "subject": "Hello", "body": "Hello"})
        desk.visitor.post("/admin/domains", {"domain": domain, "two_step_required": False})
        world.visitor("203.0.113.78").post("/password/forgot", {"email": f"ann@{domain}"})
        desk.user(people["ann"])
    world.delivers()
    desk.types_it_again()


SEARCHES = (
    "/admin/overview",
    "/admin/domains",
    "/admin/domains?q=other",
    "/admin/users",
    "/admin/users?q=ann",
    "/admin/users?q=ann@other.example",
    "/admin/users?status=disabled",
    "/admin/users?status=invited",
    "/admin/users?kind=recipient",
    "/admin/users?two_step=false",
    "/admin/users?idle_days=90",
    "/admin/users?sort=-address",
    "/admin/users/export?format=csv",
    "/admin/users/export?format=jsonl",
    "/admin/attempts",
    "/admin/attempts?network=203.0.113.77",
    "/admin/attempts?outcome=refused",
    "/admin/attempts/export?format=csv",
    "/admin/attempts/export?format=jsonl",
    "/admin/events?actor=boss@ours.example",
    "/admin/events?actor=boss@ours.example&changes=true",
    "/admin/events/export?format=csv&actor=boss@ours.example",
    "/admin/events?email=boss@ours.example",
    "/admin/events?email=boss@ours.example&changes=true",
    "/admin/events/export?format=jsonl&email=boss@ours.example",
    "/admin/users/boss@ours.example",
    "/admin/messages",
)


@pytest.mark.parametrize("kind", ["administrator", "support"])
@pytest.mark.parametrize("page", [False, True])
def test_ad_20_no_list_search_file_or_page_has_a_word_of_the_other_domain(
    world: World, kind: str, page: bool
) -> None:
    """Boss is of all domains and has an address in ours: what they did and read elsewhere stands in their own trail."""
    desk = staff(world, address="boss@ours.example")
    busy(world, desk, ["ours.example", "other.example"])
    lee = joins(world, desk, "lee@portal.test", "ours.example", kind=kind)
    accept = {"Accept": "text/html"} if page else {}
    for where in SEARCHES:
        reply = lee.visitor.get(where, **accept)
        if where == "/admin/messages" and kind == "support":
            assert reply.status == 403
            continue
        assert reply.status == 200, (where, reply.text)
        said = reply.text.replace(where.replace("&", "&amp;"), "").replace("ann@other.example", "", 1)
        if "q=" not in where:
            said = reply.text
            assert "ours.example" in said or where == "/admin/messages", where
        assert "other.example" not in said, where


def test_of_the_whole_portal_everything_is_there(world: World) -> None:
    """Or the sweep above would prove nothing."""
    desk = staff(world, address="boss@ours.example")
    busy(world, desk, ["ours.example", "other.example"])
    for where in SEARCHES:
        reply = desk.visitor.get(where)
        assert "other.example" in reply.text, where


def test_a_search_goes_through_their_domains_page_by_page(world: World) -> None:
    desk = staff(world)
    for number in range(60):
        world.person(f"p{number:02}@{('a', 'b', 'c')[number % 3]}.example")
    lee = joins(world, desk, "lee@portal.test", "c.example", "a.example")
    seen: list[str] = []
    page, after = lee.visitor.get("/admin/users?q=p").json(), ""
    while True:
        seen += [one["email"] for one in page["users"]]
        after = page.get("next") or ""
        if not after:
            break
        page = lee.visitor.get(f"/admin/users?q=p&after={after}").json()
    assert seen == [
        f"p{number:02}@{('a', 'b', 'c')[number % 3]}.example" for number in range(60) if number % 3 != 1
    ]


def test_ad_20_staff_of_their_domain_is_seen_and_not_in_their_hands(world: World) -> None:
    desk = staff(world, address="boss@ours.example")
    lee = joins(world, desk, "lee@ours.example", "ours.example")
    before = world.rows()
    for who in (desk.account, lee.account):
        assert lee.user(who)["kind"] == "administrator"
        acts: dict[str, dict[str, Any]] = {
            "password": {},
            "contain": {"reason": "x"},
            "two-step/reset": {"reason": "x", "confirm": True},
            "ip-ranges": {"ranges": None},
            "disable": {},
            "kind": {"kind": "recipient", "reason": "x"},
            "erase": {"confirm": who.address, "reason": "x"},
            "sessions/revoke": {},
            "address": {"new_email": "new@ours.example", "reason": "x"},
        }
        for act, fields in acts.items():
            assert lee.tries(who, act, **fields).code == "not_permitted", act
    assert world.rows() == before
    page = lee.visitor.get(f"/admin/users/{desk.account.address}", Accept="text/html").text
    assert desk.account.address in page
    assert "/contain" not in page


def test_nobody_leaves_their_domain_by_their_hands(world: World) -> None:
    desk = staff(world)
    lee, ann = joins(world, desk, "lee@portal.test", "ours.example"), world.person("ann@ours.example")
    before = world.rows()
    assert lee.tries(ann, "address", new_email="ann@other.example", reason="x").code == "not_permitted"
    for kind in ("administrator", "support"):
        fields = {"email": "new@ours.example", "kind": kind}
        assert lee.visitor.post("/admin/users", fields).code == "not_permitted"
        listed = {"emails": ["new@ours.example"], "kind": kind}
        assert lee.visitor.post("/admin/users/import", listed).code == "not_permitted"
    assert world.rows() == before


def test_import_says_which_lines_are_outside(world: World) -> None:
    desk = staff(world)
    lee = joins(world, desk, "lee@portal.test", "ours.example")
    world.person("old@other.example")
    sent = ["new@ours.example", "new@other.example", "old@other.example"]
    told = lee.visitor.post("/admin/users/import", {"emails": sent}).json()["results"]
    assert [one["result"] for one in told] == ["invited", "outside", "outside"]
    assert account_id(canonical_address("new@other.example")) not in world.fake.tables.accounts


def test_what_they_sent_before_they_were_limited_is_out_of_their_sight(world: World) -> None:
    desk, other = staff(world), staff(world)
    sent = {}
    for domain in ("ours", "other"):
        fields = {"to": f"ann@{domain}.example", "subject": domain, "body": "Hello"}
        sent[domain] = other.visitor.post("/admin/messages", fields).json()["id"]
    desk.does(other.account, "kind", kind="administrator", domains=["ours.example"], reason="x")
    assert other.visitor.get("/admin/messages").code == "session_required"
    again = logged_on(world, world.visitor(), other.account, other.phone)
    assert [one["subject"] for one in again.get("/admin/messages").json()["messages"]] == ["ours"]
    assert again.get(f"/admin/messages/{sent['ours']}/replies").status == 200
    assert again.get(f"/admin/messages/{sent['other']}/replies").status == 404
    recalled = again.post(f"/admin/messages/{sent['other']}/recall", {"to": "ann@other.example"})
    assert recalled.code == "not_permitted"


def test_ad_20_who_is_limited_without_a_domain_reaches_nobody(world: World) -> None:
    """Where the row with the domains is lost, nothing opens."""
    desk, ann = staff(world), world.person("ann@ours.example")
    lee = joins(world, desk, "lee@portal.test", "ours.example")
    assert lee.user(ann)["email"] == ann.address
    world.fake.tables.limits.clear()
    for where in ("/admin/users/ann@ours.example", "/admin/ip-ranges", "/admin/users?domain=ours.example"):
        assert lee.visitor.get(where).code == "not_permitted"
    for where, name in (
        ("/admin/users", "users"),
        ("/admin/domains", "domains"),
        ("/admin/overview", "days"),
    ):
        assert lee.visitor.get(where).json()[name] == []


def test_only_active_staff_of_all_domains_counts_as_another_administrator(world: World) -> None:
    desk = staff(world)
    joins(world, desk, "lee@portal.test", "ours.example")
    refused = desk.tries(desk.account, "kind", kind="recipient", reason="x")
    assert refused.code == "last_administrator"
    lines = desk.visitor.get("/admin/overview").json()["attention"]
    assert "only_administrator" in {one["kind"] for one in lines}
    assert world.stored(desk.account).status is Status.ACTIVE


def test_a_reference_of_another_domain_finds_nothing(world: World) -> None:
    desk, found = staff(world), {}
    for domain in ("ours", "other"):
        refused = world.visitor().logon(f"ann@{domain}.example", "wrong")
        found[domain] = refused.json()["reference"]
    lee = joins(world, desk, "lee@portal.test", "ours.example", kind="support")
    for domain, count in (("ours", 1), ("other", 0)):
        asked = f"/admin/attempts?reference={found[domain]}"
        assert len(lee.visitor.get(asked).json()["attempts"]) == count
        assert len(desk.visitor.get(asked).json()["attempts"]) == 1


def test_one_who_is_limited_is_not_urged_to_invite_an_administrator(world: World) -> None:
    """They cannot; and of another one like them the portal is not safer."""
    desk = staff(world)
    lee = joins(world, desk, "lee@portal.test", "ours.example")
    pages = [one.visitor.get("/account", Accept="text/html").text for one in (desk, lee)]
    assert ["only administrator" in page for page in pages] == [True, False]
