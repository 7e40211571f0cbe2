"""Tells other systems of events, several at once, and leaves a mark for each that the bus has."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from chalicelib.domain.events import Event
from chalicelib.domain.published import Told, told_of
from chalicelib.services.event_bus import MOST_BYTES, Entry, Publisher

if TYPE_CHECKING:
    from chalicelib.domain.ports.bus import BusActs

LONGEST = 1000  # characters of a text in an event that is too large as it is


class Teller(NamedTuple):
    """`everything`: all events go out, and not only what others must act on; `personal`: with personal data."""

    publisher: Publisher
    bus: "BusActs"
    everything: bool
    personal: bool

    def event_of(self, image: Mapping[str, Any]) -> Event:
        """A row as the stream's record shows it."""
        return self.bus.event_of(image)

    def _due(self, event: Event) -> Iterator[Told]:
        """What goes out of it, as the stage is set up now. A row that keeps a worker's place is no event."""
        if "#" in event.account_id:
            return iter(())
        return told_of(event, everything=self.everything, personal=self.personal)

    def tell(self, events: Sequence[Event]) -> list[str | None]:
        """Of each event None where the bus has all of it, or nothing of it was due; else why not.

        A mark is left after the bus has said yes: what is between the two is told again, under the same id. Raises
        `Unavailable` where the marks cannot be left.
        """
        owners: list[int] = []
        entries: list[Entry] = []
        for number, event in enumerate(events):
            some = [entry_of(one) for one in self._due(event)]
            owners += [number] * len(some)
            entries += some
        causes: list[str | None] = [None] * len(events)
        for number, cause in zip(owners, self.publisher.put(entries), strict=True):
            causes[number] = causes[number] or cause
        self.bus.mark([events[number] for number in dict.fromkeys(owners) if causes[number] is None])
        return causes


def entry_of(told: Told) -> Entry:
    """As EventBridge takes it. Attack: somebody makes an event so large that the bus refuses it for ever, and what they
    did is told nowhere. Defence: its details stay behind, and its texts are cut; it says so, and its id leads to the
    whole of it.
    """
    entry = Entry(told.source, told.name, written(told.detail))
    if entry.size <= MOST_BYTES:
        return entry
    short = {
        name: value[:LONGEST] if isinstance(value, str) else {} if name == "details" else value
        for name, value in told.detail.items()
    }
    return entry._replace(detail=written({**short, "cut": True}))


def written(detail: Mapping[str, object]) -> str:
    """JSON that every reader takes: half of a character, which JSON can carry and UTF-8 cannot, becomes a `?`."""
    text = json.dumps(detail, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode()
