"""Warnings: a logon its owner should look at is told with its reason, and each kind once a day (LG-12)."""

from typing import Any

import pytest

from chalicelib.domain.accounts import Account, Status
from chalicelib.domain.events import EventKind
from tests.fakes.samples import an_event
from tests.mail.occasions import notes
from tests.world.world import World

AFTER_FAILURES: dict[str, Any] = {"kind": EventKind.LOGON_SUCCEEDED, "details": {"failures_before": 5}}
CODE_REFUSED: dict[str, Any] = {"kind": EventKind.CODE_REFUSED, "reason": "code_wrong"}
NEW_CLIENT: dict[str, Any] = {"kind": EventKind.LOGON_SUCCEEDED, "details": {"new_client": True}}
DAY = 86400


def happens(world: World, account: Account, what: dict[str, Any]) -> None:
    world.store.events.record(an_event(account.id, at=world.clock(), **what))
    world.delivers()


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (AFTER_FAILURES, "Somebody logged on to your account after several wrong passwords."),
        (CODE_REFUSED, "Somebody entered the right password for your account, but not the right code."),
        (NEW_CLIENT, "from a browser that was not used with it before"),
    ],
    ids=["after_failures", "code_refused", "new_client"],
)
def test_lg_12_owner_is_told_what_was_odd_and_can_freeze(
    world: World, what: dict[str, Any], words: str
) -> None:
    ann = world.person()
    happens(world, ann, what)
    (mail,) = world.mails(ann)
    assert words in " ".join(mail.text.split())
    world.visitor().post("/not-me", {"token": mail.token("/not-me")})
    assert world.stored(ann).status is Status.FROZEN


@pytest.mark.parametrize(
    ("first", "again", "told"),
    [
        (AFTER_FAILURES, AFTER_FAILURES, 1),
        (AFTER_FAILURES, CODE_REFUSED, 1),
        (NEW_CLIENT, NEW_CLIENT, 1),
        (NEW_CLIENT, AFTER_FAILURES, 2),
    ],
    ids=["failures twice", "failures, then a code", "browsers twice", "browser, then failures"],
)
def test_suspicion_is_told_once_a_day_and_a_new_browser_once_a_day(
    world: World, first: dict[str, Any], again: dict[str, Any], told: int
) -> None:
    ann = world.person()
    world.clock.passes(DAY - world.clock() % DAY)
    happens(world, ann, first)
    world.clock.passes(DAY - 1)
    happens(world, ann, again)
    assert len(world.mails(ann)) == told
    withheld = [cause for kind, cause in notes(world, ann) if kind is EventKind.MAIL_WITHHELD]
    assert withheld == ["too_many_mails"] * (2 - told)
    world.clock.passes(1)
    happens(world, ann, again)
    assert len(world.mails(ann)) == told + 1
