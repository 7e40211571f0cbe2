"""Moving a stage to a new version loses nothing: not a session, not a half-done logon, not a mail on its way."""

import json
from collections.abc import Iterator

import pytest

from infra.keys import new_ring
from tests.engine import Engine
from tests.journeys.desk import seated
from tests.journeys.people import Client, temporary_password
from tests.journeys.town import Town
from tests.world.visitors import CHOSEN, PASSWORD

pytestmark = pytest.mark.slow


@pytest.fixture
def old_town(engine: Engine) -> Iterator[Town]:
    running = Town(engine)
    yield running
    running.stop()


def follow(client: Client, town: Town) -> Client:
    """The same person, at the new version's address."""
    moved = Client(town.url, client.source)
    moved.token = client.token
    return moved


def test_who_is_logged_on_or_on_the_way_goes_on_in_the_new_version(old_town: Town) -> None:
    town = old_town
    ann, bob, newcomer = town.person("ann"), town.person("bob"), town.new_address("new")
    town.sends(ann, body="The balance is 12.")
    town.sends(newcomer)
    reader, half_done = town.client(), town.client()
    assert reader.logs_on(ann, PASSWORD) == "portal"
    first = temporary_password(town.mail(newcomer, "temporary password"))
    assert half_done.logs_on(newcomer, first) == "change_password"
    town.client().post("/password/forgot", {"email": bob})
    link = next(
        line for line in town.mail(bob, "new password")["text"].splitlines() if "/password/reset/" in line
    )

    town.moves(PORTAL_SESSION_LIFETIME_SECONDS="40000")

    reader, half_done = follow(reader, town), follow(half_done, town)
    (listed,) = reader.get("/messages").json()["messages"]
    assert reader.get(f"/messages/{listed['id']}").json()["body"] == "The balance is 12."
    entries = {"new_password": CHOSEN, "confirm_password": CHOSEN}
    assert half_done.goes_on(half_done.post("/password/change", entries)) == "portal"
    token = link.rpartition("/")[2]
    assert town.client().post("/password/reset", {"token": token, **entries}).status_code == 200
    assert town.client().logs_on(bob, CHOSEN) == "portal"
    assert town.client().logs_on(ann, PASSWORD) == "portal"
    assert len(reader.get("/account/sessions").json()["sessions"]) == 2


@pytest.fixture
def town_of_one_secret(engine: Engine) -> Iterator[Town]:
    """Behind `make rehearse`: a stage whose former version left one secret, deployed since then."""
    running = Town(engine, PORTAL_KEYS=json.dumps(new_ring()))
    yield running
    running.stop()


def test_what_one_secret_had_hashed_and_sealed_is_good_after_its_keys_were_split(
    town_of_one_secret: Town,
) -> None:
    town = town_of_one_secret
    ann = town.person("ann")
    town.sends(ann, body="The balance is 12.")
    desk = seated(town)
    assert desk.client.get("/admin/users").status_code == 200
    for _ in range(2):
        reader = town.client()
        assert reader.logs_on(ann, PASSWORD) == "portal"
        (listed,) = reader.get("/messages").json()["messages"]
        assert reader.get(f"/messages/{listed['id']}").json()["body"] == "The balance is 12."
        town.moves(PORTAL_SESSION_LIFETIME_SECONDS="40000")
