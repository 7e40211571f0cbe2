"""A form sent again once its answer has come: the browser holds the session it gave, and no page was seen (WB-20).

That its owner gets the same answer once more stands in `test_sent_twice.py`, beside the other two ways to press twice.
Here: nobody else does, and what is not a repeat is what it always was.
"""

from __future__ import annotations

import pytest

from chalicelib.domain.accounts import Kind
from chalicelib.domain.events import EventKind
from chalicelib.domain.repeats import REPEAT_SECONDS, REPEATS
from tests.fakes.looking import trail
from tests.steps.test_sent_twice import NEW, SESSION, alive, codes_of, half_done, inside_with_phone, key_on
from tests.world.phones import Phone
from tests.world.residents import a_resident
from tests.world.visitors import CHOSEN, PASSWORD, Reply
from tests.world.world import World

CODES, CONFIRM = "/account/two-step/recovery-codes", "/account/two-step/confirm"
OTHER = "eleven copper kettles in a row"


def test_wb_20_all_that_was_shown_is_shown_again(world: World) -> None:
    """Within a logon, the way on as well: it leads to where the person was going, and not to their account."""
    account, browser = world.person(kind=Kind.ADMINISTRATOR), world.browser()
    assert browser.logs_on(account) == "/account/two-step"
    seed = key_on(browser.post("/account/two-step"))
    fields, there = {"code": Phone(seed, world.clock).code()}, f"{CONFIRM}?next=/admin/users"
    first, second = browser.post(there, fields), browser.post(there, fields)
    assert len(codes_of(first)) == 10
    assert main_of(second) == main_of(first)
    assert 'href="/admin/users"' in main_of(second)
    assert trail(world.store, account).count(EventKind.TWO_STEP_ENROLLED) == 1


def main_of(page: Reply) -> str:
    """What the page says; the navigation around it is of where one stands by now."""
    return page.text.partition("<main")[2].partition("</main>")[0]


def test_wb_20_a_move_says_again_that_the_new_phone_is_set_up(world: World) -> None:
    _, phone, browser = inside_with_phone(world)
    shown = browser.post(
        "/account/two-step/move", {"password": PASSWORD, "code": phone.code(), "form": "0" * 16}
    )
    fields = {"code": Phone(key_on(shown), world.clock).code()}
    lost = browser.twin()
    first, came, never = (one.post(CONFIRM, fields) for one in (browser, browser, lost))
    assert "Your new phone is set up" in first.text
    assert [came.text, never.text] == [first.text, first.text]


def test_wb_20_an_administrators_first_password_leads_on_to_the_next_step_again(world: World) -> None:
    """The page of the change is behind them: its form is refused by the authorizer, and answered all the same."""
    resident, browser = a_resident(world, kind=Kind.ADMINISTRATOR), world.browser()
    assert browser.logs_on(resident.email, resident.temporary()) == "/password/change"
    for _ in range(2):
        reply = browser.post("/password/change?next=/admin/users", NEW)
        assert reply.header("Location") == "/account/two-step?next=%2Fadmin%2Fusers"
    assert trail(world.store, resident.account).count(EventKind.PASSWORD_CHANGED) == 1


def test_wb_20_another_session_of_the_same_person_is_shown_no_recovery_codes(world: World) -> None:
    """Attack: a second session, stolen, replays the body that showed the first one its ten codes."""
    account, phone, browser = inside_with_phone(world)
    thief = world.browser()
    thief.logs_on(account)
    thief.post("/logon/code", {"code": phone.code()})
    world.clock.passes(60)
    fields = {"password": PASSWORD, "code": phone.code()}
    shown = codes_of(browser.post(CODES, fields))
    reply = thief.post(CODES, fields)
    assert (reply.status, codes_of(reply)) == (401, [])
    assert not set(shown) & set(reply.text.split())
    assert codes_of(browser.post(CODES, fields)) == shown


def test_wb_20_somebody_elses_session_has_nothing_of_it(world: World) -> None:
    _, phone, browser = inside_with_phone(world)
    _, _, stranger = inside_with_phone(world)
    fields = {"password": PASSWORD, "code": phone.code()}
    browser.post(CODES, fields)
    reply = stranger.post(CODES, fields)
    assert (reply.status, codes_of(reply)) == (401, [])


def test_wb_20_a_copy_of_the_new_cookie_in_another_browser_is_shown_no_codes(world: World) -> None:
    _, phone, browser = inside_with_phone(world)
    browser.headers["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
    fields = {"password": PASSWORD, "code": phone.code()}
    browser.post(CODES, fields)
    thief = browser.twin()
    thief.headers = {**browser.headers, "User-Agent": "curl/8.14.1"}
    assert codes_of(thief.post(CODES, fields)) == []


def test_wb_20_a_program_with_that_session_is_refused_as_the_contract_says(world: World) -> None:
    _, phone, browser = inside_with_phone(world)
    fields = {"password": PASSWORD, "code": phone.code()}
    browser.post(CODES, fields)
    program = world.visitor()
    program.token = browser.jar[SESSION]
    assert program.post(CODES, fields).code == "invalid_code"
    asks = browser.twin()
    asks.headers = {**browser.headers, "Accept": "application/json"}
    assert asks.post(CODES, fields).code == "invalid_code"


def test_wb_20_a_stolen_session_cannot_guess_the_password_that_was_just_set(world: World) -> None:
    """Attack: its copy, taken at once, sends one new password after the other and sees which is said to be set."""
    resident, browser = a_resident(world), world.browser()
    browser.logs_on(resident.email, resident.temporary())
    browser.post("/password/change", NEW)
    thief = browser.twin()
    for guess in range(REPEATS):
        wrong = f"{OTHER} {guess}"
        tried = {"new_password": wrong, "confirm_password": wrong}
        assert thief.post("/password/change", tried).status == 422
    assert thief.post("/password/change", NEW).status == 422
    assert trail(world.store, resident.account).count(EventKind.PASSWORD_CHANGED) == 1


@pytest.mark.parametrize(("seconds", "answered"), [(REPEAT_SECONDS - 1, True), (REPEAT_SECONDS, False)])
def test_wb_20_a_minute_later_it_is_another_request(world: World, seconds: int, answered: bool) -> None:
    account, browser = world.person(), world.browser()
    browser.logs_on(account)
    fields = {**NEW, "current_password": PASSWORD}
    browser.post("/password/change", fields)
    world.clock.passes(seconds)
    assert (browser.post("/password/change", fields).status == 303) is answered


def test_wb_20_another_act_on_the_same_page_within_the_minute_is_done(world: World) -> None:
    account, browser = world.person(), world.browser()
    browser.logs_on(account)
    browser.post("/password/change", {**NEW, "current_password": PASSWORD})
    world.clock.passes(2)
    second = {"new_password": OTHER, "confirm_password": OTHER, "current_password": CHOSEN}
    for _ in range(2):
        assert browser.post("/password/change", second).header("Location") == "/password/change?done=1"
    assert trail(world.store, account).count(EventKind.PASSWORD_CHANGED) == 2
    assert world.visitor().logs_on(account, OTHER) == "portal"


def test_wb_20_the_repeat_is_of_the_last_form_alone(world: World) -> None:
    """The code's form, which came before a confirmation, is answered with where one stands, and no session again."""
    _, phone, browser = half_done(world)
    fields = {"code": phone.code()}
    browser.post("/logon/code?next=/account", fields)
    world.clock.passes(31)
    browser.post("/reauthenticate", {"password": PASSWORD, "code": phone.code()})
    cookie = browser.jar[SESSION]
    reply = browser.post("/logon/code?next=/account", fields)
    assert (reply.status, SESSION in reply.cookies, browser.jar[SESSION]) == (303, False, cookie)


def test_wb_20_a_form_of_another_site_is_no_repeat(world: World) -> None:
    _, phone, browser = half_done(world)
    fields = {"code": phone.code()}
    browser.post("/logon/code", fields)
    reply = browser.post("/logon/code", fields, **{"Sec-Fetch-Site": "cross-site"})
    assert (reply.status, SESSION in reply.cookies) == (403, False)


def test_wb_20_what_is_kept_of_it_is_of_no_use_without_the_secret(world: World) -> None:
    account, phone, browser = half_done(world)
    code = phone.code()
    browser.post("/logon/code", {"code": code})
    (session,) = [one for one in alive(world, account) if one.answered]
    assert session.answered.page == "/logon/code"
    assert code not in str(session.answered)
    assert browser.jar[SESSION].partition(".")[2] not in str(session.answered)


def test_wb_20_logging_off_without_a_session_says_that_one_is_logged_off(world: World) -> None:
    browser = world.browser()
    assert browser.post("/logoff").header("Location") == "/logon?notice=logged_off"
    assert world.visitor().post("/logoff").code == "session_required"
