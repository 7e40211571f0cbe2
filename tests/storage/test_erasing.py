"""The acts of an erasure: all there is of an account goes, nothing of anybody else's, and as often as it is begun."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

import pytest

from chalicelib.domain.accounts import Account, Kind, Status
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.administration import Actor
from chalicelib.domain.devices import network_key
from chalicelib.domain.erasing import COVERED_SECONDS, ERASED, SETTLED_SECONDS, Erasure, Place
from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.keys import Keyring
from chalicelib.domain.mails import Claim, hour_of
from chalicelib.domain.messages import drawer, unsent
from chalicelib.domain.networks import throttle_key
from chalicelib.domain.ports import Store
from chalicelib.domain.refusals import Refusal
from chalicelib.domain.replies import reply_to
from chalicelib.domain.sealing import Sealer
from chalicelib.domain.sendings import event_id_of
from chalicelib.mail.worker import note_of
from tests.fakes.looking import planted
from tests.fakes.planting import plant
from tests.fakes.samples import NOW, a_link, a_message, a_session, a_temporary, an_account, an_event
from tests.world.systems import a_system

AGENT, SOURCE = "Firefox of a person", "192.0.2.77"
WHERE = {"source": SOURCE, "user_agent": AGENT, "language": "de", "zone": "Europe/Vienna"}
DESK = "desk@portal.test"


class Town(NamedTuple):
    """Somebody who is to go, and somebody who is not."""

    ann: Account
    bert: Account
    decision: Event


def cleared(store: Store, erasure: Erasure) -> int:
    """All parts; how many acts it took."""
    place: Place | None = Place()
    acts = 0
    while place is not None:
        place, acts = store.erasing.clear(erasure, place), acts + 1
    return acts


def of(store: Store, account: Account) -> Erasure:
    """What the store says of this one; other tests have their own."""
    (found,) = [one for one in store.erasing.due() if one.account_id == account.id]
    return found


def decided(store: Store, at: float = NOW, **facts: Any) -> Town:
    """Closed for good by an administrator, with everything that an account can leave behind."""
    ann = planted(store, status=Status.ERASED, epoch=int(at), password_hash=None, **facts)
    bert = planted(store)
    for one in (ann, bert):
        plant(store, a_session(one), a_session(one), a_link(one), a_temporary(one), a_message(one))
        plant(store, unsent(one.id, "a-form", NOW))
        told = {"email": one.address, "actor": one.address, **WHERE}
        store.events.record(an_event(one.id, EventKind.PASSWORD_CHANGED, at - 50, **told))
        store.events.record(an_event(one.id, EventKind.LOGON_REFUSED, at - 40, email=one.address, **WHERE))
    # What they wrote to each other.
    for one, other in ((ann, bert), (bert, ann)):
        plant(store, a_message(other, sender=one.address))
    facts = {"email": ann.address, "actor": DESK, "source": "192.0.2.1", "user_agent": "console"}
    details = {"reason": "asked for it", "kind": ann.kind.value}
    decision = an_event(ann.id, EventKind.ACCOUNT_ERASED, at, **facts, details=details)
    store.events.record(decision)
    return Town(ann, bert, decision)


def test_tr_18_everything_of_the_account_goes_and_nothing_of_anybody_else(store: Store) -> None:
    town = decided(store)
    erasure = of(store, town.ann)
    assert (erasure.address, erasure.decision) == (town.ann.address, town.decision.sort_key)
    assert cleared(store, erasure) <= 8
    assert store.erasing.finish(erasure, NOW + 300)
    for left, who in ((0, town.ann), (2, town.bert)):
        assert len(store.sessions.of_account(who.id)) == left
        assert len(store.directory.mailed(who.id)) == left
        assert len(store.messages.of_account(who.id)) == left
        assert len(store.messages.of_account(drawer(who.id))) == left // 2
    assert store.accounts.read(town.ann.id) is None
    assert store.directory.user(town.ann.id) is None
    assert store.accounts.read(town.bert.id) == town.bert
    assert [one for one in store.erasing.due() if one.account_id == town.ann.id] == []


def test_tr_17_of_the_trail_stays_what_happened_and_which_administrator_did_it(store: Store) -> None:
    town = decided(store)
    before = store.events.trail(town.ann.id, None, 50).together().events
    others = store.events.trail(town.bert.id, None, 50).together().events
    erasure = of(store, town.ann)
    cleared(store, erasure)
    store.erasing.finish(erasure, NOW + 300)
    after = store.events.trail(town.ann.id, None, 50).together().events
    assert [(one.kind, one.at, one.id) for one in after] == [(one.kind, one.at, one.id) for one in before]
    assert {one.erased for one in after} == {town.decision.sort_key}
    decision, *rest = after
    assert (decision.email, decision.actor, decision.source) == (None, DESK, "192.0.2.1")
    assert decision.told["reason"] == "asked for it"
    for one in rest:
        assert (one.email, one.source, one.user_agent, one.language, one.zone) == (None,) * 5
        assert one.actor in {None, ERASED}
    assert store.events.trail(town.bert.id, None, 50).together().events == others


def test_who_did_it_stays_and_what_they_said_of_the_person_does_not(store: Store) -> None:
    town = decided(store)
    details = {
        "reason": "Ann lost her phone",
        "after": {"ranges": ["192.0.2.0/24"], "epoch": 5},
        "actor_kind": "x",
    }
    told = an_event(town.ann.id, EventKind.RANGES_CHANGED, NOW - 9, actor=DESK, details=details)
    store.events.record(told)
    cleared(store, of(store, town.ann))
    (left,) = [one for one in store.events.changes(town.ann.id, None, 50).events if one.id == told.id]
    assert left.actor == DESK
    assert left.details == {"after": {"epoch": 5}, "actor_kind": "x"}


def test_tr_18_a_second_run_finds_nothing_and_a_run_that_ended_anywhere_is_ended_by_the_next(
    store: Store,
) -> None:
    town = decided(store)
    erasure = of(store, town.ann)
    store.erasing.clear(erasure, Place())
    for _ in range(2):
        cleared(store, erasure)
    after = store.events.trail(town.ann.id, None, 50)
    for _ in range(2):
        assert store.erasing.finish(erasure, NOW + 300)
    assert store.events.trail(town.ann.id, None, 50).others == after.others


def test_more_rows_than_one_act_takes_go_in_several(store: Store) -> None:
    town = decided(store)
    for number in range(120):
        plant(store, a_session(town.ann))
        store.events.record(an_event(town.ann.id, EventKind.LOGON_REFUSED, NOW - 3000 + number, **WHERE))
    cleared(store, of(store, town.ann))
    assert store.sessions.of_account(town.ann.id) == []
    rows = store.events.trail(town.ann.id, None, 250).others.events
    assert {one.source for one in rows if one.kind is EventKind.LOGON_REFUSED} == {None}
    assert len(rows) == 121


def test_what_comes_a_day_after_the_decision_is_of_whoever_comes_then(store: Store) -> None:
    town = decided(store)
    times = (NOW + 60, NOW + COVERED_SECONDS + 1)
    for at in times:
        store.events.record(an_event(town.ann.id, EventKind.LOGON_REFUSED, at, email=town.ann.address))
    cleared(store, of(store, town.ann))
    told = store.events.trail(town.ann.id, None, 50).others.events
    emails = {one.at: one.email for one in told if one.at in times}
    assert emails == {times[0]: None, times[1]: town.ann.address}


def test_what_others_have_of_the_account_stays_without_its_address(store: Store) -> None:
    town = decided(store)
    cleared(store, of(store, town.ann))
    assert store.directory.sent_by(town.ann.address, None, 50) == []
    assert sorted(one.sender for one in store.messages.of_account(town.bert.id)) == [
        DESK.replace("portal", "people"),
        ERASED,
    ]


def test_whoever_has_the_address_next_is_not_who_reads_what_is_written_back(store: Store) -> None:
    ann, kim = planted(store), planted(store, kind=Kind.ADMINISTRATOR)
    message = a_message(ann, sender=kim.address, answers_to=kim.id)
    plant(store, message, kim._replace(status=Status.ERASED, epoch=int(NOW)))
    store.events.record(an_event(kim.id, EventKind.ACCOUNT_ERASED, NOW))
    cleared(store, of(store, kim))
    assert store.messages.read(ann.id, message.id) == message._replace(sender=ERASED, answers_to="")


def test_what_was_written_back_to_it_goes_and_what_it_wrote_back_loses_its_name(store: Store) -> None:
    ann, kim = planted(store), planted(store, kind=Kind.ADMINISTRATOR)
    asked = a_message(ann, sender=kim.address, answers_to=kim.id)
    store.messages.send(asked, an_event(ann.id, EventKind.MESSAGE_SENT))
    ring = Keyring("k1", {"k1": bytes(32)})
    sealer = Sealer(ring, os.urandom)
    reply = reply_to(asked, ann.address, "Thanks", sealer=sealer, now=NOW, random=os.urandom)
    told = {"message": asked.id, "reply": reply.row.id, "reader": kim.id}
    own = an_event(ann.id, EventKind.MESSAGE_ANSWERED, NOW - 9, details=told)
    store.replies.write(reply._replace(events=(own,)))
    for one in (ann, kim):
        plant(store, one._replace(status=Status.ERASED, epoch=int(NOW)))
        store.events.record(an_event(one.id, EventKind.ACCOUNT_ERASED, NOW))
    cleared(store, of(store, ann))
    (left,) = store.replies.page(kim.id, asked.id, None, 9)
    assert left == reply.row._replace(sender=ERASED)
    cleared(store, of(store, kim))
    assert store.replies.page(kim.id, asked.id, None, 9) == []


def test_where_a_service_found_its_message_and_the_network_it_was_known_from_go_too(store: Store) -> None:
    ann = planted(store)
    system, sender = a_system(store)
    message = a_message(ann)
    told = an_event(ann.id, EventKind.MESSAGE_SENT, NOW - 9, source=SOURCE, actor=sender.actor)
    told = told._replace(id=event_id_of(message.id), details={"message": message.id, "from": "x@bank.test"})
    store.sendings.send(sender, message, told)
    claim = Claim(1, NOW, "k")
    store.outbox.claim(told, Claim(), claim, "run")
    assert hour_of(told)
    plant(store, ann._replace(status=Status.ERASED, epoch=int(NOW)))
    store.events.record(an_event(ann.id, EventKind.ACCOUNT_ERASED, NOW))
    cleared(store, of(store, ann))
    assert not store.sendings.was_sent(system.id, message.id)
    assert store.outbox.due(told, note_of(told, EventKind.MAIL_SENT, {}), ann.id[:12]).claim == Claim()  # type: ignore[arg-type]
    assert network_key(ann.id, throttle_key(SOURCE)) not in networks(store)


def test_where_a_service_found_it_goes_though_its_event_is_gone_by_then(store: Store) -> None:
    """A stage may keep events for less long than a message can be read."""
    ann, bert = planted(store), planted(store)
    system, sender = a_system(store)
    message = a_message(ann, service=system.id)
    store.sendings.send(sender, message, an_event(bert.id, EventKind.MESSAGE_SENT, NOW - 9))
    assert store.sendings.was_sent(system.id, message.id)
    plant(store, ann._replace(status=Status.ERASED, epoch=int(NOW)))
    store.events.record(an_event(ann.id, EventKind.ACCOUNT_ERASED, NOW))
    cleared(store, of(store, ann))
    assert not store.sendings.was_sent(system.id, message.id)


def networks(store: Store) -> Any:
    return getattr(getattr(store, "tables", None), "networks", {})


def test_an_account_that_is_closed_by_nobody_s_decision_is_left_alone(store: Store) -> None:
    ann = planted(store, status=Status.ERASED)
    assert [one for one in store.erasing.due() if one.account_id == ann.id] == []
    assert store.accounts.read(ann.id) == ann


def test_ad_09_the_others_are_told_before_an_administrator_is_gone(store: Store) -> None:
    town = decided(store, kind=Kind.ADMINISTRATOR)
    erasure = of(store, town.ann)
    cleared(store, erasure)
    assert not store.erasing.finish(erasure, NOW + 300)
    assert store.accounts.read(town.ann.id) is not None
    store.outbox.note(note_of(town.decision, EventKind.ADMINISTRATORS_TOLD, {}))
    assert store.erasing.finish(erasure, NOW + 300)
    assert store.accounts.read(town.ann.id) is None


def test_ad_09_nobody_waits_for_ever_for_mails_that_do_not_go(store: Store) -> None:
    town = decided(store, kind=Kind.ADMINISTRATOR)
    erasure = of(store, town.ann)
    assert store.erasing.finish(erasure, NOW + 6 * 86400)
    assert store.accounts.read(town.ann.id) is None


def test_one_that_was_invited_anew_meanwhile_is_not_taken_away_by_an_old_run(store: Store) -> None:
    town = decided(store)
    erasure = of(store, town.ann)
    new = an_account(town.ann.address, epoch=int(NOW) + 500)
    plant(store, new)
    store.erasing.finish(erasure, NOW + 600)
    assert store.accounts.read(town.ann.id) == new


def test_tr_18_nothing_is_sent_to_an_account_that_is_to_go(store: Store) -> None:
    """Attack: it would come behind what is taken away, and lie there for whoever is invited next."""
    ann = planted(store, status=Status.ERASED)
    message = a_message(ann)
    with pytest.raises(Refusal, match="recipient_being_erased"):
        store.messages.send(message, an_event(ann.id, EventKind.MESSAGE_SENT))
    _, sender = a_system(store)
    with pytest.raises(Refusal, match="recipient_being_erased"):
        store.sendings.send(sender, message, an_event(ann.id, EventKind.MESSAGE_SENT))
    assert store.messages.of_account(ann.id) == []


def test_an_administrator_can_still_write_to_themselves(store: Store) -> None:
    """One transaction may name a row once."""
    boss = planted(store, kind=Kind.ADMINISTRATOR)
    message = a_message(boss)
    store.messages.send(message, an_event(boss.id, EventKind.MESSAGE_SENT), Actor(boss.id, boss.epoch))
    assert store.messages.of_account(boss.id) == [message]


def test_nothing_is_begun_while_something_may_be_under_way() -> None:
    one = Erasure(AccountId("x"), an_account().address, 1, "y", NOW)
    assert [one.begins(NOW + SETTLED_SECONDS - 1), one.begins(NOW + SETTLED_SECONDS)] == [False, True]
