"""The acts of administrators: the difference and its events together, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.domain.accounts import Account, Kind, Policy, PolicyChange, Status, TwoStep
from chalicelib.domain.addresses import DomainName, domain_id
from chalicelib.domain.administration import Actor
from chalicelib.domain.brand import Brand, BrandChange, png
from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.ports import Store
from chalicelib.domain.refusals import Hint, Refusal
from chalicelib.domain.repeats import once
from tests.domain.pictures import picture
from tests.fakes.looking import planted, stored, trail
from tests.fakes.planting import plant
from tests.fakes.samples import NOW, a_message, an_account, an_event, number

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
    "unlocked where it is known": {"known_failures": 0, "known_locked_until": 0, "known_attempted_at": 0},
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


COUNTED = {"failures": 3, "locked_until": NOW + 9, "known_failures": 2, "known_locked_until": NOW + 8}


def an_actor(store: Store, **facts: Any) -> Actor:
    """An administrator as a session knows them."""
    account = planted(store, kind=Kind.ADMINISTRATOR, **facts)
    return Actor(account.id, account.epoch)


def somebody(store: Store, **facts: Any) -> Account:
    """A user with something of everything."""
    return planted(store, **{**COUNTED, "two_step": FULL, **facts})


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


@pytest.mark.parametrize("seed", [None, "sealed"])
def test_forgetting_wrong_codes_takes_no_factor_away_and_none_under_way(
    store: Store, seed: str | None
) -> None:
    begun = FULL._replace(seed=seed, pending_seed="proposed", pending_until=NOW)
    actor, old = an_actor(store), somebody(store, two_step=begun)
    new = old._replace(two_step=begun.forgiven())
    assert store.administration.apply(actor, old, new, [an_audit(old)])
    assert stored(store, old) == new


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


@pytest.mark.parametrize(
    "facts",
    [{"epoch": 2}, {"status": Status.DISABLED}, {"kind": Kind.SUPPORT}],
    ids=["moved on", "disabled", "demoted"],
)
def test_se_10_who_asked_first_must_still_stand_too(store: Store, facts: dict[str, Any]) -> None:
    ann, second = somebody(store), an_actor(store)
    gone = planted(store, **{"kind": Kind.ADMINISTRATOR} | facts)
    new, event = ann._replace(two_step_required=True), an_event(ann.id, EventKind.TWO_STEP_REQUIRED)
    asked = second._replace(first=Actor(gone.id, 1))
    assert not store.administration.apply(asked, ann, new, [event])
    assert not stored(store, ann).two_step_required
    standing = second._replace(first=an_actor(store))
    assert store.administration.apply(standing, ann, new, [event])


def test_who_asked_first_may_be_whom_it_is_done_to(store: Store) -> None:
    """Of one row a transaction asks once: an administrator asks for their own second step to be reset."""
    boss, second = planted(store, kind=Kind.ADMINISTRATOR, two_step=FULL), an_actor(store)
    new = boss._replace(two_step=TwoStep(last_step=7), epoch=boss.epoch + 1)
    events = [an_event(boss.id, EventKind.TWO_STEP_RESET)]
    as_of_before = second._replace(first=Actor(boss.id, boss.epoch - 1))
    assert not store.administration.apply(as_of_before, boss, new, events)
    assert store.administration.apply(second._replace(first=Actor(boss.id, boss.epoch)), boss, new, events)
    assert stored(store, boss) == new


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
    assert store.accounts.find(planted(store, address=f"ann@{name}").id)[1] == Policy(name, internal=True)
    assert store.directory.domains(name, None, 2) == [Policy(name, internal=True)]


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


FormAct = Callable[[Actor], object]


def acts_of_forms(store: Store) -> dict[str, FormAct]:
    """Each act of the console, as often as anybody asks for it."""
    old, key = somebody(store), domain_id(DomainName(f"once{number()}.test"))
    message = a_message(planted(store))
    store.messages.send(message, an_audit(old))
    policy, brand = PolicyChange(key, None, Policy("once.test")), BrandChange(key, None, Brand("Harbour"))
    return {
        "apply": lambda who: store.administration.apply(who, old, old._replace(epoch=2), [an_audit(old)]),
        "apply_policy": lambda who: store.administration.apply_policy(who, policy, an_audit(old)),
        "apply_brand": lambda who: store.administration.apply_brand(who, brand, an_audit(old)),
        "recall": lambda who: store.administration.recall(who, message, an_audit(old)),
        "invite": lambda who: store.accounts.invite(an_account(), an_audit(old), who),
        "send": lambda who: store.messages.send(a_message(old), an_audit(old), who),
    }


@pytest.mark.parametrize("name", ["apply", "apply_policy", "apply_brand", "recall", "invite", "send"])
def test_wb_20_a_form_s_act_is_done_once(store: Store, name: str) -> None:
    """Whatever else stands in its way by then, the repeat is told what the first has done."""
    act, who = acts_of_forms(store)[name], an_actor(store)
    form = once("it_is_done", NOW, str(number()), name)
    assert act(who._replace(once=form)) is not False
    for at in (NOW, NOW + 59):
        with pytest.raises(Refusal) as repeated:
            act(who._replace(once=form._replace(at=at, done="another word")))
        assert repeated.value.hint is Hint.OVERTAKEN
        assert repeated.value.facts == {"done": "it_is_done"}


def test_wb_20_what_is_not_done_leaves_no_mark(store: Store) -> None:
    """The one harm to fear: somebody reads that an account is contained, and it is not."""
    who, old = an_actor(store), somebody(store)
    mine = who._replace(once=once("contained", NOW, str(number())))
    new = old._replace(epoch=2)
    for late in (mine._replace(epoch=7), mine):
        seen = old if late.epoch == 7 else old._replace(epoch=5)
        assert not store.administration.apply(late, seen, new, [an_audit(old)])
    assert store.administration.apply(mine, old, new, [an_audit(old)])


def test_wb_20_one_s_own_account_too_and_a_minute_later_it_is_another_act(store: Store) -> None:
    own = planted(store, kind=Kind.ADMINISTRATOR)
    form = once("ranges_saved", NOW, str(number()))
    new = own._replace(ranges=RANGES)
    assert store.administration.apply(Actor(own.id, 1, form), own, new, [an_audit(own)])
    with pytest.raises(Refusal):
        store.administration.apply(Actor(own.id, 1, form), new, own, [an_audit(own)])
    later = once("ranges_saved", NOW + 60, "x")._replace(mark=form.mark)
    assert store.administration.apply(Actor(own.id, 1, later), new, own, [an_audit(own)])
