"""The step `account_two_step`: propose, confirm, recovery codes, remove."""

from typing import Any

import pytest
from pyotp import TOTP

from chalicelib.domain.accounts import Account, Kind
from chalicelib.domain.events import EventKind
from tests.world.phones import Phone, enrolled
from tests.world.visitors import CHOSEN, PASSWORD, Visitor
from tests.world.world import World

PATH, CONFIRM, REMOVE = "/account/two-step", "/account/two-step/confirm", "/account/two-step/remove"


def inside(world: World, **facts: Any) -> tuple[Account, Visitor]:
    """Somebody who is logged on."""
    account, visitor = world.person(**facts), world.visitor()
    visitor.logs_on(account)
    return account, visitor


def inside_with_phone(world: World, **facts: Any) -> tuple[Account, Visitor, Phone]:
    """Somebody who uses 2-step and is logged on."""
    account, phone = enrolled(world, **facts)
    visitor = world.visitor()
    visitor.logs_on(account)
    visitor.goes_on(visitor.post("/logon/code", {"code": phone.code()}))
    world.clock.passes(60)
    return account, visitor, phone


def test_seed_is_shown_once_and_is_stored_sealed(world: World) -> None:
    """TF-04."""
    ann, visitor = inside(world)
    proposed = visitor.post(PATH).json()
    assert set(proposed) == {"secret", "otpauth_uri", "qr_svg"}
    assert len(proposed["secret"]) == 32
    assert proposed["secret"] not in str(world.fake.tables)
    assert visitor.get(PATH).json() == {"active": False, "required": False}
    assert world.visitor().logs_on(ann) == "portal"  # TF-05: unconfirmed is never asked for


def test_tf_05_proposal_dies_in_ten_minutes(world: World) -> None:
    for seconds, status in ((599, 200), (600, 401)):
        _, visitor = inside(world)
        seed = visitor.post(PATH).json()["secret"]
        world.clock.passes(seconds - 1)
        visitor.goes_on(visitor.post("/reauthenticate", {"password": PASSWORD}))
        world.clock.passes(1)
        code = TOTP(seed).at(int(world.clock()))
        assert visitor.post(CONFIRM, {"code": code}).status == status


def test_later_proposal_replaces_the_earlier(world: World) -> None:
    _, visitor = inside(world)
    first, second = (visitor.post(PATH).json()["secret"] for _ in range(2))
    assert visitor.post(CONFIRM, {"code": TOTP(first).at(int(world.clock()))}).code == "invalid_code"
    assert visitor.post(CONFIRM, {"code": TOTP(second).at(int(world.clock()))}).status == 200


def test_confirming_gives_ten_recovery_codes_and_ends_other_sessions(world: World) -> None:
    """TF-06, TF-08."""
    ann, visitor = inside(world)
    other = world.visitor()
    other.logs_on(ann)
    phone = Phone(visitor.post(PATH).json()["secret"], world.clock)
    reply = visitor.post(CONFIRM, {"code": phone.code()})
    codes = reply.json()["recovery_codes"]
    assert len(set(codes)) == 10
    assert not any(code in str(world.fake.tables) for code in codes)
    before = visitor.token
    assert visitor.goes_on(reply) == "portal"
    assert visitor.get("/account", Authorization=f"Bearer {before}").status == 401
    assert other.get("/account").status == 401
    assert world.mails(ann)[-1].subject == "2-step authentication of your account was changed"
    assert world.stored(ann).two_step.last_step > 0
    assert world.visitor().logs_on(ann) == "enter_code"


def test_code_that_confirmed_is_used_up(world: World) -> None:
    """TF-02, across endpoints."""
    ann, visitor = inside(world)
    phone = Phone(visitor.post(PATH).json()["secret"], world.clock)
    visitor.post(CONFIRM, {"code": phone.code()})
    half = world.visitor()
    half.logs_on(ann)
    assert half.post("/logon/code", {"code": phone.code()}).code == "invalid_code"
    assert half.post("/logon/code", {"code": phone.code(1)}).status == 200


def test_tf_03_wrong_codes_are_counted_here_too(world: World) -> None:
    _, visitor = inside(world)
    visitor.post(PATH)
    statuses = [visitor.post(CONFIRM, {"code": "000000"}).status for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    assert visitor.get("/account").status == 200  # a whole session is not ended by it


def test_tf_13_seed_is_neither_shown_to_another_session_nor_confirmed_in_one(world: World) -> None:
    ann, thief = inside(world)
    owner, browser = world.visitor(), world.browser()
    owner.logs_on(ann)
    browser.logs_on(ann)
    secret = owner.post(PATH).json()["secret"]
    for session in (thief, browser):
        assert session.get(PATH).status == 200
        refused = session.post(CONFIRM, {"code": TOTP(secret).at(int(world.clock()))})
        assert refused.status == 401
        for text in (refused.text, session.get(PATH).text):
            assert secret not in text.replace(" ", "")
            assert "Start again with a new key" not in text
    assert owner.post(CONFIRM, {"code": TOTP(secret).at(int(world.clock()))}).status == 200


def test_tf_13_seed_is_never_shown_again(world: World) -> None:
    """Not to the session that proposed it either: a copy of it may be in other hands."""
    ann, browser = world.person(), world.browser()
    browser.logs_on(ann)
    secret = key_on(browser.post(PATH).text)
    for page in (browser.get(PATH), browser.post(CONFIRM, {"code": "000000"}), browser.get(PATH)):
        assert "qr" not in page.text.partition("<main")[2]
        assert secret not in page.text.replace(" ", "")
        assert "Start again with a new key" in page.text
    assert key_on(browser.post(PATH).text) != secret


def test_tf_13_confirming_wants_a_fresh_password_and_then_what_was_scanned_is_good(world: World) -> None:
    _, visitor = inside(world)
    world.clock.passes(590)
    phone = Phone(visitor.post(PATH).json()["secret"], world.clock)
    world.clock.passes(10)
    assert visitor.post(CONFIRM, {"code": phone.code()}).code == "reauthentication_required"
    visitor.goes_on(visitor.post("/reauthenticate", {"password": PASSWORD}))
    assert visitor.post(CONFIRM, {"code": phone.code()}).status == 200


def test_confirming_nothing_is_refused(world: World) -> None:
    _, visitor = inside(world)
    assert visitor.post(CONFIRM, {"code": "123456"}).code == "invalid_code"


def test_enrolled_account_cannot_propose_another(world: World) -> None:
    _, visitor, _ = inside_with_phone(world)
    reply = visitor.post(PATH)
    assert (reply.status, reply.code) == (409, "conflict")


def test_tf_05_stale_session_must_prove_itself_first(world: World) -> None:
    _, visitor = inside(world)
    world.clock.passes(600)
    reply = visitor.post(PATH)
    assert (reply.status, reply.code) == (403, "reauthentication_required")
    visitor.goes_on(visitor.post("/reauthenticate", {"password": PASSWORD}))
    assert visitor.post(PATH).status == 200


def test_tf_06_removal_needs_password_and_code_and_is_told(world: World) -> None:
    ann, visitor, phone = inside_with_phone(world)
    other = world.visitor()
    other.logs_on(ann)
    for body, code in (
        ({"password": PASSWORD}, "invalid_request"),
        ({"password": "not this one", "code": phone.code()}, "invalid_logon"),
        ({"password": PASSWORD, "code": "000000"}, "invalid_code"),
    ):
        assert visitor.post(REMOVE, body).code == code
        assert world.stored(ann).two_step.active
    assert visitor.goes_on(visitor.post(REMOVE, {"password": PASSWORD, "code": phone.code()})) == "portal"
    assert not world.stored(ann).two_step.active
    assert other.get("/logon/code").status == 401
    assert world.mails(ann)[-1].subject == "2-step authentication of your account was changed"
    assert world.visitor().logs_on(ann) == "portal"


def test_rs_11_second_step_survives_a_reset_of_the_password(world: World) -> None:
    ann, phone = enrolled(world)
    entries = {"new_password": CHOSEN, "confirm_password": CHOSEN}
    reset = {"token": world.asks(ann).token("/password/reset"), **entries}
    assert world.visitor().post("/password/reset", reset).status == 200
    visitor = world.visitor()
    assert visitor.logs_on(ann, CHOSEN) == "enter_code"
    assert visitor.goes_on(visitor.post("/logon/code", {"code": phone.code()})) == "portal"


def test_removal_forgets_the_attempts_it_counted(world: World) -> None:
    ann, visitor, phone = inside_with_phone(world)
    visitor.post(REMOVE, {"password": PASSWORD, "code": phone.code()})
    assert world.stored(ann).failures == 0


@pytest.mark.parametrize("facts", [{"two_step_required": True}, {"kind": Kind.ADMINISTRATOR}])
def test_removal_is_refused_where_it_is_required(world: World, facts: dict[str, Any]) -> None:
    ann, visitor, phone = inside_with_phone(world, **facts)
    reply = visitor.post(REMOVE, {"password": PASSWORD, "code": phone.code()})
    assert (reply.status, reply.code) == (403, "two_step_required")
    assert world.stored(ann).two_step.active


def test_removing_what_is_not_there_is_a_conflict(world: World) -> None:
    _, visitor = inside(world)
    assert visitor.post(REMOVE, {"password": PASSWORD, "code": "123456"}).code == "conflict"


def test_tf_07_required_enrolment_reaches_nothing_else(world: World) -> None:
    _, visitor = inside(world, kind=Kind.ADMINISTRATOR)
    for path in ("/messages", "/account", "/account/sessions", "/password/change"):
        reply = visitor.get(path)
        assert (reply.code, reply.json()["next"]) == ("step_required", "enrol_two_step")
    phone = Phone(visitor.post(PATH).json()["secret"], world.clock)
    assert visitor.goes_on(visitor.post(CONFIRM, {"code": phone.code()})) == "portal"


def test_everybody_must_enrol_where_the_portal_says_so() -> None:
    world = World(REQUIRE_TWO_STEP="all")
    assert world.visitor().logs_on(world.person()) == "enrol_two_step"


def key_on(text: str) -> str:
    """The key that a page shows."""
    return text.partition('class="secret pick">')[2].partition("</p>")[0].replace(" ", "").strip()


def test_mistyped_code_in_a_browser_loses_nothing(world: World) -> None:
    ann, browser = world.person(), world.browser()
    browser.logs_on(ann)
    phone = Phone(key_on(browser.post(PATH).text), world.clock)
    again = browser.post(CONFIRM, {"code": phone.mistyped()})
    assert (again.status, "This code is not valid." in again.text) == (401, True)
    shown = browser.post(CONFIRM, {"code": phone.code()})
    assert "Save your recovery codes" in shown.text
    kinds = [event.kind for event in world.store.events.of_account(ann.id)]
    assert EventKind.TWO_STEP_ENROLLED in kinds


RENEW = "/account/two-step/recovery-codes"


def test_tf_14_new_recovery_codes_replace_the_old_ones_at_once_and_are_told(world: World) -> None:
    ann, phone = enrolled(world)
    owner, other = world.visitor(), world.visitor()
    for visitor in (owner, other):
        visitor.logs_on(ann)
        visitor.goes_on(visitor.post("/logon/code", {"code": phone.code()}))
        world.clock.passes(30)
    reply = owner.post(RENEW, {"password": PASSWORD, "code": phone.code()})
    assert owner.goes_on(reply) == "portal"
    newer = reply.json()["recovery_codes"]
    assert len(set(newer)) == 10
    assert not set(newer) & set(phone.recovery)
    assert "New recovery codes were made." in world.mails(ann)[-1].text
    assert other.get("/account").status == 200
    for code, status in ((phone.recovery[0], 401), (newer[0], 200), (newer[0], 401)):
        half = world.visitor()
        half.logs_on(ann)
        assert half.post("/logon/code", {"code": code}).status == status


def test_tf_14_a_recovery_code_renews_too_and_nothing_less_does(world: World) -> None:
    ann, phone = enrolled(world)
    owner = world.visitor()
    owner.logs_on(ann)
    owner.goes_on(owner.post("/logon/code", {"code": phone.code()}))
    before = world.stored(ann).two_step.recovery
    for fields, code in (
        ({"password": "not this one at all", "code": phone.recovery[0]}, "invalid_logon"),
        ({"password": PASSWORD, "code": phone.code()}, "invalid_code"),  # used at the logon
        ({"password": PASSWORD, "code": "000000"}, "invalid_code"),
        ({"password": PASSWORD}, "invalid_request"),
    ):
        assert owner.post(RENEW, fields).code == code
    assert world.stored(ann).two_step.recovery == before
    assert owner.goes_on(owner.post(RENEW, {"password": PASSWORD, "code": phone.recovery[0]})) == "portal"
    assert len(world.stored(ann).two_step.recovery) == 10


def test_recovery_codes_of_nobody_who_has_none(world: World) -> None:
    visitor = world.visitor()
    visitor.logs_on(world.person())
    assert visitor.post(RENEW, {"password": PASSWORD, "code": "000000"}).code == "conflict"


def test_page_of_new_codes_leads_back_to_where_one_was(world: World) -> None:
    ann, phone = enrolled(world)
    browser = world.browser()
    browser.logs_on(ann)
    browser.post("/logon/code", {"code": phone.code()})
    world.clock.passes(30)
    page = browser.post(RENEW, {"password": PASSWORD, "code": phone.code()})
    assert "The old ones no longer work." in page.text
    assert 'href="/account/two-step">I have saved them' in page.text
