"""The step `logon`, its form sent twice: one session, one event, and whoever is in stays in (WB-20)."""

from __future__ import annotations

import pytest

from chalicelib.domain.events import EventKind
from chalicelib.domain.repeats import REPEAT_SECONDS
from chalicelib.domain.tokens import digest, split_link
from tests.fakes.looking import trail
from tests.steps.test_sent_twice import SESSION, TWICE, alive, send
from tests.world.clicking import pressed_twice
from tests.world.residents import Resident, a_resident, a_resident_with_two_step
from tests.world.visitors import PASSWORD, Visitor
from tests.world.world import World

PAGE = "__Host-portal-cookies"


def at_the_form(world: World, resident: Resident, typed: str) -> tuple[Visitor, dict[str, str]]:
    browser = world.browser()
    browser.get("/logon")
    return browser, {"email": resident.email, "password": typed, "cookies": "1"}


@TWICE
def test_wb_20_a_temporary_password_sent_twice_lets_its_owner_in(world: World, sent: str) -> None:
    resident = a_resident(world)
    browser, fields = at_the_form(world, resident, resident.temporary())
    reply = send(world, sent, browser, "/logon?next=/messages/01J9", fields)
    assert (reply.status, reply.header("Location")) == (303, "/password/change?next=%2Fmessages%2F01J9")
    assert browser.get("/password/change").status == 200
    assert trail(world.store, resident.account) == [EventKind.LOGON_HALF_DONE]
    assert len(alive(world, resident.account)) == 1
    assert world.stored(resident.account).failures == 0
    assert world.mails(resident.account) == []


@TWICE
def test_wb_20_a_logon_sent_twice_is_one_session_and_one_event(world: World, sent: str) -> None:
    resident = a_resident(world)
    browser, fields = at_the_form(world, resident, PASSWORD)
    reply = send(world, sent, browser, "/logon", fields)
    assert (reply.status, reply.header("Location")) == (303, "/messages")
    assert browser.get("/messages").status == 200
    assert trail(world.store, resident.account) == [EventKind.LOGON_SUCCEEDED]
    assert len(alive(world, resident.account)) == 1
    account = world.stored(resident.account)
    assert (account.failures, account.known_failures, account.session_serial) == (0, 0, 1)


@TWICE
def test_wb_20_a_logon_sent_twice_leaves_no_code_that_never_came(world: World, sent: str) -> None:
    """LG-17 would tell the owner of the half-done logon that nobody can end."""
    resident = a_resident_with_two_step(world)
    browser, fields = at_the_form(world, resident, PASSWORD)
    assert send(world, sent, browser, "/logon", fields).header("Location") == "/logon/code"
    assert trail(world.store, resident.account) == [EventKind.LOGON_HALF_DONE]


def test_wb_20_the_first_answer_came_but_not_the_page_behind_it(world: World) -> None:
    resident = a_resident(world)
    for typed in (resident.temporary(), PASSWORD):
        browser, fields = at_the_form(world, resident, typed)
        first = browser.post("/logon?next=/account/sessions", fields)
        cookie = browser.jar[SESSION]
        second = browser.post("/logon?next=/account/sessions", fields)
        assert second.header("Location") == first.header("Location")
        assert browser.jar[SESSION] == cookie
    assert len(world.store.sessions.of_account(resident.account.id)) == 2
    assert world.stored(resident.account).failures == 0


def test_wb_20_somebody_elses_repeat_of_a_temporary_password_is_refused(world: World) -> None:
    """Attack: who has read the mail sends the temporary password just after its owner, from a page of their own."""
    resident = a_resident(world)
    typed = resident.temporary()
    browser, fields = at_the_form(world, resident, typed)
    assert browser.post("/logon", fields).status == 303
    stranger, bare = at_the_form(world, resident, typed)[0], world.browser()
    assert stranger.post("/logon", fields).status == 401
    assert bare.post("/logon", {"email": resident.email, "password": typed}).status == 401
    assert SESSION not in {*stranger.jar, *bare.jar}
    assert (
        world.visitor().post("/logon", {"email": resident.email, "password": typed}).code == "invalid_logon"
    )


def test_wb_20_the_same_page_with_another_password_is_no_repeat(world: World) -> None:
    resident = a_resident(world)
    browser, fields = at_the_form(world, resident, resident.temporary())
    late = browser.twin()
    browser.post("/logon", fields)
    assert late.post("/logon", fields | {"password": "not the password at all"}).status == 401
    assert late.post("/logon", fields | {"password": resident.temporary()}).status == 303
    assert late.jar[SESSION] != browser.jar[SESSION]


@pytest.mark.parametrize(("seconds", "status"), [(REPEAT_SECONDS - 1, 303), (REPEAT_SECONDS, 401)])
def test_wb_20_a_minute_later_a_temporary_password_is_used_up(
    world: World, seconds: int, status: int
) -> None:
    resident = a_resident(world)
    browser, fields = at_the_form(world, resident, resident.temporary())
    browser.twin().post("/logon", fields)
    world.clock.passes(seconds)
    assert browser.post("/logon", fields).status == status


def test_wb_20_a_minute_later_a_right_password_opens_another_session(world: World) -> None:
    resident = a_resident(world)
    browser, fields = at_the_form(world, resident, PASSWORD)
    first = browser.twin()
    first.post("/logon", fields)
    world.clock.passes(REPEAT_SECONDS)
    assert browser.post("/logon", fields).status == 303
    assert browser.jar[SESSION] != first.jar[SESSION]
    assert browser.get("/messages").status == 200


def test_wb_20_no_logon_after_it_makes_the_secret_of_a_session_that_is_over(world: World) -> None:
    """Attack: a copied cookie, dead since its owner logged off, opens something again. Each page is another secret."""
    resident = a_resident(world)
    browser, fields = at_the_form(world, resident, PASSWORD)
    seen = []
    for _ in range(3):
        page = browser.jar[PAGE]
        browser.post("/logon", fields)
        assert browser.jar[PAGE] != page
        seen.append(browser.jar[SESSION])
        browser.post("/logoff", {})
    assert len(set(seen)) == 3


def test_wb_20_what_the_page_gave_is_in_no_table_and_is_not_the_session(world: World) -> None:
    resident = a_resident(world)
    browser, fields = at_the_form(world, resident, PASSWORD)
    page = browser.jar[PAGE]
    browser.post("/logon", fields)
    held = split_link(browser.jar[SESSION])
    assert held
    assert page not in str(world.fake.tables)
    assert held[1] not in str(world.fake.tables)
    assert str(digest(held[1])) in str(world.fake.tables)


def test_wb_20_three_clicks_are_as_good_as_two(world: World) -> None:
    resident = a_resident(world)
    browser, fields = at_the_form(world, resident, resident.temporary())
    browser.twin().post("/logon", fields)
    assert pressed_twice(browser, "/logon", fields).header("Location") == "/password/change"
    assert trail(world.store, resident.account) == [EventKind.LOGON_HALF_DONE]
