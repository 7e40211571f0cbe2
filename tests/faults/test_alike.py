"""I7: a known and an unknown address are answered alike, whatever call breaks and however (EN-04; CVE-2024-45231)."""

from __future__ import annotations

import time
from typing import Any

import pytest

from chalicelib.storage.store import DynamoStore
from tests.fakes.samples import number
from tests.faults.breaking import Fault, breaking
from tests.faults.scenes import WRONG
from tests.world.residents import a_resident
from tests.world.visitors import Reply
from tests.world.world import World

pytestmark = pytest.mark.slow

OWN = {"reference"}  # what differs from answer to answer and says nothing


def essence(reply: Reply) -> tuple[int, Any, Any]:
    body = {name: value for name, value in reply.json().items() if name not in OWN}
    headers = [pair for pair in sorted(reply.pairs) if pair[0].lower() not in {"date", "x-amzn-requestid"}]
    return reply.status, body, headers


@pytest.mark.parametrize(
    "fault", [Fault.THROTTLED, Fault.SERVER_ERROR, Fault.TIMEOUT, Fault.LOST, Fault.LOST_ONCE]
)
@pytest.mark.parametrize("path", ["/logon", "/password/forgot"])
def test_i7_known_and_unknown_are_answered_alike_whatever_breaks(
    world: World, real_store: DynamoStore, path: str, fault: Fault
) -> None:
    fields = {"password": WRONG} if path == "/logon" else {}
    for at in range(6):
        answers = []
        for email in (a_resident(world).email, f"nobody{number()}@people.test"):
            with breaking(real_store, fault, at):
                answers.append(essence(world.visitor().post(path, {"email": email, **fields})))
        assert answers[0] == answers[1], f"call {at}"


@pytest.mark.parametrize(("only", "slow"), [("PutItem", "UpdateItem"), ("UpdateItem", "PutItem")])
def test_nothing_of_a_request_is_still_under_way_once_it_is_answered(
    world: World, real_store: DynamoStore, only: str, slow: str
) -> None:
    before_the_refusal = 3  # the authorizer's call, the admission, the reservation
    under_way: list[str] = []
    events = real_store.database.connection.client.meta.events

    def begin(event_name: str, **_: Any) -> None:
        under_way.append(event_name.rpartition(".")[2])

    def end(event_name: str, **_: Any) -> None:
        operation = event_name.rpartition(".")[2]
        time.sleep(0.1 if operation == slow else 0)
        under_way.remove(operation)

    email = a_resident(world).email
    with breaking(real_store, Fault.TIMEOUT, before_the_refusal, often=9, only=only) as breaker:
        events.register("before-call.dynamodb", begin)
        events.register("after-call.dynamodb", end)
        events.register("after-call-error.dynamodb", end)
        try:
            assert world.visitor().logon(email, WRONG).status == 503
            assert breaker.hit
            assert under_way == []
        finally:
            for name, hook in (("before-call", begin), ("after-call", end), ("after-call-error", end)):
                events.unregister(f"{name}.dynamodb", hook)
