"""Permitted IP ranges as a request gives them, and what a list would have refused before it is saved."""

from chalicelib.domain.events import Event, EventKind, Stretch, Trail, iso
from chalicelib.domain.networks import InvalidRange, InvalidSource, parse_address, permitted, typed_ranges
from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.web.request import Field, Request

RANGES = Field(list, required=False, most=100, nullable=True)
RESTRICTION = Field(required=False, most=10)
LOGONS = frozenset({EventKind.LOGON_SUCCEEDED, EventKind.LOGON_HALF_DONE})


def given_ranges(request: Request) -> tuple[str, ...] | None:
    """The list sent; null is no restriction, an empty list nobody. Raises INVALID_REQUEST that names the bad entry.

    A browser's text field cannot tell null from an empty list, so its form says which by `restriction`.
    """
    restriction = request.fields.get("restriction")
    if restriction not in (None, "listed", "none", "nobody", "keep"):
        raise invalid("restriction", "restriction")
    if restriction is None and "ranges" not in request.fields:
        raise invalid("missing_field", "ranges")
    if restriction == "none":
        return None
    given = [] if restriction == "nobody" else request.fields.get("ranges")
    ranges = None if given is None else _parsed(request, given)
    if restriction == "listed" and not ranges:
        # A field left empty by mistake must not shut everybody out, nor let everybody in.
        raise invalid("no_range_listed", "ranges")
    return ranges


def sets_ranges(request: Request) -> bool:
    """Whether a containment is to change the ranges at all."""
    return request.fields.get("restriction") != "keep" and "ranges" in request.fields


def _parsed(request: Request, given: list[str]) -> tuple[str, ...]:
    try:
        return typed_ranges(given)
    except InvalidRange as error:
        cause = request.say(error.text, **error.values)
        facts = {"field": "ranges", "entry": str(error.entry)[:100], "cause": cause}
        raise Refusal(Code.INVALID_REQUEST, f"range:{error.cause}", facts=facts) from error


def not_locking_oneself_out(
    request: Request, ranges: tuple[str, ...] | None, *, concerns_caller: bool
) -> None:
    """Raise WOULD_LOCK_YOU_OUT for a list the saver's own address is outside of, unless confirmed (IP-05)."""
    if not concerns_caller or request.fields.get("confirm") is True:
        return
    if not permitted(request.source, ranges):
        raise Refusal(Code.WOULD_LOCK_YOU_OUT, "own_address_outside")


def logons_of(trail: Trail, since: float) -> Stretch:
    """An account's logons since then, from both sides of its trail: refusals push none of them out."""
    events = [one for side in trail for one in side.events if one.kind in LOGONS and one.at >= since]
    ends = [side.before for side in trail if side.before is not None and side.before >= iso(since)]
    return Stretch(events, max(ends, default=None))


def refused_by(ranges: tuple[str, ...] | None, attempts: Stretch) -> dict[str, object]:
    """Which of these successful logons the list would have refused: the dry run's answer.

    `more` says that there were more logons than were tried: it proves less than it seems to (TR-02).
    """
    logons = [event for event in attempts.events if event.kind in LOGONS]
    refused = [event for event in logons if not _inside(event, ranges)]
    rows = [{"at": iso(event.at), "email": event.email, "address": event.source} for event in refused]
    return {"refused": rows, "checked": len(logons), "more": attempts.before is not None}


def _inside(event: Event, ranges: tuple[str, ...] | None) -> bool:
    try:
        return permitted(parse_address(event.source or ""), ranges)
    except InvalidSource:
        return False
