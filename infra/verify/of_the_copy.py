"""Table and copy of the trail side by side: every row has its copy, every copy its row, and both say the same (ADR 44).

No row is left out for being new: one whose copy is not there yet is looked for again, for two minutes at most.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import NamedTuple

from chalicelib.domain.erasing import ERASED, decision_of, erased
from chalicelib.domain.trail_copy import (
    ABSENT,
    EVENTS,
    OF_RESTORES,
    OTHER,
    SAME,
    TAKEN,
    Copied,
    copied,
    copied_of,
    plain,
    row_digest,
    without_personal,
)
from chalicelib.services.trail_copy import Copies
from infra.verify.around import Item, Tables
from infra.verify.invariants import Finding, named

PATIENCE, PAUSE = 120.0, 5.0
ROWS = "CREATE TABLE copies (row, created, sequence, rest, personal, expires, seen, name PRIMARY KEY)"
MARKED = {ABSENT: "was not in the table", OTHER: "was other in the table"}


class Compared(NamedTuple):
    """What was found besides what is wrong."""

    findings: list[Finding]
    copies: int
    taken: int
    lacking: list[Item]


class Comparison:
    """One comparison. `kept` is a file for what has no room in memory: the names of all copies. `kept_seconds` is how
    long copies stay; what is older is compared with nothing. 0: for good.
    """

    def __init__(
        self,
        tables: Tables,
        copies: Copies,
        erased: frozenset[str],
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        kept_seconds: float = 0,
        kept: str = "",
    ) -> None:
        self._tables, self._copies, self._erased = tables, copies, erased
        self._clock, self._sleep, self._kept_seconds = clock, sleep, kept_seconds
        self._known = sqlite3.connect(kept)  # "" is a file without a name, which goes with this
        self._known.execute("DROP TABLE IF EXISTS copies")
        self._known.execute(ROWS)
        self._known.execute("CREATE INDEX of_row ON copies (row, created, sequence)")
        self._known.execute("CREATE TEMP TABLE rows (row PRIMARY KEY)")
        self._findings = list[Finding]()

    def run(self) -> Compared:
        """All of it."""
        with closing(self._known):
            return self._compared()

    def _compared(self) -> Compared:
        self._list()
        lacking = list[Item]()
        for item in self._rows():
            self._known.execute("INSERT OR IGNORE INTO rows VALUES (?)", (row_digest(item),))
            if not self._judge(item):
                lacking.append(item)
        lacking = self._wait(lacking)
        removed = list(self._without_row())
        self._findings += self._named(lacking, removed)
        return Compared(self._findings, self._count(), self._count(f"WHERE seen = '{TAKEN}'"), lacking)

    def _count(self, which: str = "") -> int:
        found: int = self._known.execute(f"SELECT COUNT(*) FROM copies {which}").fetchone()[0]  # noqa: S608 - ours
        return found

    def _list(self, *, anew: bool = False) -> None:
        """Every version of every copy. A mark of deletion hides nothing here, and is told of."""
        for one in self._copies.versions(EVENTS):
            copy = copied_of(one.name)
            if one.hidden:
                if copy is None or not (over(copy, self._clock()) or self._gone(copy.created)):
                    self._tell("copy_is_not_hidden", one.name, "a mark of deletion is before it", anew)
            elif copy is None:
                self._tell("copy_is_named_as_one", one.name, "it is no copy of an event", anew)
            else:
                self._keep(copy, anew)

    def _tell(self, invariant: str, name: str, said: str, anew: bool) -> None:  # noqa: FBT001 - one caller
        if not anew:
            self._findings.append(Finding(invariant, f"copy/{name}", said))

    def _keep(self, copy: Copied, anew: bool) -> None:  # noqa: FBT001 - as above
        try:
            self._known.execute(
                "INSERT INTO copies VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (copy.row, copy.created, copy.sequence, *copy.content, copy.expires, copy.seen, copy.name),
            )
        except sqlite3.IntegrityError:
            self._tell("copy_is_written_once", copy.name, "it was written over", anew)

    def _rows(self) -> Iterator[Item]:
        after: Item | None = None
        while True:
            items, after = self._tables.page("events", after)
            yield from (one for one in items if not self._gone(float(one.get("time", {"N": "inf"})["N"])))
            if after is None:
                return

    def _gone(self, at: float) -> bool:
        """Whether what was made then has no copy any more: the bucket lets it go."""
        return bool(self._kept_seconds) and at + self._kept_seconds < self._clock()

    def _of(self, row: str) -> list[Copied]:
        """The copies of a row, the first that was made first: it is the one that counts."""
        found = self._known.execute(
            "SELECT name FROM copies WHERE row = ? ORDER BY created, sequence", (row,)
        )
        return [copy for (name,) in found if (copy := copied_of(name)) is not None]

    def _judge(self, item: Item) -> bool:
        """Whether a row has a copy; what it says otherwise than that is told of."""
        copies = self._of(row_digest(item))
        if not copies:
            return False
        now, first = copied(item, 0, "", SAME), counts(copies)
        if ERASED in item and now.content != first.content:
            self._judge_erased(item, first)
        elif now.rest != first.rest:
            self._wrong("event_is_as_it_was_written", item, "it is other than it was when it was written")
        elif now.personal != first.personal and not (without_personal(item) and first.row in self._erased):
            self._wrong(
                "event_is_as_it_was_written",
                item,
                "what is a person's is other, and no list says it was erased",
            )
        self._judge_marked(item, copies)
        return True

    def _judge_erased(self, item: Item, first: Copied) -> None:
        """It is what an erasure makes of the copy that counts; that it was decided, `of_the_trail.py` asks."""
        body = self._copies.read(first.name)
        image: Item = json.loads(body) if body else {}
        left = without_restore(erased(image, decision_of(item) or "")) if image else {}
        if plain(left) != plain(without_restore(item)):
            said = "it is neither as it was written nor what an erasure leaves of it"
            self._wrong("event_is_as_it_was_written", item, said)

    def _judge_marked(self, item: Item, copies: list[Copied]) -> None:
        for copy in copies:
            true = {one.content for one in copies if one.seen in {SAME, TAKEN}}
            if copy.seen in MARKED and copy.content not in true:
                self._wrong("copy_is_of_the_table", item, f"a copy of it {MARKED[copy.seen]} when it came")

    def _wrong(self, invariant: str, item: Item, said: str) -> None:
        self._findings.append(Finding(invariant, named("events", item), said))

    def _wait(self, lacking: list[Item]) -> list[Item]:
        """Rows whose copy does not come. The stream needs a second, and is given two minutes."""
        until = self._clock() + PATIENCE
        while lacking and self._clock() < until:
            self._sleep(PAUSE)
            self._list(anew=True)
            lacking = [item for item in lacking if not self._judge(item)]
        return lacking

    def _without_row(self) -> Iterator[tuple[Copied, Item]]:
        """Copies whose row is gone before its time. It may have been written since the walk; so it is asked for."""
        gone = "SELECT name FROM copies WHERE row NOT IN (SELECT row FROM rows) ORDER BY created, sequence"
        told = set[str]()
        for (name,) in self._known.execute(gone).fetchall():
            copy = copied_of(name)
            if copy is None or copy.row in told or over(copy, self._clock()) or self._gone(copy.created):
                continue
            told.add(copy.row)
            first = counts(self._of(copy.row))
            body = self._copies.read(first.name)
            image: Item = json.loads(body) if body else {}
            if not image or copied(image, first.created, first.sequence, first.seen) != first:
                self._tell(
                    "copy_holds_what_it_is_named_for", first.name, "it holds something else", anew=False
                )
                continue
            key = {part: image[part] for part in ("account_id", "at")}
            if not self._tables.get("events", [key]):
                yield first, image

    def _named(self, lacking: list[Item], removed: list[tuple[Copied, Item]]) -> Iterator[Finding]:
        """What is in one of the two alone. Of one id in both it is the same event, in another place."""
        places = {item["id"]["S"]: item for item in lacking if "id" in item}
        for copy, image in removed:
            row = named("events", image)
            moved = places.pop(image.get("id", {}).get("S", ""), None)
            if moved is not None:
                lacking.remove(moved)
                said = f"it is at {named('events', moved)} now"
                yield Finding("event_is_where_it_was_written", row, said)
            elif copy.seen in MARKED:
                said = f"there is a copy of it, and it {MARKED[copy.seen]} when that came: made up, or gone at once"
                yield Finding("copy_is_of_the_table", row, said)
            else:
                kind = image.get("kind", {}).get("S", "?")
                yield Finding("event_is_there", row, f"{kind} was written and is gone")
        for item in lacking:
            said = "it has no copy: it did not come by the stream, or copy_trail is behind"
            yield Finding("event_has_its_copy", named("events", item), said)


def counts(copies: list[Copied]) -> Copied:
    """The copy that counts: the first that the table had so. Of none that it had, the first."""
    return next((one for one in copies if one.seen == SAME), copies[0])


def without_restore(item: Item) -> Item:
    """A row without the mark that a restore leaves."""
    return {name: one for name, one in item.items() if name not in OF_RESTORES}


def over(copy: Copied, now: float) -> bool:
    """Whether time to live may have taken its row."""
    return 0 < copy.expires <= now
