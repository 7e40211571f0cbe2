"""What the authorizer asks of a sending system: its key, its networks, one trip, and a trail that does not grow."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.accounts import PORTAL_POLICY, Policy
from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.services import digest_of, key_of
from chalicelib.flows.shut_out import STRANGERS
from tests.console.staff import staff
from tests.fakes.planting import plant
from tests.structure.test_handlers import event_of
from tests.world.settings import PORTAL_URL
from tests.world.systems import DRAFT, System, system
from tests.world.world import World

INSIDE, OUTSIDE = "192.0.2.7", "198.51.100.7"
RANGES = ["192.0.2.0/24"]


def refusals(world: World) -> list[Event]:
    return [one for one in world.fake.tables.events.values() if one.kind is EventKind.REQUEST_REFUSED]


def test_ip_10_a_key_is_good_in_its_ranges_alone(world: World) -> None:
    desk = staff(world)
    sender = system(world, desk, INSIDE, ranges=RANGES)
    message = sender.sent()
    away = System(sender.id, sender.key, world.visitor(OUTSIDE))
    for reply in (
        away.sends(),
        away.gets(f"/service/messages/{message}"),
        away.posts(f"/service/messages/{message}/recall"),
    ):
        assert (reply.status, reply.code) == (403, "address_not_permitted")
    assert system(world, desk, INSIDE, ranges=[]).sends().code == "address_not_permitted"
    assert system(world, desk, OUTSIDE, ranges=None).sends().status == 201


def test_ip_10_whoever_is_outside_gets_a_document_whatever_their_library_accepts(world: World) -> None:
    """Attack: a library of its own accord prefers HTML, and a program reads a page where its contract says JSON."""
    sender = system(world, staff(world), OUTSIDE, ranges=RANGES)
    javas = "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"
    told = [sender.posts("/service/messages", DRAFT, Accept=javas) for _ in range(2)]
    assert {one.header("Content-Type") for one in told} == {"application/problem+json"}
    assert {(one.status, one.code) for one in told} == {(403, "address_not_permitted")}
    assert {one.json()["reference"] for one in told} == {one.reference for one in refusals(world)}


def test_ip_10_the_portal_s_ranges_gate_every_key(world: World) -> None:
    sender = system(world, staff(world), OUTSIDE)
    plant(world.store, Policy(PORTAL_POLICY, ranges=tuple(RANGES)))
    hostile = {"X-Forwarded-For": INSIDE, "Forwarded": f"for={INSIDE}"}
    assert sender.posts("/service/messages", DRAFT, **hostile).code == "address_not_permitted"
    assert System(sender.id, sender.key, world.visitor(INSIDE)).sends().status == 201


def test_ip_10_ranges_that_cannot_be_read_mean_no(world: World) -> None:
    sender = system(world, staff(world), INSIDE)
    held = world.fake.tables.services
    held[sender.id] = held[sender.id]._replace(ranges=("192.0.2.0/0.0.0.255",))
    assert sender.sends().code == "address_not_permitted"


def test_ip_10_refusals_from_outside_are_one_event_an_hour_however_many(world: World) -> None:
    desk = staff(world)
    sender = system(world, desk, OUTSIDE, ranges=RANGES)
    world.clock.passes(1)
    for _ in range(30):
        sender.sends()
    (event,) = refusals(world)
    assert (event.source, event.actor) == (OUTSIDE, f"Mail gateway (smp_{sender.id})")
    told = desk.visitor.get(f"/admin/events?email=smp_{sender.id}").json()["events"]
    assert [one["kind"] for one in told] == ["authz_fail", "service_made"]
    world.clock.passes(3600)
    sender.sends()
    assert len(refusals(world)) == 2


def test_a_stranger_s_refusals_are_one_event_and_no_service_s(world: World) -> None:
    plant(world.store, Policy(PORTAL_POLICY, ranges=tuple(RANGES)))
    for text in ("nonsense", key_of("a" * 16, bytes(32))):
        System("", text, world.visitor(OUTSIDE)).sends()
    assert {one.account_id for one in refusals(world)} == {STRANGERS}
    assert len(refusals(world)) == 1


def wrong_keys(sender: System) -> dict[str, str]:
    """None of them opens anything: of no service, of this one with another secret, mistyped, cut short."""
    return {
        "of nobody": key_of("a" * 16, bytes(32)),
        "of this one": key_of(sender.id, bytes(32)),
        "mistyped": sender.key[:-1] + ("A" if sender.key[-1] != "A" else "B"),
        "cut short": sender.key[:-1],
        "longer": sender.key + "A",
        "its digest": digest_of(sender.key),
        "nothing": "",
    }


def test_ad_14_every_guess_has_one_answer(world: World) -> None:
    sender = system(world, staff(world))
    answers = []
    for key in wrong_keys(sender).values():
        guess = System("", key, sender.asks)
        answers += [guess.sends().same, guess.gets("/service/messages/0-0").same]
    assert answers == [answers[0]] * len(answers)
    assert guess.sends().code == "session_required"
    assert guess.sends().header("x-amzn-Remapped-WWW-Authenticate") == "Bearer"


def test_ad_14_a_revoked_key_and_an_old_one_are_answered_like_a_guess(world: World) -> None:
    desk = staff(world)
    sender, other = system(world, desk), system(world, desk)
    for _ in range(2):
        desk.visitor.post(f"/admin/services/{sender.id}/rotate")
    desk.visitor.post(f"/admin/services/{other.id}/revoke")
    guess = System("", key_of("a" * 16, bytes(32)), sender.asks).sends().same
    assert sender.sends().same == guess
    assert System("", other.key, sender.asks).sends().same == guess


def test_only_authorization_brings_a_key(world: World) -> None:
    sender = system(world, staff(world))
    asks: dict[str, Any] = {
        "cookie": {"Cookie": f"__Host-portal-session={sender.key}"},
        "basic": {"Authorization": f"Basic {sender.key}"},
        "bare": {"Authorization": sender.key},
    }
    for headers in asks.values():
        assert sender.asks.post("/service/messages", DRAFT, **headers).status == 401
    assert sender.asks.post(f"/service/messages?key={sender.key}", DRAFT).status == 401
    assert sender.asks.post("/service/messages", DRAFT, Authorization=f"bearer  {sender.key} ").status == 201


def test_wb_01_no_page_of_another_site_sends(world: World) -> None:
    sender = system(world, staff(world))
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert sender.posts("/service/messages", DRAFT, **headers).code == "cross_origin"
    assert sender.posts("/service/messages", DRAFT, Origin=PORTAL_URL).status == 201


def test_se_06_one_trip_and_last_use_once_a_minute(world: World) -> None:
    sender = system(world, staff(world))
    sender.sends()
    for seconds, expected in ((0, 1), (59, 1), (1, 2)):
        world.clock.passes(seconds)
        world.fake.acts.clear()
        sender.gets("/service/messages/0-0")
        asked = world.fake.acts[: world.fake.acts.index("sendings.reserve")]
        assert asked == ["services.standing", "services.touch"][:expected], seconds
    assert world.fake.tables.services[sender.id].current.used_at == world.clock()


def test_a_request_does_not_fail_because_last_use_cannot_be_written(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = system(world, staff(world))
    world.fake.fail(1)
    assert sender.sends().status == 201
    assert world.fake.tables.services[sender.id].current.used_at is None


def test_ip_04_a_store_that_is_down_lets_no_key_in(world: World) -> None:
    sender = system(world, staff(world))
    world.fake.down = True
    assert (sender.sends().status, sender.sends().code) == (503, "unavailable")


def test_ip_07_an_event_of_a_person_s_verdict_is_no_services(world: World) -> None:
    desk = staff(world)
    desk.visitor.get("/session")
    caller = next(
        event["requestContext"]["authorizer"]["caller"]
        for step, event in reversed(world.events)
        if step == "session"
    )
    for told in (
        {"verdict": "pass"},
        {"verdict": "pass", "caller": caller},
        {"verdict": "x", "sender": "{}"},
    ):
        answer = world.invoke("service_messages", event_of("GET /service/messages/{id}", told))
        assert answer["statusCode"] == 401
