"""The step `messages`: one's own, readable ones, and nobody else's."""

import pytest

from chalicelib.domain.accounts import Account
from chalicelib.domain.events import EventKind, iso
from tests.fakes.planting import plant
from tests.world.visitors import Visitor
from tests.world.world import World


@pytest.fixture
def reader(world: World) -> tuple[Account, Visitor]:
    account, visitor = world.person(), world.visitor()
    visitor.logs_on(account)
    return account, visitor


def test_list_and_message_have_the_contracts_fields(world: World, reader: tuple[Account, Visitor]) -> None:
    identity = world.sends(reader[0], "Subject", "Body\nof two lines")
    (listed,) = reader[1].get("/messages").json()["messages"]
    assert set(listed) == {"id", "from", "subject", "sent_at", "read_at", "expires_at"}
    message = reader[1].get(f"/messages/{identity}").json()
    assert message == {**listed, "body": "Body\nof two lines"}


def test_first_reading_is_noted_once(world: World, reader: tuple[Account, Visitor]) -> None:
    ann, visitor = reader
    identity = world.sends(ann)
    visitor.sends("HEAD", f"/messages/{identity}")
    assert visitor.get("/messages").json()["messages"][0]["read_at"] is None
    for _ in range(3):
        visitor.get(f"/messages/{identity}")
        world.clock.passes(60)
    kinds = [event.kind for event in world.store.events.of_account(ann.id)]
    assert kinds.count(EventKind.MESSAGE_READ) == 1
    assert visitor.get("/messages").json()["messages"][0]["read_at"] is not None


def test_ad_02_other_peoples_expired_recalled_and_none_are_the_same(
    world: World, reader: tuple[Account, Visitor]
) -> None:
    ann, visitor = reader
    others, expired, recalled = (world.sends(who) for who in (world.person(), ann, ann))
    kept = world.fake.tables.messages
    plant(world.store, kept[ann.id, expired]._replace(expires_at=world.clock()))
    plant(world.store, kept[ann.id, recalled]._replace(recalled_at=1.0))
    replies = [
        visitor.get(f"/messages/{one}") for one in (others, expired, recalled, "none", "%2e%2e", "A", "%00")
    ]
    assert {reply.same for reply in replies} == {replies[0].same}
    assert (replies[0].status, replies[0].code) == (404, "not_found")
    assert visitor.get("/messages").json() == {"messages": [], "before": None, "after": None}


def test_message_is_sealed_for_its_recipient(world: World, reader: tuple[Account, Visitor]) -> None:
    """A row moved to another account opens nothing there, and its words are in no table."""
    ann, visitor = reader
    identity = world.sends(bob := world.person(), body="only for bob")
    assert "only for bob" not in str(world.fake.tables)
    plant(world.store, world.fake.tables.messages[bob.id, identity]._replace(account_id=ann.id))
    reply = visitor.get(f"/messages/{identity}")
    assert reply.status in {404, 503}
    assert "only for bob" not in reply.text


def test_wb_08_hostile_words_stay_words(world: World) -> None:
    ann, browser = world.person(), world.browser()
    hostile = "<svg onload=alert(1)>{{7*7}}"
    identity = world.sends(ann, hostile, hostile)
    browser.logs_on(ann)
    for path in ("/messages", f"/messages/{identity}"):
        page = browser.get(path).text
        assert "<svg onload" not in page
        assert "&lt;svg onload=alert(1)&gt;{{7*7}}" in page


def test_message_arrives_once_and_says_nothing_of_itself(world: World) -> None:
    ann = world.person()
    world.sends(ann, "Diagnosis", "Everything is well")
    (mail,) = world.mails(ann)
    for part in (mail.subject, mail.text, mail.html):
        assert "Diagnosis" not in part
        assert "Everything" not in part


def test_tr_19_a_message_that_was_read_goes_after_so_many_days_where_a_stage_says_so() -> None:
    """TR-19: of the next reading on, and never later than its own end."""
    world = World(READ_MESSAGE_DAYS="10")
    ann, visitor = world.person(), world.visitor()
    message = world.sends(ann)
    visitor.logs_on(ann)
    ends = visitor.get("/messages").json()["messages"][0]["expires_at"]
    read_at = world.clock()
    shown = visitor.get(f"/messages/{message}").json()["expires_at"]
    assert shown == iso(int(read_at) + 10 * 86400) < ends
    world.clock.passes(86400)
    again = world.visitor()
    again.logs_on(ann)
    assert again.get(f"/messages/{message}").json()["expires_at"] == shown
    world.clock.passes(9 * 86400)
    later = world.visitor()
    later.logs_on(ann)
    assert later.get(f"/messages/{message}").status == 404
    assert later.get("/messages").json()["messages"] == []


def test_tr_19_no_reading_makes_a_message_stay_longer() -> None:
    """TR-19."""
    world = World(READ_MESSAGE_DAYS="365")
    ann, visitor = world.person(), world.visitor()
    message = world.sends(ann)
    visitor.logs_on(ann)
    ends = visitor.get("/messages").json()["messages"][0]["expires_at"]
    assert visitor.get(f"/messages/{message}").json()["expires_at"] == ends
