"""The step `home`: the bare address leads on, for everybody."""

import pytest

from tests.world.world import World


@pytest.mark.parametrize("kind", ["visitor", "browser"])
def test_bare_address_leads_to_the_messages(world: World, kind: str) -> None:
    reply = getattr(world, kind)().get("/")
    assert (reply.status, reply.header("Location")) == (303, "/messages")
