"""The step `not_me`, by the notice of a second step that was set up: a thief's is undone, one in use is not (TF-12)."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.accounts import Account, Status
from chalicelib.domain.events import EventKind
from chalicelib.domain.resets import Purpose
from tests.console.staff import staff
from tests.fakes.planting import plant
from tests.steps.test_not_me import digits
from tests.world.phones import Phone, enrolled
from tests.world.residents import a_resident
from tests.world.visitors import CHOSEN, PASSWORD, Visitor
from tests.world.world import World

DAY = 86400
STARTED = 60  # `enrolled` was a minute ago
ENTRIES = {"new_password": CHOSEN, "confirm_password": CHOSEN}


def notice(world: World, account: Account) -> str:
    """The token of the newest notice that 2-step was turned on."""
    told = [mail for mail in world.mails(account) if "2-step authentication was turned on" in mail.text]
    return told[-1].token("/not-me")


@pytest.fixture
def told(world: World) -> tuple[Account, Phone, str]:
    """Somebody whose account was given a second step by a thief, and the notice's token."""
    ann, phone = enrolled(world)
    return ann, phone, notice(world, ann)


def presses(world: World, token: str) -> Any:
    return world.visitor().post("/not-me", {"token": token})


def logs_on_with_code(world: World, account: Account, code: str, password: str = PASSWORD) -> Visitor:
    visitor = world.visitor()
    assert visitor.logs_on(account, password) == "enter_code"
    visitor.goes_on(visitor.post("/logon/code", {"code": code}))
    return visitor


def resets(world: World, account: Account) -> None:
    link = world.asks(account).token("/password/reset")
    assert world.visitor().post("/password/reset", {"token": link, **ENTRIES}).status == 200


def frozen_event(world: World, account: Account) -> dict[str, object]:
    events = world.store.events.of_account(account.id)
    (event,) = [one for one in events if one.kind is EventKind.ACCOUNT_FROZEN]
    return dict(event.details)


def test_tf_12_link_undoes_the_enrolment_and_the_mailbox_gives_the_account_back(
    world: World, told: tuple[Account, Phone, str]
) -> None:
    ann, _, token = told
    assert presses(world, token).json() == {"status": "frozen", "two_step": "removed"}
    after = world.stored(ann)
    assert (after.status, after.two_step.active, after.two_step.recovery) == (Status.FROZEN, False, ())
    assert frozen_event(world, ann) == {"by": "not_me_link", "two_step": "removed"}
    text = " ".join(world.mails(ann)[-1].text.split())
    assert "authentication that our earlier message told you of has been removed as well" in text
    resets(world, ann)
    assert world.visitor().logs_on(ann, CHOSEN) == "portal"


@pytest.mark.parametrize(("left", "two_step"), [(1, "removed"), (0, "kept")])
def test_tf_12_it_does_so_for_a_day(
    world: World, told: tuple[Account, Phone, str], left: int, two_step: str
) -> None:
    ann, _, token = told
    world.clock.passes(DAY - STARTED - left)
    assert presses(world, token).json() == {"status": "frozen", "two_step": two_step}
    assert world.stored(ann).two_step.active is (two_step == "kept")


@pytest.mark.parametrize("with_", ["code", "recovery code"])
def test_tf_12_a_factor_that_somebody_logged_on_with_stays(
    world: World, told: tuple[Account, Phone, str], with_: str
) -> None:
    ann, phone, token = told
    thief = logs_on_with_code(world, ann, phone.code() if with_ == "code" else phone.recovery[0])
    assert presses(world, token).json() == {"status": "frozen", "two_step": "kept"}
    after = world.stored(ann)
    assert (after.status, after.two_step.active) == (Status.FROZEN, True)
    assert thief.get("/account").status == 401
    assert frozen_event(world, ann) == {"by": "not_me_link", "two_step": "kept"}
    assert "only an administrator can reset it" in " ".join(world.mails(ann)[-1].text.split())


def test_tf_12_confirming_in_the_session_that_set_it_up_is_no_logon(world: World) -> None:
    ann, thief = world.person(), world.visitor()
    thief.logs_on(ann)
    phone = Phone(thief.post("/account/two-step").json()["secret"], world.clock)
    thief.goes_on(thief.post("/account/two-step/confirm", {"code": phone.code()}))
    world.clock.passes(60)
    fields = {"password": PASSWORD, "code": phone.code()}
    thief.goes_on(thief.post("/reauthenticate", fields))
    assert presses(world, notice(world, ann)).json()["two_step"] == "removed"


def test_tf_12_no_other_factor_is_undone(world: World, told: tuple[Account, Phone, str]) -> None:
    """The first was removed and another set up: the first one's notice is history."""
    ann, phone, token = told
    owner = logs_on_with_code(world, ann, phone.code())
    world.clock.passes(60)
    owner.goes_on(owner.post("/account/two-step/remove", {"password": PASSWORD, "code": phone.code()}))
    second = Phone(owner.post("/account/two-step").json()["secret"], world.clock)
    owner.goes_on(owner.post("/account/two-step/confirm", {"code": second.code()}))
    assert presses(world, token).code == "link_unusable"
    after = world.stored(ann)
    assert (after.status, after.two_step.active) == (Status.ACTIVE, True)
    assert presses(world, notice(world, ann)).json()["two_step"] == "removed"


def test_tf_12_link_of_another_notice_undoes_nothing(world: World) -> None:
    ann, phone = enrolled(world)
    owner = logs_on_with_code(world, ann, phone.recovery[0])
    owner.goes_on(owner.post("/password/change", {"current_password": PASSWORD, **ENTRIES}))
    token = world.mails(ann)[-1].token("/not-me")
    assert presses(world, token).json() == {"status": "frozen"}
    assert world.stored(ann).two_step.active
    assert world.stored(ann).two_step.disputed_at is None


@pytest.mark.parametrize("before", ["a reset", "a freeze"])
def test_tf_12_it_is_undone_after_a_reset_or_a_freeze_too(
    world: World, told: tuple[Account, Phone, str], before: str
) -> None:
    """The same factor is in force, whichever of two mails the owner acts on first."""
    ann, _, token = told
    if before == "a reset":
        resets(world, ann)
    else:
        resets(world, ann)
        other = [one.token("/not-me") for one in world.mails(ann) if "/not-me/" in one.text][-1]
        assert presses(world, other).status == 200
    assert "is removed as well" in world.browser().get(f"/not-me/{token}").text
    assert presses(world, token).json() == {"status": "frozen", "two_step": "removed"}
    assert (world.stored(ann).status, world.stored(ann).two_step.active) == (Status.FROZEN, False)
    assert presses(world, token).code == "link_unusable"


def test_disabled_account_keeps_its_second_step(world: World, told: tuple[Account, Phone, str]) -> None:
    ann, _, token = told
    staff(world).does(ann, "disable")
    assert presses(world, token).code == "link_unusable"
    assert world.stored(ann).two_step.active


def test_page_says_before_and_after_what_becomes_of_it(
    world: World, told: tuple[Account, Phone, str]
) -> None:
    ann, phone, token = told
    asked = world.browser().get(f"/not-me/{token}").text
    assert "The 2-step authentication that our message tells of is removed as well." in asked
    logs_on_with_code(world, ann, phone.code())
    asked = world.browser().get(f"/not-me/{token}").text
    assert "An administrator must decide about it." in asked
    done = world.browser().post("/not-me", {"token": token, "number": digits(asked)})
    assert "only an administrator can reset it" in done.text
    world.clock.passes(60)
    again = world.browser().post("/not-me", {"token": token, "number": digits(asked)})
    assert (again.status, "It was frozen already" in again.text) == (410, True)
    assert "only an administrator can reset it" in again.text


def test_console_says_that_an_administrator_must_decide_until_one_did(
    world: World, told: tuple[Account, Phone, str]
) -> None:
    ann, phone, token = told
    desk = staff(world)
    logs_on_with_code(world, ann, phone.code())
    world.clock.passes(60)
    presses(world, token)
    assert desk.user(ann)["two_step"]["disputed_at"]
    page = desk.visitor.get(f"/admin/users/{ann.address}", Accept="text/html").text
    assert "somebody else had turned it on. Decide:" in page
    assert "2-step left for an administrator to decide" in page
    resets(world, ann)
    assert desk.user(ann)["two_step"]["disputed_at"]
    desk.does(ann, "two-step/reset", reason="It was a thief's")
    assert desk.user(ann)["two_step"]["disputed_at"] is None


def test_whoever_logs_on_with_it_afterwards_has_settled_it(
    world: World, told: tuple[Account, Phone, str]
) -> None:
    """The owner pressed it by mistake: the new password came by the mailbox, the code from the disputed factor."""
    ann, phone, token = told
    world.clock.passes(DAY)
    presses(world, token)
    assert world.stored(ann).two_step.disputed_at
    resets(world, ann)
    logs_on_with_code(world, ann, phone.code(), CHOSEN)
    assert world.stored(ann).two_step.disputed_at is None


def test_factor_from_before_this_rule_is_kept(world: World) -> None:
    ann, _ = enrolled(world)
    token = notice(world, ann)
    before = world.stored(ann)
    plant(world.store, before._replace(two_step=before.two_step._replace(unused_since=None)))
    assert presses(world, token).json()["two_step"] == "kept"


@pytest.mark.parametrize("ask", ["GET", "POST"])
def test_link_whose_account_moved_on_is_refused_when_it_is_opened(world: World, ask: str) -> None:
    """RS-17: the question of a void link would keep somebody from the newer notice."""
    ann = a_resident(world)
    token = ann.link(Purpose.NOT_ME)
    resets(world, ann.account)
    browser = world.browser()
    reply = (
        browser.get(f"/not-me/{token}")
        if ask == "GET"
        else browser.post("/not-me", {"token": token, "number": "1"})
    )
    assert (reply.status, "use the link in the newest one" in reply.text) == (410, True)
    assert world.visitor().get(f"/not-me/{token}").code == "link_unusable"
    assert "Freeze my account" not in reply.text


def test_link_of_a_frozen_account_says_that_it_is_frozen(world: World) -> None:
    ann = a_resident(world)
    used, other = ann.link(Purpose.NOT_ME), ann.link(Purpose.NOT_ME)
    assert presses(world, used).status == 200
    for token in (used, other):
        for reply in (
            world.browser().get(f"/not-me/{token}"),
            world.browser().post("/not-me", {"token": token, "number": "1"}),
        ):
            assert (reply.status, "Your account is frozen" in reply.text) == (410, True)
            assert "ask for a new password" in reply.text
        assert world.visitor().get(f"/not-me/{token}").code == "link_unusable"
        assert presses(world, token).code == "link_unusable"
    unknown = world.browser().get(f"/not-me/{'x' * 43}")
    assert (unknown.status, "Your account is frozen" in unknown.text) == (410, False)
