"""RS-07: no order of requests sets a password, opens a session or ends one without a valid credential (random walks).

The stranger has an account of her own, with every kind of credential there is, and knows her victim's address.
"""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.accounts import Account
from tests.web.routes import GETS, POSTS, fields_of
from tests.world.visitors import CHOSEN, PASSWORD, Visitor
from tests.world.world import World

pytestmark = pytest.mark.slow

VICTIMS = "a lighthouse keeper counts gulls"
WALK = st.lists(
    st.tuples(
        st.sampled_from([*POSTS, *GETS]),
        st.lists(st.integers(0, 11), min_size=6, max_size=6),
        st.integers(0, 5),
    ),
    min_size=3,
    max_size=14,
)


class Stranger:
    """Sends anything, with anything she has, as anybody she can be."""

    def __init__(self, world: World) -> None:
        self.world, self.account = world, world.person("eve@people.test")
        self.sessions: list[str | None] = [None]
        visitor = world.visitor()
        visitor.logs_on(self.account)
        self.sessions.append(visitor.token)
        reset = world.asks(self.account)
        half = world.visitor()
        half.logs_on(self.account, reset.temporary)
        self.sessions.append(half.token)
        other = world.asks(self.account)
        self.links = [reset.token("/password/reset"), other.token("/password/reset"), "A" * 43]
        self.words: list[Any] = [*self.links, other.temporary, PASSWORD, CHOSEN, "victim@people.test"]
        self.words += ["eve@people.test", "000000", "", None, True]

    def does(self, operation: Any, chosen: list[int], session: int) -> None:
        visitor = Visitor(self.world.answers, f"10.200.{session}.{chosen[0]}", {"Accept": "application/json"})
        visitor.token = self.sessions[session % len(self.sessions)]
        cookie = {"Cookie": f"__Host-portal-reset={self.links[chosen[0] % 3]}"} if chosen[1] % 2 else {}
        path = operation.path.replace("{token}", self.links[chosen[2] % 3]).replace("{id}", "none")
        if operation.method == "GET":
            visitor.get(path, **cookie)
            return
        body = {name: self.words[at] for name, at in zip(fields_of(operation), chosen, strict=False)}
        reply = visitor.post(
            path, {name: value for name, value in body.items() if value is not None}, **cookie
        )
        assert reply.status < 500
        if reply.status == 200 and "session" in reply.json():
            assert reply.json()["session"]["token"].startswith(self.account.id)
            self.sessions.append(reply.json()["session"]["token"])


@settings(max_examples=60, deadline=None)
@given(WALK)
def test_rs_07_no_walk_of_a_stranger_touches_the_victim(walk: list[tuple[Any, list[int], int]]) -> None:
    world = World()
    # The victim's password is one no stranger guesses; the words above are tried on it all the same.
    victim = world.person("victim@people.test", password=VICTIMS)
    owner = world.visitor()
    owner.logs_on(victim, VICTIMS)
    mail = world.asks(victim)
    stranger = Stranger(world)
    before, resets = world.stored(victim), resets_of(world, victim)
    for operation, chosen, session in walk:
        stranger.does(operation, chosen, session)
    assert uncounted(world.stored(victim)) == uncounted(before)
    assert resets_of(world, victim) == resets
    assert [who for who, _ in world.fake.tables.sessions].count(victim.id) == 1
    assert owner.get("/account").status == 200
    entries = {"new_password": CHOSEN, "confirm_password": CHOSEN, "token": mail.token("/password/reset")}
    assert world.visitor().post("/password/reset", entries).status == 200


def uncounted(account: Account) -> Account:
    """The account without what guesses count."""
    return account._replace(failures=0, attempted_at=0, locked_until=0)


def resets_of(world: World, account: Account) -> list[object]:
    """What was mailed to somebody, spent or not."""
    return [row for row in world.fake.tables.resets.values() if row.account_id == account.id]
