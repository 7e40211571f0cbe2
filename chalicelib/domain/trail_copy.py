"""The copy of the trail: what each event's copy is called, and the digest of a day, sealed (ADR 44).

A copy's name holds digests of what is in it, so a list of names alone tells whether a table is what it was. May not
know where copies lie.
"""

import hashlib
import hmac
import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from chalicelib.domain.events import RESTORED
from chalicelib.domain.keys import Ring

Image = Mapping[str, Any]
EVENTS, SEALS, ERASURES = "events", "seals", "erasures"
# What says of a person who and where: it may be erased from the table, together, and has a digest of its own.
PERSONAL = ("email", "source", "user_agent", "language", "zone")
# What a restore alone changes of an event. The hour is made from the rest, and held to it by `make verify`.
OF_RESTORES = (RESTORED, "mail_hour")
EXPIRES = "expires_at"
# How the table had it when it was copied; or it was taken from the table, long after, since it had no copy.
SAME, ABSENT, OTHER, TAKEN = "s", "n", "o", "t"
DAY = 86400
FAR = 10**10 - 1  # an end that is farther is none that anybody waits for
# A stream keeps its records for a day, so what comes later is none of its own, and is not taken (TR-13).
OLDEST_SECONDS, AHEAD_SECONDS = DAY + 3600, 900
# So long after its end is a day sealed: nothing that is taken can come into it any more.
SEALED_AFTER = OLDEST_SECONDS + 3600
DIGEST = "[0-9a-f]{64}"
NAME = re.compile(
    rf"{EVENTS}/(\d{{4}}-\d\d-\d\d)/(\d{{10}})-(\d{{40}})-({DIGEST})-({DIGEST})-({DIGEST})-(\d+)-([snot])"
)


class Refused(Exception):
    """This is no record of the stream; the cause says why."""


class Copied(NamedTuple):
    """A copy by its name: when and in which place of the stream an event was written, its row, and what is in it."""

    created: int
    sequence: str
    row: str
    rest: str
    personal: str
    expires: int
    seen: str

    @property
    def name(self) -> str:
        """Where it lies: in the day it was written, in the order of the stream."""
        place = f"{EVENTS}/{day_of(self.created)}/{self.created:010d}-{self.sequence}"
        return f"{place}-{self.row}-{self.rest}-{self.personal}-{self.expires}-{self.seen}"

    @property
    def content(self) -> tuple[str, str]:
        """What tells two versions of one event apart."""
        return self.rest, self.personal


def copied(image: Image, created: float, sequence: str, seen: str) -> Copied:
    """What a row's copy is called. The same row and record make the same name, however often they come."""
    row = row_digest(image)
    personal = {name: image[name] for name in PERSONAL if name in image}
    rest = {name: one for name, one in image.items() if name not in {*PERSONAL, *OF_RESTORES}}
    over = min(max(int(float(image.get(EXPIRES, {}).get("N", "0"))), 0), FAR)
    return Copied(
        int(created), sequence.zfill(40), row, digest(rest), digest({"of": row, **personal}), over, seen
    )


def copied_of(name: str) -> Copied | None:
    """A copy by the name it lies under; None where that is none, or of another day than it says."""
    found = NAME.fullmatch(name)
    if found is None:
        return None
    day, created, sequence, row, rest, personal, expires, seen = found.groups()
    made = Copied(int(created), sequence, row, rest, personal, int(expires), seen)
    return made if made.name == name and day_of(made.created) == day else None


def without_personal(image: Image) -> bool:
    """Whether nothing of a person is left in a row."""
    return not any(name in image for name in PERSONAL)


def row_digest(image: Image) -> str:
    """Of which row; nobody reads an account out of a name."""
    return digest({name: image[name] for name in ("account_id", "at")})


def day_of(moment: float) -> str:
    """The day of a moment in UTC, 2026-11-27."""
    return datetime.fromtimestamp(moment, UTC).date().isoformat()


def demand_of_stream(record: Mapping[str, Any], table: str, now: float) -> tuple[Image, float, str]:
    """The image, time and place of a record; raises Refused for one that cannot be of the table's stream, or of now.

    Attack: whoever may call the function hands it a record of their own, or an old one again. Defence: what is of
    another table, names another row than it shows, or is older than a stream keeps, is not taken; that the table has
    it, is asked besides.
    """
    changed = record.get("dynamodb", {})
    image, keys, sequence = changed.get("NewImage"), changed.get("Keys"), changed.get("SequenceNumber", "")
    if f":table/{table}/stream/" not in str(record.get("eventSourceARN")):
        raise Refused("not_of_this_stream")
    if not image or keys != {name: image.get(name) for name in ("account_id", "at")}:
        raise Refused("names_another_row")
    if not re.fullmatch(r"\d{1,40}", str(sequence)):
        raise Refused("no_place")
    created = float(changed.get("ApproximateCreationDateTime", 0))
    if not now - OLDEST_SECONDS <= created <= now + AHEAD_SECONDS:
        raise Refused("not_of_now")
    return image, created, str(sequence)


def body_of(image: Image) -> bytes:
    """What a copy holds: the row as it was written."""
    return canonical(image)


def digest(part: object) -> str:
    """SHA-256 of the one way to write it."""
    return hashlib.sha256(canonical(part)).hexdigest()


def canonical(part: object) -> bytes:
    """JSON in one form, whoever read it: names in order, no spaces, numbers by what they are worth."""
    return json.dumps(plain(part), sort_keys=True, separators=(",", ":")).encode()


def plain(part: Any) -> Any:
    """DynamoDB's values as the stream and the table have them, alike."""
    if isinstance(part, Mapping):
        if len(part) == 1 and isinstance(part.get("N"), str):
            return {"N": format(Decimal(part["N"]).normalize(), "f")}
        return {name: plain(one) for name, one in part.items()}
    if isinstance(part, list | tuple):
        return [plain(one) for one in part]
    return b64encode(part).decode("ascii") if isinstance(part, bytes) else part


def days_among(names: Iterable[str]) -> list[str]:
    """Those that are days, in their order; what else lies there counts for none."""
    return sorted(one for one in names if re.fullmatch(r"\d{4}-[01]\d-[0-3]\d", one))


def beginning(day: str) -> float:
    """When a day begins, in UTC."""
    return datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()


def due_days(first: str, now: float) -> Iterator[str]:
    """Every day from the first on that is long enough over to be sealed, those without an event too."""
    day = datetime.fromisoformat(first).replace(tzinfo=UTC)
    while day.timestamp() + DAY + SEALED_AFTER <= now:
        yield day.date().isoformat()
        day += timedelta(days=1)


def root_of(names: Iterable[str]) -> tuple[int, str]:
    """How many copies a day has, and one digest of all their names in their order."""
    hashed, count = hashlib.sha256(), 0
    for name in sorted(set(names)):
        hashed.update(f"{name}\n".encode())
        count += 1
    return count, hashed.hexdigest()


def sealed_day(day: str, names: Iterable[str], previous: bytes, ring: Ring) -> bytes:
    """A day's digest, chained to the one of the day before."""
    count, root = root_of(names)
    before = hashlib.sha256(previous).hexdigest() if previous else ""
    return sealed({"day": day, "count": count, "root": root, "previous": before}, SEALS, ring)


def sealed(said: Mapping[str, Any], use: str, ring: Ring) -> bytes:
    """What is said, with a seal under the ring's current key. A seal of one use is none of another."""
    told = {**said, "key": ring.current}
    return canonical({**told, "seal": _seal(told, use, ring.key())})


def opened(body: bytes, use: str, ring: Ring) -> dict[str, Any] | None:
    """What a sealed text says; None where it is not sealed so. A key that the ring has no more proves nothing."""
    try:
        told: dict[str, Any] = json.loads(body)
        seal, key = told.pop("seal"), ring.key(told["key"])
    except (ValueError, LookupError, AttributeError, TypeError):
        return None
    good = isinstance(seal, str) and hmac.compare_digest(seal.encode(), _seal(told, use, key).encode())
    return told if good else None


def _seal(told: Mapping[str, Any], use: str, key: bytes) -> str:
    return hmac.digest(key, use.encode() + b"\n" + canonical(told), "sha256").hex()
