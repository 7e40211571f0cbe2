"""What became of accounts later, each function within its row: erased, moved, and what wants two administrators."""

from __future__ import annotations

import os
from typing import Any

import pytest

from chalicelib.domain.accounts import Kind, TwoStep
from chalicelib.domain.events import EventKind
from chalicelib.steps.erase_accounts import erase
from tests.console.staff import Staff, logged_on, staff
from tests.fakes.looking import trail
from tests.fakes.samples import an_event
from tests.infra.test_least_privilege import desk, world  # noqa: F401 - fixtures
from tests.world.clicking import pressed_twice
from tests.world.moving import another_address, asks, moves, proof
from tests.world.phones import enrolled
from tests.world.running import at_work
from tests.world.ses_events import arrive, bounce, mailed
from tests.world.systems import system
from tests.world.world import World

pytestmark = pytest.mark.slow
ERASED = {"reason": "The mailbox gets a new holder"}


def erased(world: World, who: Any) -> None:  # noqa: F811
    """What is decided is done, once nothing that was under way can still write."""
    del who
    with at_work("erase_accounts"):
        world.clock.passes(600)
        for _ in range(3):
            erase(world.portal)


def test_accounts_are_erased_within_the_rows(world: World, desk: Staff) -> None:  # noqa: F811
    chief, ann, visitor = staff(world), world.person(), world.visitor()
    sent = {"to": ann.address, "subject": "Hello", "body": "Good day."}
    message = chief.visitor.post("/admin/messages", sent).json()["id"]
    world.asks(ann)
    visitor.logs_on(ann)
    visitor.get(f"/messages/{message}")
    assert visitor.post(f"/messages/{message}/reply", {"body": "Thank you."}).status == 201
    desk.does(ann, "force-change")
    facts: dict[str, Any] = {"user_agent": "Firefox", "zone": "Europe/Berlin"}
    world.store.events.record(an_event(ann.id, EventKind.LOGON_REFUSED, world.clock())._replace(**facts))
    for who in (ann, chief.account):
        assert desk.tries(who, "erase", confirm=who.address, **ERASED).status == 202
    erased(world, ann)
    keys = [(one.account_id, one.sort_key) for one in world.store.events.of_account(ann.id)]
    with at_work("watch_trail"):
        assert world.store.events.images(keys[:1])


def test_forms_about_the_whole_account_are_done_once_within_the_rows(world: World) -> None:  # noqa: F811
    browser = logged_on(world, world.browser(), *enrolled(world, kind=Kind.ADMINISTRATOR))
    ann, bob = world.person(), world.person()
    forms: dict[str, dict[str, str]] = {
        f"/admin/users/{ann.address}/address": {"new_email": another_address(), "reason": "Married"},
        f"/admin/users/{bob.address}/erase": {"confirm": bob.address, **ERASED},
    }
    for path, fields in forms.items():
        reply = pressed_twice(browser, path, {"form": os.urandom(8).hex(), **fields})
        assert (reply.status, "?done=" in reply.header("Location")) == (303, True), path


def test_an_address_changes_and_comes_back_within_the_rows(world: World, desk: Staff) -> None:  # noqa: F811
    settings: dict[str, Any] = {"ranges": ("0.0.0.0/0",), "language": "de", "time_zone": "Europe/Berlin"}
    ann = world.person(two_step=TwoStep(disputed_at=world.clock()), **settings)
    world.asks(ann)
    before, sender = mailed(world, ann), system(world, desk)
    sent = sender.sent(to=ann.address)
    moved = moves(world, desk, ann)
    assert sender.state(sent) in {"waiting", "delivered", "bounced"}
    arrive(world, bounce(before))
    now = moves(world, desk, moved)
    mail = mailed(world, now)
    draft = {"to": ann.address, "subject": "Hello", "body": "Good day."}
    assert desk.visitor.post("/admin/messages", draft).status == 409
    arrive(world, bounce(mail))
    assert asks(desk, now, ann.address).status == 202
    assert world.visitor().post("/address", {"token": proof(world, ann.address)}).status == 200
    assert trail(world.store, ann)


def test_what_wants_two_is_asked_for_within_the_rows(world: World) -> None:  # noqa: F811
    world.portal = world.portal._replace(
        settings=world.settings._replace(
            two_administrators=frozenset({"erase", "make_administrator", "reset_two_step"})
        )
    )
    first, boss, ann = staff(world), enrolled(world, kind=Kind.ADMINISTRATOR)[0], world.person()
    assert first.tries(boss, "two-step/reset", reason="Lost the phone").status == 202
    assert first.tries(ann, "kind", kind="administrator", reason="Joins").status == 202
    assert first.tries(ann, "erase", confirm=ann.address, **ERASED).status == 202


def test_staff_is_limited_moved_and_erased_within_the_rows(world: World, desk: Staff) -> None:  # noqa: F811
    lee, sam, ann = enrolled(world)[0], world.person(), world.person()
    reason, ours = {"reason": "Looks after one customer"}, [ann.address.partition("@")[2]]
    for who in (lee, sam):
        desk.does(who, "kind", kind="administrator", domains=ours, **reason)
    desk.does(sam, "kind", kind="administrator", domains=None, **reason)
    assert desk.visitor.get(f"/admin/users/{lee.address}/kind").json()["domains"] == ours
    moved = moves(world, desk, lee)
    assert world.store.directory.limit(moved.id) == tuple(ours)
    assert desk.tries(moved, "erase", confirm=moved.address, **ERASED).status == 202


def test_staff_of_some_domains_lists_them_within_the_rows(world: World, desk: Staff) -> None:  # noqa: F811
    account, phone = enrolled(world)
    ours = account.address.partition("@")[2]
    desk.does(account, "kind", kind="administrator", domains=[ours], reason="Looks after one customer")
    visitor = logged_on(world, world.visitor(), account, phone)
    for where in ("/admin/domains", "/admin/users?q=a", "/admin/attempts", "/admin/overview"):
        assert visitor.get(where).status == 200, where
    where_from = f"/admin/domains/{ours}/ip-ranges"
    theirs = visitor.post(where_from, {"ranges": None})
    assert theirs.status == 403  # the desk has an address there too
