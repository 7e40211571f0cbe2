"""Ways in: who is mailed a link or a temporary password, and for how long, and what one is like (TP-01, RS-09)."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.domain.accounts import Account, Kind, Status, TwoStep
from chalicelib.domain.events import EventKind
from chalicelib.domain.limits import RESET_MAILS_DAILY, RESET_MAILS_HOURLY
from tests.console.staff import staff
from tests.fakes.planting import plant
from tests.fakes.samples import NOW, an_event
from tests.mail.occasions import forgets, notes
from tests.world.mailer import Sent
from tests.world.visitors import CHOSEN, Reply
from tests.world.world import World


@pytest.mark.parametrize(
    ("facts", "cause"),
    [
        ({"status": Status.DISABLED}, "account_disabled"),
        ({"undeliverable": "bounced"}, "address_undeliverable"),
    ],
)
def test_rs_09_no_way_in_is_mailed_to(world: World, facts: dict[str, Any], cause: str) -> None:
    account = forgets(world, **facts)
    world.delivers()
    assert world.mailer.sent == []
    assert notes(world, account) == [(EventKind.MAIL_WITHHELD, cause)]
    assert world.fake.tables.resets == {}


def test_mail_that_is_too_late_is_withheld(world: World) -> None:
    account = forgets(world)
    world.clock.passes(3600)
    world.delivers()
    assert notes(world, account) == [(EventKind.MAIL_WITHHELD, "too_late")]


def test_account_that_moved_meanwhile_gets_no_link(world: World) -> None:
    account = forgets(world)
    read = world.store.outbox.due

    def moves(*asked: Any) -> Any:
        found = read(*asked)
        plant(world.store, world.stored(account)._replace(epoch=2))
        return found

    world.store.outbox.due = moves  # type: ignore[method-assign, assignment]
    world.delivers()
    assert notes(world, account) == [(EventKind.MAIL_WITHHELD, "account_changed_meanwhile")]


def test_lock_is_told_once_though_it_grows(world: World) -> None:
    account = world.person()
    for _ in range(12):
        world.visitor().post("/logon", {"email": account.address, "password": "guess after guess"})
        world.clock.passes(300)
    assert [mail.subject for mail in world.mails(account)] == [
        "Your account is locked for a while: here is a way back in"
    ]


@pytest.mark.parametrize("first", [True, False], ids=["invited", "forgotten"])
def test_expired_temporary_password_brings_a_fresh_one(world: World, first: bool) -> None:
    address = "new@people.test" if first else world.person().address
    if first:
        world.sends(address)
    else:
        world.visitor().post("/password/forgot", {"email": address})
    old = next(mail for mail in world.mails(address) if "password" in mail.subject)
    world.clock.passes(86400 if first else 3600)
    world.visitor().post("/logon", {"email": address, "password": old.temporary})
    fresh = world.mails(address)[-1]
    assert fresh.subject == "Your temporary password had expired: here is a fresh one"
    assert fresh.temporary != old.temporary
    assert world.visitor().logs_on(address, fresh.temporary) == "change_password"


def test_tp_02_invitation_lives_a_day(world: World) -> None:
    for seconds, status in ((86399.5, 200), (86400, 401)):
        world.sends(address := f"new{seconds}@people.test".replace(".5", ""))
        mail = next(mail for mail in world.mails(address) if "temporary password" in mail.subject)
        world.clock.passes(seconds)
        body = {"email": address, "password": mail.temporary}
        assert world.visitor().post("/logon", body).status == status


def test_tp_01_secrets_are_in_the_mail_alone(world: World) -> None:
    """Neither table nor log holds what the mail carries."""
    account = world.person(kind=Kind.ADMINISTRATOR)
    mail = world.asks(account)
    kept = str(world.fake.tables) + json.dumps(world.lines)
    for secret in (mail.temporary, mail.temporary.replace("-", ""), mail.token("/password/reset")):
        assert secret not in kept
    row = next(row for row in world.fake.tables.resets.values() if row.password_hash)
    assert str(row.password_hash).startswith("$argon2id$")


def shouted(text: str) -> str:
    return text.upper()


def with_en_dashes(text: str) -> str:
    return text.replace("-", "\u2013")


def with_its_surroundings(text: str) -> str:
    return f"\u00a0 {text}\t"


def without_dashes(text: str) -> str:
    return text.replace("-", "")


@pytest.mark.parametrize("typed", [shouted, with_en_dashes, with_its_surroundings, without_dashes])
def test_temporary_password_survives_copying(world: World, typed: Callable[[str], str]) -> None:
    ann = world.person()
    mail = world.asks(ann)
    assert world.visitor().logs_on(ann, typed(mail.temporary)) == "change_password"


def test_temporary_password_stands_alone_in_an_alphabet_without_look_alikes(world: World) -> None:
    mail = world.asks(world.person())
    assert mail.text.splitlines().count(mail.temporary) == 1
    assert mail.temporary in mail.html
    assert not set(mail.temporary) & set("01ilouaeOIL")


def test_tp_01_temporary_passwords_never_repeat(world: World) -> None:
    found = set()
    for _ in range(40):
        found.add(world.asks(world.person()).temporary)
    assert len(found) == 40


def test_way_in_that_an_administrator_made_is_under_no_limit_of_what_strangers_ask(
    world: World,
) -> None:
    ann = world.person()
    for _ in range(RESET_MAILS_HOURLY.most + 1):
        world.asks(ann)
    assert notes(world, ann).count((EventKind.MAIL_WITHHELD, "too_many_mails")) == 1
    issued = an_event(ann.id, EventKind.PASSWORD_ISSUED, details={"actor_kind": "administrator"})
    world.store.events.record(issued)
    mail = world.mails(ann)[-1]
    assert mail.subject == "Choose a new password"
    assert "An administrator has issued a temporary password" in mail.text
    assert world.visitor().logs_on(ann, mail.temporary) == "change_password"


def test_rs_09_way_in_that_an_administrator_made_is_withheld_from_a_disabled_account(
    world: World,
) -> None:
    ann = world.person(status=Status.DISABLED)
    world.store.events.record(an_event(ann.id, EventKind.PASSWORD_ISSUED))
    assert world.mails() == []
    assert notes(world, ann) == [(EventKind.MAIL_WITHHELD, "account_disabled")]


def test_while_it_is_locked_a_link_alone_is_mailed(world: World) -> None:
    ann = world.person()
    for _ in range(5):
        world.visitor().post("/logon", {"email": ann.address, "password": "guess after guess"})
    (mail,) = world.mails(ann)
    assert [row.password_hash for row in world.fake.tables.resets.values()] == [None]
    entries = {"new_password": CHOSEN, "confirm_password": CHOSEN}
    assert (
        world.visitor().post("/password/reset", {"token": mail.token("/password/reset"), **entries}).status
        == 200
    )


def midnight(world: World) -> None:
    world.clock.now -= world.clock.now % 86400


def used_up(world: World, account: Account) -> list[Sent]:
    """Every mail of a day, asked for by strangers as soon as there is one."""
    midnight(world)
    while len(world.mails(account)) < RESET_MAILS_DAILY.most:
        for _ in range(RESET_MAILS_HOURLY.most):
            world.asks(account)
        world.clock.passes(3600)
    return world.mails(account)


def test_rs_15_last_mail_of_a_day_is_good_until_that_day_is_over(world: World) -> None:
    ann = world.person()
    *others, last = used_up(world, ann)
    world.clock.now += 86400 - world.clock.now % 86400 - 1  # a second before midnight
    world.asks(ann)
    assert len(world.mails(ann)) == RESET_MAILS_DAILY.most
    assert not any(opens(world, mail) for mail in others)
    assert opens(world, last)
    world.clock.passes(1)
    assert opens(world, world.asks(ann))


def test_rs_15_mail_says_how_long_it_is_good_for(world: World) -> None:
    """The tenth is asked for in the fourth hour of the day."""
    first, *_, last = used_up(world, world.person())
    assert "Each works once, within 1 hour." in first.text
    assert "Each works once, within 21 hours." in last.text
    assert "within 21 hours" in last.html


def test_rs_15_last_mail_of_an_hour_is_good_until_that_hour_is_over() -> None:
    world = World(RESET_LIFETIME_SECONDS="600")
    ann = world.person()
    midnight(world)
    *others, last = [world.asks(ann) for _ in range(RESET_MAILS_HOURLY.most)]
    world.clock.passes(3599)
    assert [opens(world, mail) for mail in (*others, last)] == [False, False, True]
    assert "Each works once, within 10 minutes." in others[0].text
    assert "Each works once, within 1 hour." in last.text


def test_rs_15_link_that_was_used_leaves_mails_for_another(world: World) -> None:
    """It voids every other link; strangers had used the mails up."""
    ann = world.person()
    last = used_up(world, ann)[-1]
    assert sets_password(world, last).status == 200
    fresh = world.asks(ann)
    assert fresh != last
    assert opens(world, fresh)


def test_rs_15_lock_told_by_the_last_mail_leaves_a_link_too(world: World) -> None:
    ann = world.person()
    midnight(world)
    while len(world.mails(ann)) < RESET_MAILS_DAILY.most - 1:
        for _ in range(RESET_MAILS_HOURLY.most):
            world.asks(ann)
        world.clock.passes(3600)
    for _ in range(5):
        world.visitor().post("/logon", {"email": ann.address, "password": "guess after guess"})
    told = world.mails(ann)[-1]
    assert "within 21 hours" in told.text
    world.clock.passes(20 * 3600)
    assert sets_password(world, told).status == 200


def opens(world: World, mail: Sent) -> bool:
    """Whether the link shows its form."""
    browser = world.browser()
    browser.get(f"/password/reset/{mail.token('/password/reset')}")
    return browser.get("/password/reset").status == 200


def sets_password(world: World, mail: Sent) -> Reply:
    entries = {"new_password": CHOSEN, "confirm_password": CHOSEN}
    return world.visitor().post("/password/reset", {"token": mail.token("/password/reset"), **entries})


YEAR = 365 * 86400
LONG_AGO: dict[str, Any] = {"password_changed_at": NOW - 3 * YEAR, "created_at": NOW - 4 * YEAR}


def held(world: World) -> list[dict[str, Any]]:
    """What the console's home says of them."""
    lines = staff(world).visitor.get("/admin/overview").json()["attention"]
    return [one for one in lines if one["kind"] == "resets_held"]


@pytest.mark.parametrize(
    ("facts", "dormant"),
    [
        ({**LONG_AGO, "last_logon_at": NOW - YEAR}, True),
        ({**LONG_AGO, "last_logon_at": NOW - YEAR + 1}, False),
        ({**LONG_AGO, "last_logon_at": None}, True),
        ({**LONG_AGO, "last_logon_at": None, "password_changed_at": NOW - 1}, False),
        ({"created_at": NOW - YEAR, "password_changed_at": None, "password_hash": None}, True),
        ({"created_at": NOW - 1, "password_changed_at": None, "password_hash": None}, False),
        ({**LONG_AGO, "last_logon_at": NOW - YEAR, "two_step": TwoStep("sealed")}, False),
    ],
)
def test_ad_19_a_mailbox_opens_no_account_that_nobody_has_used_for_a_year(
    world: World, facts: dict[str, Any], *, dormant: bool
) -> None:
    """AD-19: its new holder would read what the one before was sent. With a second step it opens nothing anyway."""
    account = forgets(world, **facts)
    world.delivers()
    assert (world.mailer.sent == []) is dormant
    fate = (EventKind.MAIL_WITHHELD, "account_dormant") if dormant else (EventKind.MAIL_SENT, None)
    assert notes(world, account) == [fate]
    assert [one.key for one in world.fake.tables.resets.values()] == [] or not dormant
    assert [one["users"] for one in held(world)] == ([[account.address]] if dormant else [])


def test_ad_19_an_administrator_lets_it_go_on_and_the_line_is_gone(world: World) -> None:
    """AD-19: by mailing a password themselves; and it is told once a day, however often somebody asks."""
    desk, account = staff(world), world.person(**LONG_AGO)
    for _ in range(3):
        world.visitor().post("/password/forgot", {"email": account.address})
        world.clock.passes(60)
    world.delivers()
    kinds = [event.kind for event in world.store.events.of_account(account.id)]
    assert kinds.count(EventKind.RESET_HELD) == 1
    assert held(world)[0]["url"] == f"/admin/users/{account.address}"
    assert desk.tries(account, "password").status == 200
    mail = world.mails(account)[-1]
    assert held(world) == []
    visitor = world.visitor()
    assert visitor.logs_on(account, mail.temporary) == "change_password"
    new = {"new_password": CHOSEN, "confirm_password": CHOSEN}
    visitor.goes_on(visitor.post("/password/change", new))
    asked = len(world.mails(account))
    world.visitor().post("/password/forgot", {"email": account.address})
    assert len(world.mails(account)) == asked + 1


def test_ad_19_whoever_asks_hears_what_everybody_hears(world: World) -> None:
    """AD-19, EN-04: the same answer and the same page, which says it of every account."""
    answers = []
    for account in (world.person(**LONG_AGO), world.person()):
        reply = world.visitor().post("/password/forgot", {"email": account.address})
        answers.append((reply.status, reply.json()))
    assert answers[0] == answers[1]
    assert "has used for 365 days" in world.browser().get("/password/forgot?sent=1").text


def test_ad_19_a_stage_can_do_without(world: World) -> None:
    without = World(DORMANT_DAYS="0")
    account = forgets(without, **LONG_AGO)
    without.delivers()
    assert notes(without, account) == [(EventKind.MAIL_SENT, None)]
    assert "an administrator looks first" not in without.browser().get("/password/forgot?sent=1").text
