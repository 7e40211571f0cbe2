"""A form that is sent twice, in a session: its repeat gets the answer, and what it does is done once (WB-20)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from chalicelib.domain.accounts import Account
from chalicelib.domain.events import EventKind
from chalicelib.domain.repeats import REPEAT_SECONDS, REPEATS
from chalicelib.domain.sessions import Session, Standing
from tests.fakes.looking import trail
from tests.world.clicking import at_once, pressed_twice
from tests.world.phones import Phone, enrolled
from tests.world.residents import a_resident, a_resident_with_two_step
from tests.world.visitors import CHOSEN, PASSWORD, Reply, Visitor
from tests.world.world import World

NEW = {"new_password": CHOSEN, "confirm_password": CHOSEN}
SESSION = "__Host-portal-session"
TWICE = pytest.mark.parametrize("sent", ["after", "at once", "answer came"])


def send(world: World, sent: str, browser: Visitor, path: str, fields: dict[str, Any]) -> Reply:
    """The second answer, of a repeat that came after the first was done, or beside it; or with its cookie."""
    if sent == "at once":
        return at_once(world, browser, path, fields)
    if sent == "answer came":
        browser.post(path, fields)
        return browser.post(path, fields)
    return pressed_twice(browser, path, fields)


def alive(world: World, account: Account) -> list[Any]:
    """The sessions that still open something."""
    now, epoch = world.clock(), world.stored(account).epoch
    sessions = world.store.sessions.of_account(account.id)
    return [one for one in sessions if one.epoch == epoch and one.expires_at > now]


def half_done(world: World) -> tuple[Account, Phone, Visitor]:
    """Somebody whose password was right, and whose code is asked for."""
    account, phone = enrolled(world)
    browser = world.browser()
    assert browser.logs_on(account) == "/logon/code"
    return account, phone, browser


@TWICE
def test_wb_20_a_code_sent_twice_logs_on_once(world: World, sent: str) -> None:
    account, phone, browser = half_done(world)
    reply = send(world, sent, browser, "/logon/code", {"code": phone.code()})
    assert (reply.status, reply.header("Location")) == (303, "/messages")
    assert browser.get("/messages").status == 200
    kinds = trail(world.store, account)
    assert kinds.count(EventKind.LOGON_SUCCEEDED) == 2  # before the enrolment, and now
    assert EventKind.CODE_REFUSED not in kinds
    assert world.stored(account).session_serial == 2  # of the enrolment, and this one


@TWICE
def test_wb_20_a_recovery_code_sent_twice_is_one_code(world: World, sent: str) -> None:
    account, phone, browser = half_done(world)
    reply = send(world, sent, browser, "/logon/code", {"code": phone.recovery[0]})
    assert reply.status == 303, reply.text
    assert browser.get("/messages").status == 200
    assert len(world.stored(account).two_step.recovery) == 9
    kinds = trail(world.store, account)
    assert kinds.count(EventKind.RECOVERY_CODE_USED) == 1
    assert EventKind.CODE_REFUSED not in kinds
    assert len([mail for mail in world.mails(account) if "recovery code" in mail.subject.lower()]) == 1


@TWICE
def test_wb_20_the_way_on_is_kept(world: World, sent: str) -> None:
    _, phone, browser = half_done(world)
    reply = send(world, sent, browser, "/logon/code?next=/account/sessions", {"code": phone.code()})
    assert reply.header("Location") == "/account/sessions"


def must_change(world: World) -> tuple[Account, Visitor]:
    resident, browser = a_resident(world), world.browser()
    assert browser.logs_on(resident.email, resident.temporary()) == "/password/change"
    return resident.account, browser


@TWICE
def test_wb_20_a_first_password_sent_twice_is_set_once(world: World, sent: str) -> None:
    account, browser = must_change(world)
    reply = send(world, sent, browser, "/password/change", NEW)
    assert (reply.status, reply.header("Location")) == (303, "/messages")
    assert browser.get("/messages").status == 200
    assert trail(world.store, account).count(EventKind.PASSWORD_CHANGED) == 1
    assert len(alive(world, account)) == 1
    assert len(world.mails(account)) == 1


def test_wb_20_a_repeat_that_meets_a_torn_reading_gets_the_answer_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DynamoDB's batches are no snapshots: here the session is from before the first click, the account from after."""
    resident, browser = a_resident(world), world.browser()
    browser.get("/logon")
    browser.post("/logon", {"email": resident.email, "password": resident.temporary(), "cookies": "1"})
    twin, sessions = browser.twin(), world.store.sessions
    real, before = sessions.standing, list[Session]()

    def torn(who: Any, *, console: bool) -> Standing:
        now = real(who, console=console)
        return now._replace(session=before.pop()) if before else now

    held = world.store.sessions.of_account(resident.account.id)
    assert browser.post("/password/change", NEW).header("Location") == "/messages"
    before.append(held[0])
    monkeypatch.setattr(sessions, "standing", torn)
    assert twin.post("/password/change", NEW).header("Location") == "/messages"
    assert before == []


@TWICE
def test_wb_20_a_change_by_own_wish_sent_twice_says_that_it_is_done(world: World, sent: str) -> None:
    account, browser = world.person(), world.browser()
    browser.logs_on(account)
    fields = {**NEW, "current_password": PASSWORD}
    reply = send(world, sent, browser, "/password/change", fields)
    assert (reply.status, reply.header("Location")) == (303, "/password/change?done=1")
    assert "Your password" in browser.get("/password/change?done=1").text
    assert trail(world.store, account).count(EventKind.PASSWORD_CHANGED) == 1
    assert trail(world.store, account).count(EventKind.LOGON_REFUSED) == 0
    assert len(world.mails(account)) == 1


def codes_of(reply: Reply) -> list[str]:
    return re.findall(r'<li class="pick">([a-z0-9-]+)</li>', reply.text)


@TWICE
def test_wb_20_turning_two_step_on_twice_shows_the_recovery_codes_that_count(world: World, sent: str) -> None:
    account, browser = world.person(), world.browser()
    browser.logs_on(account)
    (seed,) = re.findall(r'class="secret pick">([A-Z2-7 ]+)<', browser.post("/account/two-step").text)
    phone = Phone(seed.replace(" ", ""), world.clock)
    reply = send(world, sent, browser, "/account/two-step/confirm", {"code": phone.code()})
    assert reply.status == 200, reply.text
    shown = codes_of(reply)
    assert len(shown) == 10
    assert account.address in reply.text
    assert browser.get("/account/two-step").status == 200
    assert trail(world.store, account).count(EventKind.TWO_STEP_ENROLLED) == 1
    assert len([mail for mail in world.mails(account) if "2-step" in mail.subject]) == 1
    world.clock.passes(60)
    again = world.browser()
    assert again.logs_on(account) == "/logon/code"
    assert again.post("/logon/code", {"code": shown[3]}).status == 303


def inside_with_phone(world: World) -> tuple[Account, Phone, Visitor]:
    account, phone, browser = half_done(world)
    assert browser.post("/logon/code", {"code": phone.code()}).status == 303
    world.clock.passes(60)
    return account, phone, browser


@TWICE
def test_wb_20_new_recovery_codes_asked_for_twice_are_made_once(world: World, sent: str) -> None:
    account, phone, browser = inside_with_phone(world)
    fields = {"password": PASSWORD, "code": phone.code()}
    reply = send(world, sent, browser, "/account/two-step/recovery-codes", fields)
    shown = codes_of(reply)
    assert len(shown) == 10, reply.text
    kinds = trail(world.store, account)
    assert kinds.count(EventKind.RECOVERY_CODES_RENEWED) == 1
    assert EventKind.REAUTHENTICATION_REFUSED not in kinds
    assert EventKind.CODE_REFUSED not in kinds
    again = world.browser()
    again.logs_on(account)
    assert again.post("/logon/code", {"code": shown[9]}).status == 303


@TWICE
def test_wb_20_two_step_turned_off_twice_is_off(world: World, sent: str) -> None:
    account, phone, browser = inside_with_phone(world)
    fields = {"password": PASSWORD, "code": phone.code()}
    reply = send(world, sent, browser, "/account/two-step/remove", fields)
    assert (reply.status, reply.header("Location")) == (303, "/account")
    assert browser.get("/account").status == 200
    assert trail(world.store, account).count(EventKind.TWO_STEP_REMOVED) == 1
    assert EventKind.CODE_REFUSED not in trail(world.store, account)


@TWICE
@pytest.mark.parametrize("phone_too", [False, True])
def test_wb_20_a_password_typed_again_twice_confirms(world: World, sent: str, phone_too: bool) -> None:
    if phone_too:
        account, phone, browser = inside_with_phone(world)
        fields = {"password": PASSWORD, "code": phone.code()}
    else:
        account, browser, fields = world.person(), world.browser(), {"password": PASSWORD}
        browser.logs_on(account)
    reply = send(world, sent, browser, "/reauthenticate?next=/account/sessions", fields)
    assert (reply.status, reply.header("Location")) == (303, "/account/sessions")
    assert browser.get("/account/sessions").status == 200
    assert trail(world.store, account).count(EventKind.REAUTHENTICATED) == 1
    assert EventKind.REAUTHENTICATION_REFUSED not in trail(world.store, account)


@TWICE
def test_wb_20_logging_off_twice_is_logged_off(world: World, sent: str) -> None:
    account, browser = world.person(), world.browser()
    browser.logs_on(account)
    reply = send(world, sent, browser, "/logoff", {})
    assert reply.header("Location") == "/logon?notice=logged_off"
    assert trail(world.store, account).count(EventKind.LOGGED_OFF) == 1
    assert SESSION not in browser.jar


def with_others(world: World) -> tuple[Account, Visitor]:
    """Somebody who is logged on here, and in two other places."""
    account, browser = world.person(), world.browser()
    for _ in range(2):
        world.visitor().logs_on(account)
    browser.logs_on(account)
    return account, browser


@TWICE
def test_wb_20_ending_the_others_twice_ends_them_once(world: World, sent: str) -> None:
    account, browser = with_others(world)
    reply = send(world, sent, browser, "/account/sessions/revoke", {"others": "true"})
    assert reply.header("Location") == "/account/sessions?notice=others_revoked"
    assert len(alive(world, account)) == 1
    assert trail(world.store, account).count(EventKind.SESSIONS_REVOKED) == 1


@TWICE
def test_wb_20_ending_one_twice_says_that_it_is_ended(world: World, sent: str) -> None:
    account, browser = with_others(world)
    handles = set(re.findall(r'name="handle" value="([a-z2-7]+)"', browser.get("/account/sessions").text))
    reply = send(world, sent, browser, "/account/sessions/revoke", {"handle": min(handles)})
    assert reply.header("Location") == "/account/sessions?notice=revoked"
    assert trail(world.store, account).count(EventKind.SESSIONS_REVOKED) == 1


def test_wb_20_another_body_is_no_repeat(world: World) -> None:
    """Attack: a copy of the half-done session's cookie guesses the code that was just used."""
    _, phone, browser = half_done(world)
    thief = browser.twin()
    assert browser.post("/logon/code", {"code": phone.code()}).status == 303
    reply = thief.post("/logon/code", {"code": "000000"})
    assert reply.header("Location").startswith("/logon?")
    assert SESSION not in thief.jar


def test_wb_20_the_right_guess_comes_too_late_after_a_few_wrong_ones(world: World) -> None:
    _, phone, browser = half_done(world)
    code, thief = phone.code(), browser.twin()
    assert browser.post("/logon/code", {"code": code}).status == 303
    for guess in range(REPEATS):
        assert (
            thief.twin().post("/logon/code", {"code": f"{guess:06}"}).header("Location").startswith("/logon?")
        )
    assert thief.post("/logon/code", {"code": code}).header("Location").startswith("/logon?")


@pytest.mark.parametrize(("seconds", "answered"), [(REPEAT_SECONDS - 1, True), (REPEAT_SECONDS, False)])
def test_wb_20_a_minute_later_it_is_no_repeat_any_more(world: World, seconds: int, answered: bool) -> None:
    _, phone, browser = half_done(world)
    fields = {"code": phone.code()}
    browser.twin().post("/logon/code", fields)
    world.clock.passes(seconds)
    reply = browser.post("/logon/code", fields)
    assert (reply.header("Location") == "/messages") is answered


def test_wb_20_another_browser_with_the_same_cookie_and_code_is_no_repeat(world: World) -> None:
    _, phone, browser = half_done(world)
    browser.headers["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
    thief = browser.twin()
    thief.headers = {**browser.headers, "User-Agent": "curl/8.14.1"}
    fields = {"code": phone.code()}
    assert browser.post("/logon/code", fields).status == 303
    assert thief.post("/logon/code", fields).header("Location").startswith("/logon?")


def test_wb_20_a_program_is_refused_as_the_contract_says(world: World) -> None:
    account, phone = enrolled(world)
    visitor = world.visitor()
    visitor.logs_on(account)
    code, token = phone.code(), visitor.token
    assert visitor.post("/logon/code", {"code": code}).status == 200
    visitor.token = token
    assert visitor.post("/logon/code", {"code": code}).code == "session_required"
    # Nor does a form of that session get its answer.
    browser = world.browser()
    browser.jar[SESSION] = token or ""
    assert browser.post("/logon/code", {"code": code}).header("Location").startswith("/logon?")


def test_wb_20_the_old_secret_opens_nothing_and_no_page_shows_it(world: World) -> None:
    account, phone, browser = half_done(world)
    old = browser.twin()
    assert browser.post("/logon/code", {"code": phone.code()}).status == 303
    assert old.get("/messages").header("Location").startswith("/logon?")
    assert account.address not in old.twin().get("/logon/code").text
    assert len(world.store.sessions.of_account(account.id)) == 2  # the enrolment's, and the one that goes on
    handed_over = [one for one in world.fake.tables.sessions.values() if one.handed_over_at is not None]
    assert all(one.expires_at <= world.clock() for one in handed_over)


def test_wb_20_a_form_of_another_site_with_the_old_secret_is_nobodys(world: World) -> None:
    """It is refused for another reason than the session; no page of that shows whose the secret was."""
    account, phone, browser = half_done(world)
    old = browser.twin()
    assert browser.post("/logon/code", {"code": phone.code()}).status == 303
    page = old.post("/logon/code", {"code": "000000"}, **{"Sec-Fetch-Site": "cross-site"})
    assert page.status == 403
    assert 'action="/logoff"' not in page.text
    assert account.address not in page.text


def test_wb_20_nothing_readable_is_kept_of_an_answer(world: World) -> None:
    account, phone, browser = inside_with_phone(world)
    reply = browser.post("/account/two-step/recovery-codes", {"password": PASSWORD, "code": phone.code()})
    tables = str(world.fake.tables)
    assert browser.jar[SESSION].partition(".")[2] not in tables
    assert [code for code in codes_of(reply) if code in tables or code.replace("-", "") in tables] == []
    assert account.id in tables


def test_wb_20_codes_renewed_since_are_not_shown_as_good(world: World) -> None:
    _, phone, browser = inside_with_phone(world)
    late, fields = browser.twin(), {"password": PASSWORD, "code": phone.code()}
    assert len(codes_of(browser.post("/account/two-step/recovery-codes", fields))) == 10
    used = world.stored(_).two_step.recovery[1:]
    account = world.stored(_)
    world.fake.tables.accounts[account.id] = account._replace(
        two_step=account.two_step._replace(recovery=used)
    )
    reply = late.post("/account/two-step/recovery-codes", fields)
    assert codes_of(reply) == []
    assert reply.header("Location") == "/account/two-step"


def test_wb_20_a_contained_account_gives_no_repeat(world: World) -> None:
    resident = a_resident_with_two_step(world)
    browser = world.browser()
    browser.logs_on(resident.email)
    late, fields = browser.twin(), {"code": resident.code()}
    assert browser.post("/logon/code", fields).status == 303
    world.fake.tables.accounts[resident.account.id] = world.stored(resident.account)._replace(epoch=9)
    late.post("/logon/code", fields)
    assert late.get("/messages").header("Location").startswith("/logon?")


@TWICE
def test_wb_20_a_key_asked_for_twice_is_the_one_whose_code_fits(world: World, sent: str) -> None:
    account, browser = world.person(), world.browser()
    browser.logs_on(account)
    shown = send(world, sent, browser, "/account/two-step", {"form": "0123456789abcdef"})
    code = Phone(key_on(shown), world.clock).code()
    assert browser.post("/account/two-step/confirm", {"code": code}).status == 200


@TWICE
def test_wb_20_a_move_to_another_phone_begun_twice_spends_one_code(world: World, sent: str) -> None:
    account, phone, browser = half_done(world)
    browser.post("/logon/code", {"code": phone.code()})
    world.clock.passes(60)
    fields = {"password": PASSWORD, "code": phone.recovery[0], "form": "0123456789abcdef"}
    shown = send(world, sent, browser, "/account/two-step/move", fields)
    assert len(world.stored(account).two_step.recovery) == 9
    code = Phone(key_on(shown), world.clock).code()
    moved = send(world, sent, browser, "/account/two-step/confirm", {"code": code})
    assert (moved.status, "Save your recovery codes" in moved.text) == (200, True)
    assert browser.get("/account").status == 200
    kinds = trail(world.store, account)
    assert kinds.count(EventKind.TWO_STEP_MOVED) == 1
    assert EventKind.CODE_REFUSED not in kinds


def key_on(page: Reply) -> str:
    """The key that a page shows."""
    return page.text.partition('class="secret pick">')[2].partition("</p>")[0].replace(" ", "").strip()
