"""What the console reads: pages of users, the attempts of a day, what was mailed and sent."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.accounts import Kind, Policy, Status, TwoStep
from chalicelib.domain.addresses import DomainName, domain_id, domain_id_of
from chalicelib.domain.events import EventKind, Stretch, iso
from chalicelib.domain.listing import Found, ListedAccount, Wanted
from chalicelib.domain.messages import reply_drawer
from chalicelib.domain.ports import Store
from chalicelib.storage import user_search
from chalicelib.storage.store import DynamoStore
from chalicelib.storage.tables import AccountRow
from tests.fakes.looking import planted
from tests.fakes.planting import plant
from tests.fakes.samples import DAY, NOW, a_link, a_message, a_temporary, an_account, an_event, number


def names(found: Found) -> list[str]:
    return [one.address.partition("@")[0] for one in found.users]


def test_users_are_read_page_by_page_and_back(store: Store) -> None:
    domain = f"list{number()}.test"
    for name in ("anna", "anne", "bob", "carl"):
        planted(store, address=f"{name}@{domain}")
    wanted = Wanted(domain)
    first = store.directory.users(wanted, None, 3)
    assert names(first) == ["anna", "anne", "bob"]
    assert first.further
    rest = store.directory.users(wanted, first.further, 3)
    assert (names(rest), rest.further) == (["carl"], None)
    back = store.directory.users(wanted, f"carl@{domain}", 2, backwards=True)
    assert names(back) == ["bob", "anne"]
    assert names(store.directory.users(wanted, back.further, 2, backwards=True)) == ["anna"]


def test_users_are_found_by_any_part_of_their_address(store: Store) -> None:
    domain = f"list{number()}.test"
    for name in ("ann.smith", "bob", "smithers", "zoe.smith", "ann"):
        planted(store, address=f"{name}@{domain}")
    for whose in (domain, ""):
        found = store.directory.users(Wanted(whose, f"smith@{domain}"), None, 9)
        assert (names(found), found.further) == (["ann.smith", "zoe.smith"], None)
    assert names(store.directory.users(Wanted(part=domain), None, 2)) == ["ann.smith", "ann"]
    back = store.directory.users(Wanted(part=domain), f"smithers@{domain}", 2, backwards=True)
    assert names(back) == ["bob", "ann"]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(kind="support"), ["support"]),
        (Wanted(standing="frozen"), ["frozen"]),
        (Wanted(standing="disabled"), ["gone"]),
        (Wanted(standing="withdrawn"), ["gone"]),
        (Wanted(standing="invited"), ["new"]),
        (Wanted(standing="active"), ["new", "plain", "support", "two_step"]),
        (Wanted(two_step=True), ["two_step"]),
        (Wanted(two_step=False, kind="recipient", standing="active"), ["new", "plain"]),
    ],
)
def test_users_are_found_by_what_they_are(store: Store, wanted: Wanted, expected: list[str]) -> None:
    domain = f"list{number()}.test"
    planted(store, address=f"new@{domain}", password_hash=None, password_changed_at=None)
    planted(store, address=f"gone@{domain}", password_hash=None, status=Status.DISABLED)
    planted(store, address=f"plain@{domain}", password_changed_at=NOW)
    planted(store, address=f"support@{domain}", password_changed_at=NOW, kind=Kind.SUPPORT)
    planted(store, address=f"frozen@{domain}", password_changed_at=NOW, status=Status.FROZEN)
    planted(store, address=f"two_step@{domain}", password_changed_at=NOW, two_step=TwoStep(seed="sealed"))
    for asked in (wanted._replace(domain=domain), wanted._replace(part=domain)):
        assert names(store.directory.users(asked, None, 9)) == expected


def test_users_are_found_by_how_long_nobody_has_been_in(store: Store) -> None:
    """By the second, although the index knows the month alone. Whoever never came counts from the invitation."""
    domain, since, day = f"list{number()}.test", NOW - 90 * 86400, 86400
    for name, at in (("fresh", NOW), ("just", since + 1), ("old", since - 1), ("older", since - 40 * day)):
        planted(store, address=f"{name}@{domain}", last_logon_at=at, created_at=since - 400 * day)
    planted(store, address=f"new@{domain}", created_at=since + 1)
    planted(store, address=f"never@{domain}", created_at=since - 1)
    for asked in (Wanted(domain, idle_since=since), Wanted(part=domain, idle_since=since)):
        assert names(store.directory.users(asked, None, 9)) == ["never", "old", "older"]


def test_a_search_that_finds_nothing_says_how_far_it_looked_and_goes_on(
    real_store: DynamoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    domain = f"list{number()}.test"
    for place in range(30):
        planted(real_store, address=f"{'abcxyz'[place // 5]}{place:02}@{domain}")
    monkeypatch.setattr(user_search, "MOST_LOOKED_AT", 2)
    monkeypatch.setattr(user_search, "ROUNDS", 2)
    seen: dict[bool, list[str]] = {}
    for backwards in (False, True):
        start, pages, seen[backwards] = None, 0, []
        while pages == 0 or start is not None:
            found = real_store.directory.users(Wanted(domain, "5@"), start, 9, backwards=backwards)
            seen[backwards] += names(found)
            assert found.further is None or found.further != start
            start, pages = found.further, pages + 1
        assert pages > 1
    assert seen == {False: ["b05", "x15", "z25"], True: ["z25", "x15", "b05"]}


def test_domains_are_read_page_by_page_by_how_they_begin(store: Store) -> None:
    mark = f"d{number()}"
    for name in ("b", "a", "c"):
        plant(store, Policy(f"{mark}{name}.test"))
    directory = store.directory
    read = [one.name for one in directory.domains(mark, None, 2)]
    assert read == [f"{mark}a.test", f"{mark}b.test"]
    assert [one.name for one in directory.domains(mark, read[-1], 2)] == [f"{mark}c.test"]
    back = directory.domains(mark, f"{mark}c.test", 9, backwards=True)
    assert [one.name for one in back] == read[::-1]
    assert directory.domains(mark, f"{mark}zzz", 2) == []
    assert directory.domains(mark, "0", 9, backwards=True) == []


def test_who_never_chose_a_password_is_invited_in_every_list(store: Store) -> None:
    """AD-11."""
    domain = f"list{number()}.test"
    new = planted(
        store, address=f"new@{domain}", password_hash=None, password_changed_at=None, created_at=NOW
    )
    old = planted(store, address=f"old@{domain}", password_changed_at=NOW + 5, created_at=NOW)
    reset = planted(store, address=f"reset@{domain}", password_hash=None, password_changed_at=NOW + 5)
    expected = [NOW, None, None]
    found = store.directory.users(Wanted(domain), None, 9).users
    assert [one.invited_at for one in found] == expected
    lines = [store.directory.user(one.id) for one in (new, old, reset)]
    assert [one and one.invited_at for one in lines] == expected


def test_lo_07_one_user_is_a_line_of_the_list_too_and_nothing_else(store: Store) -> None:
    account = planted(store, kind=Kind.ADMINISTRATOR, status=Status.FROZEN, password_changed_at=NOW)
    line = ListedAccount(account.address, "administrator", "frozen", created_at=account.created_at)
    assert store.directory.user(account.id) == line
    assert store.directory.user(an_account().id) is None


@pytest.mark.parametrize(("after", "left"), [("zzz", []), ("ann\uffffz", ["carl"]), ("b", ["carl"])])
def test_page_behind_what_is_no_address_is_read_like_any_other(
    store: Store, after: str, left: list[str]
) -> None:
    domain = f"list{number()}.test"
    planted(store, address=f"anna@{domain}")
    planted(store, address=f"carl@{domain}")
    assert store.directory.users(Wanted(domain, "anna"), after, 3) == Found([], None)
    assert names(store.directory.users(Wanted(domain), after, 3)) == left


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


def test_ad_26_what_an_account_has_received_comes_without_what_it_says_or_is_about(store: Store) -> None:
    who = planted(store)
    first = a_message(who, subject="Dismissal", sealed_body="sealed words")
    later = a_message(who, service="k3x7qv2m5n4tz6ra", read_at=NOW + 5)
    plant(store, first, later)
    reply = a_message(who, id=f"{first.id}-{later.id}")._replace(account_id=reply_drawer(who.id))
    plant(store, reply)
    found = store.directory.received(who.id, None, 10)
    assert [(one.id, one.subject, one.sealed_body, one.recipient) for one in found] == [
        (later.id, "", "", ""),
        (first.id, "", "", ""),
    ]
    told = [(one.sender, one.service, one.sent_at, one.expires_at, one.read_at) for one in found]
    assert told == [
        (one.sender, one.service, one.sent_at, one.expires_at, one.read_at) for one in (later, first)
    ]
    assert store.directory.received(who.id, None, 1) == found[:1]
    assert store.directory.received(who.id, later.id, 9) == found[1:]
    assert [one.id for one in store.directory.received(who.id, None, 9, replies=True)] == [reply.id]
    assert store.directory.received(who.id, reply.id, 9, replies=True) == []


def test_what_came_to_an_account_is_one_reading(store: Store) -> None:
    who = planted(store)
    messages = [a_message(who) for _ in range(3)]
    plant(store, a_link(who), a_temporary(who), *messages)
    came = store.directory.came_to(who.id, 2)
    assert len(came.mailed) == 2
    assert {one.password_hash for one in came.mailed} == {None}
    assert [one.id for one in came.messages] == [messages[2].id, messages[1].id]
    assert came.replies == []


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


@pytest.mark.parametrize(
    ("facts", "there"),
    [
        ({"kind": Kind.ADMINISTRATOR}, True),
        ({"kind": Kind.ADMINISTRATOR, "status": Status.FROZEN}, True),
        ({"kind": Kind.ADMINISTRATOR, "status": Status.DISABLED}, False),
        ({"kind": Kind.ADMINISTRATOR, "limited": True}, False),
        ({"kind": Kind.SUPPORT}, False),
    ],
)
def test_ad_20_a_domain_is_administered_from_where_one_of_all_has_an_address(
    store: Store, facts: dict[str, Any], there: bool
) -> None:
    account = planted(store, address=f"boss@d{number()}.test", **facts)
    assert store.directory.administered_from(domain_id_of(account.id)) is there
    assert not store.directory.administered_from(domain_id(DomainName(f"d{number()}.test")))


def no_other_administrators(store: Store) -> None:
    """Those that other tests have left in the tables of the whole run."""
    if isinstance(store, DynamoStore):
        for one in list(AccountRow.administrators.query(Kind.ADMINISTRATOR.value)):
            AccountRow(one.id).delete()
