"""What gives somebody an administrator's account, or shuts one out, is told to every other administrator (AD-09)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from chalicelib.domain.accounts import Account, Kind, Status
from chalicelib.domain.events import EventKind
from chalicelib.steps.setup import prepare
from chalicelib.steps.sweep_mail import sweep
from tests.console.staff import Staff, staff
from tests.fakes.planting import plant
from tests.mail.test_notices import SAID
from tests.world.mailer import RATE, Says, Sent
from tests.world.visitors import CHOSEN
from tests.world.world import World

SUBJECT = "An administrator's account was changed"
Act = Callable[[Staff, Account], Any]
ACTS: dict[str, Act] = {
    "An administrator's password was set by another administrator.": lambda desk, who: desk.does(
        who, "password", new_password=CHOSEN
    ),
    "An administrator's 2-step authentication was reset.": lambda desk, who: desk.does(
        who, "two-step/reset", reason="Lost"
    ),
    "An administrator's account was contained:": lambda desk, who: desk.does(
        who, "contain", reason="Reported"
    ),
    "An administrator's account was disabled.": lambda desk, who: desk.does(who, "disable"),
}


def told(world: World, account: Account) -> list[Sent]:
    return [mail for mail in world.mails(account) if mail.subject == SUBJECT]


def words(mail: Sent) -> str:
    return " ".join(mail.text.split())


@pytest.mark.parametrize("sentence", ACTS)
def test_ad_09_every_other_administrator_is_told_once(world: World, sentence: str) -> None:
    desk, target = staff(world), staff(world).account
    others = [world.person(kind=Kind.ADMINISTRATOR) for _ in range(3)]
    bystanders = [
        world.person(kind=Kind.SUPPORT),
        world.person(),
        world.person(kind=Kind.ADMINISTRATOR, status=Status.DISABLED),
        world.person(kind=Kind.ADMINISTRATOR, status=Status.FROZEN),
    ]
    world.delivers()
    ACTS[sentence](desk, target)
    for other in others:
        (mail,) = told(world, other)
        assert sentence in words(mail)
        for fact in (target.address, desk.account.address, desk.visitor.source):
            assert fact in mail.text
            assert fact in mail.html
        assert f"/admin/users/{target.address}" in mail.text
        assert "/not-me/" not in mail.text
    for nobody in (desk.account, target, *bystanders):
        assert told(world, nobody) == []


def test_ad_09_the_one_it_was_done_to_has_the_usual_notice(world: World) -> None:
    desk, target = staff(world), staff(world).account
    desk.does(target, "two-step/reset", reason="Lost")
    assert SAID[EventKind.TWO_STEP_RESET] in words(world.mails(target)[-1])


def test_ad_09_a_new_administrator_is_told_of_however_it_was_made(world: World) -> None:
    other = world.person(kind=Kind.ADMINISTRATOR)
    desk = staff(world)
    made = {"email": "new.admin@people.test", "kind": "administrator"}
    assert desk.visitor.post("/admin/users", made).status == 201
    assert prepare(world.portal)
    mails = told(world, other)
    assert ["Somebody was made an administrator." in words(mail) for mail in mails] == [True, True]
    assert ["new.admin@people.test" in mails[0].text, world.settings.admin_email in mails[1].text] == [
        True,
        True,
    ]
    assert desk.account.address in mails[0].text
    (mail,) = told(world, desk.account)  # of the second alone, which nobody in the console did
    assert world.settings.admin_email in mail.text


def test_ad_09_an_administrator_who_can_get_in_again_is_told_of(world: World) -> None:
    other, target = (world.person(kind=Kind.ADMINISTRATOR) for _ in range(2))
    desk = staff(world)
    plant(world.store, world.stored(target)._replace(status=Status.DISABLED))
    desk.does(target, "enable")
    (mail,) = told(world, other)
    assert "An administrator's account was enabled again." in words(mail)


def test_ad_09_an_administrator_frozen_by_a_link_is_told_of(world: World) -> None:
    """Whoever reads the mailbox can press it; where the second step was fresh, it is gone too (TF-12)."""
    other, target = world.person(kind=Kind.ADMINISTRATOR), staff(world).account
    notice = next(mail for mail in world.mails(target) if "/not-me/" in mail.text)
    assert (
        world.visitor(**{"Accept-Language": "de"}).post("/not-me", {"token": notice.token("/not-me")}).status
        == 200
    )
    (mail,) = told(world, other)
    assert "was frozen by the link “This was not me”" in words(mail)


@pytest.mark.parametrize("kind", [Kind.RECIPIENT, Kind.SUPPORT])
def test_ad_09_nobody_is_told_of_other_accounts(world: World, kind: Kind) -> None:
    desk, other, target = staff(world), world.person(kind=Kind.ADMINISTRATOR), world.person(kind=kind)
    desk.does(target, "password", new_password=CHOSEN)
    desk.does(target, "two-step/reset", reason="Lost")
    desk.does(target, "contain", reason="Reported")
    desk.does(target, "disable")
    assert desk.visitor.post("/admin/users", {"email": "x@people.test", "kind": kind.value}).status == 201
    assert told(world, other) == []


def test_ad_09_what_an_administrator_changes_of_their_own_is_not_told(world: World) -> None:
    other, own = world.person(kind=Kind.ADMINISTRATOR), staff(world)
    link = world.asks(own.account).token("/password/reset")
    entries = {"new_password": CHOSEN, "confirm_password": CHOSEN}
    assert world.visitor().post("/password/reset", {"token": link, **entries}).status == 200
    assert told(world, other) == []


def test_rl_06_a_mail_that_does_not_get_out_repeats_none_that_did(world: World) -> None:
    desk, target = staff(world), staff(world).account
    others = [world.person(kind=Kind.ADMINISTRATOR) for _ in range(3)]
    world.delivers()
    desk.does(target, "disable")
    desk.does(target, "two-step/reset", reason="Lost")
    batch: list[Any] = []
    downs: list[set[str]] = [{target.address}, {others[0].address, others[2].address}, set()]
    for down in downs:
        world.mailer.fault = partial(throttled, down)
        for _ in range(3):
            batch += world.fake.records()
            world.works(batch)
    assert [len(told(world, other)) for other in others] == [2, 2, 2]


def throttled(down: set[str], to: str, _: object) -> Says | None:
    """Sends to some, and to some not."""
    return RATE if to in down else None


def test_ml_02_the_sweep_finds_what_the_stream_gave_up(world: World) -> None:
    """Both: the event that nobody was told of, and the mail of one administrator."""
    desk, target = staff(world), staff(world).account
    other = world.person(kind=Kind.ADMINISTRATOR)
    world.delivers()
    desk.does(target, "disable")  # which makes no mail for its owner due
    world.clock.passes(26 * 3600 - world.clock() % 3600)
    for _ in range(2):
        sweep(world.worker)
    assert len([mail for mail in world.mailer.sent if mail.to == other.address]) == 1
    (note,) = [
        one for one in world.store.events.of_account(target.id) if one.kind is EventKind.ADMINISTRATORS_TOLD
    ]
    assert note.details == {"about": "account_disabled", "administrators": 1}
    assert sweep(world.worker) == {"settled": 0, "delayed": 0}


def test_whoever_is_no_administrator_any_more_is_not_told(world: World) -> None:
    desk, target = staff(world), staff(world).account
    other = world.person(kind=Kind.ADMINISTRATOR)
    world.delivers()
    desk.does(target, "disable")
    batch = world.fake.records()
    world.works(batch)
    plant(world.store, world.stored(other)._replace(status=Status.DISABLED))
    assert told(world, other) == []


def test_it_speaks_the_readers_language_and_not_the_actors(world: World) -> None:
    desk, target = staff(world), staff(world).account
    other = world.person(kind=Kind.ADMINISTRATOR, language="de")
    third = world.person(kind=Kind.ADMINISTRATOR)
    desk.visitor.headers["Accept-Language"] = "fr"
    desk.does(target, "disable")
    assert [mail.subject for mail in world.mails(other)] == ["Das Konto eines Administrators wurde geändert"]
    assert len(told(world, third)) == 1
