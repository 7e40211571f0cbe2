"""What happens at a running portal is copied on one machine too, and table and copy are the same."""

from __future__ import annotations

import time

import pytest

from chalicelib.services.trail_copy import Copies
from infra.verify.around import Tables
from infra.verify.of_the_copy import Comparison
from tests.engine import Engine
from tests.journeys.town import Town

pytestmark = pytest.mark.slow


def bucket_of(engine: Engine, town: Town) -> str:
    """That of this portal: the local one has its prefix, a deployed one the name of its stage and of the account."""
    names: list[str] = [one["Name"] for one in engine.client("s3").list_buckets()["Buckets"]]
    (found,) = [one for one in names if f"{town.prefix}copy" in one]
    return found


def test_tr_12_tr_15_what_people_do_is_in_the_copy_moments_later(engine: Engine) -> None:
    town = Town(engine)
    try:
        address = town.person()
        client = town.client()
        assert client.post("/logon", {"email": address, "password": "wrong horse"}).status_code == 401
        tables = Tables(engine.client("dynamodb"), town.prefix)
        copies = Copies(engine.client("s3"), bucket_of(engine, town))
        told = Comparison(tables, copies, frozenset(), time.time, lambda _: time.sleep(0.1)).run()
        assert told.findings == []
        assert 0 < told.copies <= len(tables.page("events", None)[0])
        row = tables.page("events", None)[0][0]
        key = {name: row[name] for name in ("account_id", "at")}
        tables.client.delete_item(TableName=f"{town.prefix}events", Key=key)
        (found,) = Comparison(tables, copies, frozenset(), time.time, time.sleep).run().findings
        assert (found.invariant, row["at"]["S"] in found.row) == ("event_is_there", True)
    finally:
        town.stop()
