"""The step `move_accounts`: what lies under a former id follows, however often it runs and wherever it stops."""

from __future__ import annotations

import pytest

from chalicelib.domain.addresses import account_id
from chalicelib.domain.refusals import Unavailable
from chalicelib.steps.erase_accounts import erase
from tests.console.staff import staff
from tests.world.moving import another_address, asks, carries, moves, proof
from tests.world.running import at_work, heard
from tests.world.visitors import Visitor
from tests.world.world import World


def half_moved(world: World, messages: int) -> tuple[Visitor, list[str]]:
    """Somebody with so many messages, whose address has just changed and who has logged on again."""
    desk, ann, to = staff(world), world.person(), another_address()
    ids = []
    for number in range(messages):
        world.clock.passes(1)
        ids.append(world.sends(ann, body=f"Number {number}"))
    asks(desk, ann, to)
    assert world.visitor().post("/address", {"token": proof(world, to)}).status == 200
    visitor = world.visitor()
    visitor.logs_on(to)
    return visitor, ids[::-1]


def listed(visitor: Visitor) -> list[str]:
    return [one["id"] for one in visitor.get("/messages").json()["messages"]]


def test_nobody_sees_an_empty_list_meanwhile(world: World) -> None:
    visitor, ids = half_moved(world, 3)
    assert listed(visitor) == ids
    assert visitor.get(f"/messages/{ids[0]}").json()["body"] == "Number 2"
    assert carries(world) == {"messages": 3, "accounts": 1, "delayed": 0}
    assert listed(visitor) == ids
    bodies = [visitor.get(f"/messages/{one}").json()["body"] for one in ids]
    assert bodies == ["Number 2", "Number 1", "Number 0"]
    assert visitor.get("/messages").json()["messages"][0]["read_at"] is not None
    assert carries(world) == {"messages": 0, "accounts": 0, "delayed": 0}


@pytest.mark.parametrize("after", range(10))
@pytest.mark.parametrize("applied", [False, True])
def test_rl_06_wherever_it_stops_the_next_run_goes_on(world: World, after: int, *, applied: bool) -> None:
    visitor, ids = half_moved(world, 2)
    world.fake.fail(after, applied=applied)
    try:
        carries(world)
    except Unavailable:
        assert after == 0
    world.fake.heal()
    assert listed(visitor) == ids
    carries(world)
    assert (listed(visitor), world.fake.tables.moving) == (ids, {})
    assert visitor.get(f"/messages/{ids[1]}").json()["body"] == "Number 0"


def test_more_than_one_reading_and_more_than_one_account(world: World) -> None:
    first, of_first = half_moved(world, 60)
    second, of_second = half_moved(world, 1)
    assert carries(world) == {"messages": 61, "accounts": 2, "delayed": 0}
    assert (listed(first), listed(second)) == (of_first, of_second)


def test_a_service_follows_its_message_to_where_it_is(world: World) -> None:
    desk, ann = staff(world), world.person()
    made = desk.visitor.post("/admin/services", {"name": "Gateway", "domains": ["example.org"]}).json()
    service = world.visitor()
    service.token = made["key"]
    fields = {"from": "desk@example.org", "to": ann.address, "subject": "Hello", "body": "Good day."}
    sent = service.post("/service/messages", fields).json()["id"]
    now = moves(world, desk, ann)
    assert service.get(f"/service/messages/{sent}").json()["state"] in {"waiting", "delivered"}
    visitor = world.visitor()
    visitor.logs_on(now)
    assert visitor.get(f"/messages/{sent}").json()["body"] == "Good day."
    assert service.get(f"/service/messages/{sent}").json()["state"] == "read"
    refused = service.post("/service/messages", fields)
    assert (refused.status, refused.code) == (409, "conflict")


def test_notice_that_was_due_goes_to_the_address_there_is_now(world: World) -> None:
    desk, ann, to = staff(world), world.person(), another_address()
    asks(desk, ann, to)
    token = proof(world, to)
    message = world.sends(ann)
    assert world.visitor().post("/address", {"token": token}).status == 200
    mails = [one for one in world.mails() if f"/messages/{message}" in one.text]
    assert [one.to for one in mails] == [to]
    assert world.fake.tables.accounts[account_id(to)].address == to


def test_an_account_that_is_erased_takes_its_former_addresses_with_it(world: World) -> None:
    """Each has a trail of its own, in which the person is; and what was not carried over goes too."""
    desk, ann, to = staff(world), world.person(), another_address()
    world.sends(ann)
    asks(desk, ann, to)
    assert world.visitor().post("/address", {"token": proof(world, to)}).status == 200
    assert desk.tries(ann, "erase", confirm=ann.address, reason="It is the wrong page").code == "conflict"
    now = world.stored(ann)._replace(id=account_id(to), address=to)
    assert desk.tries(now, "erase", confirm=to, reason="Left the company").status == 202
    assert carries(world) == {"messages": 0, "accounts": 0, "delayed": 0}
    world.delivers()
    world.clock.passes(1200)
    with heard(world.lines), at_work("erase_accounts"):
        assert erase(world.portal)["erased"] == 2
    carries(world)
    tables = world.fake.tables
    assert {ann.id, now.id} & tables.accounts.keys() == set()
    assert [key for key in tables.messages if key[0] in {ann.id, now.id}] == []
    assert tables.moving == {}
    left = [one for one in tables.events.values() if one.account_id in {ann.id, now.id}]
    assert {one.email for one in left if one.at < world.clock() - 60} == {None}
