"""The way out to EventBridge. It may not decide what is published."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

# Of one call: so many entries, and so many bytes of all of them, with what EventBridge counts around each.
MOST_ENTRIES = 10
MOST_BYTES = 256 * 1024
# The whole call is refused for one entry that EventBridge cannot read; nothing of it was taken.
FOR_ONE_OF_THEM = frozenset({"ValidationException", "RequestEntityTooLargeException", "413"})
# What an entry's answer says of the bus. Anything else it says of this one event, and the next one may go.
FOR_ALL = frozenset({"ThrottlingException", "InternalFailure", "InternalException", "LimitExceededException"})
REFUSED = "event_refused:"


class Entry(NamedTuple):
    """One event on its way: who speaks, its `detail-type`, and its detail as JSON."""

    source: str
    name: str
    detail: str

    @property
    def size(self) -> int:
        """As EventBridge counts it."""
        return sum(len(part.encode()) for part in self)


class Publisher:
    """Puts events on one bus. One client, made with the container."""

    def __init__(self, session: botocore.session.Session, region: str, bus: str) -> None:
        config = Config(
            connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 2, "mode": "standard"}
        )
        self._client = session.create_client("events", region_name=region, config=config)
        self._bus = bus

    def put(self, entries: Sequence[Entry]) -> list[str | None]:
        """Of each entry None where the bus has it, else why not: an answer of 200 can still tell of failed ones."""
        return [cause for some in together(entries) for cause in self._put(some)]

    def _put(self, entries: Sequence[Entry]) -> list[str | None]:
        asked = [
            {"EventBusName": self._bus, "Source": one.source, "DetailType": one.name, "Detail": one.detail}
            for one in entries
        ]
        try:
            answers = self._client.put_events(Entries=asked)["Entries"]
        except (ClientError, BotoCoreError) as error:
            # A time-out has a `response` too, which is None.
            told = getattr(error, "response", None) or {}
            code = told.get("Error", {}).get("Code") or type(error).__name__
            if code in FOR_ONE_OF_THEM and len(entries) > 1:
                return [cause for one in entries for cause in self._put([one])]
            return [f"{REFUSED if code in FOR_ONE_OF_THEM else 'events:'}{code}"] * len(entries)
        if len(answers) != len(entries):  # nobody knows which were taken; twice is better than never
            return ["events:answer"] * len(entries)
        return [cause_of(one) for one in answers]


def cause_of(answer: dict[str, Any]) -> str | None:
    """What one entry's answer says: an event's id, or an error."""
    if answer.get("EventId"):
        return None
    code = answer.get("ErrorCode") or "no_id"
    return f"{'events:' if code in FOR_ALL else REFUSED}{code}"


def together(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """In their order, as many as one call takes."""
    some: list[Entry] = []
    size = 0
    for one in entries:
        if some and (len(some) == MOST_ENTRIES or size + one.size > MOST_BYTES):
            yield some
            some, size = [], 0
        some.append(one)
        size += one.size
    if some:
        yield some
