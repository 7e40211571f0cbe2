"""How `authorizer` judges where a request comes from: permitted ranges and same origin (IP-01 to IP-04, WB-01)."""

import pytest

from chalicelib.domain.accounts import PORTAL_POLICY, Policy
from chalicelib.domain.events import EventKind
from tests.fakes.planting import plant
from tests.steps.test_authorizer import inside
from tests.world.settings import PORTAL_URL
from tests.world.visitors import PASSWORD
from tests.world.world import CONTRACT, World

OUTSIDE = ("192.0.2.0/24",)
HOSTILE = {
    "X-Forwarded-For": "192.0.2.1",
    "X-Real-IP": "192.0.2.1",
    "Forwarded": "for=192.0.2.1",
    "True-Client-IP": "192.0.2.1",
    "CF-Connecting-IP": "192.0.2.1",
    "X-Client-IP": "192.0.2.1",
}


def test_ip_01_portal_ranges_gate_every_route_but_help_and_no_header_helps(world: World) -> None:
    plant(world.store, Policy(PORTAL_POLICY, ranges=OUTSIDE))
    for operation in (one for one in CONTRACT.operations if one.path != "/help"):
        reply = world.visitor("10.0.0.1").sends(operation.method, operation.path, headers=HOSTILE)
        assert (reply.status, reply.code) == (403, "address_not_permitted"), operation
    assert world.visitor("192.0.2.9").get("/health").status == 200
    assert world.visitor("::ffff:192.0.2.9").get("/health").status == 200


def test_ip_03_set_and_empty_means_nobody(world: World) -> None:
    plant(world.store, Policy(PORTAL_POLICY, ranges=()))
    assert world.visitor("127.0.0.1").get("/health").status == 403


@pytest.mark.parametrize(
    "source", ["", "garbage", "10.0.0.1, 192.0.2.1", "::1%eth0", "0x7f.1", "010.0.0.1", "\u0661.1.1.1"]
)
def test_ip_04_unreadable_source_is_outside_of_everything(world: World, source: str) -> None:
    reply = world.visitor(source or " ").get("/health")
    assert (reply.status, reply.code) == (403, "address_not_permitted")


def test_ip_04_unreadable_ranges_mean_no(world: World) -> None:
    plant(world.store, Policy(PORTAL_POLICY, ranges=("10.0.0.0/0.255.255.255",)))
    assert world.visitor("10.0.0.1").get("/health").status == 403


def test_ip_04_store_that_is_down_lets_nobody_in(world: World) -> None:
    visitor = inside(world)
    world.fake.down = True
    for path in ("/account", "/health", "/logon"):
        reply = visitor.get(path)
        assert (reply.status, reply.code, bool(reply.header("Retry-After"))) == (503, "unavailable", True)
    world.fake.heal()
    assert visitor.get("/account").status == 200


def test_se_12_ranges_count_on_each_request_of_a_live_session(world: World) -> None:
    account, visitor = world.person(), world.visitor("192.0.2.5")
    visitor.logs_on(account)
    plant(world.store, world.stored(account)._replace(ranges=OUTSIDE))
    assert visitor.get("/account").status == 200
    world.clock.passes(1)
    visitor.source = "198.51.100.1"
    reply = visitor.get("/account", **HOSTILE)
    assert (reply.status, reply.code) == (403, "address_not_permitted")
    trail = world.store.events.of_account(account.id)
    (event,) = [one for one in trail if one.kind is EventKind.REQUEST_REFUSED]
    assert (event.reason, event.email) == ("ip_denied", account.address)
    assert (event.source, event.details["rule"]) == ("198.51.100.1", "account_ranges")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 204),
        ({"Sec-Fetch-Site": "same-origin"}, 204),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Sec-Fetch-Site": "", "Origin": PORTAL_URL}, 204),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://portal.example"}, 403),
        ({"Origin": "https://portal.example.evil"}, 403),
        ({"Origin": PORTAL_URL, "Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_wb_01_post_from_another_site_does_nothing(
    world: World, headers: dict[str, str], status: int
) -> None:
    """WB-13: an Origin that is ours is enough, and `null` is nobody's."""
    visitor = inside(world)
    before = world.rows("sessions", "events")
    reply = visitor.post("/logoff", **headers)
    assert reply.status == status
    if status == 403:
        assert reply.code == "cross_origin"
        assert world.rows("sessions", "events") == before


def test_wb_01_forms_of_strangers_are_same_origin_too(world: World) -> None:
    ann = world.person()
    cross = {"Sec-Fetch-Site": "cross-site"}
    posts = {
        "/logon": {"email": ann.address, "password": PASSWORD},
        "/password/forgot": {"email": ann.address},
        "/password/reset": {"token": "A" * 43, "new_password": PASSWORD, "confirm_password": PASSWORD},
        "/not-me": {"token": "A" * 43},
    }
    for path, body in posts.items():
        assert world.browser().post(path, body, **cross).status == 403
    assert world.fake.tables.events == {}
    assert world.browser().get("/logon", **cross).status == 200  # a link from elsewhere is welcome
