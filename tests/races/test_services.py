"""Sending systems, many at once: one Idempotency-Key is one message, one rotation is done, a revocation ends all."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from chalicelib.domain.addresses import account_id, canonical_address
from chalicelib.domain.events import EventKind
from chalicelib.domain.services import HeldKey, opened_by, split_key
from tests.fakes.looking import planted
from tests.fakes.samples import NOW, a_digest, an_event, number
from tests.races.running import AT_ONCE, rounds, together
from tests.world.systems import a_system, an_actor, planted_system
from tests.world.visitors import Reply
from tests.world.world import World

pytestmark = pytest.mark.races


def test_rl_05_one_idempotency_key_is_one_message_and_one_answer(world: World) -> None:
    """Twenty at once, to somebody who is there and to somebody who is new: invited once, mailed once."""
    sender = planted_system(world)
    for turn in rounds():
        address = planted(world.store).address if turn % 2 else f"new{number()}@people.test"
        replies = together([partial(sender.sends, f"k{turn}", to=address) for _ in range(AT_ONCE)])
        assert {reply.status for reply in replies} == {201}, [reply.text for reply in replies]
        assert len({reply.json()["id"] for reply in replies}) == 1
        who = account_id(canonical_address(address))
        assert [one.id for one in world.store.messages.of_account(who)] == [replies[0].json()["id"]]
        kinds = [event.kind for event in world.store.events.of_account(who)]
        assert kinds.count(EventKind.MESSAGE_SENT) == 1
        assert kinds.count(EventKind.ACCOUNT_INVITED) == 1 - turn % 2
        world.clock.passes(60)  # another window of its rate


def test_rl_05_of_two_bodies_under_one_key_one_is_a_message(world: World) -> None:
    sender, ann = planted_system(world), planted(world.store)
    for turn in rounds():
        bodies = [f"body {place % 2}" for place in range(AT_ONCE)]
        replies = together([partial(sender.sends, f"k{turn}", to=ann.address, body=one) for one in bodies])
        taken = {body for body, reply in zip(bodies, replies, strict=True) if reply.status == 201}
        assert len(taken) == 1
        assert {reply.code for reply in replies if reply.status != 201} == {"idempotency_mismatch"}
        assert len(world.store.messages.of_account(ann.id)) == turn + 1
        world.clock.passes(60)


def test_ad_14_of_rotations_at_once_one_is_done(world: World) -> None:
    actor = an_actor(world.store)
    for _ in rounds():
        service, _ = a_system(world.store)
        keys = [HeldKey(a_digest(), NOW) for _ in range(AT_ONCE)]
        told = [an_event(service.trail, EventKind.SERVICE_ROTATED) for _ in keys]
        done = together(
            [
                partial(world.store.services.rotate, actor, service, key, event)
                for key, event in zip(keys, told, strict=True)
            ]
        )
        (won,) = [key for key, is_done in zip(keys, done, strict=True) if is_done]
        found = world.store.services.find(service.id)
        assert found
        assert (found.current, found.former) == (won, service.current)


def test_ad_14_nothing_is_sent_once_the_revocation_is_answered(world: World) -> None:
    for _ in rounds():
        sender, ann = planted_system(world), planted(world.store)
        service = world.store.services.find(sender.id)
        assert service
        end = an_event(service.trail, EventKind.SERVICE_REVOKED)
        actor = an_actor(world.store)
        acts: list[Callable[[], object]] = [partial(sender.sends, to=ann.address) for _ in range(6)]
        acts.append(partial(world.store.services.revoke, actor, service, end))
        *replies, ended = together(acts)
        assert ended is True
        statuses = [reply.status for reply in replies if isinstance(reply, Reply)]
        assert set(statuses) <= {201, 401}
        before = len(world.store.messages.of_account(ann.id))
        assert before == statuses.count(201)
        assert sender.sends(to=ann.address).status == 401
        assert len(world.store.messages.of_account(ann.id)) == before
        presented = split_key(sender.key)
        assert presented
        assert opened_by(world.store.services.find(sender.id), presented.digest) is None
