"""A batch of the events stream: what a worker is given of it."""

from __future__ import annotations

from typing import Any

from chalicelib.domain.events import RESTORED, EventKind
from chalicelib.runtime.stream import work_through
from chalicelib.storage.rows import event_row
from tests.fakes.samples import an_account, an_event
from tests.world.stream import record


def test_rl_13_a_row_put_back_from_a_backup_is_worked_on_by_nobody_whatever_the_filter_let_through() -> None:
    row: Any = event_row(an_event(an_account().id, EventKind.ACCOUNT_CONTAINED)).serialize()
    worked: list[Any] = []
    batch = {"Records": [record(row | {RESTORED: {"S": "then"}}, 1), record(row, 2)]}
    answer = work_through(batch, lambda image: image, worked.append, worked.append, "delayed")
    assert answer == {"batchItemFailures": []}
    assert worked == [row]
