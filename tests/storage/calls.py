"""Counters nobody has used, and what DynamoDB was asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from chalicelib.storage.database import Database
from chalicelib.storage.store import DynamoStore
from chalicelib.storage.tables import ThrottleRow
from tests.fakes.samples import number
from tests.faults.breaking import hooked

ESCAPED = (PynamoDBException("odd"), BotoCoreError(), ClientError({"Error": {"Code": "Odd"}}, "Odd"))
COUNT = ThrottleRow.count
ONE_MORE = [COUNT.set((COUNT | 0) + 1)]
ONE_LESS = [COUNT.set(COUNT - 1)]


@contextmanager
def watched(store: DynamoStore) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """Every call's operation and what was asked."""
    calls: list[tuple[str, dict[str, Any]]] = []

    def before_send(request: Any, **_: Any) -> AWSResponse | None:
        operation = request.headers["X-Amz-Target"].split(b".")[-1].decode()
        calls.append((operation, json.loads(request.body)))
        return None

    with hooked(store, before_send):
        yield calls


def a_row() -> ThrottleRow:
    return ThrottleRow(f"test#{number()}")


def counted(database: Database, row: ThrottleRow) -> int | None:
    found = database.read(ThrottleRow, str(row.key))
    return int(found.count) if found else None
