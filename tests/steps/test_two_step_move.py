"""The step `account_two_step`: to another phone while 2-step stays on (TF-15), and a key that a reload keeps."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from pyotp import TOTP

from chalicelib.domain.accounts import Account, Kind
from chalicelib.domain.events import EventKind
from tests.console.staff import staff
from tests.world.phones import Phone, enrolled
from tests.world.visitors import PASSWORD, Reply, Visitor
from tests.world.world import World

PATH, CONFIRM = "/account/two-step", "/account/two-step/confirm"
MOVE, RENEW, REMOVE = "/account/two-step/move", "/account/two-step/recovery-codes", "/account/two-step/remove"


def logged_on(world: World, account: Account, phone: Phone, browser: bool = False) -> Visitor:
    """Somebody in a whole session; a minute later, so that the next code is another."""
    visitor = world.browser() if browser else world.visitor()
    visitor.logs_on(account)
    reply = visitor.post("/logon/code", {"code": phone.code()})
    if not browser:
        visitor.goes_on(reply)
    world.clock.passes(60)
    return visitor


def begins(world: World, visitor: Visitor, code: str) -> Phone:
    """The other phone, which holds the key of a move that was begun."""
    reply = visitor.post(MOVE, {"password": PASSWORD, "code": code})
    assert visitor.goes_on(reply) == "portal"
    return Phone(reply.json()["secret"], world.clock)


def enters(world: World, account: Account, code: str) -> int:
    """The status of a logon by this code."""
    half = world.visitor()
    assert half.logs_on(account) == "enter_code"
    return half.post("/logon/code", {"code": code}).status


def kinds(world: World, account: Account) -> list[EventKind]:
    return [event.kind for event in world.store.events.of_account(account.id)]


@pytest.mark.parametrize("facts", [{}, {"two_step_required": True}, {"kind": Kind.ADMINISTRATOR}])
def test_tf_15_the_new_phone_is_good_and_the_old_one_dead_with_its_first_code(
    world: World, facts: dict[str, object]
) -> None:
    ann, old = enrolled(world, **facts)
    owner, other = logged_on(world, ann, old), logged_on(world, ann, old)
    new, before = begins(world, owner, old.code()), world.stored(ann).epoch
    reply = owner.post(CONFIRM, {"code": new.code()})
    assert owner.goes_on(reply) == "portal"
    recovery = reply.json()["recovery_codes"]
    assert len(set(recovery)) == 10
    assert owner.get("/account").status == 200
    assert other.get("/account").status == 401
    assert world.stored(ann).epoch > before
    world.clock.passes(60)
    for code, status in (
        (old.code(), 401),
        (old.recovery[0], 401),
        (new.code(), 200),
        (recovery[0], 200),
        (recovery[0], 401),
    ):
        assert enters(world, ann, code) == status


def test_tf_15_until_then_the_old_phone_is_in_force(world: World) -> None:
    ann, old = enrolled(world)
    owner = logged_on(world, ann, old)
    new = begins(world, owner, old.code())
    world.clock.passes(60)
    assert enters(world, ann, new.code()) == 401
    assert enters(world, ann, old.code()) == 200
    assert enters(world, ann, old.recovery[0]) == 200
    assert EventKind.TWO_STEP_MOVED not in kinds(world, ann)


def test_tf_15_its_owner_is_told_by_a_mail_and_an_event_of_their_own(world: World) -> None:
    ann, old = enrolled(world)
    owner = logged_on(world, ann, old)
    new = begins(world, owner, old.code())
    before = len(world.mails(ann))
    owner.goes_on(owner.post(CONFIRM, {"code": new.code()}))
    (mail,) = world.mails(ann)[before:]
    assert "2-step authentication was moved to another phone." in " ".join(mail.text.split())
    assert kinds(world, ann).count(EventKind.TWO_STEP_MOVED) == 1
    shown = owner.get("/account/activity").json()["events"]
    assert "two_step_moved" in [one["kind"] for one in shown]


def test_tf_12_not_me_undoes_the_move_that_nobody_has_used_yet(world: World) -> None:
    ann, old = enrolled(world)
    thief = logged_on(world, ann, old)
    new = begins(world, thief, old.recovery[1])
    thief.goes_on(thief.post(CONFIRM, {"code": new.code()}))
    token = world.mails(ann)[-1].token("/not-me")
    pressed = world.visitor().post("/not-me", {"token": token})
    assert pressed.json() == {"status": "frozen", "two_step": "removed"}
    assert not world.stored(ann).two_step.active
    assert thief.get("/account").status == 401


def test_tf_15_a_recovery_code_begins_it_is_spent_and_its_owner_hears_of_it(world: World) -> None:
    ann, old = enrolled(world)
    owner = logged_on(world, ann, old)
    new = begins(world, owner, old.recovery[0])
    assert len(world.stored(ann).two_step.recovery) == 9
    mail = world.mails(ann)[-1]
    assert mail.subject == "A recovery code was used"
    assert "Recovery codes left: 9" in mail.text
    assert enters(world, ann, old.recovery[0]) == 401
    assert owner.goes_on(owner.post(CONFIRM, {"code": new.code()})) == "portal"


def test_tf_15_nothing_less_begins_it(world: World) -> None:
    ann, old = enrolled(world)
    owner = logged_on(world, ann, old)
    used = old.code()
    assert enters(world, ann, used) == 200
    for fields, code in (
        ({"password": "not this one at all", "code": old.recovery[0]}, "invalid_logon"),
        ({"password": PASSWORD, "code": used}, "invalid_code"),
        ({"password": PASSWORD, "code": "000000"}, "invalid_code"),
        ({"password": PASSWORD}, "invalid_request"),
        ({"code": old.recovery[0]}, "invalid_request"),
    ):
        assert owner.post(MOVE, fields).code == code
    assert world.stored(ann).two_step.pending_seed is None


def test_tf_15_where_2_step_is_off_there_is_nothing_to_move(world: World) -> None:
    visitor = world.visitor()
    visitor.logs_on(world.person())
    assert visitor.post(MOVE, {"password": PASSWORD, "code": "000000"}).code == "conflict"


def test_tf_15_it_waits_ten_minutes_and_in_its_own_logon_alone(world: World) -> None:
    ann, old = enrolled(world)
    owner, thief = logged_on(world, ann, old), logged_on(world, ann, old)
    new = begins(world, owner, old.code())
    thief.goes_on(thief.post("/reauthenticate", {"password": PASSWORD, "code": old.recovery[0]}))
    assert thief.post(CONFIRM, {"code": new.code()}).code == "invalid_code"
    assert "Code from your new phone" not in thief.get(PATH, Accept="text/html").text
    world.clock.passes(599)
    owner.goes_on(owner.post("/reauthenticate", {"password": PASSWORD, "code": old.code()}))
    world.clock.passes(1)
    assert owner.post(CONFIRM, {"code": new.code()}).code == "invalid_code"


def test_lg_13_a_stranger_who_knows_the_password_cannot_keep_its_owner_from_moving(world: World) -> None:
    ann, old = enrolled(world)
    owner = logged_on(world, ann, old)
    new = begins(world, owner, old.code())
    for _ in range(3):
        stranger = world.visitor()
        stranger.logs_on(ann)
        for _ in range(5):
            stranger.post("/logon/code", {"code": "000000"})
    assert owner.goes_on(owner.post(CONFIRM, {"code": new.code()})) == "portal"


def test_lg_13_the_fifth_wrong_code_ends_the_session_and_leaves_the_old_phone(world: World) -> None:
    ann, old = enrolled(world)
    owner = logged_on(world, ann, old)
    begins(world, owner, old.code())
    assert [owner.post(CONFIRM, {"code": "000000"}).status for _ in range(5)] == [401] * 5
    assert owner.get("/account").status == 401
    world.clock.passes(60)
    assert enters(world, ann, old.code()) == 200


def test_containment_ends_a_move_that_was_begun(world: World) -> None:
    ann, old = enrolled(world)
    owner = logged_on(world, ann, old)
    new = begins(world, owner, old.code())
    staff(world).does(ann, "contain", reason="a thief", disable=False)
    assert owner.post(CONFIRM, {"code": new.code()}).status == 401
    assert EventKind.TWO_STEP_MOVED not in kinds(world, ann)


# In a browser: the page of a key that is loaded again.


def form_of(page: Reply, action: str) -> dict[str, str]:
    """What the button that goes there sends along."""
    for button in re.findall(r"<button[^>]*>", page.text):
        if 'name="form"' in button and (f'formaction="{action}"' in button or "formaction" not in button):
            found = re.search(r'value="([0-9a-f]+)"', button)
            assert found
            return {"form": found[1]}
    raise AssertionError(action)


def key_on(page: Reply) -> str:
    """The key that a page shows, "" for none."""
    return page.text.partition('class="secret pick">')[2].partition("</p>")[0].replace(" ", "").strip()


def test_tf_13_a_page_that_is_loaded_again_shows_the_same_key_and_its_code_fits(world: World) -> None:
    ann, browser = world.person(), world.browser()
    browser.logs_on(ann)
    form = form_of(browser.get(PATH), PATH)
    key = key_on(browser.post(PATH, form))
    assert key
    assert [key_on(browser.post(PATH, form)) for _ in range(2)] == [key, key]
    assert browser.post(CONFIRM, {"code": TOTP(key).at(int(world.clock()))}).status == 200


def test_tf_13_another_form_gets_another_key_whoever_sends_it(world: World) -> None:
    """Attack: a copy of the session asks for the key its owner is about to confirm."""
    ann, browser = world.person(), world.browser()
    browser.logs_on(ann)
    key = key_on(browser.post(PATH, form_of(browser.get(PATH), PATH)))
    waiting = browser.get(PATH)
    assert key not in waiting.text.replace(" ", "")
    for form in (form_of(waiting, PATH), {}, {"form": ""}):
        assert key_on(browser.post(PATH, form)) not in {"", key}


def test_tf_13_no_key_is_shown_again_after_its_ten_minutes_or_without_a_fresh_password(world: World) -> None:
    ann, browser = world.person(), world.browser()
    browser.logs_on(ann)
    form = form_of(browser.get(PATH), PATH)
    world.clock.passes(300)
    key = key_on(browser.post(PATH, form))
    world.clock.passes(300)
    assert browser.post(PATH, form).status == 303
    browser.post("/reauthenticate", {"password": PASSWORD})
    assert key_on(browser.post(PATH, form)) == key
    world.clock.passes(300)
    assert key_on(browser.post(PATH, form)) not in {"", key}


def test_tf_15_the_page_of_a_move_is_loaded_again_and_takes_no_second_code(world: World) -> None:
    ann, old = enrolled(world)
    browser = logged_on(world, ann, old, browser=True)
    form = form_of(browser.get(PATH), MOVE)
    fields = {"password": PASSWORD, "code": old.code(), **form}
    key = key_on(browser.post(MOVE, fields))
    assert key
    assert key_on(browser.post(MOVE, fields)) == key
    waiting = browser.get(PATH)
    assert "Code from your new phone" in waiting.text
    assert key not in waiting.text.replace(" ", "")
    done = browser.post(CONFIRM, {"code": TOTP(key).at(int(world.clock()))})
    assert "The old one no longer works." in done.text


def test_tf_15_a_mistyped_code_of_the_new_phone_is_asked_for_again_and_one_may_stay_with_the_old(
    world: World,
) -> None:
    ann, old = enrolled(world)
    browser = logged_on(world, ann, old, browser=True)
    browser.post(MOVE, {"password": PASSWORD, "code": old.code()})
    again = browser.post(CONFIRM, {"code": "000000"})
    assert (again.status, "Code from your new phone" in again.text) == (401, True)
    assert 'href="/account/two-step/remove"' in again.text
    assert "Make new recovery codes" in browser.get(REMOVE).text


# The clock of the phone.


@pytest.mark.parametrize("away", [-2880, -10, 2, 10, 120, 2879])
def test_tf_01_a_wrong_clock_is_named_when_a_key_is_set_up(world: World, away: int) -> None:
    ann, browser = world.person(), world.browser()
    browser.logs_on(ann)
    phone = Phone(key_on(browser.post(PATH)), world.clock)
    page = browser.post(CONFIRM, {"code": phone.code(away)})
    assert (page.status, "The clock of your phone is wrong" in page.text) == (401, True)
    (refused,) = [one for one in world.store.events.of_account(ann.id) if one.kind is EventKind.CODE_REFUSED]
    assert refused.reason == "code_of_another_time"
    assert browser.post(CONFIRM, {"code": phone.code()}).status == 200


def test_tf_01_a_wrong_code_is_not_put_down_to_the_clock_nor_any_code_at_logon(world: World) -> None:
    ann, phone = enrolled(world)
    browser = world.browser()
    browser.logs_on(ann)
    at_logon = browser.post("/logon/code", {"code": phone.code(20)})
    assert "That code is not right" in at_logon.text
    other = world.browser()
    other.logs_on(world.person())
    other.post(PATH)
    page = other.post(CONFIRM, {"code": "not a code"})
    assert "The clock of your phone is wrong" not in page.text
    assert "is it set automatically?" in page.text


# "I have saved them".


@pytest.mark.parametrize(
    ("asked", "onwards"),
    [
        ("", "/account"),
        ("?next=/account/two-step", "/account"),
        ("?next=/messages/01ABC", "/messages/01ABC"),
        ("?next=//evil.example", "/account"),
    ],
)
def test_sheet_of_codes_leads_back_to_where_one_was(world: World, asked: str, onwards: str) -> None:
    ann, browser = world.person(), world.browser()
    browser.logs_on(ann)
    page = browser.get(PATH + asked)
    (action,) = re.findall(r'action="(/account/two-step[^"]*)"', page.text)
    key_page = browser.post(action)
    (action,) = re.findall(r'action="(/account/two-step/confirm[^"]*)"', key_page.text)
    done = browser.post(action, {"code": TOTP(key_on(key_page)).at(int(world.clock()))})
    assert f'href="{onwards}">I have saved them' in done.text


def test_sheet_of_codes_can_be_copied_downloaded_and_printed_under_its_label(world: World) -> None:
    ann, phone = enrolled(world)
    browser = logged_on(world, ann, phone, browser=True)
    page = browser.post(f"{RENEW}?next=/messages", {"password": PASSWORD, "code": phone.code()}).text
    label = f"Recovery codes of {world.portal.settings.brand.name} for {ann.address}"
    assert f'data-label="{label}"' in page
    codes = re.findall(r'<li class="pick">([^<]+)</li>', page)
    (href,) = re.findall(r'download="recovery-codes.txt" href="data:text/plain;charset=utf-8,([^"]+)"', page)
    assert unquote(href).split("\r\n") == [label, "", *codes, ""]
    assert 'href="/messages">I have saved them' in page


# Running out.


@pytest.mark.parametrize(("left", "warned"), [(3, False), (2, True), (0, True)])
def test_tf_16_running_out_is_warned_of_on_the_pages_after_a_logon_and_by_mail(
    world: World, left: int, warned: bool
) -> None:
    ann, phone = enrolled(world)
    for code in phone.recovery[left:]:
        assert enters(world, ann, code) == 200
    browser = logged_on(world, ann, phone, browser=True)
    for path in ("/messages", "/account"):
        page = browser.get(path).text
        assert ("Without one, and without your phone, you cannot log on." in page) is warned
        assert (f'href="/account/two-step?next={path}"' in page) is warned
    assert f"You have {left} recovery codes left." in browser.get(PATH).text
    assert (
        browser.get("/account", Accept="application/json").json()["two_step"]["recovery_codes_left"] == left
    )
    mail = world.mails(ann)[-1].text
    assert f"Recovery codes left: {left}" in mail
    assert ("Make new ones: log on" in " ".join(mail.split())) is warned


def test_ml_01_a_recovery_code_that_confirms_something_is_told_of_as_one_at_a_logon_is(world: World) -> None:
    ann, phone = enrolled(world)
    owner = logged_on(world, ann, phone)
    before = len(world.mails(ann))
    owner.goes_on(owner.post("/reauthenticate", {"password": PASSWORD, "code": phone.code()}))
    assert len(world.mails(ann)) == before
    owner.goes_on(owner.post("/reauthenticate", {"password": PASSWORD, "code": phone.recovery[0]}))
    (mail,) = world.mails(ann)[before:]
    assert mail.subject == "A recovery code was used"
    assert f"to confirm something in the account {ann.address}" in " ".join(mail.text.split())
    assert "Recovery codes left: 9" in mail.text
