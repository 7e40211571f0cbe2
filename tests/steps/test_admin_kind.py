"""The step `admin_kind`: an account for something else; what ends with it, who hears of it, and who always remains."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.accounts import Kind, Status
from tests.console.staff import staff
from tests.world.phones import enrolled
from tests.world.world import World

REASON = "Joins the support desk"
SUBJECT = "What your account may do has changed"


def test_recipient_becomes_staff_with_before_and_after_and_every_session_ends(world: World) -> None:
    desk, ann, visitor = staff(world), world.person(), world.visitor()
    visitor.logs_on(ann)
    done = desk.does(ann, "kind", kind="support", reason=REASON)
    assert (done["done"], done["kind"], done["changed"]) == ("kind_changed", "support", True)
    assert visitor.get("/account").code == "session_required"
    (event,) = desk.trail(ann, "authz_change")
    assert (event["actor"], event["reason"]) == (desk.account.address, REASON)
    assert (event["before"]["kind"], event["after"]["kind"]) == ("recipient", "support")
    assert world.visitor().logs_on(ann) == "enrol_two_step"  # AD-08: staff always need it


def test_its_owner_is_told_what_it_may_do_now(world: World) -> None:
    desk, ann = staff(world), world.person()
    desk.does(ann, "kind", kind="administrator", reason=REASON)
    (mail,) = [one for one in world.mails(ann) if one.subject == SUBJECT]
    assert "You are now an administrator" in " ".join(mail.text.split())
    assert REASON not in mail.text


@pytest.mark.parametrize(("before", "after"), [("recipient", "administrator"), ("administrator", "support")])
def test_ad_09_other_administrators_hear_of_one_more_and_of_one_less(
    world: World, before: str, after: str
) -> None:
    desk, other = staff(world), staff(world)
    ann, _ = enrolled(world, kind=Kind(before))
    world.delivers()
    desk.does(ann, "kind", kind=after, reason=REASON)
    told = [one for one in world.mails(other.account) if "administrator's account" in one.subject]
    assert len(told) == 1
    assert ann.address in told[0].text


def test_nobody_hears_of_what_is_no_administrators_affair(world: World) -> None:
    desk, other = staff(world), staff(world)
    desk.does(world.person(), "kind", kind="support", reason=REASON)
    assert not [one for one in world.mails(other.account) if "administrator's account" in one.subject]


def test_one_who_is_administrator_no_longer_has_no_console(world: World) -> None:
    desk, former = staff(world), staff(world)
    desk.does(former.account, "kind", kind="recipient", reason=REASON)
    assert former.visitor.get("/admin/users").code == "session_required"
    again = world.visitor()
    again.logs_on(former.account)
    again.goes_on(again.post("/logon/code", {"code": former.phone.code()}))
    assert again.get("/admin/users").code == "not_permitted"


def test_ad_07_nobody_changes_their_own_and_the_last_one_is_told_so(world: World) -> None:
    desk = staff(world)
    before = world.rows()
    refused = desk.tries(desk.account, "kind", kind="recipient", reason=REASON)
    assert (refused.status, refused.code) == (409, "last_administrator")
    assert world.rows() == before
    staff(world)
    refused = desk.tries(desk.account, "kind", kind="recipient", reason=REASON)
    assert (refused.status, refused.code) == (409, "own_account")


def test_ad_07_who_was_made_a_recipient_a_moment_ago_changes_nobody(world: World) -> None:
    first, second = staff(world), staff(world)
    first.does(second.account, "kind", kind="recipient", reason=REASON)
    assert second.tries(first.account, "kind", kind="recipient", reason=REASON).status == 401
    assert world.stored(first.account).kind is Kind.ADMINISTRATOR


def test_same_kind_changes_nothing(world: World) -> None:
    desk, ann = staff(world), world.person()
    before = world.rows("accounts", "events")
    assert desk.does(ann, "kind", kind="recipient", reason=REASON)["changed"] is False
    assert world.rows("accounts", "events") == before


def test_whoever_never_came_is_invited_as_what_they_are_now(world: World) -> None:
    desk = staff(world)
    desk.visitor.post("/admin/users", {"email": "new@people.test"})
    (first,) = world.mails("new@people.test")
    ann = world.store.accounts.find(
        next(one.id for one in world.fake.tables.accounts.values() if one.address == "new@people.test")
    )[0]
    assert ann
    assert desk.does(ann, "kind", kind="support", reason=REASON)["again"] is True
    _, second = world.mails("new@people.test")
    assert "for the support desk" in " ".join(second.text.split())
    assert world.visitor().post("/logon", {"email": ann.address, "password": first.temporary}).status == 401
    assert world.visitor().logs_on(ann.address, second.temporary) == "change_password"


def test_nobody_is_told_who_cannot_log_on(world: World) -> None:
    desk, ann = staff(world), world.person(status=Status.DISABLED)
    desk.does(ann, "kind", kind="support", reason=REASON)
    assert world.mails(ann) == []


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"kind": "support"},
        {"reason": REASON},
        {"kind": "owner", "reason": REASON},
        {"kind": "support", "reason": " "},
        {"kind": 1, "reason": REASON},
    ],
    ids=repr,
)
def test_what_is_no_kind_or_has_no_reason_is_refused(world: World, fields: dict[str, Any]) -> None:
    desk, ann = staff(world), world.person()
    before = world.rows()
    assert desk.tries(ann, "kind", **fields).code == "invalid_request"
    assert world.rows() == before


def test_form_shows_what_it_is(world: World) -> None:
    desk, ann = staff(world), world.person()
    shown = desk.visitor.get(f"/admin/users/{ann.address}/kind").json()
    assert shown == {"email": ann.address, "status": "active", "kind": "recipient", "domains": None}
    assert desk.visitor.get("/admin/users/nobody@people.test/kind").status == 404
