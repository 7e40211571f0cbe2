"""The step `admin_invitations`, a list at once: a verdict for each line, and what the list sent again does."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from chalicelib.domain.events import EventKind
from chalicelib.domain.refusals import Unavailable
from chalicelib.flows.several import MOST, TOGETHER
from tests.console.staff import Staff, logged_on, staff
from tests.world.mailer import RATE
from tests.world.visitors import Visitor
from tests.world.world import World

PATH = "/admin/users/import"
MANY = [f"person{number}@many{number % 7}.test" for number in range(MOST)]


def sends(desk: Staff, emails: list[str], **fields: Any) -> Any:
    reply = desk.visitor.post(PATH, {"emails": emails, **fields})
    assert reply.status == 200, reply.text
    return reply.json()


def results(told: Any) -> list[str]:
    return [one["result"] for one in told["results"]]


def browser_of(world: World, desk: Staff) -> Visitor:
    return logged_on(world, world.browser(), desk.account, desk.phone)


def test_each_line_has_its_verdict_and_the_new_ones_are_invited(world: World) -> None:
    desk, ann = staff(world), world.person()
    told = sends(desk, ["New@People.test", ann.address, "new@people.test", "no address"], kind="support")
    assert told == {
        "results": [
            {"email": "new@people.test", "result": "invited"},
            {"email": ann.address, "result": "known"},
            {"email": "new@people.test", "result": "duplicate"},
            {"email": "no address", "result": "invalid"},
        ],
        "dry_run": False,
        "complete": True,
    }
    (mail,) = world.mails("new@people.test")
    assert "support desk" in " ".join(mail.text.split())
    assert world.visitor().logs_on("new@people.test", mail.temporary) == "change_password"
    assert world.mails(ann) == []


def test_table_is_read_as_a_list_is(world: World) -> None:
    desk = staff(world)
    table = "Name,Email\r\nAnn,ann@people.test\r\nBob,bob\r\n"
    told = desk.visitor.post(PATH, {"csv": table}).json()
    assert [tuple(one.values()) for one in told["results"]] == [
        ("ann@people.test", "invited"),
        ("Bob, bob", "invalid"),
    ]


def test_dry_run_writes_nothing(world: World) -> None:
    desk = staff(world)
    before = world.rows()
    told = sends(desk, ["new@people.test"], dry_run=True)
    assert (results(told), told["dry_run"]) == (["invited"], True)
    assert world.rows() == before


def test_same_list_again_harms_nothing(world: World) -> None:
    desk = staff(world)
    sends(desk, MANY[:40])
    world.delivers()
    before, mailed = world.rows("accounts", "events"), len(world.mailer.sent)
    assert set(results(sends(desk, MANY[:40]))) == {"known"}
    world.delivers()
    assert world.rows("accounts", "events") == before
    assert len(world.mailer.sent) == mailed


def test_withdrawn_one_stays_withdrawn(world: World) -> None:
    """The list of last week must not undo what somebody decided since."""
    desk = staff(world)
    sends(desk, ["new@people.test"])
    assert desk.visitor.post("/admin/users/new@people.test/withdraw").status == 200
    assert results(sends(desk, ["new@people.test"])) == ["known"]


def test_five_hundred_go_in_few_transactions_and_every_mail_goes_out_at_the_pace_ses_allows(
    world: World,
) -> None:
    desk = staff(world)
    world.fake.acts.clear()
    told = sends(desk, MANY)
    assert results(told) == ["invited"] * MOST
    acts = Counter(world.fake.acts)
    assert acts["accounts.invite_all"] == -(-MOST // TOGETHER)
    assert acts["directory.several"] == 1
    taken = 0

    def slowly(*_: object) -> Any:
        nonlocal taken
        taken += 1
        return RATE if taken % 3 else None

    world.mailer.fault = slowly
    world.delivers()
    assert 0 < len(world.mailer.sent) < MOST
    for _ in range(20):
        world.clock.passes(60)
        world.resumes()
    sent = Counter(one.to for one in world.mailer.sent if one.to in set(MANY))
    assert sent == Counter(MANY)


def test_where_the_time_is_over_the_rest_is_said_to_be_open_and_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, accounts = staff(world), world.store.accounts
    calls, invite = 0, type(accounts).invite_all

    def late(self: Any, *given: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > 2:
            raise Unavailable("request_deadline_passed")
        return invite(self, *given)

    with monkeypatch.context() as patched:
        patched.setattr(type(accounts), "invite_all", late)
        told = sends(desk, MANY[:100])
    assert Counter(results(told)) == {"invited": 2 * TOGETHER, "not_yet": 100 - 2 * TOGETHER}
    assert told["complete"] is False
    again = sends(desk, MANY[:100])
    assert Counter(results(again)) == {"known": 2 * TOGETHER, "invited": 100 - 2 * TOGETHER}


def test_where_nothing_could_be_done_nothing_is_said_to_be(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = staff(world)

    def away(*_: object) -> Any:
        raise Unavailable("away")

    monkeypatch.setattr(type(world.store.accounts), "invite_all", away)
    assert desk.visitor.post(PATH, {"emails": MANY[:3]}).status == 503


def test_whoever_is_made_meanwhile_is_known_and_the_others_are_invited(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, accounts = staff(world), world.store.accounts
    invite = type(accounts).invite_all

    def overtaken(self: Any, invited: Any, actor: Any) -> Any:
        if len(invited) == 3:
            invite(self, invited[1:2], actor)
        return invite(self, invited, actor)

    monkeypatch.setattr(type(accounts), "invite_all", overtaken)
    assert results(sends(desk, MANY[:3])) == ["invited", "known", "invited"]


def test_who_is_administrator_no_longer_invites_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """SE-10: between the reading and the write."""
    desk, other, accounts = staff(world), staff(world), world.store.accounts
    invite = type(accounts).invite_all

    def meanwhile(self: Any, *given: Any) -> Any:
        other.does(desk.account, "disable")
        return invite(self, *given)

    monkeypatch.setattr(type(accounts), "invite_all", meanwhile)
    assert desk.visitor.post(PATH, {"emails": MANY[:3]}).code == "conflict"
    assert not [one for one in world.fake.tables.accounts.values() if one.address in MANY]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"emails": []},
        {"csv": " "},
        {"emails": ["a@b.test"], "csv": "a@b.test"},
        {"emails": ["a@b.test"] * (MOST + 1)},
        {"csv": "a@b.test\n" * (MOST + 1)},
        {"emails": ["a@b.test"], "kind": "owner"},
        {"emails": "a@b.test"},
        {"emails": [1]},
    ],
    ids=str,
)
def test_what_is_no_list_is_refused(world: World, fields: dict[str, Any]) -> None:
    desk = staff(world)
    before = world.rows()
    assert desk.visitor.post(PATH, fields).code == "invalid_request"
    assert world.rows() == before


def test_five_hundred_of_the_longest_addresses_fit_and_more_is_too_large(world: World) -> None:
    desk = staff(world)
    label = "x" * 60
    longest = [f"{number:064}@{label}.{label}.{label}.test" for number in range(MOST)]
    assert results(sends(desk, longest, dry_run=True)) == ["invited"] * MOST
    assert desk.visitor.post(PATH, {"csv": "x" * 131_072}).status == 413


def test_browser_looks_first_and_then_invites(world: World) -> None:
    desk = staff(world)
    browser = browser_of(world, desk)
    looked = browser.post(PATH, {"csv": "new@people.test\nno address", "kind": "support", "dry_run": "true"})
    assert looked.status == 200
    assert "Nobody is invited yet" in looked.text
    assert ">\nnew@people.test</textarea>" in looked.text
    done = browser.post(PATH, {"csv": "new@people.test", "kind": "support"})
    assert "1 person is invited" in done.text
    assert len(world.mails("new@people.test")) == 1


def test_in_05_what_we_spell_otherwise_is_shown_before_anybody_is_invited(world: World) -> None:
    desk = staff(world)
    browser = browser_of(world, desk)
    reply = browser.post(PATH, {"csv": "new@\u0435vil.example"})
    assert "Nobody is invited yet" in reply.text
    assert "xn--" in reply.text
    assert not [one for one in world.fake.tables.accounts.values() if "vil.example" in one.address]


def test_wb_20_button_that_is_pressed_twice_says_twice_that_they_are_invited(world: World) -> None:
    desk = staff(world)
    browser = browser_of(world, desk)
    fields = {"form": "a" * 16, "csv": "new@people.test", "kind": "recipient"}
    first, second = browser.post(PATH, fields), browser.post(PATH, fields)
    assert "1 person is invited" in first.text
    assert "1 person is invited" in second.text
    assert len(world.mails("new@people.test")) == 1
    world.clock.passes(61)
    assert "Known already" in browser.post(PATH, fields).text


def test_each_has_an_event_of_its_own_by_whoever_did_it(world: World) -> None:
    desk = staff(world)
    sends(desk, MANY[:2])
    events = [one for one in world.fake.tables.events.values() if one.kind is EventKind.ACCOUNT_INVITED]
    assert {(one.email, one.actor) for one in events} == {(one, desk.account.address) for one in MANY[:2]}
    assert len({one.id for one in events}) == 2


def test_a_browser_is_told_that_a_table_is_too_long_and_has_what_it_sent(world: World) -> None:
    """A spreadsheet with names, numbers and notes beside its addresses is longer than five hundred of these."""
    browser = browser_of(world, staff(world))
    row = "ann@people.test,Ann," + "x" * 300
    page = browser.post(PATH, {"csv": "\n".join([row] * 500), "kind": "support"})
    assert page.status == 413
    assert "This is too long. Shorten it, or send it in parts." in page.text
    assert row in page.text
    many = browser.post(PATH, {"csv": "\n".join([*MANY, "one@more.test"])})
    assert (many.status, "Shorten it, or send it in parts." in many.text) == (422, True)
