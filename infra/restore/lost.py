"""What happened in the lost time, as the live trail tells: it is never put back, so it still knows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chalicelib.domain.events import Event, EventKind, iso
from infra.restore.state import State
from infra.verify.around import came_from

CLOSED = {EventKind.ACCOUNT_DISABLED, EventKind.ACCOUNT_CONTAINED, EventKind.ACCOUNT_FROZEN}
OPENED = {EventKind.ACCOUNT_ENABLED}
PASSWORDS = {
    EventKind.PASSWORD_RESET,
    EventKind.PASSWORD_CHANGED,
    EventKind.PASSWORD_ISSUED,
    EventKind.ACCOUNT_CONTAINED,
    EventKind.ACCOUNT_FROZEN,
}
SECOND_STEPS = {
    EventKind.TWO_STEP_ENROLLED,
    EventKind.TWO_STEP_MOVED,
    EventKind.TWO_STEP_REMOVED,
    EventKind.TWO_STEP_RESET,
    EventKind.RECOVERY_CODES_RENEWED,
}
# What an operator must hear of, under which heading.
HEADINGS = {
    **dict.fromkeys(CLOSED, "disabled, contained or frozen in the lost time"),
    **dict.fromkeys(PASSWORDS - CLOSED, "with another password in the lost time"),
    **dict.fromkeys(SECOND_STEPS, "with another second step in the lost time"),
    EventKind.RECOVERY_CODE_USED: "codes spent in the lost time, and spent still",
    EventKind.ACCOUNT_ERASED: "erased in the lost time, and erased still",
    EventKind.ADDRESS_CHANGED: "moved from or to another address in the lost time",
    EventKind.KIND_CHANGED: "of another kind or of other domains in the lost time, and of the lesser still",
    EventKind.ACCOUNT_INVITED: "invited in the lost time",
    EventKind.ACCOUNT_ENABLED: "enabled in the lost time",
    EventKind.MESSAGE_RECALLED: "messages recalled in the lost time, and recalled still",
    EventKind.SERVICE_REVOKED: "services revoked in the lost time, and revoked still",
    EventKind.POLICY_CHANGED: "rules changed in the lost time, and as they were again",
    EventKind.BRAND_CHANGED: "rules changed in the lost time, and as they were again",
}


def note(state: State, event: Event) -> None:
    """Keep what matters of an event of the lost time."""
    heading = HEADINGS.get(event.kind)
    if event.at <= state.at or heading is None:
        return
    kinds = state.lost.setdefault(event.account_id, [])
    entry = [event.at, event.kind.value, *filter(None, [came_from(event)])]
    if entry not in kinds:
        kinds.append(entry)
    if event.kind is EventKind.ACCOUNT_ERASED:
        state.decisions[event.account_id] = max(event.sort_key, state.decisions.get(event.account_id, ""))
    who = event.email or event.account_id
    state.tell(
        heading, f"{who}: {event.kind.value} at {iso(event.at)} by {event.actor or 'somebody not logged on'}"
    )


def kinds_of(state: State, account_id: str) -> list[EventKind]:
    """What happened to an account, the oldest first; also under the address that it had before."""
    ids, entries = [account_id], list[list[Any]]()
    for one in ids:
        told = state.lost.get(one, [])
        entries += told
        ids += [entry[2] for entry in told if len(entry) > 2 and entry[2] not in ids]  # noqa: PLR2004 - see `note`
    return [EventKind(entry[1]) for entry in sorted(entries)]


def closed_by(kinds: Iterable[EventKind]) -> str | None:
    """How the lost time left an account: "frozen", "disabled", or None where it was open, or open again."""
    status: str | None = None
    for kind in kinds:
        if kind in CLOSED:
            status = "frozen" if kind is EventKind.ACCOUNT_FROZEN else "disabled"
        elif kind in OPENED or (status == "frozen" and kind is EventKind.PASSWORD_RESET):
            status = None
    return status


def lines(report: dict[str, list[str]]) -> list[str]:
    """The list, as an operator reads it."""
    told: list[Any] = []
    for heading, found in sorted(report.items()):
        told += [f"{len(found)} {heading}:", *(f"  {line}" for line in sorted(found))]
    return told
