"""The step `admin_address`: asked for with a reason, told to whom it is about, and nothing changes before the proof."""

from __future__ import annotations

import pytest

from chalicelib.domain.accounts import Kind, Status
from chalicelib.domain.resets import pending_key
from tests.console.staff import staff
from tests.fakes.planting import plant
from tests.world.clock import Clock
from tests.world.moving import REASON, another_address, asks, moves, proof
from tests.world.world import World


def test_it_waits_for_its_proof_and_both_addresses_are_mailed(world: World) -> None:
    desk, ann, to = staff(world), world.person(), another_address()
    visitor = world.visitor()
    visitor.logs_on(ann)
    reply = asks(desk, ann, to)
    assert reply.status == 202
    told = reply.json()
    assert (told["email"], told["new_email"], told["done"]) == (ann.address, to, "address_asked")
    assert visitor.get("/account").json()["address"] == ann.address
    asked, proven = world.mails(ann)[-1], world.mails(to)[-1]
    assert asked.subject == "Another email address was asked for"
    assert (to in asked.text, "/not-me/" in asked.text) == (True, True)
    assert proven.subject == "Confirm your new email address"
    assert ann.address not in proven.text + proven.html
    (event,) = desk.trail(ann, "address_change_asked")
    assert (event["reason"], event["actor"]) == (REASON, desk.account.address)
    assert event["details"]["to"] == to


def test_a_browser_is_told_on_the_page_of_the_user_and_once(world: World) -> None:
    desk, ann, to = staff(world), world.person(), another_address()
    browser = world.browser()
    browser.token = desk.visitor.token
    fields = {"form": "0011223344556677", "new_email": to, "reason": REASON}
    for _ in range(2):
        reply = browser.post(f"/admin/users/{ann.address}/address", fields)
        assert (reply.status, reply.header("Location")) == (
            303,
            f"/admin/users/{ann.address}?done=address_asked",
        )
    assert len(world.mails(to)) == 1
    assert "on its way to the new address" in browser.get(reply.header("Location")).text


def test_in_05_other_letters_are_shown_in_both_spellings_first(world: World) -> None:
    desk, ann = staff(world), world.person()
    browser = world.browser()
    browser.token = desk.visitor.token
    fields = {"new_email": "ann@bücher.test", "reason": REASON}
    reply = browser.post(f"/admin/users/{ann.address}/address", fields)
    assert reply.status == 409
    assert "ann@xn--bcher-kva.test" in reply.text
    assert pending_key(ann.id) not in world.fake.tables.resets


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"new_email": "no address", "reason": REASON}, "new_email"),
        ({"new_email": "a@b.test", "reason": " \n"}, "reason"),
        ({"new_email": "a@b.test", "reason": "x" * 501}, "reason"),
        ({"new_email": "x@simulator.amazonses.com", "reason": REASON}, "new_email"),
    ],
)
def test_what_is_not_accepted(world: World, fields: dict[str, str], field: str) -> None:
    desk, ann = staff(world), world.person()
    refused = desk.tries(ann, "address", **fields)
    assert (refused.status, refused.json()["field"]) == (422, field)
    browser = world.browser()
    browser.token = desk.visitor.token
    page = browser.post(f"/admin/users/{ann.address}/address", fields)
    assert page.status == 422
    assert 'id="new_email"' in page.text


def test_address_of_somebody_the_present_one_and_nobody_s_are_refused(world: World) -> None:
    desk, ann, bob = staff(world), world.person(), world.person()
    assert asks(desk, ann, bob.address).code == "exists"
    assert asks(desk, ann, ann.address.upper()).code == "invalid_request"
    fields = {"new_email": "a@b.test", "reason": REASON}
    assert desk.visitor.post("/admin/users/no.body@people.test/address", fields).status == 404
    assert world.mails(ann) == []


def test_ad_07_nobody_moves_themselves(world: World) -> None:
    desk, to = staff(world), another_address()
    assert asks(desk, desk.account, to).code == "own_account"


@pytest.mark.parametrize("status", [Status.DISABLED, Status.FROZEN])
def test_an_account_that_is_shut_is_opened_first(world: World, status: Status) -> None:
    desk, ann = staff(world), world.person(status=status)
    assert asks(desk, ann, another_address()).code == "conflict"


def test_the_page_of_a_former_address_leads_to_the_account_and_offers_nothing(world: World) -> None:
    desk, ann = staff(world), world.person()
    now = moves(world, desk, ann)
    assert (desk.user(ann)["moved_to"], desk.user(now)["moved_to"]) == (now.address, None)
    browser = world.browser()
    browser.token = desk.visitor.token
    page = browser.get(f"/admin/users/{ann.address}").text
    assert f'href="/admin/users/{now.address}"' in page
    assert "until an administrator enables it" not in page
    assert "/enable" not in page


def test_nothing_is_done_to_a_former_address(world: World) -> None:
    desk, ann = staff(world), world.person()
    now = moves(world, desk, ann)
    desk.types_it_again()
    for action, fields in (
        ("address", {"new_email": another_address(), "reason": REASON}),
        ("enable", {}),
        ("password", {}),
        ("contain", {"disable": False, "reason": REASON}),
        ("two-step", {"required": True}),
    ):
        assert desk.tries(ann, action, **fields).code == "conflict"
    assert desk.visitor.post("/admin/users", {"email": ann.address, "kind": "recipient"}).code == "exists"
    fields = {"to": ann.address, "subject": "Hello", "body": "Good day."}
    assert desk.visitor.post("/admin/messages", fields).code == "conflict"
    assert desk.visitor.post("/admin/messages", fields | {"to": now.address}).status == 201


def test_an_asker_who_is_disabled_meanwhile_asked_for_nothing(world: World) -> None:
    """SE-10: the link is good all the same only where the writes that made it were."""
    desk, ann, to = staff(world), world.person(), another_address()
    plant(world.store, world.stored(desk.account)._replace(kind=Kind.RECIPIENT))
    assert asks(desk, ann, to).status == 403
    assert world.mails(to) == []


def test_an_invitation_that_nobody_has_used_can_be_moved_too(world: World) -> None:
    desk, to = staff(world), another_address()
    fields = {"email": another_address(), "kind": "recipient"}
    assert desk.visitor.post("/admin/users", fields).status == 201
    ann = world.person(fields["email"], password=None)
    assert asks(desk, ann, to).status == 202
    assert world.visitor().post("/address", {"token": proof(world, to)}).status == 200


def test_link_is_good_although_the_clock_goes_on_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits and what was mailed end at one moment, whenever each of them was made."""

    def ticks(clock: Clock) -> float:
        clock.passes(0.0004)
        return clock.now

    desk, ann, to = staff(world), world.person(), another_address()
    monkeypatch.setattr(Clock, "__call__", ticks)
    asks(desk, ann, to)
    assert world.visitor().post("/address", {"token": proof(world, to)}).json() == {"next": "log_on"}
