"""An attempt to get in as the support desk reads it: what the person saw, and the true reason behind it."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from chalicelib.domain.addresses import InvalidAddress, canonical_address
from chalicelib.domain.events import MAILS, PROVED, Event, EventKind, iso
from chalicelib.domain.refusals import Reason
from chalicelib.flows.inputs import differs
from chalicelib.presentation.browsers import read_browser
from chalicelib.presentation.evidence import evidence
from chalicelib.presentation.languages import Translate

DAYS_KEPT_IN_SIGHT = 30

OUTCOMES = {
    EventKind.LOGON_SUCCEEDED: "succeeded",
    EventKind.RECOVERY_CODE_USED: "succeeded",
    EventKind.LOGON_HALF_DONE: "half_done",
}
OUTCOME_NAMES = ("succeeded", "half_done", "refused")


def outcome_of(event: Event) -> str:
    """What became of an attempt."""
    return OUTCOMES.get(event.kind, "refused")


def attempt_row(event: Event, say: Translate) -> dict[str, object]:
    """An attempt as the console's page shows it. The browser is parsed here, where it is read.

    Attack: what a stranger's browser calls itself stands in a column of ours as if we knew it. Defence: the column has
    words of our list alone, and an unknown browser's own are quoted beside them, as `agent` (WB-14). An address that
    only looks like somebody's has its one spelling beside it, as `spelled` (IN-05). `rule`: which ranges shut it out.
    """
    sent = event.user_agent or ""
    browser = read_browser(sent)
    return {
        "reference": event.reference,
        "at": iso(event.at),
        "email": event.email or "",
        "url": event.url,
        "browser": browser.called(sent, say),
        "browser_version": browser.version,
        "operating_system": browser.operating_system,
        "address": event.source,
        "outcome": outcome_of(event),
        "reason": event.reason,
        "agent": "" if browser.name else evidence(sent),
        **_spelled(event.email or "", known=event.reason != Reason.UNKNOWN),
        "rule": event.told["rule"] or "",
    }


def _spelled(typed: str, *, known: bool) -> dict[str, str]:
    """The one spelling of an address where it is another than was typed, and whose page it leads to; else ""."""
    try:
        canonical = canonical_address(typed)
    except InvalidAddress:
        return {"spelled": "", "user": ""}
    return {"spelled": canonical if differs(typed, canonical) else "", "user": canonical if known else ""}


def attempt_facts(row: Mapping[str, object]) -> dict[str, object]:
    """The contract's row of `/admin/attempts`: what stands beside it is for a person's eyes, but for a rule, if any."""
    beside = {"agent", "spelled", "user", *(() if row["rule"] else ("rule",))}
    return {name: value for name, value in row.items() if name not in beside}


def event_facts(event: Event) -> dict[str, object]:
    """One row of the audit trail. `by` says who acted where no address of anybody else does, as `actor`."""
    by = _by(event)
    return {
        "at": iso(event.at),
        "kind": event.kind.value,
        "reference": event.reference,
        "reason": event.told["reason"] or event.reason,
        "email": event.email,
        "source": event.source,
        "actor": "" if by else event.actor,
        "by": by,
        "before": event.told["before"],
        "after": event.told["after"],
        "details": {name: value for name, value in event.details.items() if name not in {"before", "after"}},
    }


def _by(event: Event) -> str:
    """Who did it, if it was nobody else who was logged on: "account", "portal" or, of a stranger, "nobody"."""
    if event.kind in MAILS:
        return "portal"
    if event.actor:
        return "account" if event.by_owner else ""
    return "account" if event.kind in PROVED else "nobody"


def days_back(now: float, days: int) -> Iterator[str]:
    """The last days as YYYY-MM-DD, today first."""
    today = datetime.fromtimestamp(now, UTC)
    for back in range(days + 1):
        yield (today - timedelta(days=back)).strftime("%Y-%m-%d")
