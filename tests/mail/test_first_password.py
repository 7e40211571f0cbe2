"""The first own password: a calm mail, one for the whole first sitting, that stops a thief of the invitation."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.accounts import Kind, Status
from chalicelib.domain.addresses import account_id, canonical_address
from chalicelib.domain.events import EventKind
from chalicelib.domain.refusals import Unavailable
from tests.console.staff import staff
from tests.world.mailer import Sent
from tests.world.phones import Phone
from tests.world.visitors import CHOSEN, Visitor
from tests.world.world import World

NEW = "new.admin@people.test"
ENTRIES = {"new_password": CHOSEN, "confirm_password": CHOSEN}
CALM, ALARM = "Your password is set", "Your password has been reset"
TURNED_ON = "2-step authentication of your account was changed"
UNDOES = "removes the 2-step authentication again"


def invited(world: World, kind: Kind = Kind.ADMINISTRATOR) -> str:
    """The temporary password of somebody who is new."""
    assert staff(world).visitor.post("/admin/users", {"email": NEW, "kind": kind.value}).status == 201
    return world.mails(NEW)[-1].temporary


def chooses(world: World, temporary: str) -> tuple[Visitor, str]:
    """Logs on with it and sets an own password; what comes next."""
    visitor = world.visitor()
    visitor.logs_on(NEW, temporary)
    return visitor, visitor.goes_on(visitor.post("/password/change", ENTRIES))


def enrols(world: World, visitor: Visitor) -> Phone:
    phone = Phone(visitor.post("/account/two-step").json()["secret"], world.clock)
    done = visitor.post("/account/two-step/confirm", {"code": phone.code()})
    assert done.status == 200
    visitor.goes_on(done)
    return phone


def subjects(world: World) -> list[str]:
    return [mail.subject for mail in world.mails(NEW)][1:]


def causes(world: World) -> list[object]:
    events = world.store.events.of_account(account_id(canonical_address(NEW)))
    return [event.told["cause"] for event in events if event.kind is EventKind.MAIL_WITHHELD]


def newest(world: World, subject: str) -> Sent:
    return [mail for mail in world.mails(NEW) if mail.subject == subject][-1]


def presses(world: World, mail: Sent) -> Any:
    return world.visitor().post("/not-me", {"token": mail.token("/not-me")})


def forgets(world: World) -> str:
    """The token of a reset link."""
    assert world.visitor().post("/password/forgot", {"email": NEW}).status == 202
    return world.mails(NEW)[-1].token("/password/reset")


def after(world: World) -> Any:
    return world.store.accounts.read(account_id(canonical_address(NEW)))


def words(mail: Sent) -> str:
    return " ".join(mail.text.split())


def test_ml_09_first_own_password_is_told_calmly_and_the_next_one_as_a_reset(world: World) -> None:
    visitor, next_ = chooses(world, invited(world, Kind.RECIPIENT))
    assert next_ == "portal"
    assert subjects(world) == [CALM]
    mail = newest(world, CALM)
    assert "reset" not in words(mail).lower()
    assert "immediately" not in words(mail)
    for said in ("Why did I receive this?", "When:", "From network address:", "With browser:"):
        assert said in words(mail)
    assert UNDOES not in words(mail)
    other = {"new_password": "quiet meadow lantern 42", "confirm_password": "quiet meadow lantern 42"}
    assert visitor.post("/password/change", {"current_password": CHOSEN, **other}).status == 200
    assert subjects(world) == [CALM, ALARM]


def test_ml_09_first_own_password_by_a_link_is_one_too_and_its_page_says_so(world: World) -> None:
    world.sends(NEW)
    link = forgets(world)
    browser = world.browser()
    browser.get(f"/password/reset/{link}")
    done = browser.post("/password/reset", ENTRIES)
    page = browser.get(done.header("Location")).text
    assert "Your password is set" in page
    assert "has been changed" not in page
    assert subjects(world)[-1] == CALM


def test_ml_09_own_password_after_one_that_an_administrator_set_is_told_as_a_reset(world: World) -> None:
    given = "quiet meadow lantern 42"
    invited(world, Kind.RECIPIENT)
    staff(world).does(after(world), "password", new_password=given)
    own = world.visitor()
    assert own.logs_on(NEW, given) == "change_password"
    own.goes_on(own.post("/password/change", ENTRIES))
    assert subjects(world) == [ALARM, ALARM]


def test_ml_09_administrator_who_is_set_up_gets_one_mail(world: World) -> None:
    visitor, next_ = chooses(world, invited(world))
    assert next_ == "enrol_two_step"
    assert subjects(world) == [CALM]
    assert UNDOES in words(newest(world, CALM))
    enrols(world, visitor)
    assert subjects(world) == [CALM]
    assert causes(world) == ["told_with_the_first_password"]


@pytest.mark.parametrize("delivered", [True, False], ids=["mail by mail", "both at once"])
def test_ml_09_tf_12_its_link_undoes_password_and_second_step(world: World, delivered: bool) -> None:
    """A thief of the invitation does all of the first sitting; the owner holds that one mail."""
    visitor, _ = chooses(world, invited(world))
    if delivered:
        world.delivers()
    enrols(world, visitor)
    assert presses(world, newest(world, CALM)).json() == {"status": "frozen", "two_step": "removed"}
    assert (after(world).status, after(world).two_step.active) == (Status.FROZEN, False)
    assert visitor.get("/account").status == 401
    link = forgets(world)
    assert world.visitor().post("/password/reset", {"token": link, **ENTRIES}).status == 200
    assert world.visitor().logs_on(NEW, CHOSEN) == "enrol_two_step"


def test_ml_09_its_link_freezes_before_a_second_step_is_set_up(world: World) -> None:
    visitor, _ = chooses(world, invited(world))
    assert presses(world, newest(world, CALM)).json() == {"status": "frozen"}
    assert visitor.post("/account/two-step").status == 401


def test_ml_09_tf_12_after_a_logon_with_the_code_it_freezes_and_leaves_the_second_step(world: World) -> None:
    visitor, _ = chooses(world, invited(world))
    phone = enrols(world, visitor)
    world.delivers()
    world.clock.passes(60)
    again = world.visitor()
    assert again.logs_on(NEW, CHOSEN) == "enter_code"
    again.goes_on(again.post("/logon/code", {"code": phone.code()}))
    assert presses(world, newest(world, CALM)).json() == {"status": "frozen", "two_step": "kept"}


def test_ml_09_second_step_in_a_later_logon_has_a_mail_of_its_own(world: World) -> None:
    chooses(world, invited(world))
    world.delivers()
    later = world.visitor()
    assert later.logs_on(NEW, CHOSEN) == "enrol_two_step"
    enrols(world, later)
    assert subjects(world) == [CALM, TURNED_ON]


def test_ml_09_second_step_by_wish_in_the_same_session_has_a_mail_of_its_own(world: World) -> None:
    """Attack: the session of somebody who came to read a message is stolen hours later."""
    visitor, _ = chooses(world, invited(world, Kind.RECIPIENT))
    world.delivers()
    enrols(world, visitor)
    assert subjects(world) == [CALM, TURNED_ON]


def test_ml_09_where_the_first_mail_has_not_been_written_the_second_step_is_told(world: World) -> None:
    visitor, _ = chooses(world, invited(world))
    due = world.store.outbox.due

    def fails_for_the_password(event: Any, *rest: Any) -> Any:
        if event.kind is EventKind.PASSWORD_CHANGED:
            raise Unavailable("storage")
        return due(event, *rest)

    world.store.outbox.due = fails_for_the_password  # type: ignore[method-assign, assignment]
    enrols(world, visitor)
    assert subjects(world) == [TURNED_ON]


def test_console_says_in_words_why_the_second_mail_was_withheld(world: World) -> None:
    visitor, _ = chooses(world, invited(world))
    enrols(world, visitor)
    world.delivers()
    desk, browser = staff(world), world.browser()
    browser.jar["__Host-portal-session"] = str(desk.visitor.token)
    page = browser.get(f"/admin/users/{NEW}")
    assert "told in the mail about the first password" in page.text
