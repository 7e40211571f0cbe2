"""The step `admin_overview`: what needs attention, each line with the way to it, and the last 14 days in numbers."""

from __future__ import annotations

import re
from typing import Any

import pytest

from chalicelib.domain.accounts import PORTAL_POLICY, Account, Kind, Policy, Status, TwoStep
from chalicelib.domain.addresses import SIMULATOR
from chalicelib.domain.events import EventKind
from chalicelib.domain.overview import last_days
from chalicelib.flows import overview
from chalicelib.steps.sweep_mail import sweep
from tests.console.staff import Staff, staff
from tests.fakes.planting import plant
from tests.fakes.samples import an_event
from tests.world.visitors import PASSWORD
from tests.world.world import World

DAY = 86400


def shown(desk: Staff) -> Any:
    return desk.visitor.get("/admin/overview").json()


def lines(desk: Staff) -> dict[str, Any]:
    return {one["kind"]: one for one in shown(desk)["attention"]}


def recorded(world: World, who: Account, kind: EventKind, ago: float = 0, **facts: Any) -> None:
    world.store.events.record(an_event(who.id, kind, world.clock() - ago, **facts))


def test_the_canary_needs_nobody_s_attention_and_is_named_to_nobody(world: World) -> None:
    desk, canary = staff(world), world.person(f"walk@{SIMULATOR}")
    recorded(world, canary, EventKind.ACCOUNT_CONTAINED)
    assert "contained" not in lines(desk)


def test_days_are_the_last_fourteen_with_logons_and_refusals_by_reason(world: World) -> None:
    desk, ann = staff(world), world.person()
    for _ in range(2):
        world.visitor().logon(ann.address, "not the password at all")
    world.visitor().logon("nobody@people.test", PASSWORD)
    world.visitor().logs_on(ann)
    days = shown(desk)["days"]
    assert [one["day"] for one in days] == last_days(world.clock())
    assert days[-1]["refusals"] == {"unknown_address": 1, "wrong_password": 2}
    assert days[-1]["logons"] == 2  # hers and the administrator's own; a password alone is none
    assert {(one["logons"], one["refused"]) for one in days[:-1]} == {(0, 0)}


def test_numbers_are_the_same_whoever_has_counted_them(world: World) -> None:
    desk, ann = staff(world), world.person()
    for ago in (0, 60, 3600, DAY, 3 * DAY, 13 * DAY):
        recorded(world, ann, EventKind.LOGON_REFUSED, ago, reason="wrong_password")
        recorded(world, ann, EventKind.LOGON_SUCCEEDED, ago)
    before = shown(desk)["days"]
    for _ in range(3):
        sweep(world.worker)
        assert shown(desk)["days"] == before
    kept = world.fake.tables.days
    assert [one.whole for one in kept.values()] == [True] * 13 + [False]
    recorded(world, ann, EventKind.LOGON_REFUSED, reason="locked")
    world.clock.passes(600)
    sweep(world.worker)
    assert shown(desk)["days"][-1]["refusals"] == {"locked": 1, "wrong_password": 3}
    kept.clear()  # as `make recount` does
    sweep(world.worker)
    assert shown(desk)["days"][-1]["refusals"] == {"locked": 1, "wrong_password": 3}


def test_refusal_that_is_folded_is_counted_however_late_in_its_window_it_came(world: World) -> None:
    """Attack: whoever waits for the sweep is shut out under a time that is counted already, and in no number."""
    desk, ann = staff(world), world.person()
    world.clock.passes(300 - world.clock() % 300 + 100)
    recorded(world, ann, EventKind.LOGON_REFUSED, reason="wrong_password")
    world.clock.passes(150)
    sweep(world.worker)
    plant(world.store, Policy(PORTAL_POLICY, admin_ranges=("127.0.0.1/32",)))
    assert world.visitor("203.0.113.9").get("/admin/users").status == 403
    plant(world.store, Policy(PORTAL_POLICY))
    for _ in range(2):
        assert shown(desk)["days"][-1]["refusals"] == {"ip_denied": 1, "wrong_password": 1}
        world.clock.passes(600)
        desk = staff(world)
        sweep(world.worker)


def test_what_is_not_counted_to_its_end_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "TAIL", 3)
    desk, ann = staff(world), world.person()
    for second in range(5):
        recorded(world, ann, EventKind.LOGON_REFUSED, 60 + second, reason="wrong_password")
    assert [one["whole"] for one in shown(desk)["days"][-2:]] == [True, False]
    assert "at least these" in desk.visitor.get("/admin/overview", Accept="text/html").text
    world.clock.passes(600)
    sweep(world.worker)
    assert shown(desk)["days"][-1] == {
        "day": last_days(world.clock())[-1],
        "logons": 1,
        "refusals": {"wrong_password": 5},
        "refused": 5,
        "whole": True,
    }


def test_who_needs_attention_is_named_until_it_is_settled(world: World) -> None:
    desk, frozen = staff(world), world.person("frozen@a.test", status=Status.FROZEN)
    locked, bounced = world.person("locked@a.test"), world.person("bounced@a.test", undeliverable="bounce")
    contained, never = world.person("thief@a.test"), world.person("never@a.test", password_changed_at=None)
    for _ in range(5):
        world.visitor().logon(locked.address, "not the password at all")
    recorded(world, bounced, EventKind.MAIL_BOUNCED)
    recorded(world, never, EventKind.ACCOUNT_INVITED, 2 * DAY)
    desk.does(contained, "contain", reason="ticket 4711", disable=True)
    found = lines(desk)
    assert {kind: one["users"] for kind, one in found.items()} == {
        "locked": [locked.address],
        "contained": [contained.address],
        "undeliverable": [bounced.address],
        "invitations_expired": [never.address],
        "frozen": [frozen.address],
        "only_administrator": [desk.account.address],
    }
    assert found["frozen"]["url"] == "/admin/users?status=frozen"
    assert found["invitations_expired"]["url"] == "/admin/users?status=invited"
    assert found["locked"]["url"] == f"/admin/users/{locked.address}"
    for one in found.values():
        assert desk.visitor.get(one["url"]).status == 200
    desk.does(locked, "unlock")
    desk.does(bounced, "deliverable", reason="mailbox made")
    staff(world)
    world.clock.passes(8 * DAY)
    assert set(lines(staff(world))) == {"invitations_expired", "frozen"}


def test_an_invitation_needs_attention_once_its_password_has_expired(world: World) -> None:
    desk = staff(world)
    desk.visitor.post("/admin/users", {"email": "new@people.test"})
    assert "invitations_expired" not in lines(desk)
    world.clock.passes(DAY + 1)
    assert lines(staff(world))["invitations_expired"]["users"] == ["new@people.test"]


@pytest.mark.parametrize("action", ["invite", "withdraw"])
def test_an_invitation_that_was_looked_after_needs_none(world: World, action: str) -> None:
    desk = staff(world)
    desk.visitor.post("/admin/users", {"email": "new@people.test"})
    world.clock.passes(DAY + 1)
    desk = staff(world)
    assert desk.visitor.post(f"/admin/users/new@people.test/{action}").status == 200
    assert "invitations_expired" not in lines(desk)


def test_mails_that_wait_and_codes_that_run_out_are_told(world: World) -> None:
    ann = world.person()
    few = world.person(kind=Kind.ADMINISTRATOR, two_step=TwoStep(seed="sealed", recovery=("one", "two")))
    desk = staff(world)
    assert lines(desk)["few_recovery_codes"]["users"] == [few.address]
    event = an_event(ann.id, EventKind.RESET_ASKED, world.clock())
    world.store.events.record(event)
    world.store.outbox.put_aside(ann.id, event.sort_key, "ses_silent", world.clock())
    assert lines(desk)["mails_waiting"]["users"] == [ann.address]


def test_refusals_are_unusual_beside_those_of_the_other_days(world: World) -> None:
    desk, ann = staff(world), world.person()
    for day in range(1, 14):
        for second in range(10):
            recorded(world, ann, EventKind.LOGON_REFUSED, day * DAY + second, reason="locked")
    for second in range(29):
        recorded(world, ann, EventKind.LOGON_REFUSED, second, reason="locked")
    assert "refusals_unusual" not in lines(desk)
    recorded(world, ann, EventKind.LOGON_REFUSED, 30, reason="locked")
    line = lines(desk)["refusals_unusual"]
    assert (line["count"], line["users"]) == (30, [])
    assert desk.visitor.get(line["url"]).json()["attempts"]


def test_picture_has_two_bars_for_each_day_and_a_table_behind_it(world: World) -> None:
    desk = staff(world, Kind.SUPPORT)
    page = desk.visitor.get("/admin/overview", Accept="text/html")
    assert page.status == 200
    assert page.text.count('<rect class="in" x=') == page.text.count('<rect class="out" x=') == 14
    assert len(re.findall(r'<rect class="in"[^>]* height="120"', page.text)) == 1
    assert page.text.count("/admin/attempts?from=") == 14
    assert "<script" not in page.text


def test_staff_land_on_it_and_everybody_else_on_their_messages(world: World) -> None:
    for kind in (Kind.ADMINISTRATOR, Kind.SUPPORT):
        desk = staff(world, kind)
        browser = world.browser()
        browser.post("/logon", {"email": desk.account.address, "password": PASSWORD})
        done = browser.post("/logon/code", {"code": desk.phone.code()})
        assert (done.status, done.header("Location")) == (303, "/admin/overview")
        assert browser.get("/").header("Location") == "/admin/overview"
        world.clock.passes(30)
        browser = world.browser()
        browser.post("/logon?next=/account", {"email": desk.account.address, "password": PASSWORD})
        done = browser.post("/logon/code?next=/account", {"code": desk.phone.code()})
        assert done.header("Location") == "/account"
    ann, browser = world.person(), world.browser()
    done = browser.post("/logon", {"email": ann.address, "password": PASSWORD})
    assert done.header("Location") == "/messages"
    assert browser.get("/").header("Location") == "/messages"


def test_a_recipient_in_a_browser_of_an_administrator_lands_on_their_messages(world: World) -> None:
    desk, ann, browser = staff(world), world.person(), world.browser()
    browser.post("/logon", {"email": desk.account.address, "password": PASSWORD})
    browser.post("/logon/code", {"code": desk.phone.code()})
    done = browser.post("/logon", {"email": ann.address, "password": PASSWORD})
    assert done.header("Location") == "/messages"


def test_ad_10_reading_it_is_an_event_and_recipients_may_not(world: World) -> None:
    desk = staff(world, Kind.SUPPORT)
    shown(desk)
    trail = world.store.events.of_account(desk.account.id)
    (told,) = [one.details for one in trail if one.kind is EventKind.USERS_READ]
    assert told == {"users": {"overview": "attention"}}
    visitor = world.visitor()
    visitor.logs_on(world.person())
    assert visitor.get("/admin/overview").code == "not_permitted"
