"""Acts that want two administrators, where a stage says so."""

from __future__ import annotations

import pytest

from chalicelib.domain.accounts import Account, Kind
from chalicelib.domain.events import EventKind
from tests.console.staff import Staff, logged_on, staff
from tests.world.phones import enrolled
from tests.world.world import World

ALL = "erase make_administrator reset_two_step"


@pytest.fixture
def strict() -> World:
    """A stage that wants two administrators for everything that can want them."""
    return World(TWO_ADMINISTRATORS=ALL)


def an_administrator_of(world: World) -> Account:
    return enrolled(world, kind=Kind.ADMINISTRATOR)[0]


def promotes(desk: Staff, who: Account) -> tuple[int, str]:
    reply = desk.tries(who, "kind", kind="administrator", reason="Joins the team")
    return reply.status, "waits" if reply.status == 202 else reply.code if reply.status > 399 else "done"


def resets(desk: Staff, who: Account) -> tuple[int, str]:
    reply = desk.tries(who, "two-step/reset", reason="Lost the phone")
    return reply.status, "waits" if reply.status == 202 else "done"


def test_one_administrator_is_enough_where_nothing_is_said(world: World) -> None:
    desk = staff(world)
    assert promotes(desk, world.person()) == (200, "done")
    assert resets(desk, an_administrator_of(world)) == (200, "done")


def test_the_first_asks_and_another_one_does_it(strict: World) -> None:
    first, second, ann = staff(strict), staff(strict), strict.person()
    reply = first.tries(ann, "kind", kind="administrator", reason="Joins the team")
    told = reply.json()
    assert (reply.status, told["waits_for"], told["act"]) == (
        202,
        "second_administrator",
        "make_administrator",
    )
    assert strict.stored(ann).kind is Kind.RECIPIENT
    assert promotes(first, ann) == (202, "waits")  # asking twice is no second opinion
    assert promotes(second, ann) == (200, "done")
    assert strict.stored(ann).kind is Kind.ADMINISTRATOR
    asked, done = first.trail(ann, "second_administrator_asked")[-1], first.trail(ann, "authz_change")[0]
    assert (asked["actor"], done["actor"]) == (first.account.address, second.account.address)
    assert asked["reason"] == "Joins the team"


def test_what_was_asked_is_over_in_an_hour(strict: World) -> None:
    first, ann = staff(strict), strict.person()
    promotes(first, ann)
    strict.clock.passes(3601)
    assert promotes(staff(strict), ann) == (202, "waits")


def test_it_is_done_once(strict: World) -> None:
    first, second, boss = staff(strict), staff(strict), an_administrator_of(strict)
    assert [resets(first, boss), resets(second, boss)] == [(202, "waits"), (200, "done")]
    assert resets(second, boss) == (202, "waits")


def test_what_becomes_of_the_account_meanwhile_voids_it(strict: World) -> None:
    first, second, ann = staff(strict), staff(strict), strict.person()
    promotes(first, ann)
    second.does(ann, "contain", reason="Reported")
    assert promotes(second, ann) == (202, "waits")


@pytest.mark.parametrize("fate", ["contain", "sessions/revoke", "disable"])
def test_se_10_what_somebody_asked_who_was_taken_over_is_void(strict: World, fate: str) -> None:
    first, second, ann = staff(strict), staff(strict), strict.person()
    promotes(first, ann)
    second.does(first.account, fate, **({"reason": "Taken over"} if fate == "contain" else {}))
    assert promotes(second, ann) == (202, "waits")
    assert strict.stored(ann).kind is Kind.RECIPIENT


def test_one_act_is_no_other(strict: World) -> None:
    first, second, boss = staff(strict), staff(strict), an_administrator_of(strict)
    resets(first, boss)
    first.does(boss, "kind", kind="recipient", reason="Leaves the team")
    assert promotes(second, boss) == (202, "waits")


def test_whom_it_is_about_may_be_the_first_to_ask(strict: World) -> None:
    boss, second = staff(strict), staff(strict)
    assert resets(boss, boss.account) == (202, "waits")
    assert resets(second, boss.account) == (200, "done")
    assert not strict.stored(boss.account).two_step.active


def test_erasing_waits_too(strict: World) -> None:
    first, second, ann = staff(strict), staff(strict), strict.person()
    fields = {"confirm": ann.address, "reason": "Left the company"}
    told = [first.tries(ann, "erase", **fields).json() for _ in range(2)]
    assert [one["waits_for"] for one in told] == ["second_administrator"] * 2
    assert strict.stored(ann).open
    assert second.tries(ann, "erase", **fields).json()["done"] == "erased"
    assert not strict.stored(ann).open


def test_what_no_administrator_is_concerned_by_wants_one(strict: World) -> None:
    desk, ann = staff(strict), enrolled(strict)[0]
    assert resets(desk, ann) == (200, "done")
    assert desk.tries(ann, "kind", kind="support", reason="Joins the desk").status == 200


def test_nobody_is_invited_as_an_administrator_past_the_second(strict: World) -> None:
    desk = staff(strict)
    refused = desk.visitor.post("/admin/users", {"email": "new@people.test", "kind": "administrator"})
    assert (refused.status, refused.json()["field"]) == (422, "kind")
    several = {"emails": ["new@people.test"], "kind": "administrator"}
    assert desk.visitor.post("/admin/users/import", several).status == 422
    assert desk.visitor.post("/admin/users", {"email": "new@people.test", "kind": "support"}).status == 201


@pytest.mark.parametrize("act", ["make_administrator", "reset_two_step"])
def test_nobody_becomes_two_by_an_administrator_who_has_no_second_step_yet(act: str) -> None:
    """Attack: choose its password, or give it a mailbox of one's own, and set up 2-step in its owner's place."""
    world = World(TWO_ADMINISTRATORS=act)
    desk, fresh, done = staff(world), world.person(kind=Kind.ADMINISTRATOR), an_administrator_of(world)
    chosen = {"new_password": "a password of the thief's own", "force_change": False}
    before = world.stored(fresh)
    for action, fields in (("password", chosen), ("address", {"new_email": "me@thief.test", "reason": "x"})):
        refused = desk.tries(fresh, action, **fields)
        assert (refused.status, refused.code) == (409, "conflict")
    assert world.stored(fresh) == before
    assert desk.tries(fresh, "password").json()["done"] == "password_mailed"
    assert desk.tries(done, "password", **chosen).status == 200
    assert desk.tries(done, "address", new_email="new@people.test", reason="Married").status == 202


def test_one_administrator_may_where_the_stage_wants_one(world: World) -> None:
    desk, fresh = staff(world), world.person(kind=Kind.ADMINISTRATOR)
    assert desk.tries(fresh, "address", new_email="new@people.test", reason="Married").status == 202
    assert desk.tries(fresh, "password", new_password="a password of nobody's else").status == 200


def test_a_browser_reads_what_comes_first(strict: World) -> None:
    account, phone = enrolled(strict, kind=Kind.ADMINISTRATOR)
    browser, fresh = (
        logged_on(strict, strict.browser(), account, phone),
        strict.person(kind=Kind.ADMINISTRATOR),
    )
    path = f"/admin/users/{fresh.address}"
    page = browser.post(f"{path}/password", {"new_password": "a password of the thief's own"})
    assert "Leave it empty to have one made and mailed." in page.text
    page = browser.post(f"{path}/address", {"new_email": "me@thief.test", "reason": "x"})
    assert "must set up 2-step authentication first" in page.text


def test_pages_say_what_waits_and_for_whom(strict: World) -> None:
    desk, ann = staff(strict), strict.person()
    account, phone = enrolled(strict, kind=Kind.ADMINISTRATOR)
    browser, path = logged_on(strict, strict.browser(), account, phone), f"/admin/users/{ann.address}"
    promotes(desk, ann)
    page = browser.get(path).text
    assert "Make an administrator of the user" in page
    assert f"Asked for by <bdi>{desk.account.address}</bdi>." in page
    assert "If it is right, do the same here." in page
    own = desk.visitor.get(path, Accept="text/html").text
    assert "If it is right, do the same here." not in own
    lines = {one["kind"]: one["users"] for one in desk.visitor.get("/admin/overview").json()["attention"]}
    assert lines["second_awaited"] == [ann.address]
    done = browser.post(f"{path}/kind", {"kind": "administrator", "reason": "Yes"})
    assert done.header("Location").endswith("?done=kind_changed")
    assert "Asked for by" not in browser.get(path).text
    lines = {one["kind"]: one["users"] for one in desk.visitor.get("/admin/overview").json()["attention"]}
    assert "second_awaited" not in lines


def test_a_browser_reads_that_nothing_is_done_yet(strict: World) -> None:
    account, phone = enrolled(strict, kind=Kind.ADMINISTRATOR)
    browser, ann = logged_on(strict, strict.browser(), account, phone), strict.person()
    path = f"/admin/users/{ann.address}"
    answer = browser.post(f"{path}/kind", {"kind": "administrator", "reason": "Joins"})
    assert (answer.status, answer.header("Location")) == (303, f"{path}?done=second_asked")
    assert (
        "another administrator must do the same within an hour"
        in browser.get(f"{path}?done=second_asked").text
    )
    kinds = [one.kind for one in strict.store.events.of_account(ann.id)]
    assert EventKind.KIND_CHANGED not in kinds
