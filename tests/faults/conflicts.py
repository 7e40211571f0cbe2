"""Conflicts as DynamoDB documents them, which no engine for tests makes: a write meets an ongoing transaction's row.

A plain write and a transaction are refused while a transaction that holds the row is under way. Plain writes of one row
never refuse each other, nor a transaction. Each write is held for a moment, so that those of one burst do meet.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.httpsession import URLLib3Session

from chalicelib.storage.store import DynamoStore
from tests.faults.breaking import Fault, answered, error, hooked

HELD_SECONDS = 0.05
KEYS = ("id", "key", "account_id", "at", "digest", "domain")


@dataclass
class Conflicts:
    """What was asked, by operation, and how much of it was refused for a conflict."""

    asked: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    _held: Counter[str] = field(default_factory=Counter)
    _alone: threading.Lock = field(default_factory=threading.Lock)

    def before_send(self, request: Any, **_: Any) -> AWSResponse:
        operation, body = request.headers["X-Amz-Target"].split(b".")[-1].decode(), json.loads(request.body)
        rows, transaction = _rows(body), operation == "TransactWriteItems"
        with self._alone:
            self.asked[operation] += 1
            if any(self._held[row] for row in rows):
                self.refused += 1
                return _conflict(request, body)
            self._held.update(rows if transaction else [])
        try:
            time.sleep(HELD_SECONDS if rows else 0)
            return URLLib3Session().send(request)
        finally:
            with self._alone:
                self._held.subtract(rows if transaction else [])


def _rows(body: dict[str, Any]) -> list[str]:
    """The rows a call writes; none for a read."""
    writes = [what for item in body.get("TransactItems", []) for what in item.values()]
    if "TableName" in body and "ConsistentRead" not in body:
        writes.append(body)
    return [f"{one['TableName']} {_key(one)}" for one in writes]


def _key(write: dict[str, Any]) -> str:
    values = write.get("Key") or {name: write["Item"][name] for name in KEYS if name in write["Item"]}
    if "at" in values:
        values = {name: values[name] for name in ("account_id", "at")}
    return json.dumps(values, sort_keys=True)


def _conflict(request: Any, body: dict[str, Any]) -> AWSResponse:
    status, document = error(Fault.CONFLICT, body)
    return answered(request, status, document)


@contextmanager
def conflicting(store: DynamoStore) -> Iterator[Conflicts]:
    """While this lasts, transactions get into others' way."""
    conflicts = Conflicts()
    with hooked(store, conflicts.before_send):
        yield conflicts
