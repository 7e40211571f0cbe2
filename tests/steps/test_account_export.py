"""The step `account_export`: all that is held about oneself, as a file, and not a word that the pages do not show."""

from __future__ import annotations

import os
from typing import Any

import pytest

from chalicelib.domain.accounts import Account
from chalicelib.domain.events import EventKind, iso
from chalicelib.domain.messages import UNSENT_SECONDS
from chalicelib.domain.replies import KEPT_SECONDS, REPLIES_HOURLY
from chalicelib.domain.sealing import Sealer
from chalicelib.steps.account_export import EVENTS, MESSAGES, REPLIES
from infra.openapi.schemas import answer_schemas
from tests.console.staff import Staff, staff
from tests.fakes.planting import plant
from tests.fakes.samples import an_event
from tests.world.moving import another_address, asks, moves
from tests.world.phones import enrolled
from tests.world.visitors import PASSWORD, Reply, Visitor
from tests.world.world import World

PATH = "/account/export"


@pytest.fixture
def ann(world: World) -> Account:
    return world.person()


@pytest.fixture
def visitor(world: World, ann: Account) -> Visitor:
    one = world.visitor()
    one.logs_on(ann)
    return one


def parts(visitor: Visitor) -> list[dict[str, Any]]:
    """Every part, to the end."""
    found: list[dict[str, Any]] = []
    path: str | None = PATH
    while path is not None:
        assert len(found) < 20
        found.append(visitor.get(path).json())
        path = found[-1]["next"]
    return found


def test_tr_06_it_holds_what_the_pages_show(world: World, ann: Account, visitor: Visitor) -> None:
    opened, waiting = world.sends(ann, body="Body\nof ümlauts"), world.sends(ann, body="nobody has seen it")
    visitor.get(f"/messages/{opened}")
    visitor.post("/account/preferences", {"language": "de", "time_zone": "Europe/Berlin"})
    pages = {path: visitor.get(path).json() for path in ("/account", "/account/sessions", "/messages")}
    events = visitor.get("/account/activity").json()["events"]
    reply = visitor.get(PATH)
    told = reply.json()
    assert told["account"] == pages["/account"] | {"language": "de", "time_zone": "Europe/Berlin"}
    assert told["sessions"] == pages["/account/sessions"]["sessions"]
    bodies = {one["id"]: one.pop("body", "none") for one in told["messages"]}
    assert bodies == {opened: "Body\nof ümlauts", waiting: "none"}
    assert told["messages"] == pages["/messages"]["messages"]
    assert [one for one in told["events"] if one["kind"] != "account_exported"] == events
    assert (told["messages_before"], told["events_before"], told["next"]) == (None, None, None)
    assert set(told) == set(answer_schemas()["Export"]["properties"])


def test_tr_06_no_message_is_opened_by_it(world: World, ann: Account, visitor: Visitor) -> None:
    world.sends(ann, body="nobody has seen it")
    before = dict(world.fake.tables.messages)
    assert "nobody has seen it" not in visitor.get(PATH).text
    assert world.fake.tables.messages == before
    assert EventKind.MESSAGE_READ not in {one.kind for one in world.store.events.of_account(ann.id)}


def test_ad_02_message_that_is_gone_is_not_in_it_and_one_of_another_account_does_not_open(
    world: World, ann: Account, visitor: Visitor
) -> None:
    bob = world.person()
    expired, recalled, moved = (world.sends(who) for who in (ann, ann, bob))
    kept = world.fake.tables.messages
    plant(world.store, kept[ann.id, expired]._replace(expires_at=world.clock()))
    plant(world.store, kept[ann.id, recalled]._replace(recalled_at=1.0))
    plant(world.store, kept[bob.id, moved]._replace(account_id=ann.id, read_at=world.clock()))
    (told,) = visitor.get(PATH).json()["messages"]
    assert (told["id"], told["body"]) == (moved, None)


@pytest.mark.parametrize("accept", ["text/html", "application/json", ""])
def test_it_is_a_file_for_browsers_too(world: World, ann: Account, accept: str) -> None:
    browser = world.browser()
    browser.logs_on(ann)
    reply = browser.get(PATH, Accept=accept)
    assert (reply.status, reply.header("Content-Type")) == (200, "application/json")
    assert reply.header("Content-Disposition") == 'attachment; filename="account.json"'
    assert reply.header("Cache-Control") == "no-store"
    assert reply.json()["account"]["address"] == ann.address


def test_tr_06_session_that_was_left_open_takes_nothing_away(world: World, ann: Account) -> None:
    browser, visitor = world.browser(), world.visitor()
    for one in (browser, visitor):
        one.logs_on(ann)
    assert 'href="/account/export"' in browser.get("/account").text
    world.clock.passes(600)
    before = world.rows()
    refused = visitor.get(PATH)
    assert (refused.status, refused.code) == (403, "reauthentication_required")
    sent = browser.get(PATH)
    assert (sent.status, sent.header("Location")) == (303, "/reauthenticate?next=%2Faccount%2Fexport")
    assert world.rows() == before
    page = browser.get("/account").text
    assert 'href="/account/export"' not in page
    assert 'href="/reauthenticate?next=/account"' in page
    back = browser.goes_on(browser.post(sent.header("Location"), {"password": PASSWORD}))
    assert browser.get(back).json()["account"]["address"] == ann.address


def test_refusals_of_a_browser_are_pages(world: World, ann: Account) -> None:
    browser = world.browser()
    assert browser.get(PATH).header("Location") == "/logon?next=%2Faccount%2Fexport"
    browser.logs_on(ann)
    reply = browser.get(f"{PATH}?messages_before=%20")
    assert (reply.status, reply.header("Content-Type")) == (422, "text/html; charset=utf-8")


def test_tr_04_it_tells_of_staff_no_more_than_activity_does(world: World, ann: Account) -> None:
    desk = staff(world)
    desk.does(ann, "ip-ranges", ranges=["127.0.0.0/8", "192.0.2.0/24", "198.51.100.0/24"])
    desk.does(ann, "unlock")
    desk.trail(ann, "nothing")
    visitor = world.visitor("198.51.100.77")
    visitor.logs_on(ann)
    text = visitor.get(PATH).text
    for secret in (desk.account.address, desk.visitor.source, "192.0.2.0", "trail_read"):
        assert secret not in text


def test_tr_06_nothing_secret_is_in_it(world: World) -> None:
    bob, phone = enrolled(world)
    visitor = world.visitor()
    visitor.logs_on(bob)
    visitor.goes_on(visitor.post("/logon/code", {"code": phone.code()}))
    text = visitor.get(PATH).text
    stored = world.stored(bob)
    two_step = stored.two_step
    assert two_step.seed
    for secret in (stored.password_hash, two_step.seed, *two_step.recovery, visitor.token, PASSWORD, bob.id):
        assert str(secret) not in text


def test_tr_06_it_is_an_event_that_its_owner_finds(world: World, ann: Account, visitor: Visitor) -> None:
    """One for all the parts, wherever somebody begins: not a hundred between which something else is lost."""
    for path in (PATH, PATH, f"{PATH}?messages_before=z"):
        visitor.get(path)
    world.clock.passes(300)
    visitor.get(f"{PATH}?messages_before=z")
    events = visitor.get("/account/activity").json()["events"]
    told = [one for one in events if one["kind"] == "account_exported"]
    assert len(told) == 2
    assert {(one["by"], one["if_not_you"], one["address"]) for one in told} == {
        ("account", "session", visitor.source)
    }


def test_tr_06_what_cannot_be_recorded_is_not_given(world: World, visitor: Visitor) -> None:
    world.fake.acts.clear()
    assert visitor.get(PATH).status == 200
    world.fake.fail(world.fake.acts.index("events.record"))
    reply = visitor.get(PATH)
    assert (reply.status, reply.code) == (503, "unavailable")


def test_tr_06_everything_is_given_in_parts_and_nothing_twice(
    world: World, ann: Account, visitor: Visitor
) -> None:
    ids = sorted((world.sends(ann) for _ in range(2 * MESSAGES + 3)), reverse=True)
    for ago in range(EVENTS + 10):
        world.store.events.record(an_event(ann.id, EventKind.PASSWORD_CHANGED, world.clock() - ago - 60))
    found = parts(visitor)
    assert [one["id"] for part in found for one in part["messages"]] == ids
    changed = [one for part in found for one in part["events"] if one["kind"] == "authn_password_change"]
    assert len(changed) == len({one["at"] for one in changed}) == EVENTS + 10
    assert [bool(part["messages"]) for part in found] == [True, True, True]
    assert [bool(part["events"]) for part in found] == [True, True, False]
    assert {part["account"]["address"] for part in found} == {ann.address}


def test_tr_06_the_largest_part_fits_into_an_answer_of_lambda(
    world: World, ann: Account, visitor: Visitor
) -> None:
    message = sent(staff(world), ann)
    world.clock.passes(1)
    for _ in range(MESSAGES):
        row = world.fake.tables.messages[ann.id, world.sends(ann, body="\x01" * 12000)]
        plant(world.store, row._replace(read_at=world.clock()))
    for ago in range(EVENTS):
        world.store.events.record(an_event(ann.id, EventKind.PASSWORD_CHANGED, world.clock() - ago - 60))
    for _ in range(REPLIES):
        answered(world, visitor, message, "\x01" * 12000)
    text = visitor.get(PATH).text
    assert text.count("\\u0001") == (MESSAGES + REPLIES) * 12000
    assert (
        len(text) + text.count("\\") + text.count('"') < 6_000_000
    )  # as a string in the function's own JSON


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("events_before=x", "events_before"),
        ("events_before=MjAyNi0wMi0zMA", "events_before"),
        ("messages_before=A", "messages_before"),
        ("messages_before=%C3%A4", "messages_before"),
        (f"messages_before={'0' * 65}", "messages_before"),
    ],
)
def test_tr_03_position_that_is_none_is_refused_by_its_field(
    visitor: Visitor, asked: str, field: str
) -> None:
    reply = visitor.get(f"{PATH}?{asked}")
    assert (reply.status, reply.code, reply.json()["field"]) == (422, "invalid_request", field)


def test_tr_03_nobody_gets_anothers(world: World, ann: Account, visitor: Visitor) -> None:
    for _ in range(MESSAGES + 1):
        world.sends(ann)
    eve = world.visitor()
    eve.logs_on(world.person())
    told = eve.get(str(visitor.get(PATH).json()["next"])).json()
    assert (told["messages"], told["next"]) == ([], None)


def sent(desk: Staff, to: Account) -> str:
    fields = {"to": to.address, "subject": "Statement", "body": "Good day."}
    return str(desk.visitor.post("/admin/messages", fields).json()["id"])


def answered(world: World, visitor: Visitor, message: str, words: str) -> str:
    """A reply, with any words: the form would not take each of them."""
    reply = str(visitor.post(f"/messages/{message}/reply", {"body": "x"}).json()["id"])
    (row,) = [one for key, one in world.fake.tables.messages.items() if key[1] == reply]
    sealer = Sealer(world.rings["bodies"], os.urandom)
    plant(world.store, row._replace(sealed_body=sealer.seal(words.encode(), row.associated())))
    return reply


def test_tr_06_own_replies_are_in_it_with_their_words_whoever_has_them(
    world: World, ann: Account, visitor: Visitor
) -> None:
    """TR-06: the message may be gone; what was written back is still the writer's."""
    desk = staff(world)
    message = sent(desk, ann)
    told = visitor.post(f"/messages/{message}/reply", {"body": "Thank you, all is well."}).json()
    assert desk.visitor.get(f"/admin/messages/{message}/replies").status == 200
    plant(world.store, world.fake.tables.messages[ann.id, message]._replace(expires_at=world.clock()))
    (one,) = visitor.get(PATH).json()["replies"]
    assert one.pop("sent_at") < one.pop("expires_at")
    assert one == {
        "id": told["id"],
        "message": message,
        "to": desk.account.address,
        "body": "Thank you, all is well.",
    }
    assert desk.visitor.get(PATH).json()["replies"] == [], "its reader's export has what its reader wrote"
    world.clock.passes(KEPT_SECONDS)
    later = world.visitor()
    later.logs_on(ann)
    assert later.get(PATH).json()["replies"] == []


def test_tr_06_replies_come_with_the_events_that_tell_of_them_and_none_twice(
    world: World, ann: Account, visitor: Visitor
) -> None:
    desk, written = staff(world), list[str]()
    message = sent(desk, ann)
    for number in range(2 * REPLIES + 5):
        world.clock.passes(REPLIES_HOURLY.seconds / REPLIES)
        visitor = world.visitor()
        visitor.logs_on(ann)
        written.append(visitor.post(f"/messages/{message}/reply", {"body": f"{number}"}).json()["id"])
    found = parts(visitor)
    assert [one["id"] for part in found for one in part["replies"]] == written[::-1]
    assert all(len(part["replies"]) <= REPLIES for part in found)
    kinds = [one["kind"] for part in found for one in part["events"]]
    assert kinds.count("message_answered") == len(written)


def test_tr_06_the_addresses_that_were_and_the_one_that_waits_are_in_it(world: World) -> None:
    desk, ann, to = staff(world), world.person(), another_address()
    moved = moves(world, desk, ann)
    visitor = world.visitor()
    visitor.logs_on(moved)
    told = visitor.get(PATH).json()
    assert (told["former_addresses"], told["address_change"]) == ([ann.address], None)
    assert asks(desk, moved, to).status == 202
    until = iso(world.clock() + world.settings.first_password_lifetime)
    assert visitor.get(PATH).json()["address_change"] == {"to": to, "until": until}
    world.clock.passes(world.settings.first_password_lifetime)
    later = world.visitor()
    later.logs_on(moved)
    assert later.get(PATH).json()["address_change"] is None
    desk = staff(world)
    assert asks(desk, moved, to).status == 202
    desk.does(moved, "sessions/revoke")
    later.logs_on(moved)
    assert later.get(PATH).json()["address_change"] is None, "void, as its link is"


def test_tr_06_what_was_being_typed_when_a_session_ended_is_in_it_for_an_hour(
    world: World, ann: Account, visitor: Visitor
) -> None:
    browser, message = world.browser(), sent(staff(world), ann)
    browser.logs_on(ann)
    world.clock.passes(1800)
    browser.post(f"/messages/{message}/reply", {"body": "Dear Bob, this took", "form": "0123456789abcdef"})
    visitor.logs_on(ann)
    (kept,) = visitor.get(PATH).json()["unsent"]
    at = world.clock()
    assert kept == {
        "kept_at": iso(at),
        "expires_at": iso(int(at) + UNSENT_SECONDS),
        "fields": {"body": "Dear Bob, this took"},
    }
    assert visitor.get(f"{PATH}?messages_before=z").json()["unsent"] == []
    eve = world.visitor()
    eve.logs_on(world.person())
    assert eve.get(PATH).json()["unsent"] == []
    world.clock.passes(UNSENT_SECONDS)
    visitor.logs_on(ann)
    assert visitor.get(PATH).json()["unsent"] == []


def asks_erasure(visitor: Visitor) -> Reply:
    return visitor.post("/account/erasure")


def test_tr_18_asking_to_be_erased_is_an_event_and_a_line_of_the_home_until_somebody_decides(
    world: World,
) -> None:
    """TR-18: nothing is erased by it, and it is told once a day."""
    desk, ann, visitor = staff(world), world.person(), world.visitor()
    visitor.logs_on(ann)
    before = world.stored(ann)
    for _ in range(2):
        asked = asks_erasure(visitor)
        assert (asked.status, asked.json()) == (202, {"asked_at": iso(world.clock())})
    assert world.stored(ann) == before
    kinds = [event.kind for event in world.store.events.of_account(ann.id)]
    assert kinds.count(EventKind.ERASURE_ASKED) == 1
    assert "account_erasure_asked" in str(visitor.get("/account/activity").json())

    def line() -> list[Any]:
        told = desk.visitor.get("/admin/overview").json()["attention"]
        return [one for one in told if one["kind"] == "erasure_asked"]

    (shown,) = line()
    assert (shown["count"], shown["users"], shown["url"]) == (1, [ann.address], f"/admin/users/{ann.address}")
    desk.tries(ann, "erase", confirm=ann.address, reason="asked for it")
    assert line() == []


def test_tr_18_who_finds_an_open_session_asks_for_nothing(world: World) -> None:
    """TR-18: the password of the last ten minutes."""
    ann, visitor = world.person(), world.visitor()
    visitor.logs_on(ann)
    world.clock.passes(601)
    assert asks_erasure(visitor).code == "reauthentication_required"
    assert [e.kind for e in world.store.events.of_account(ann.id) if e.kind is EventKind.ERASURE_ASKED] == []


def test_tr_18_on_the_account_page_it_is_a_form_and_then_a_sentence(world: World) -> None:
    browser, ann = world.browser(), world.person()
    browser.logs_on(ann)
    assert 'action="/account/erasure"' in browser.get("/account").text
    done = browser.post("/account/erasure", {})
    assert (done.status, done.header("Location")) == (303, "/account?done=erasure_asked")
    assert "An administrator decides" in browser.get("/account?done=erasure_asked").text
