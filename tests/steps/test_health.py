"""The step `health`: two words while the portal can answer, 503 while it cannot."""

from tests.world.world import World


def test_it_says_ok_and_nothing_else(world: World) -> None:
    reply = world.visitor().get("/health")
    assert (reply.status, reply.json()) == (200, {"status": "ok"})
    assert reply.header("Content-Type") == "application/json"
    assert world.browser().get("/health").json() == {"status": "ok"}


def test_it_tells_that_the_store_is_down(world: World) -> None:
    world.fake.down = True
    assert world.visitor().get("/health").status == 503


def test_head_has_no_body(world: World) -> None:
    reply = world.visitor().sends("HEAD", "/health")
    assert (reply.status, reply.body) == (200, b"")
