"""Warnings: a logon its owner should look at is told with its reason, and the same thing once a day (LG-12, LG-15)."""

from itertools import permutations
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
BOTH: dict[str, Any] = {
    "kind": EventKind.LOGON_SUCCEEDED,
    "details": {"failures_before": 5, "new_client": True},
}
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
    "what", [AFTER_FAILURES, CODE_REFUSED, NEW_CLIENT], ids=["failures", "codes", "browsers"]
)
def test_the_same_is_told_once_a_day(world: World, what: dict[str, Any]) -> None:
    ann = world.person()
    world.clock.passes(DAY - world.clock() % DAY)
    happens(world, ann, what)
    world.clock.passes(DAY - 1)
    happens(world, ann, what)
    assert len(world.mails(ann)) == 1
    withheld = [cause for kind, cause in notes(world, ann) if kind is EventKind.MAIL_WITHHELD]
    assert withheld == ["too_many_mails"]
    world.clock.passes(1)
    happens(world, ann, what)
    assert len(world.mails(ann)) == 2


@pytest.mark.parametrize(
    ("first", "then"),
    [*permutations([AFTER_FAILURES, CODE_REFUSED, NEW_CLIENT], 2)],
    ids=[
        "failures, code",
        "failures, browser",
        "code, failures",
        "code, browser",
        "browser, failures",
        "browser, code",
    ],
)
def test_lg_15_no_warning_takes_the_place_of_another(
    world: World, first: dict[str, Any], then: dict[str, Any]
) -> None:
    ann = world.person()
    for what in (first, then):
        happens(world, ann, what)
    told = [mail.text for mail in world.mails(ann)]
    assert len(told) == len(set(told)) == 2


@pytest.mark.parametrize("first", [AFTER_FAILURES, NEW_CLIENT], ids=["failures", "browsers"])
def test_lg_15_logon_that_is_odd_in_two_ways_is_told_unless_both_were(
    world: World, first: dict[str, Any]
) -> None:
    ann = world.person()
    happens(world, ann, first)
    for _ in range(3):
        happens(world, ann, BOTH)
    _, *told = (" ".join(mail.text.split()) for mail in world.mails(ann))
    assert len(told) == 1
    assert "after several wrong passwords, from a browser that was not used with it before." in told[0]


def test_lg_15_each_new_browser_is_told_up_to_ten_a_day(world: World) -> None:
    ann = world.person()
    names = ["Anthea", "Bertha", "Clara", "Dora", "Edda", "Flora", "Greta", "Hanna", "Ida", "Jana", "Kora"]
    for name in (*names, *names):
        happens(world, ann, NEW_CLIENT | {"user_agent": f"{name}/1.0"})
    assert len(world.mails(ann)) == 10


def test_lg_15_thief_who_gets_in_from_a_new_browser_is_told_although_the_owner_mistyped(world: World) -> None:
    """The way it is seen by people: the owner mistypes five times in the morning, the thief comes in the evening."""
    ann = world.person(clients=("known",))
    owner, thief = (world.visitor(**{"User-Agent": name}) for name in ("Owner/1.0", "Thief/1.0"))
    for visitor in (owner, thief):
        for _ in range(5):
            visitor.post("/logon", {"email": ann.address, "password": "not the right one"})
        world.clock.passes(3600)
        assert visitor.logs_on(ann) == "portal"
        world.clock.passes(3600)
    subjects = [mail.subject for mail in world.mails(ann)]
    assert subjects.count("Please check a logon to your account") == 2
