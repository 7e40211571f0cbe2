"""Every "no" a person can meet, each with a way on."""

from __future__ import annotations

import time

from chalicelib.domain.limits import LOGONS_BY_SOURCE, RESETS_BY_SOURCE, Limit
from chalicelib.domain.networks import parse_address, throttle_key
from infra.tables import create_tables
from tests.browser.person import Person
from tests.journeys.desk import seated
from tests.journeys.town import Town
from tests.world.visitors import PASSWORD


def nothing_there(town: Town, person: Person) -> None:
    """What is not there, and what is not for everybody."""
    address = town.person("lena")
    person.opens("/nowhere")
    assert person.status == 404
    person.looks("404-nowhere", "An address nothing answers, from the gateway itself.")
    person.opens("/logoff")
    assert person.status == 405
    person.looks("405", "An address that answers another kind of request.")
    person.logs_on(address, PASSWORD)
    person.opens("/messages/0199aaaa")
    assert person.status == 404
    person.looks("404", "No such message, or somebody else's: the same answer.")
    person.opens("/admin/users")
    assert person.status == 403
    person.looks("403", "A page of the console, for somebody who is no administrator.")
    seated(town).does(address, "ip-ranges", {"ranges": ["203.0.113.0/24"]})
    person.opens("/messages")
    assert person.status == 403
    person.looks("403-network", "From a network that is not permitted.")


def too_much(town: Town, person: Person) -> None:
    """Too often, and too large."""
    address = town.person("mara")
    _used_up(town, LOGONS_BY_SOURCE)
    person.logs_on(address, PASSWORD)
    assert person.status == 429
    person.looks("429-logon", "Too many attempts from one network: how long to wait.")
    _used_up(town, RESETS_BY_SOURCE)
    person.opens("/password/forgot")
    person.types("Email address", address)
    person.presses("Reset Password")
    assert person.status == 429
    person.looks("429", "Too many requests.")
    person.opens("/logon")
    person.types("Email address", address)
    person.types("Password", "x" * 17_000)
    person.presses("Log on")
    assert person.status == 413
    person.looks("413", "More than any page asks for.")


def out_of_order(town: Town, person: Person) -> None:
    """Something the portal needs does not answer."""
    address = town.person("nils")
    person.logs_on(address, PASSWORD)
    client = town.engine.client("dynamodb")
    client.delete_table(TableName=f"{town.prefix}messages")
    try:
        person.opens("/messages")
    finally:
        create_tables(client, town.prefix)
    assert person.status == 503
    person.looks("503", "Nothing was lost; it says so, and when to try again.")
    person.follows("Go to your messages")
    assert person.heading == "Messages"


def _used_up(town: Town, limit: Limit) -> None:
    """Somebody in the same network has tried it often enough, in this window and in the next."""
    subject, now = throttle_key(parse_address("127.0.0.1")), time.time()
    client = town.engine.client("dynamodb")
    for moment in (now, now + limit.seconds):
        row = {
            "key": {"S": limit.key(subject, moment)},
            "count": {"N": str(limit.most)},
            "seen": {"SS": [str(number) for number in range(limit.most)]},
            "expires_at": {"N": str(int(now) + 2 * limit.seconds)},
        }
        client.put_item(TableName=f"{town.prefix}throttles", Item=row)
