"""Puts a portal of some size into an engine, as fast as the engine takes it.

Its rows are made by several processes, each of which sends its own: 25 to a call, signed by nobody, since DynamoDB's
engine on this machine looks at no signature.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any
from urllib.parse import urlsplit

from infra.tables import create_table, described_tables
from tests.bench.lists.population import Size, rows, tables

PROCESSES, SHARE = 3, 5000  # so many rows are one piece of work
TOGETHER = 25  # of one call, as DynamoDB has it
HEADERS = {
    "Content-Type": "application/x-amz-json-1.0",
    "X-Amz-Target": "DynamoDB_20120810.BatchWriteItem",
    "X-Amz-Date": "20300101T000000Z",
    "Authorization": "AWS4-HMAC-SHA256 Credential=local/20300101/eu-west-1/dynamodb/aws4_request, "
    "SignedHeaders=host, Signature=0",
}
Put = Callable[[dict[str, Any]], dict[str, Any]]
Item = dict[str, Any]


def make_tables(dynamodb: Any, prefix: str) -> None:
    """With every index, and without what follows a change: nobody listens to the stream, and nothing goes by itself."""
    for table in described_tables(prefix):
        bare = {
            name: value
            for name, value in table.items()
            if name not in {"StreamSpecification", "TimeToLiveSpecification"}
        }
        create_table(dynamodb, bare)


def put_all(put: Put, table: str, items: Sequence[Item]) -> None:
    """By as few calls as there can be; what an engine had no room for goes again."""
    for first in range(0, len(items), TOGETHER):
        some = items[first : first + TOGETHER]
        waiting: dict[str, Any] = {table: [{"PutRequest": {"Item": one}} for one in some]}
        while waiting:
            waiting = put({"RequestItems": waiting}).get("UnprocessedItems", {})


def fill(put: Put, prefix: str, size: Size) -> None:
    """All of it from here: for a small portal."""
    for table in tables(size):
        put_all(put, prefix + table.name, list(rows(table, size, 0, table.rows)))


def fill_fast(url: str, prefix: str, size: Size) -> int:
    """All of it by several processes; how many rows that were."""
    work = [
        (url, prefix, size, place, first)
        for place, table in enumerate(tables(size))
        for first in range(0, table.rows, SHARE)
    ]
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        return sum(pool.map(_share, work))


def _share(work: tuple[str, str, Size, int, int]) -> int:
    url, prefix, size, place, first = work
    table = tables(size)[place]
    last = min(first + SHARE, table.rows)
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=120)

    def put(asked: dict[str, Any]) -> dict[str, Any]:
        connection.request("POST", "/", json.dumps(asked).encode(), HEADERS)
        answer = connection.getresponse()
        told: dict[str, Any] = json.loads(answer.read())
        if answer.status != 200:
            raise SystemExit(f"the engine does not take it: {told}")
        return told

    try:
        put_all(put, prefix + table.name, list(rows(table, size, first, last)))
    finally:
        connection.close()
    return last - first
