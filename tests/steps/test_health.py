"""The step `health`: two words while the portal can answer, 503 while it cannot."""

from tests.world.world import World


def test_it_says_ok_and_nothing_else(premises: World) -> None:
    reply = premises.visitor().get("/health")
    assert (reply.status, reply.json()) == (200, {"status": "ok"})
    assert reply.header("Content-Type") == "application/json"
    assert premises.browser().get("/health").json() == {"status": "ok"}


def test_it_tells_that_the_store_is_down(premises: World) -> None:
    premises.fake.down = True
    assert premises.visitor().get("/health").status == 503


def test_head_has_no_body(premises: World) -> None:
    reply = premises.visitor().sends("HEAD", "/health")
    assert (reply.status, reply.body) == (200, b"")
