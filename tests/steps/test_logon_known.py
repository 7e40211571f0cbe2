"""Logon from where the owner was before: counted apart from strangers, who cannot shut it (LG-14)."""

import pytest

from chalicelib.domain.accounts import Account
from chalicelib.domain.devices import KNOWN_SECONDS
from chalicelib.domain.limits import PACES
from tests.world.phones import enrolled
from tests.world.visitors import PASSWORD, Visitor
from tests.world.world import World

WRONG = "guess after guess"
DEVICE = "__Host-portal-device"


def stopped_by_strangers(world: World, account: Account) -> None:
    """A day of guesses, one at each lapse, from an address that is never throttled."""
    for _ in range(100):
        world.visitor().post("/logon", {"email": account.address, "password": WRONG})
        world.clock.passes(900)
    assert world.stored(account).failures == 100


def opens(visitor: Visitor, account: Account) -> bool:
    reply = visitor.post("/logon", {"email": account.address, "password": PASSWORD})
    return reply.status in {200, 303}


def browser_elsewhere(world: World, browser: Visitor) -> Visitor:
    """The same browser, with what it keeps, from an address nobody came from yet."""
    moved = world.browser()
    moved.jar = dict(browser.jar)
    return moved


def test_lg_14_stop_by_strangers_leaves_the_owners_browser_in(world: World) -> None:
    ann, home = world.person(), world.browser()
    assert opens(home, ann)
    stopped_by_strangers(world, ann)
    assert not opens(world.browser(), ann)
    assert opens(browser_elsewhere(world, home), ann)
    assert world.stored(ann).failures == 0


def test_lg_14_stop_by_strangers_leaves_the_owners_network_in(world: World) -> None:
    """A client that keeps no cookie."""
    ann, client = world.person(), world.visitor()
    assert opens(client, ann)
    stopped_by_strangers(world, ann)
    assert opens(world.visitor(client.source), ann)


def test_lg_14_lock_by_strangers_does_not_end_what_the_owner_is_in_the_middle_of(world: World) -> None:
    ann, phone = enrolled(world)
    home = world.browser()
    home.logs_on(ann)
    home.goes_on(home.post("/logon/code", {"code": phone.code()}))
    world.clock.passes(60)
    home.logs_on(ann)
    for _ in range(5):
        world.visitor().post("/logon", {"email": ann.address, "password": WRONG})
    assert home.goes_on(home.post("/logon/code", {"code": phone.code()})) == "/messages"


def test_lg_14_known_attempts_have_a_lock_of_their_own(world: World) -> None:
    """A stolen cookie is worth no more guesses than a stranger has, and shuts no stranger's way."""
    ann, thief = world.person(), world.browser()
    assert opens(thief, ann)
    for _ in range(5):
        thief.post("/logon", {"email": ann.address, "password": WRONG})
    stored = world.stored(ann)
    assert (stored.failures, stored.known_failures) == (0, 5)
    assert not opens(thief, ann)
    assert opens(world.visitor(), ann)
    assert world.stored(ann).known_failures == 0


@pytest.mark.parametrize("known_by", ["browser", "network"])
def test_lg_14_what_was_not_used_for_long_is_a_strangers(world: World, known_by: str) -> None:
    ann, home = world.person(), world.browser()
    assert opens(home, ann)
    stopped_by_strangers(world, ann)
    world.clock.passes(KNOWN_SECONDS)
    again = browser_elsewhere(world, home) if known_by == "browser" else world.visitor(home.source)
    assert not opens(again, ann)


def test_lg_14_half_done_logon_makes_nothing_known(world: World) -> None:
    """A stranger who knows the password and has no code stays a stranger."""
    ann, _ = enrolled(world)
    world.fake.tables.networks.clear()  # from before there was a second step
    stranger = world.browser()
    assert opens(stranger, ann)
    assert DEVICE not in stranger.jar
    assert world.fake.tables.networks == {}


def test_lg_14_code_makes_browser_and_network_known(world: World) -> None:
    ann, phone = enrolled(world)
    world.fake.tables.networks.clear()
    home = world.browser()
    home.logs_on(ann)
    home.goes_on(home.post("/logon/code", {"code": phone.code()}))
    assert DEVICE in home.jar
    assert len(world.fake.tables.networks) == 1


def test_lg_14_cookie_is_as_closed_as_the_session_s(world: World) -> None:
    home = world.browser()
    reply = home.post("/logon", {"email": world.person().address, "password": PASSWORD})
    attributes = reply.cookies[DEVICE].split("; ")[1:]
    assert attributes == ["Path=/", f"Max-Age={KNOWN_SECONDS}", "HttpOnly", "SameSite=Strict", "Secure"]


def test_lg_14_cookie_opens_nothing(world: World) -> None:
    ann, home = world.person(), world.browser()
    assert opens(home, ann)
    home.jar = {DEVICE: home.jar[DEVICE]}
    assert home.get("/account").status == 303
    reply = home.post("/logon", {"email": ann.address, "password": WRONG})
    assert reply.status == 401


# Codes


def tries_codes(world: World, account: Account, number: int, visitor: Visitor | None = None) -> None:
    """Wrong codes, each as soon as it may be tried; a logon that has ended is begun again."""
    for _ in range(number):
        two_step = world.stored(account).two_step
        failures, attempted_at = two_step.tries(known=visitor is not None)
        if failures >= PACES[0].below:
            world.clock.now = max(world.clock.now, attempted_at + 3601)
        one = visitor or world.visitor()
        one.logs_on(account)
        assert one.post("/logon/code", {"code": "000000"}).status == 401


@pytest.mark.parametrize("failures", [5, 20, 100])
def test_tf_10_strangers_who_know_the_password_pace_and_stop_strangers_alone(
    world: World, failures: int
) -> None:
    ann, phone = enrolled(world)
    home = world.browser()
    home.logs_on(ann)
    home.goes_on(home.post("/logon/code", {"code": phone.code()}))
    world.clock.passes(60)
    tries_codes(world, ann, failures)
    assert world.stored(ann).two_step.failures == failures
    stranger = world.visitor()
    stranger.logs_on(ann)
    assert stranger.post("/logon/code", {"code": phone.code()}).status in {401, 429}
    again = browser_elsewhere(world, home)
    again.logs_on(ann)
    assert again.goes_on(again.post("/logon/code", {"code": phone.code()})) == "/messages"


def test_tf_10_codes_of_known_sessions_are_paced_too(world: World) -> None:
    ann, _ = enrolled(world)  # which made its network known
    known = world.visitor(next(iter(world.fake.tables.sessions.values())).source)
    tries_codes(world, ann, 5, known)
    known.logs_on(ann)
    assert known.post("/logon/code", {"code": "000000"}).status == 429
    two_step = world.stored(ann).two_step
    assert (two_step.failures, two_step.known_failures) == (0, 5)


def test_tf_11_stop_of_the_codes_is_told_once(world: World) -> None:
    ann, phone = enrolled(world)
    tries_codes(world, ann, 99)
    assert not any("too many wrong codes" in mail.text for mail in world.mails(ann))
    tries_codes(world, ann, 1)
    for _ in range(3):
        stranger = world.visitor()
        stranger.logs_on(ann)
        assert stranger.post("/logon/code", {"code": phone.code()}).code == "invalid_code"
    told = [mail for mail in world.mails(ann) if "stopped after too many wrong codes" in mail.text]
    assert len(told) == 1
