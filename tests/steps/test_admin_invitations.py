"""The step `admin_invitations`: whoever never came is invited again, or the invitation is taken back."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.accounts import Account, Status
from chalicelib.domain.addresses import account_id, canonical_address
from tests.console.staff import Staff, logged_on, staff
from tests.world.mailer import AWAY, Sent
from tests.world.visitors import CHOSEN
from tests.world.world import World

NEW = "new@people.test"
CHOICE = {"new_password": CHOSEN, "confirm_password": CHOSEN}


def invited(world: World, desk: Staff, kind: str = "recipient") -> Account:
    assert desk.visitor.post("/admin/users", {"email": NEW, "kind": kind}).status == 201
    return stored(world)


def stored(world: World) -> Account:
    account, _ = world.store.accounts.find(account_id(canonical_address(NEW)))
    assert account is not None
    return account


def mails(world: World) -> list[Sent]:
    return [one for one in world.mails(NEW) if one.subject.startswith("Your temporary password")]


def opens_nothing(world: World, mail: Sent) -> None:
    assert world.visitor().post("/logon", {"email": NEW, "password": mail.temporary}).code == "invalid_logon"


def test_fresh_password_comes_and_the_old_one_is_dead(world: World) -> None:
    desk = staff(world)
    ann = invited(world, desk)
    (old,) = mails(world)
    done = desk.does(ann, "invite")
    assert (done["done"], done["status"], done["again"], done["kind"]) == (
        "invited_again",
        "active",
        True,
        "recipient",
    )
    _, new = mails(world)
    assert old.temporary != new.temporary
    opens_nothing(world, old)
    visitor = world.visitor()
    assert visitor.logs_on(NEW, new.temporary) == "change_password"
    assert visitor.goes_on(visitor.post("/password/change", CHOICE)) == "portal"
    again = desk.trail(ann, "account_invited")
    assert [one["actor"] for one in again] == [desk.account.address] * 2


def test_session_that_was_opened_by_the_old_one_ends(world: World) -> None:
    desk = staff(world)
    ann = invited(world, desk)
    visitor = world.visitor()
    visitor.logs_on(NEW, mails(world)[0].temporary)
    desk.does(ann, "invite")
    assert visitor.post("/password/change", CHOICE).code == "session_required"


def test_one_that_expired_is_replaced(world: World) -> None:
    desk = staff(world)
    ann = invited(world, desk)
    world.clock.passes(3 * 86400)
    desk = staff(world)
    desk.does(ann, "invite")
    assert world.visitor().logs_on(NEW, mails(world)[-1].temporary) == "change_password"


def test_one_that_bounced_goes_out_and_ses_lets_it_through(world: World) -> None:
    desk, ann = staff(world), world.person(NEW, password=None, undeliverable="bounced")
    desk.does(ann, "invite", reason="The mailbox is there now")
    assert stored(world).undeliverable is None
    assert len(mails(world)) == 1
    assert world.mailer.lifted == [NEW, NEW]  # before the mail, whichever of the two events comes first
    (event,) = desk.trail(ann, "mail_address_lifted")
    assert event["reason"] == "The mailbox is there now"


def test_withdrawn_one_opens_nothing_and_brings_nothing(world: World) -> None:
    desk = staff(world)
    ann = invited(world, desk)
    (mail,) = mails(world)
    link = {"token": world.asks(ann).token("/password/reset"), **CHOICE}
    done = desk.does(ann, "withdraw", reason="Mistyped")
    assert world.visitor().post("/password/reset", link).code == "link_unusable"
    assert (done["done"], done["status"], done["changed"]) == ("withdrawn", "disabled", True)
    opens_nothing(world, mail)
    world.visitor().post("/password/forgot", {"email": NEW})
    assert len(world.mails(NEW)) == 2
    (event,) = desk.trail(ann, "invitation_withdrawn")
    assert (event["actor"], event["reason"]) == (desk.account.address, "Mistyped")


def test_half_done_logon_of_a_withdrawn_one_ends(world: World) -> None:
    desk = staff(world)
    ann = invited(world, desk)
    visitor = world.visitor()
    visitor.logs_on(NEW, mails(world)[0].temporary)
    desk.does(ann, "withdraw")
    assert visitor.post("/password/change", CHOICE).code == "session_required"


def test_withdrawing_twice_records_once(world: World) -> None:
    desk = staff(world)
    ann = invited(world, desk)
    desk.does(ann, "withdraw")
    before = world.rows("accounts", "events")
    assert desk.does(ann, "withdraw")["changed"] is False
    assert world.rows("accounts", "events") == before


def test_lists_say_who_is_withdrawn_and_who_is_invited(world: World) -> None:
    desk = staff(world)
    ann = invited(world, desk)

    def listed(standing: str) -> list[str]:
        users = desk.visitor.get(f"/admin/users?domain=people.test&status={standing}").json()["users"]
        return [one["email"] for one in users if one["email"] == NEW]

    assert (listed("invited"), listed("withdrawn")) == ([NEW], [])
    desk.does(ann, "withdraw")
    assert (listed("invited"), listed("withdrawn"), listed("disabled")) == ([], [NEW], [NEW])
    desk.does(ann, "invite")
    assert (listed("invited"), listed("withdrawn")) == ([NEW], [])


@pytest.mark.parametrize("way", ["the user's page", "the list"])
def test_withdrawn_one_is_invited_anew(world: World, way: str) -> None:
    """All within one second: the epoch moves on all the same."""
    desk = staff(world)
    ann = invited(world, desk)
    (old,) = mails(world)
    desk.does(ann, "withdraw")
    if way == "the list":
        reply = desk.visitor.post("/admin/users", {"email": NEW, "kind": "support"})
        assert reply.status == 201, reply.text
        assert stored(world).kind == "support"
    else:
        desk.does(ann, "invite")
    assert stored(world).status is Status.ACTIVE
    opens_nothing(world, old)
    assert world.visitor().logs_on(NEW, mails(world)[-1].temporary) == "change_password"


@pytest.mark.parametrize("action", ["invite", "withdraw"])
@pytest.mark.parametrize("left", ["in use", "void", "disabled"])
def test_whoever_has_chosen_a_password_has_joined(world: World, action: str, left: str) -> None:
    """Also who has none any more, or is shut out: an invitation would be a reset without its notice."""
    desk, ann = staff(world), world.person()
    if left != "in use":
        desk.does(ann, "contain", disable=left == "disabled", reason="Ticket 4711")
    before = world.rows()
    refused = desk.tries(ann, action)
    assert (refused.status, refused.code) == (409, "already_joined")
    assert world.rows() == before


@pytest.mark.parametrize("fields", [{"reason": " "}, {"reason": "x" * 501}, {"reason": 1}, {"why": "so"}])
def test_what_is_no_reason_is_refused(world: World, fields: dict[str, Any]) -> None:
    desk = staff(world)
    ann = invited(world, desk)
    before = world.rows()
    assert desk.tries(ann, "withdraw", **fields).code == "invalid_request"
    assert world.rows() == before


def test_other_administrators_hear_of_an_administrator_s_invitation(world: World) -> None:
    """AD-09."""
    desk, other = staff(world), staff(world)
    ann = invited(world, desk, "administrator")
    world.delivers()
    desk.does(ann, "withdraw")
    said = [mail for mail in world.mails(other.account) if "administrator's account" in mail.subject]
    assert len(said) == 2


def test_mail_that_waited_is_not_sent_once_it_is_withdrawn(world: World) -> None:
    desk = staff(world)
    world.mailer.fault = AWAY
    ann = invited(world, desk)
    desk.does(ann, "withdraw")
    world.mailer.fault = None
    world.clock.passes(120)
    world.resumes()
    assert world.mails(NEW) == []


def test_form_that_is_sent_twice_mails_once(world: World) -> None:
    """WB-20."""
    desk = staff(world)
    ann = invited(world, desk)
    world.delivers()
    browser = world.browser()
    logged_on(world, browser, desk.account, desk.phone)
    fields = {"form": "a" * 16, "reason": ""}
    first = browser.post(f"/admin/users/{ann.address}/invite", fields)
    second = browser.post(f"/admin/users/{ann.address}/invite", fields)
    assert (first.status, first.header("Location")) == (second.status, second.header("Location"))
    assert first.status == 303, first.text
    assert len(mails(world)) == 2
