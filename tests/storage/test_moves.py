"""The family `moves`: one transaction from one id to another, and what lies under the first one follows."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.accounts import Account, Kind, Status, TwoStep
from chalicelib.domain.addresses import AccountId, CanonicalAddress, account_id
from chalicelib.domain.administration import Actor
from chalicelib.domain.erasing import ERASED, Place
from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.messages import Message
from chalicelib.domain.moves import Carried, carried, moved, proposed
from chalicelib.domain.ports import Store
from chalicelib.domain.refusals import Refusal
from chalicelib.domain.resets import Purpose, Reset
from chalicelib.storage.moves import whole_row
from tests.fakes import samples
from tests.fakes.held import full_account_row
from tests.fakes.looking import planted, stored
from tests.fakes.planting import plant
from tests.fakes.samples import NOW, a_link, an_account, an_event, number

FULL: dict[str, Any] = {
    "password_hash": "$argon2id$",
    "password_changed_at": NOW - 86400,
    "failures": 2,
    "attempted_at": NOW - 5.25,
    "known_failures": 1,
    "locked_until": NOW - 1,
    "session_serial": 12,
    "half_done_serial": 3,
    "last_logon_at": NOW - 60.5,
    "two_step": TwoStep(
        seed="s1.k1.sealed", last_step=59, recovery=("a" * 22, "b" * 22), failures=1, disputed_at=NOW - 9.5
    ),
    "two_step_required": True,
    "ranges": ("192.0.2.0/24",),
    "undeliverable": "bounced",
    "clients": ("abcdef",),
    "language": "fr",
    "time_zone": "Europe/Paris",
}


def a_message(account: Account, **facts: Any) -> Message:
    """Of a sender of its own: on the engine, what one sent is listed in other tests."""
    return samples.a_message(account, **{"sender": f"desk{number()}@moved.test", **facts})


def somewhere() -> CanonicalAddress:
    return CanonicalAddress(f"elsewhere{number()}@moved.test")


def administrator(store: Store) -> Actor:
    account = planted(store, kind=Kind.ADMINISTRATOR)
    return Actor(account.id, account.epoch)


def asked(store: Store, account: Account, to: CanonicalAddress, at: float = NOW) -> Reset:
    """A change that waits, and the link that the mail has stored for it."""
    pending = proposed(account, to, at, 3600)
    assert store.moves.ask(
        administrator(store), account, pending, [an_event(account.id, EventKind.ADDRESS_ASKED)]
    )
    link = a_link(account, Purpose.ADDRESS, address=to, valid_until=pending.valid_until)
    plant(store, link)
    return link


def told(*ids: AccountId) -> list[Event]:
    return [
        an_event(one, EventKind.ADDRESS_CHANGED, details={"from": "a@b.test", "to": "c@d.test"})
        for one in ids
    ]


def go(store: Store, link: Reset, old: Account, to: CanonicalAddress) -> tuple[bool, Account]:
    new = moved(old, to, NOW + 1, "s1.k1.again" if old.two_step.seed else None)
    return store.moves.confirm(link, old, new, told(old.id, new.id)), new


def test_ad_20_whom_staff_is_limited_to_comes_along(store: Store) -> None:
    """Attack: an address is changed, and whoever was limited is not any more. The mark is in the account's own row."""
    lee, to = planted(store, **FULL, kind=Kind.ADMINISTRATOR), somewhere()
    limited = lee._replace(limited=True, epoch=lee.epoch + 1)
    event = an_event(lee.id, EventKind.KIND_CHANGED)
    assert store.administration.apply(administrator(store), lee, limited, [event], domains=["a.test"])
    lee = limited
    link = asked(store, lee, to)
    new = moved(lee, to, NOW + 1, "s1.k1.sealed")
    told = [an_event(one, EventKind.ADDRESS_CHANGED) for one in (lee.id, new.id)]
    assert store.moves.confirm(link, lee, new, told, ("a.test",))
    assert stored(store, new).limited
    assert store.directory.limit(new.id) == ("a.test",)
    assert store.directory.limit(lee.id) == ()


def test_everything_is_under_the_new_id_and_nothing_under_the_old_one(store: Store) -> None:
    ann, to = planted(store, **FULL), somewhere()
    done, new = go(store, asked(store, ann, to), ann, to)
    assert done
    expected = ann._replace(
        id=account_id(to),
        address=to,
        epoch=int(NOW + 1),
        two_step=ann.two_step._replace(seed="s1.k1.again"),
        undeliverable=None,
        clients=(),
    )
    assert (new, stored(store, new)) == (expected, expected)
    former = stored(store, ann)
    assert (former.status, former.alias_of, former.password_hash) == (Status.DISABLED, new.id, None)
    assert (former.two_step, former.ranges, former.address) == (TwoStep(), None, ann.address)
    assert former.epoch > ann.epoch
    assert store.moves.formers(new.id) == [ann.id]
    assert [one.kind for one in store.events.of_account(new.id)] == [EventKind.ADDRESS_CHANGED]
    assert store.directory.policy(new.id[:12]) is not None


def test_a_whole_row_has_all_that_later_acts_fill_in() -> None:
    """An attribute that is new tomorrow comes along, or this fails."""
    ann = an_account(kind=Kind.ADMINISTRATOR, **FULL)
    assert whole_row(ann).serialize() == full_account_row(ann).serialize()
    bare = an_account()
    assert whole_row(bare).serialize() == full_account_row(bare).serialize()


@pytest.mark.parametrize(
    "change",
    [
        {"epoch": 2},
        {"status": Status.DISABLED},
        {"failures": 3},
        {"session_serial": 13},
        {"two_step": TwoStep(seed="s1.k1.sealed", last_step=60)},
        {"language": "de"},
        {"ranges": None},
        {"two_step_required": False},
        {"must_change_password": True},
    ],
    ids=str,
)
def test_whatever_happened_meanwhile_is_not_lost(store: Store, change: dict[str, Any]) -> None:
    ann, to = planted(store, **FULL), somewhere()
    link = asked(store, ann, to)
    plant(store, ann._replace(**change))
    done, new = go(store, link, ann, to)
    assert not done
    assert store.accounts.read(new.id) is None
    assert store.moves.standing(link).pending is not None
    again, _ = go(store, link, ann._replace(**change), to)
    assert again


def test_a_link_moves_once_in_its_time_and_while_it_is_the_newest(store: Store) -> None:
    ann, first, second = planted(store), somewhere(), somewhere()
    early = asked(store, ann, first)
    late = asked(store, ann, second, NOW + 0.5)
    assert not go(store, early, ann, first)[0]
    over = late._replace(key=f"{late.key}x", valid_until=NOW)
    plant(store, over)
    assert not go(store, over, ann, second)[0]
    of_another_purpose = a_link(ann, Purpose.RESET, address=second, valid_until=late.valid_until)
    plant(store, of_another_purpose)
    assert not go(store, of_another_purpose._replace(purpose=Purpose.ADDRESS), ann, second)[0]
    assert go(store, late, ann, second)[0]
    assert not go(store, late, ann, second)[0]


def test_what_was_asked_for_ends_with_the_epoch_it_was_asked_under(store: Store) -> None:
    ann, to = planted(store), somewhere()
    asked_for = asked(store, ann, to)
    later = ann._replace(epoch=ann.epoch + 1)
    link = a_link(later, Purpose.ADDRESS, address=to, valid_until=asked_for.valid_until)
    plant(store, later, link)
    assert not go(store, link, later, to)[0]


def test_in_03_nobody_s_address_is_taken(store: Store) -> None:
    ann, to = planted(store), somewhere()
    link = asked(store, ann, to)
    bob = planted(store, address=to)
    assert store.moves.standing(link).taken
    assert not go(store, link, ann, to)[0]
    assert (stored(store, bob), stored(store, ann)) == (bob, ann)
    with pytest.raises(Refusal, match="exists"):
        asked(store, ann, to)


def test_in_03_nor_is_that_of_whoever_asks(store: Store) -> None:
    """Of one row a transaction asks once."""
    ann, boss = planted(store), planted(store, kind=Kind.ADMINISTRATOR)
    pending = proposed(ann, boss.address, NOW, 3600)
    with pytest.raises(Refusal, match="exists"):
        store.moves.ask(Actor(boss.id, boss.epoch), ann, pending, [an_event(ann.id, EventKind.ADDRESS_ASKED)])


def test_se_10_who_may_no_longer_asks_for_nothing(store: Store) -> None:
    ann, to, actor = planted(store), somewhere(), administrator(store)
    pending = proposed(ann, to, NOW, 3600)
    events = [an_event(ann.id, EventKind.ADDRESS_ASKED)]
    assert not store.moves.ask(actor._replace(epoch=actor.epoch + 1), ann, pending, events)
    assert not store.moves.ask(actor, ann._replace(epoch=ann.epoch + 1), pending, events)
    assert store.events.of_account(ann.id) == []


def test_former_addresses_lead_to_the_newest(store: Store) -> None:
    ann, first, second = planted(store), somewhere(), somewhere()
    _, once = go(store, asked(store, ann, first), ann, first)
    store.moves.carried(Carried(ann.id, once.id))
    done, twice = go(store, asked(store, once, second, NOW + 5), once, second)
    assert done
    assert sorted(store.moves.formers(twice.id)) == sorted([ann.id, once.id])
    assert store.moves.formers(once.id) == []
    link = asked(store, twice, third := somewhere(), NOW + 9)
    pending, formers = store.moves.of_owner(twice.id)
    assert (pending and (pending.address, pending.valid_until)) == (third, link.valid_until)
    assert sorted(formers) == sorted([ann.address, once.address])
    assert store.moves.of_owner(administrator(store).account_id) == (None, [])
    assert stored(store, ann).alias_of == twice.id


def test_the_latest_former_address_is_known_before_the_index_has_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, to = planted(store), somewhere()
    _, new = go(store, asked(store, ann, to), ann, to)
    monkeypatch.setattr("chalicelib.storage.moves.formers", lambda *_: [])
    assert store.moves.formers(new.id) == [ann.id]


def test_an_account_may_have_a_former_address_back(store: Store) -> None:
    ann, first = planted(store, **FULL), somewhere()
    _, once = go(store, asked(store, ann, first), ann, first)
    store.moves.carried(Carried(ann.id, once.id))
    link = asked(store, once, ann.address, NOW + 5)
    assert not store.moves.standing(link).taken
    done, back = go(store, link, once, ann.address)
    assert done
    assert (back.id, stored(store, back)) == (ann.id, back)
    assert (stored(store, once).alias_of, store.moves.formers(ann.id)) == (ann.id, [once.id])


def test_a_second_move_waits_for_the_first(store: Store) -> None:
    ann, first, second = planted(store), somewhere(), somewhere()
    _, once = go(store, asked(store, ann, first), ann, first)
    link = asked(store, once, second, NOW + 5)
    assert not go(store, link, once, second)[0]
    assert Carried(ann.id, once.id) in store.moves.waiting(1000)
    store.moves.carried(Carried(ann.id, once.id))
    assert Carried(ann.id, once.id) not in store.moves.waiting(1000)
    assert go(store, link, once, second)[0]


def test_messages_are_found_before_they_are_carried_over_while_and_after(store: Store) -> None:
    ann, to = planted(store), somewhere()
    messages = [a_message(ann, id=f"0{place}-{number()}") for place in range(5)]
    plant(store, *messages)
    _, new = go(store, asked(store, ann, to), ann, to)
    ids = [one.id for one in reversed(messages)]
    for one in store.moves.left(ann.id, 10):
        assert [found.id for found in store.messages.of_account(new.id)] == ids
        lines = store.directory.received(new.id, ids[1], 2)
        assert [found.id for found in lines] == ids[2:4]
        page = store.messages.page(new.id, ids[1], 2)
        assert [found.id for found in page] == ids[2:4]
        found = store.messages.read(new.id, one.id)
        assert found is not None
        assert found.sealed_body == one.sealed_body
        assert store.moves.carry(one, carried(one, new.id, to, one.sealed_body))
    assert store.moves.left(ann.id, 10) == []
    store.moves.carried(Carried(ann.id, new.id))
    assert [found.id for found in store.messages.of_account(new.id)] == ids
    assert {found.recipient for found in store.messages.of_account(new.id)} == {to}


def test_a_message_that_was_read_meanwhile_is_carried_over_as_read(store: Store) -> None:
    ann, to = planted(store), somewhere()
    message = a_message(ann)
    plant(store, message)
    _, new = go(store, asked(store, ann, to), ann, to)
    assert store.messages.mark_read(message, an_event(new.id, EventKind.MESSAGE_READ))
    assert not store.moves.carry(message, carried(message, new.id, to, "s"))
    (now,) = store.moves.left(ann.id, 10)
    assert store.moves.carry(now, carried(now, new.id, to, "s"))
    found = store.messages.read(new.id, message.id)
    assert found is not None
    assert found.read_at == NOW


def test_tr_18_who_was_erased_meanwhile_does_not_come_back_with_what_is_carried_over(store: Store) -> None:
    ann, kim, to = planted(store), planted(store, kind=Kind.ADMINISTRATOR), somewhere()
    message = a_message(ann, sender=kim.address, answers_to=kim.id)
    plant(store, message)
    _, new = go(store, asked(store, ann, to), ann, to)
    plant(store, message._replace(sender=ERASED, answers_to=""))  # as an erasure leaves it
    assert not store.moves.carry(message, carried(message, new.id, to, "s"))
    (now,) = store.moves.left(ann.id, 10)
    assert store.moves.carry(now, carried(now, new.id, to, "s"))
    found = store.messages.read(new.id, message.id)
    assert found is not None
    assert (found.sender, found.answers_to) == (ERASED, "")


def test_tr_18_what_was_still_to_be_carried_over_to_an_erased_account_is_nobody_s(store: Store) -> None:
    ann, to = planted(store), somewhere()
    plant(store, a_message(ann))
    _, new = go(store, asked(store, ann, to), ann, to)
    plant(store, new._replace(status=Status.ERASED))
    store.events.record(an_event(new.id, EventKind.ACCOUNT_ERASED))
    (erasure,) = [one for one in store.erasing.due() if one.account_id == new.id]
    place: Place | None = Place()
    while place is not None:
        place = store.erasing.clear(erasure, place)
    assert Carried(ann.id, new.id) not in store.moves.waiting(1000)
    assert store.messages.of_account(new.id) == []


def test_a_message_that_is_there_already_is_not_written_over(store: Store) -> None:
    """A restore has put it back under its former key."""
    ann, to = planted(store), somewhere()
    message = a_message(ann)
    plant(store, message)
    _, new = go(store, asked(store, ann, to), ann, to)
    there = carried(message, new.id, to, "newer")
    assert store.moves.carry(message, there)
    plant(store, message)
    assert store.moves.carry(message, there._replace(sealed_body="older"))
    assert store.moves.left(ann.id, 10) == []
    found = store.messages.read(new.id, message.id)
    assert found is not None
    assert found.sealed_body == "newer"


def test_news_of_a_mail_finds_the_message_where_it_is(store: Store) -> None:
    ann, to = planted(store), somewhere()
    message = a_message(ann)
    plant(store, message)
    _, new = go(store, asked(store, ann, to), ann, to)
    store.moves.carry(message, carried(message, new.id, to, "s"))
    store.messages.mail_went((ann.id, message.id), "delivered", NOW + 9)
    found = store.messages.read(new.id, message.id)
    assert found is not None
    assert found.mail == "delivered"


def test_nothing_is_sent_to_an_address_that_was_given_up(store: Store) -> None:
    ann, to = planted(store), somewhere()
    go(store, asked(store, ann, to), ann, to)
    message: Message = a_message(ann)
    with pytest.raises(Refusal, match="recipient_has_another_address"):
        store.messages.send(message, an_event(ann.id, EventKind.MESSAGE_SENT))
    assert store.messages.read(ann.id, message.id) is None


def test_history_is_that_of_all_addresses_and_tells_the_change_once(store: Store) -> None:
    ann, to = planted(store), somewhere()
    old = an_event(ann.id, EventKind.LOGON_SUCCEEDED, at=NOW - 60)
    refused = an_event(ann.id, EventKind.LOGON_REFUSED, at=NOW - 30)
    for one in (old, refused):
        store.events.record(one)
    link, new = asked(store, ann, to), moved(ann, to, NOW + 1, None)
    left = an_event(ann.id, EventKind.ADDRESS_CHANGED, at=NOW + 1)
    assert store.moves.confirm(link, ann, new, [left, left._replace(account_id=new.id)])
    found = store.events.history(new.id, None, 10).events
    assert [one.kind for one in found] == [
        EventKind.ADDRESS_CHANGED,
        EventKind.ADDRESS_ASKED,
        EventKind.LOGON_REFUSED,
        EventKind.LOGON_SUCCEEDED,
    ]
    assert found[0].account_id == new.id
    further = store.events.history(new.id, found[1].sort_key, 1)
    assert [one.kind for one in further.events] == [EventKind.LOGON_REFUSED]
