"""The acts on sending systems: found in one trip with the portal's rules, changed as they were seen, or not at all."""

from __future__ import annotations

import pytest

from chalicelib.domain.accounts import PORTAL_POLICY, Kind, Policy
from chalicelib.domain.administration import Actor
from chalicelib.domain.events import EventKind
from chalicelib.domain.ports import Store
from chalicelib.domain.services import HeldKey, Service
from tests.fakes.looking import planted
from tests.fakes.planting import plant
from tests.fakes.samples import NOW, a_digest, an_event
from tests.world.systems import a_system, an_actor


def rotated(store: Store, seen: Service, key: HeldKey) -> bool:
    told = an_event(seen.trail, EventKind.SERVICE_ROTATED)
    return store.services.rotate(an_actor(store), seen, key, told)


def test_one_is_found_with_the_rules_of_the_portal(store: Store) -> None:
    service, _ = a_system(store, ranges=("192.0.2.0/24",), domains=("a.test", "b.test"))
    plant(store, Policy(PORTAL_POLICY, ranges=("10.0.0.0/8",)))
    policy, found = store.services.standing(service.id)
    assert found == service == store.services.find(service.id)
    assert policy == store.services.standing(None)[0] == Policy(PORTAL_POLICY, ranges=("10.0.0.0/8",))
    assert store.services.standing("a" * 16)[1] is None
    assert store.services.find("a" * 16) is None
    assert [one.kind for one in store.events.of_account(service.trail)] == [EventKind.SERVICE_MADE]


def test_no_ranges_and_nobody_are_two_things(store: Store) -> None:
    assert store.services.find(a_system(store)[0].id).ranges is None  # type: ignore[union-attr]
    assert store.services.find(a_system(store, ranges=())[0].id).ranges == ()  # type: ignore[union-attr]


def test_all_are_listed_at_once_and_by_name(store: Store) -> None:
    second, first = a_system(store, name="zeta")[0], a_system(store, name="Alpha")[0]
    listed = [one for one in store.services.every() if one.id in {first.id, second.id}]
    assert listed == [first, second]


def test_one_is_made_once(store: Store) -> None:
    service, _ = a_system(store)
    again = service._replace(name="Another")
    assert not store.services.make(an_actor(store), again, an_event(service.trail, EventKind.SERVICE_MADE))
    assert store.services.find(service.id) == service


def test_a_rotation_keeps_the_newer_key_with_its_use(store: Store) -> None:
    service, _ = a_system(store)
    store.services.touch(service, service.current, NOW + 5)
    used = service.current._replace(used_at=NOW + 5)
    second, third = HeldKey(a_digest(), NOW + 10), HeldKey(a_digest(), NOW + 20)
    assert rotated(store, service._replace(current=used), second)
    seen = store.services.find(service.id)
    assert seen == service._replace(current=second, former=used)
    assert rotated(store, seen, third)
    assert store.services.find(service.id) == service._replace(current=third, former=second)


def test_of_two_rotations_that_saw_the_same_one_is_done(store: Store) -> None:
    service, _ = a_system(store)
    first, second = HeldKey(a_digest(), NOW + 10), HeldKey(a_digest(), NOW + 10)
    assert rotated(store, service, first)
    assert not rotated(store, service, second)
    found = store.services.find(service.id)
    assert found
    assert (found.current, found.former) == (first, service.current)
    assert not rotated(store, found, first)  # the key that it has already


def test_last_use_is_the_keys_own_also_once_it_is_the_former(store: Store) -> None:
    service, _ = a_system(store)
    store.services.touch(service, service.current, NOW + 5)
    seen = store.services.find(service.id)
    assert seen
    assert rotated(store, seen, HeldKey(a_digest(), NOW + 10))
    store.services.touch(seen, seen.current, NOW + 15)  # by whoever saw it before
    moved = store.services.find(service.id)
    assert moved
    assert moved.former
    assert (moved.current.used_at, moved.former.used_at) == (None, NOW + 5)
    store.services.touch(moved, moved.former, NOW + 20)
    found = store.services.find(service.id)
    assert found
    assert found.former
    assert (found.current.used_at, found.former.used_at) == (None, NOW + 20)


def test_of_two_that_write_last_use_at_once_one_does(store: Store) -> None:
    service, _ = a_system(store)
    for seconds in (5, 9):
        store.services.touch(service, service.current, NOW + seconds)
    found = store.services.find(service.id)
    assert found
    assert found.current.used_at == NOW + 5


def test_a_touch_brings_none_into_being(store: Store) -> None:
    gone = a_system(store)[0]._replace(id="a" * 16)
    store.services.touch(gone, gone.current, NOW)
    assert store.services.find(gone.id) is None


def test_revoked_once_and_for_good(store: Store) -> None:
    service, _ = a_system(store)
    told = an_event(service.trail, EventKind.SERVICE_REVOKED, NOW + 5, actor="admin@people.test")
    assert store.services.revoke(an_actor(store), service, told)
    again = an_event(service.trail, EventKind.SERVICE_REVOKED, NOW + 9)
    assert not store.services.revoke(an_actor(store), service, again)
    assert not rotated(store, service, HeldKey(a_digest(), NOW + 10))
    found = store.services.find(service.id)
    assert found == service._replace(revoked_at=NOW + 5, revoked_by="admin@people.test")


@pytest.mark.parametrize("act", ["make", "rotate", "revoke"])
def test_se_10_nothing_is_changed_by_an_actor_who_no_longer_stands(store: Store, act: str) -> None:
    service, _ = a_system(store)
    admin = planted(store, kind=Kind.ADMINISTRATOR)
    actor, told = Actor(admin.id, admin.epoch), an_event(service.trail, EventKind.SERVICE_REVOKED)
    plant(store, admin._replace(epoch=admin.epoch + 1))
    other = service._replace(id="z" * 16)
    done = {
        "make": lambda: store.services.make(actor, other, told),
        "rotate": lambda: store.services.rotate(actor, service, HeldKey(a_digest(), NOW), told),
        "revoke": lambda: store.services.revoke(actor, service, told),
    }[act]()
    assert not done
    assert store.services.find(service.id) == service
    assert store.services.find("z" * 16) is None
