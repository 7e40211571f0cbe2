"""Which attempts a search asks for, and its pages: of an address typed, or of everybody day by day.

Attack: a search over a busy table that reads until it finds enough, and never answers. Defence: a page costs a fixed
number of queries; what it did not get to is on the next one, which it names, down to the first attempt (TR-02).
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from chalicelib.domain.addresses import account_id
from chalicelib.domain.events import ATTEMPTS, Event, Stretch, iso
from chalicelib.domain.networks import InvalidRange, InvalidSource, parse_address, permitted, typed_ranges
from chalicelib.domain.reach import refuse_outside, told_to
from chalicelib.domain.refusals import invalid
from chalicelib.domain.tokens import parse_reference
from chalicelib.domain.trail import gathered, position
from chalicelib.flows.attempts import OUTCOME_NAMES, outcome_of
from chalicelib.flows.inputs import address_input
from chalicelib.web.request import Request

FIRST_DAY = "2025-01-01"  # no portal is older than its software; a search that goes back ends here
READS, ROWS = 6, 240
MOST_DAYS = 32  # read beside each other; in six reads that find nothing, two months
_CODE = r"[a-z0-9_]{1,64}"


class Asked(NamedTuple):
    """A search, checked. `since` and `until` are UTC epoch seconds."""

    reference: str
    email: str
    network: tuple[str, ...] | None
    outcome: str
    reason: str
    since: float
    until: float
    before: str | None

    def fits(self, event: Event) -> bool:
        """Whether it is an attempt that is asked for."""
        return (
            event.kind in ATTEMPTS
            and self.since <= event.at < self.until
            and self.outcome in ("", outcome_of(event))
            and self.reason in ("", event.reason)
            and (self.network is None or _inside(event.source or "", self.network))
        )


def asked_for(request: Request) -> Asked:
    """The search of a request; what cannot be searched for is refused by its field (IN-04)."""
    text = {name: value.strip() for name, value in request.query.items()}.get
    outcome, reason = text("outcome", ""), text("reason", "")
    if outcome and outcome not in OUTCOME_NAMES:
        raise invalid("outcome", "outcome")
    if reason and not re.fullmatch(_CODE, reason):
        raise invalid("reason", "reason")
    return Asked(
        reference=text("reference", ""),
        email=text("email", ""),
        network=_network(text("network", "")),
        outcome=outcome,
        reason=reason,
        since=max(_moment(text("since", ""), "since", 0), _moment(text("from", ""), "from", 0)),
        until=_moment(text("until", ""), "until", float("inf"), whole_day=True),
        before=position(text("before", "")),
    )


def attempts_found(request: Request, asked: Asked, most: int) -> Stretch:
    """A page of attempts, the newest first; of staff of some domains alone, those at accounts of these (ADR 58)."""
    may_see = told_to(request.known)

    def wanted(event: Event) -> bool:
        return asked.fits(event) and may_see(event)

    if asked.reference:
        reference = parse_reference(asked.reference)
        found = request.store.events.by_reference(reference) if reference else []
        return Stretch([one for one in found if wanted(one)])
    read = _of_address(request, asked.email) if asked.email else _Days(request, asked.since)
    return gathered(_back_to(asked.since, read), _start(asked, request.now()), most, READS, wanted)


def _of_address(request: Request, email: str) -> Callable[[str | None], Stretch]:
    """An address typed has its attempts also when no account is behind it."""
    who = account_id(address_input(email))
    refuse_outside(request.known, who)
    return lambda before: request.store.events.trail(who, before, ROWS).together()


class _Days:
    """Everybody's attempts, by days: one at first, then twice as many at a time while they bring little."""

    def __init__(self, request: Request, since: float) -> None:
        self._acts, self._today = request.store.events, iso(request.now())[:10]
        self._first = max(FIRST_DAY, iso(min(since, request.now()))[:10])
        self._together = 1

    def __call__(self, before: str | None) -> Stretch:
        days = list(self._back_from(before))[: self._together]
        if not days:
            return Stretch([])
        events: list[Event] = []
        for one in self._acts.attempts(days, before, ROWS // len(days)):
            events += one.events
            if one.before is not None:
                self._together = 1
                return Stretch(events, one.before)
        self._together = min(2 * self._together, MOST_DAYS)
        return Stretch(events, days[-1] if days[-1] > self._first else None)

    def _back_from(self, before: str | None) -> Iterator[str]:
        """The days a position leaves to be looked at, at most so many; a bare day is done with."""
        newest = min(before[:10], self._today) if before else self._today
        start = date.fromisoformat(newest)
        for back in range(1 if before == newest else 0, MOST_DAYS + 1):
            if start.toordinal() - back < 1 or (day := str(start - timedelta(days=back))) < self._first:
                return
            yield day


def _back_to(since: float, read: Callable[[str | None], Stretch]) -> Callable[[str | None], Stretch]:
    """What is older than asked for is not read on for."""

    def bounded(before: str | None) -> Stretch:
        stretch = read(before)
        old = bool(stretch.events) and stretch.events[-1].at < since
        return stretch._replace(before=None) if old else stretch

    return bounded


def _start(asked: Asked, now: float) -> str | None:
    """Where to begin: at the page's position, or at the end that is asked for."""
    until = iso(max(asked.until, 0)) if asked.until < now else None
    return min((one for one in (asked.before, until) if one is not None), default=None)


def _network(text: str) -> tuple[str, ...] | None:
    try:
        return typed_ranges([text]) if text else None
    except InvalidRange as error:
        raise invalid(f"network:{error.cause}", "network") from error


def _inside(source: str, network: tuple[str, ...]) -> bool:
    try:
        return permitted(parse_address(source), network)
    except InvalidSource:
        return False


def _moment(text: str, field: str, default: float, *, whole_day: bool = False) -> float:
    """A day or a moment, in UTC unless it says otherwise; a day as an end is its own end."""
    if not text:
        return default
    try:
        at = datetime.fromisoformat(text)
        if whole_day and len(text) == len("2026-11-21"):
            at += timedelta(days=1)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as error:
        raise invalid(field, field) from error
