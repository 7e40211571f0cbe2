"""What holds after every fault, whatever it was (security.md 4.1); the flow's own promise is in its scene."""

from __future__ import annotations

from typing import Any

from chalicelib.domain.accounts import next_epoch
from chalicelib.domain.events import EventKind
from chalicelib.storage.store import DynamoStore
from chalicelib.storage.tables import MODELS
from tests.faults.scenes import Scene
from tests.world.visitors import Reply

MOVES = {
    EventKind.PASSWORD_RESET,
    EventKind.PASSWORD_CHANGED,
    EventKind.ACCOUNT_FROZEN,
    EventKind.TWO_STEP_ENROLLED,
    EventKind.TWO_STEP_MOVED,
    EventKind.TWO_STEP_REMOVED,
    EventKind.ADDRESS_CHANGED,
}
DOCUMENTED = {200, 201, 202, 204, 303, 401, 410, 503}
INSIDE = ("Traceback", "botocore", "arn:aws", "-accounts", "dynamodb", "injected")


def check(scene: Scene, reply: Reply | None) -> None:
    """All of them. `reply` is None when the function was stopped."""
    scene.holds(reply)
    every_move_has_its_record(scene)
    if reply is not None:
        the_answer_is_documented_and_tells_nothing(reply, scene.secrets)


def every_move_has_its_record(scene: Scene) -> None:
    """I4: the epoch has moved as often as there are events that move it, each to the later of the next and the time."""
    events = scene.world.store.events.of_account(scene.resident.account.id)
    epoch = scene.resident.account.epoch
    for event in sorted(events, key=lambda event: event.at):
        epoch = next_epoch(epoch, event.at) if event.kind in MOVES else epoch
    assert scene.account.epoch == epoch


def the_answer_is_documented_and_tells_nothing(reply: Reply, secrets: list[str]) -> None:
    """I6."""
    assert reply.status in DOCUMENTED
    if reply.status == 503:
        assert int(reply.header("Retry-After")) > 0
        assert reply.code == "unavailable"
        text = reply.text + str(reply.pairs)
        assert not [word for word in (*INSIDE, *secrets) if word in text]


def rows(store: DynamoStore) -> str:
    """Every row of every table, as text (I10)."""
    client: Any = store.database.connection.client
    names = [model.Meta.table_name for model in MODELS]
    return "\n".join(str(item) for name in names for item in client.scan(TableName=name)["Items"])
