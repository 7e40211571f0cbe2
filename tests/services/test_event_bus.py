"""The published events reach the bus on one machine too, and a bus that is away delays nothing else."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import requests

from chalicelib.domain.addresses import account_id, canonical_address
from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.published import AUDIT_SOURCE
from tests.engine import Engine
from tests.journeys.town import Town
from tests.published import validator

pytestmark = pytest.mark.slow

NOBODY_LISTENS = "http://127.0.0.1:9"


@pytest.fixture
def queue(engine: Engine) -> Any:
    """Everything that the portal puts on the default bus, in a queue."""
    events, sqs = engine.client("events"), engine.client("sqs")
    url = sqs.create_queue(QueueName="published")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = json.dumps({"source": ["secure-messaging-portal.accounts"]})
    events.put_rule(Name="published", EventPattern=pattern)
    events.put_targets(Rule="published", Targets=[{"Id": "queue", "Arn": arn}])
    yield lambda: [
        json.loads(one["Body"])
        for one in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    ]
    sqs.delete_queue(QueueUrl=url)


def disables(town: Town, address: str) -> None:
    """An administrator has disabled this account: other systems are to hear of it."""
    who = account_id(canonical_address(address))
    town.store.events.record(Event(who, EventKind.ACCOUNT_DISABLED, time.time(), "e" * 32, email=address))


def test_disabled_account_is_published_on_the_local_bus(engine: Engine, queue: Any) -> None:
    town = Town(engine)
    try:
        address = town.person()
        disables(town, address)
        deadline = time.monotonic() + 10
        heard: list[Any] = []
        while not heard and time.monotonic() < deadline:
            heard = [one for one in queue() if one["detail"]["email"] == address]
            time.sleep(0.05)
    finally:
        town.stop()
    assert [one["detail-type"] for one in heard] == ["account.disabled"]


def test_where_a_stage_says_so_every_event_is_on_the_local_bus_and_on_its_page(engine: Engine) -> None:
    town = Town(engine, PORTAL_PUBLISH_EVENTS="all", PORTAL_PUBLISH_PERSONAL_DATA="kept")
    try:
        address = town.person()
        logon = {"email": address, "password": "not the one"}
        assert town.client().post("/logon", logon).status_code == 401
        deadline = time.monotonic() + 20
        heard: list[Any] = []
        while not heard and time.monotonic() < deadline:
            answer = requests.get(
                f"{town.url}/_local/events", headers={"Accept": "application/json"}, timeout=10
            )
            heard = [one for one in answer.json()["events"] if one["detail"]["email"] == address]
            time.sleep(0.05)
    finally:
        town.stop()
    assert [(one["source"], one["detail-type"]) for one in heard] == [(AUDIT_SOURCE, "authn_login_fail")]
    assert list(validator(EventKind.LOGON_REFUSED).iter_errors(heard[0]["detail"])) == []


def test_bus_that_is_away_delays_no_mail(engine: Engine) -> None:
    town = Town(engine, AWS_ENDPOINT_URL_EVENTBRIDGE=NOBODY_LISTENS)
    try:
        disables(town, town.person())
        address = town.person()
        assert town.client().post("/password/forgot", {"email": address}).status_code == 202
        town.mail(address, "password", seconds=5)
        deadline = time.monotonic() + 5
        while "event_delayed" not in town.gateway.log and time.monotonic() < deadline:
            time.sleep(0.05)
        assert "event_delayed" in town.gateway.log
    finally:
        town.stop()
