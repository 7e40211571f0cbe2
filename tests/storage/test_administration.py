"""The acts of administrators: the difference and its events together, or nothing; and what the console reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.domain.accounts import Account, Kind, ListedAccount, Policy, PolicyChange, Status, TwoStep
from chalicelib.domain.addresses import DomainName, domain_id
from chalicelib.domain.administration import Actor
from chalicelib.domain.brand import Brand, BrandChange, png
from chalicelib.domain.events import Event, EventKind, iso
from chalicelib.domain.messages import Message
from chalicelib.domain.ports import Store
from tests.domain.pictures import picture
from tests.fakes.looking import planted, stored, trail
from tests.fakes.planting import plant
from tests.fakes.samples import DAY, NOW, a_link, a_temporary, an_event, number

RANGES = ("192.0.2.0/24",)
CHANGES: dict[str, dict[str, Any]] = {
    "disabled": {"status": Status.DISABLED, "epoch": 2},
    "password": {
        "password_hash": "new",
        "password_changed_at": NOW,
        "must_change_password": True,
        "epoch": 2,
    },
    "password taken away": {"password_hash": None, "epoch": 2},
    "required": {"two_step_required": True},
    "restricted": {"ranges": RANGES},
    "nobody": {"ranges": ()},
    "unlocked": {"failures": 0, "locked_until": 0, "attempted_at": 0},
    "reset": {"two_step": TwoStep(last_step=7), "epoch": 2},
    "all of it": {
        "status": Status.DISABLED,
        "password_hash": None,
        "two_step_required": True,
        "ranges": RANGES,
        "epoch": 2,
    },
}
FULL = TwoStep(seed="sealed", last_step=7, recovery=("a", "b"), failures=3, attempted_at=NOW)


def an_actor(store: Store, **facts: Any) -> Actor:
    """An administrator as a session knows them."""
    account = planted(store, kind=Kind.ADMINISTRATOR, **facts)
    return Actor(account.id, account.epoch)


def somebody(store: Store, **facts: Any) -> Account:
    """A user with something of everything."""
    return planted(store, **{"failures": 3, "locked_until": NOW + 9, "two_step": FULL, **facts})


def an_audit(who: Account) -> Event:
    return an_event(who.id, EventKind.ACCOUNT_CONTAINED, details={"reason": "because"})


@pytest.mark.parametrize("change", CHANGES)
def test_ad_03_difference_is_stored_with_its_events(store: Store, change: str) -> None:
    actor, old = an_actor(store), somebody(store)
    new = old._replace(**CHANGES[change])
    events = [an_audit(old), an_event(old.id, EventKind.PASSWORD_ISSUED)]
    assert store.administration.apply(actor, old, new, events)
    assert stored(store, old) == new
    assert set(trail(store, old)) == {EventKind.ACCOUNT_CONTAINED, EventKind.PASSWORD_ISSUED}


@pytest.mark.parametrize(
    "between",
    [
        {"epoch": 5},
        {"status": Status.FROZEN},
        {"two_step_required": True},
        {"ranges": ("10.0.0.0/8",)},
        {"must_change_password": True},
        {"undeliverable": "bounced"},
    ],
    ids=lambda facts: str(next(iter(facts))),
)
def test_change_in_between_is_not_overwritten(store: Store, between: dict[str, Any]) -> None:
    actor, old = an_actor(store), somebody(store, undeliverable="complained")
    new = old._replace(
        status=Status.DISABLED,
        two_step_required=not old.two_step_required,
        ranges=RANGES,
        must_change_password=False,
        undeliverable=None,
    )
    old_seen = old._replace(must_change_password=not new.must_change_password)
    plant(store, old_seen._replace(**between) if "must_change_password" not in between else old)
    before = stored(store, old)
    assert not store.administration.apply(actor, old_seen, new, [an_audit(old)])
    assert stored(store, old) == before
    assert trail(store, old) == []


@pytest.mark.parametrize(
    "facts", [{"status": Status.DISABLED}, {"status": Status.FROZEN}, {"epoch": 2}, {"kind": Kind.SUPPORT}]
)
def test_se_10_ad_07_actor_must_still_stand(store: Store, facts: dict[str, Any]) -> None:
    account, old = planted(store, kind=Kind.ADMINISTRATOR), somebody(store)
    plant(store, account._replace(**facts))
    actor, policy = Actor(account.id, 1), Policy(f"actor{number()}.test")
    change = PolicyChange(domain_id(DomainName(policy.name)), None, policy)
    assert not store.administration.apply(actor, old, old._replace(epoch=2), [an_audit(old)])
    assert not store.administration.apply_policy(actor, change, an_audit(old))
    mine = BrandChange(domain_id(DomainName(policy.name)), None, WHOLE)
    assert not store.administration.apply_brand(actor, mine, an_audit(old))
    assert store.directory.brand(mine.domain) == (None, None)
    assert (stored(store, old), trail(store, old)) == (old, [])
    assert store.directory.policy(change.key) is None


def test_administrator_may_change_their_own_account(store: Store) -> None:
    own = planted(store, kind=Kind.ADMINISTRATOR)
    new = own._replace(ranges=RANGES)
    assert store.administration.apply(Actor(own.id, 1), own, new, [an_audit(own)])
    assert stored(store, own) == new
    plant(store, new._replace(status=Status.DISABLED))
    assert not store.administration.apply(Actor(own.id, 1), new, new._replace(ranges=None), [an_audit(own)])


POLICIES: dict[str, Callable[[Policy], Policy]] = {
    "ranges": lambda one: one._replace(ranges=RANGES),
    "nobody": lambda one: one._replace(ranges=()),
    "administrators' ranges": lambda one: one._replace(admin_ranges=RANGES),
    "internal": lambda one: one._replace(internal=True),
    "two_step_required": lambda one: one._replace(two_step_required=True),
}


@pytest.mark.parametrize("change", POLICIES)
def test_policy_is_stored_as_it_was_seen_and_not_over_another(store: Store, change: str) -> None:
    actor, name = an_actor(store), f"policy{number()}.test"
    key, bare = domain_id(DomainName(name)), Policy(name)
    new, owner = POLICIES[change](bare), planted(store)
    assert store.administration.apply_policy(actor, PolicyChange(key, None, bare), an_audit(owner))
    assert store.administration.apply_policy(actor, PolicyChange(key, bare, new), an_audit(owner))
    assert store.directory.policy(key) == new
    late = bare._replace(ranges=("198.51.100.0/24",), internal=False)
    assert not store.administration.apply_policy(actor, PolicyChange(key, bare, late), an_audit(owner))
    assert not store.administration.apply_policy(actor, PolicyChange(key, None, late), an_audit(owner))
    assert store.directory.policy(key) == new
    assert len(trail(store, owner)) == 2


WHOLE = Brand("Acme", "#a8232c", png(picture()), "+49 30 1234")
BRANDS = {
    "name": WHOLE._replace(name="Acme Ltd"),
    "colour": WHOLE._replace(colour="#0c5a68"),
    "logo": WHOLE._replace(logo=png(picture(64, 64))),
    "no logo": WHOLE._replace(logo=None),
    "support_contact": WHOLE._replace(support_contact=""),
    "nothing": Brand(),
}


@pytest.mark.parametrize("change", BRANDS)
def test_brand_is_stored_as_it_was_seen_and_not_over_another(store: Store, change: str) -> None:
    actor, owner, name = an_actor(store), planted(store), DomainName(f"brand{number()}.test")
    key, new, late = domain_id(name), BRANDS[change], Brand("Late")
    plant(store, Policy(name))
    assert store.directory.brand(key) == (Policy(name), None)
    assert store.administration.apply_brand(actor, BrandChange(key, None, WHOLE), an_audit(owner))
    assert store.administration.apply_brand(actor, BrandChange(key, WHOLE, new), an_audit(owner))
    assert store.directory.brand(key) == (Policy(name), new)
    for seen in (WHOLE, None):
        assert not store.administration.apply_brand(actor, BrandChange(key, seen, late), an_audit(owner))
    assert store.directory.brand(key) == (Policy(name), new)
    assert store.administration.apply_brand(actor, BrandChange(key, new, late), an_audit(owner))
    assert len(trail(store, owner)) == 3


def test_a_brand_is_no_domain_and_its_domain_stays_small(store: Store) -> None:
    """The authorizer reads the policy with every request of the domain's users: the logo must not come along."""
    actor, owner, name = an_actor(store), planted(store), DomainName(f"brand{number()}.test")
    key = domain_id(name)
    assert store.administration.apply_brand(actor, BrandChange(key, None, WHOLE), an_audit(owner))
    assert store.directory.brand(key) == (None, WHOLE)
    assert store.directory.policy(key) is None
    plant(store, Policy(name, internal=True))
    assert store.passwords.owner(planted(store, address=f"ann@{name}").id)[1] == Policy(name, internal=True)
    assert [one for one in store.directory.domains() if one.name == name] == [Policy(name, internal=True)]


def a_message(who: Account, sender: str = "desk@people.test", **facts: Any) -> Message:
    made = Message(who.id, f"0{number():010x}-test", sender, "Hello", "sealed", NOW, int(NOW) + DAY)
    return made._replace(recipient=who.address, **facts)


def test_message_is_recalled_once_and_only_unread(store: Store) -> None:
    actor, who = an_actor(store), planted(store)
    unread, read = a_message(who), a_message(who, read_at=NOW)
    plant(store, unread, read)
    assert not store.administration.recall(actor, read, an_audit(who))
    assert store.administration.recall(actor, unread, an_audit(who))
    assert not store.administration.recall(actor, unread, an_audit(who))
    assert store.messages.read(who.id, unread.id) == unread._replace(recalled_at=NOW)
    assert store.messages.read(who.id, read.id) == read
    assert len(trail(store, who)) == 1


def test_recalled_message_is_not_marked_as_read(store: Store) -> None:
    """Who reads at the moment of the recall finds nothing, so that "recalled" means unread."""
    who = planted(store)
    recalled, waiting = a_message(who, recalled_at=NOW), a_message(who)
    plant(store, recalled, waiting)
    assert store.messages.mark_read(recalled, an_audit(who)) is False
    assert store.messages.mark_read(a_message(who), an_audit(who)) is False
    assert store.messages.read(who.id, recalled.id) == recalled
    assert store.messages.mark_read(waiting, an_audit(who)) is True
    assert store.messages.mark_read(waiting, an_audit(who)) is True
    assert len(trail(store, who)) == 1


def test_ml_05_delivery_event_counts_once_and_old_news_changes_nothing(store: Store) -> None:
    who = planted(store, delivery_lifted_at=NOW)
    event = an_event(who.id, EventKind.MAIL_BOUNCED, at=NOW + 1)
    late = an_event(who.id, EventKind.MAIL_BOUNCED, at=NOW)
    store.administration.record_delivery(late, "bounced")
    assert stored(store, who).undeliverable is None
    for _ in range(2):
        store.administration.record_delivery(event, "bounced")
    assert stored(store, who).undeliverable == "bounced"
    assert len(trail(store, who)) == 2
    store.administration.record_delivery(an_event("nobody", EventKind.MAIL_BOUNCED), "bounced")  # type: ignore[arg-type]
    assert store.passwords.owner("nobody")[0] is None  # type: ignore[arg-type]


def test_users_are_read_page_by_page(store: Store) -> None:
    domain = f"list{number()}.test"
    for name in ("anna", "anne", "bob", "carl"):
        planted(store, address=f"{name}@{domain}")
    first, after = store.directory.users(domain, "", None, 3)
    assert [one.address.partition("@")[0] for one in first] == ["anna", "anne", "bob"]
    rest, end = store.directory.users(domain, "", after, 3)
    assert (rest, end) == ([ListedAccount(f"carl@{domain}", "recipient", "active")], None)
    found, _ = store.directory.users(domain, "ann", None, 3)
    assert len(found) == 2
    assert store.directory.users(domain, "ann", f"anna@{domain}", 3)[0][0].address == f"anne@{domain}"


def test_attempts_of_a_day_whatever_became_of_them_newest_first(store: Store) -> None:
    who, at = planted(store), NOW + number() * DAY * 3
    early = an_event(who.id, EventKind.LOGON_REFUSED, at, reference="AAAA-2222")
    late = an_event(who.id, EventKind.LOGON_SUCCEEDED, at + 5)
    for event in (early, late, an_event(who.id, EventKind.MAIL_SENT, at)):
        store.events.record(event)
    assert store.directory.attempts_of_day(iso(at)[:10], 10) == [late, early]
    assert store.directory.attempts_of_day(iso(at)[:10], 1) == [late]


def test_what_was_mailed_is_told_without_its_hashes(store: Store) -> None:
    who = planted(store)
    plant(store, a_link(who), a_temporary(who))
    found = store.directory.mailed(who.id)
    assert len(found) == 2
    assert {one.password_hash for one in found} == {None}


def test_what_one_sender_sent_comes_without_bodies(store: Store) -> None:
    who, sender = planted(store), f"desk{number()}@people.test"
    plant(store, a_message(who, sender, sent_at=NOW), a_message(who, sender, sent_at=NOW + 1))
    found = store.directory.sent_by(sender, 10)
    assert [one.sent_at for one in found] == [NOW + 1, NOW]
    assert {one.sealed_body for one in found} == {""}
