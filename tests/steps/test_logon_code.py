"""The step `logon_code`: a code or a recovery code, each accepted once, wrong ones counted for the account."""

import pytest

from chalicelib.domain.accounts import Account
from chalicelib.domain.two_step import STEP_SECONDS
from tests.fakes.planting import plant
from tests.world.phones import enrolled
from tests.world.visitors import Visitor
from tests.world.world import World


def half_done(world: World, account: Account) -> Visitor:
    """Somebody who has typed the password, but not the code."""
    visitor = world.visitor()
    assert visitor.logs_on(account) == "enter_code"
    return visitor


def test_code_opens_the_portal_under_a_new_secret(world: World) -> None:
    """SE-02."""
    ann, phone = enrolled(world)
    visitor = half_done(world, ann)
    before = visitor.token
    assert visitor.goes_on(visitor.post("/logon/code", {"code": phone.code()})) == "portal"
    assert visitor.get("/messages").status == 200
    assert visitor.get("/messages", Authorization=f"Bearer {before}").status == 401


def test_tf_01_codes_of_the_neighbouring_steps_are_accepted(world: World) -> None:
    for away, status in ((-2, 401), (-1, 200), (0, 200), (1, 200), (2, 401)):
        ann, phone = enrolled(world)
        world.clock.passes(5 * STEP_SECONDS)
        reply = half_done(world, ann).post("/logon/code", {"code": phone.code(away)})
        assert (away, reply.status) == (away, status)


def test_tf_02_code_is_accepted_once_and_none_before_it(world: World) -> None:
    ann, phone = enrolled(world)
    world.clock.passes(5 * STEP_SECONDS)
    code = phone.code(1)
    first, second = half_done(world, ann), half_done(world, ann)
    assert first.post("/logon/code", {"code": code}).status == 200
    replies = [
        second.post("/logon/code", {"code": one})
        for one in (code, f"{code[:3]} {code[3:]}", phone.code(0), "000000")
    ]
    assert {reply.status for reply in replies} == {401}
    assert {reply.same for reply in replies} == {replies[0].same}  # a replay is refused like a wrong code
    references = [reply.json()["reference"] for reply in replies]
    causes = [
        world.store.events.by_reference(one)[0].reason for one in references
    ]  # but not recorded like one
    assert causes == ["code_replayed", "code_replayed", "code_replayed", "code_wrong"]


@pytest.mark.parametrize(
    "code", ["", "12345", "1234567", "\uff11\uff12\uff13\uff14\uff15\uff16", "12345a", "-12345"]
)
def test_what_is_no_code_is_refused(world: World, code: str) -> None:
    ann, _ = enrolled(world)
    reply = half_done(world, ann).post("/logon/code", {"code": code})
    assert (reply.status, reply.code) == (401, "invalid_code")


def test_tf_03_codes_count_over_all_sessions_together(world: World) -> None:
    ann, phone = enrolled(world)
    visitors = [half_done(world, ann) for _ in range(8)]
    statuses = [visitor.post("/logon/code", {"code": "000000"}).status for visitor in visitors]
    assert statuses == [401] * 5 + [429] * 3
    assert visitors[7].post("/logon/code", {"code": phone.code()}).status == 429
    world.clock.passes(299)
    assert half_done(world, ann).post("/logon/code", {"code": phone.code()}).status == 429
    world.clock.passes(1)
    assert half_done(world, ann).post("/logon/code", {"code": phone.code()}).status == 200


def test_lg_09_fifth_wrong_code_ends_the_half_done_logon(world: World) -> None:
    ann, phone = enrolled(world)
    visitor = half_done(world, ann)
    for _ in range(5):
        visitor.post("/logon/code", {"code": "000000"})
    world.clock.passes(299)
    reply = visitor.post("/logon/code", {"code": phone.code()})
    assert (reply.status, reply.code) == (401, "session_required")


def test_lg_09_lock_ends_the_half_done_logon(world: World) -> None:
    """LG-08 too: the lock holds at the second stage."""
    ann, phone = enrolled(world)
    visitor = half_done(world, ann)
    for _ in range(5):
        world.visitor().post("/logon", {"email": ann.address, "password": "guess after guess"})
    assert visitor.post("/logon/code", {"code": phone.code()}).code == "session_required"


def test_half_done_logon_lives_five_minutes(world: World) -> None:
    ann, phone = enrolled(world)
    for seconds, status in ((299, 200), (300.75, 401)):
        visitor = half_done(world, ann)
        world.clock.passes(seconds)
        assert visitor.post("/logon/code", {"code": phone.code()}).status == status


def test_tf_08_recovery_code_works_once_whatever_its_spelling(world: World) -> None:
    ann, phone = enrolled(world)
    code = phone.recovery[3]
    typed = f" {code.upper().replace('-', ' ')} "
    assert half_done(world, ann).post("/logon/code", {"code": typed}).status == 200
    assert len(world.stored(ann).two_step.recovery) == 9
    assert half_done(world, ann).post("/logon/code", {"code": code}).status == 401
    (mail,) = [mail for mail in world.mails(ann) if "recovery code was used" in mail.subject]
    assert code not in mail.text


def test_tf_07_half_done_logon_reaches_nothing_else(world: World) -> None:
    ann, _ = enrolled(world)
    visitor = half_done(world, ann)
    for path in (
        "/messages",
        "/messages/a",
        "/account",
        "/account/sessions",
        "/password/change",
        "/account/two-step",
    ):
        reply = visitor.get(path)
        assert (reply.status, reply.code, reply.json()["next"]) == (403, "step_required", "enter_code")
    for path in ("/password/change", "/account/two-step", "/account/two-step/confirm", "/reauthenticate"):
        assert visitor.post(path).code == "step_required"
    assert visitor.post("/logoff").status == 204


def test_unreadable_seed_is_a_refusal_and_no_fault(world: World) -> None:
    """TF-04: a seed copied from another account opens nothing."""
    ann, phone = enrolled(world)
    eve, _ = enrolled(world)
    moved = world.stored(eve)._replace(two_step=world.stored(ann).two_step)
    plant(world.store, moved)
    reply = half_done(world, eve).post("/logon/code", {"code": phone.code()})
    assert (reply.status, reply.code) == (401, "invalid_code")
