"""What the console reads: pages of users, the attempts of a day, what was mailed and sent."""

from __future__ import annotations

import pytest

from chalicelib.domain.accounts import Kind, ListedAccount, Status
from chalicelib.domain.events import EventKind, Stretch, iso
from chalicelib.domain.ports import Store
from chalicelib.storage.store import DynamoStore
from chalicelib.storage.tables import AccountRow
from tests.fakes.looking import planted
from tests.fakes.planting import plant
from tests.fakes.samples import DAY, NOW, a_link, a_message, a_temporary, an_account, an_event, number


def test_users_are_read_page_by_page(store: Store) -> None:
    domain = f"list{number()}.test"
    for name in ("anna", "anne", "bob", "carl"):
        planted(store, address=f"{name}@{domain}", password_changed_at=NOW)
    first, after = store.directory.users(domain, "", None, 3)
    assert [one.address.partition("@")[0] for one in first] == ["anna", "anne", "bob"]
    rest, end = store.directory.users(domain, "", after, 3)
    assert (rest, end) == ([ListedAccount(f"carl@{domain}", "recipient", "active")], None)
    found, _ = store.directory.users(domain, "ann", None, 3)
    assert len(found) == 2
    assert store.directory.users(domain, "ann", f"anna@{domain}", 3)[0][0].address == f"anne@{domain}"


def test_who_never_chose_a_password_is_invited_in_every_list(store: Store) -> None:
    """AD-11: the index holds it; no list reads an account."""
    domain = f"list{number()}.test"
    new = planted(
        store, address=f"new@{domain}", password_hash=None, password_changed_at=None, created_at=NOW
    )
    old = planted(store, address=f"old@{domain}", password_changed_at=NOW + 5, created_at=NOW)
    reset = planted(store, address=f"reset@{domain}", password_hash=None, password_changed_at=NOW + 5)
    expected = [NOW, None, None]
    assert [one.invited_at for one in store.directory.users(domain, "", None, 9)[0]] == expected
    lines = [store.directory.user(one.id) for one in (new, old, reset)]
    assert [one and one.invited_at for one in lines] == expected


def test_lo_07_one_user_is_a_line_of_the_list_too_and_nothing_else(store: Store) -> None:
    account = planted(store, kind=Kind.ADMINISTRATOR, status=Status.FROZEN, password_changed_at=NOW)
    assert store.directory.user(account.id) == ListedAccount(account.address, "administrator", "frozen")
    assert store.directory.user(an_account().id) is None


@pytest.mark.parametrize("after", ["zzz", "ann\uffffz", "b"])
def test_page_after_the_last_that_can_begin_so_is_empty(store: Store, after: str) -> None:
    domain = f"list{number()}.test"
    planted(store, address=f"anna@{domain}")
    planted(store, address=f"carl@{domain}")
    assert store.directory.users(domain, "ann", after, 3) == ([], None)


def test_attempts_of_a_day_whatever_became_of_them_newest_first(store: Store) -> None:
    who, at = planted(store), NOW + number() * DAY * 3
    early = an_event(who.id, EventKind.LOGON_REFUSED, at, reference="AAAA-2222")
    late = an_event(who.id, EventKind.LOGON_SUCCEEDED, at + 5)
    for event in (early, late, an_event(who.id, EventKind.MAIL_SENT, at)):
        store.events.record(event)
    day, other = iso(at)[:10], iso(at + DAY)[:10]
    assert [list(one.events) for one in store.events.attempts([other, day], None, 10)] == [[], [late, early]]
    (first,) = store.events.attempts([day], None, 1)
    assert first.events == [late]
    (second,) = store.events.attempts([day], first.before, 1)
    assert second.events == [early]
    assert store.events.attempts([day], second.before, 1) == [Stretch([])]


def test_what_was_mailed_is_told_without_its_hashes(store: Store) -> None:
    who = planted(store)
    plant(store, a_link(who), a_temporary(who))
    found = store.directory.mailed(who.id)
    assert len(found) == 2
    assert {one.password_hash for one in found} == {None}


def test_what_one_sender_sent_comes_without_bodies(store: Store) -> None:
    who, sender = planted(store), f"desk{number()}@people.test"
    plant(store, *(a_message(who, sender=sender, sent_at=at) for at in (NOW, NOW + 1)))
    found = store.directory.sent_by(sender, None, 10)
    assert [one.sent_at for one in found] == [NOW + 1, NOW]
    assert {one.sealed_body for one in found} == {""}
    assert store.directory.sent_by(sender, None, 1) == found[:1]
    assert store.directory.sent_by(sender, found[0].id, 10) == found[1:]


def test_ad_12_an_administrator_stands_alone_until_another_has_come(store: Store) -> None:
    no_other_administrators(store)
    ann, invited = (
        planted(store, address=f"{name}{number()}@0.test", kind=Kind.ADMINISTRATOR) for name in ("0a", "0b")
    )
    assert store.directory.stands_alone(ann.id)
    plant(store, invited._replace(password_changed_at=NOW))
    assert not store.directory.stands_alone(ann.id)
    plant(store, invited._replace(password_changed_at=NOW, status=Status.DISABLED))
    assert store.directory.stands_alone(ann.id)


def no_other_administrators(store: Store) -> None:
    """Those that other tests have left in the tables of the whole run."""
    if isinstance(store, DynamoStore):
        for one in list(AccountRow.administrators.query(Kind.ADMINISTRATOR.value)):
            AccountRow(one.id).delete()
