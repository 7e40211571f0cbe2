"""What must hold of an account: its own row, and that its trail tells how it came to be as it is."""

from __future__ import annotations

from chalicelib.domain.accounts import Kind, Status
from chalicelib.domain.addresses import AccountId, account_id, domain_of, limit_key
from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.moves import former_mark
from chalicelib.domain.resets import Purpose
from chalicelib.domain.two_step import RECOVERY_CODES, STEP_SECONDS
from infra.verify.around import Item
from infra.verify.invariants import Case, Wrong, of

MOST_BYTES = 1024  # beyond them a write costs two units
AHEAD_SECONDS = 2 * 86400  # a clock that is ahead, and the hour that a restore adds
SAME_MOMENT = 10  # a row and its event say one moment, which two readings of a clock may tell apart
PASSWORD = {EventKind.PASSWORD_RESET, EventKind.PASSWORD_CHANGED}
# The owner's own acts that move the epoch; an administrator's say themselves to what.
MOVES = {
    *PASSWORD,
    EventKind.ACCOUNT_FROZEN,
    EventKind.TWO_STEP_ENROLLED,
    EventKind.TWO_STEP_MOVED,
    EventKind.TWO_STEP_REMOVED,
    EventKind.ADDRESS_CHANGED,
}
SET_UP = {EventKind.TWO_STEP_ENROLLED, EventKind.TWO_STEP_MOVED}
CLOSING = {
    Status.DISABLED: {
        EventKind.ACCOUNT_DISABLED,
        EventKind.ACCOUNT_CONTAINED,
        EventKind.INVITATION_WITHDRAWN,
        EventKind.ADDRESS_CHANGED,
    },
    Status.FROZEN: {EventKind.ACCOUNT_FROZEN},
    Status.ERASED: {EventKind.ACCOUNT_ERASED},
}
FRESH_CODES = {*SET_UP, EventKind.RECOVERY_CODES_RENEWED}
LINKS_KEPT = 29 * 86400  # a row of what was mailed is kept for thirty days behind its own end


@of("accounts")
def is_named_by_its_address(case: Case) -> Wrong:
    """The key is made of the address: an account under another key is reached by nobody, or by somebody else."""
    account = case.value
    if account_id(account.address) != account.id:
        yield "its key is not that of its address"
    if case.item.get("domain", {}).get("S") != domain_of(account.address):
        yield "it is listed under another domain than its address"


@of("accounts")
def is_listed_as_staff_only_if_it_is(case: Case) -> Wrong:
    """Administrators hear of each other by an index: one that is not in it hears nothing (AD-09)."""
    administrator = case.value.kind is Kind.ADMINISTRATOR
    marked = case.item.get("staff", {}).get("S") == Kind.ADMINISTRATOR.value
    if case.value.limited:
        if case.value.kind is Kind.RECIPIENT:
            yield "it is limited to domains, and nobody of the staff"
        elif case.value.status is not Status.ERASED and not _limit_of(case):
            yield "it is limited to domains, and none are named: it reaches nobody"
        return
    given_up = case.value.former or (case.value.alias_of is not None and case.value.status is Status.ERASED)
    if given_up:
        if case.item.get("staff", {}).get("S") != former_mark(AccountId(case.value.alias_of or "")):
            yield "it is not listed as a former address of its account"
    elif marked != administrator or marked != ("staff" in case.item):
        yield f"it is {'' if administrator else 'not '}an administrator's, and {'' if marked else 'not '}listed so"


@of("accounts")
def stays_small(case: Case) -> Wrong:
    """Above a kilobyte, each write of it costs double."""
    if (bytes_ := size(case.item)) >= MOST_BYTES:
        yield f"it has {bytes_} bytes"


@of("accounts")
def has_numbers_that_make_sense(case: Case) -> Wrong:
    """Nothing is negative, and nothing was moved on or used in a time that has not come."""
    account, soon = case.value, case.around.now + AHEAD_SECONDS
    counts = (
        account.session_serial,
        account.half_done_serial,
        account.known_half_done_serial,
        account.failures,
        account.known_failures,
        account.two_step.failures,
        account.two_step.known_failures,
    )
    if account.epoch < 1 or min(counts) < 0:
        yield "one of its numbers is less than it can be"
    if account.epoch > soon:
        yield f"its epoch {account.epoch} is of a time that has not come"
    if account.two_step.last_step > soon / STEP_SECONDS:
        yield "a code of a time that has not come is used up"
    if max(account.locked_until, account.known_locked_until) > soon:
        yield "it is locked for longer than any lock lasts"


@of("accounts")
def epoch_is_not_behind_its_trail(case: Case) -> Wrong:
    """An account put back from a backup and not moved on: what the lost hour opened can live again (SE-15)."""
    account = case.value
    for event in own_trail(case):
        after = (event.told["after"] or {}).get("epoch")
        moved = after if isinstance(after, int | float) else event.at if event.kind in MOVES else 0
        if account.epoch < int(moved):
            yield (
                f"its epoch {account.epoch} is older than its {event.kind.value} of {event.sort_key}",
                event.at,
            )
            return


@of("accounts")
def password_has_its_event(case: Case) -> Wrong:
    """Each change has its event, above all this one: its notice hangs on it."""
    at = case.value.password_changed_at
    if at is not None and not _tells(case, PASSWORD, at):
        yield f"no event tells of the password of {at:.0f}", at


@of("accounts")
def second_step_has_its_event(case: Case) -> Wrong:
    """A second step that nobody was told of may be a thief's."""
    two_step = case.value.two_step
    if two_step.unused_since is not None and not _tells(case, SET_UP, two_step.unused_since):
        yield "no event tells of its second step", two_step.unused_since
    elif two_step.active and not [one for one in own_trail(case) if one.kind in SET_UP]:
        yield "no event tells of its second step", 0


@of("accounts")
def is_closed_by_an_event(case: Case) -> Wrong:
    """Whoever was shut out was shut out by somebody."""
    kinds = CLOSING.get(case.value.status)
    if kinds and not [one for one in own_trail(case) if one.kind in kinds]:
        yield f"it is {case.value.status.value}, and no event tells of it", 0


@of("accounts")
def second_step_is_whole(case: Case) -> Wrong:
    """All of a second step or nothing: recovery codes alone would open the way that it closes."""
    two_step = case.value.two_step
    if not two_step.active and (two_step.recovery or two_step.unused_since or two_step.disputed_at):
        yield "it has parts of a second step, and none"
    if "ts" in case.item and not two_step.active:
        yield "the lists say that it has a second step, and it has none"
    if two_step.pending_seed and not two_step.pending_until:
        yield "a second step waits without end to take its place"
    if len(set(two_step.recovery)) != len(two_step.recovery) or len(two_step.recovery) > RECOVERY_CODES:
        yield "its recovery codes are more than there can be"


@of("accounts")
def frozen_has_no_password(case: Case) -> Wrong:
    """What its owner has frozen opens by a new password alone."""
    if case.value.status is Status.FROZEN and case.value.password_hash:
        yield "it is frozen, and has a password"


@of("accounts")
def alias_leads_to_an_account(case: Case) -> Wrong:
    """The mail of an alias goes to the account it stands for."""
    if case.value.alias_of is None or case.value.status is Status.ERASED:
        return
    account = case.around.account(case.value.alias_of)
    if account is None or account.alias_of is not None:
        yield "it is an alias of no account"


@of("accounts")
def former_address_opens_nothing(case: Case) -> Wrong:
    """An address that was given up opens nothing: its mailbox may be somebody else's by now (ADR 55)."""
    account = case.value
    if not account.former:
        return
    if account.password_hash or account.two_step.active or account.kind is not Kind.RECIPIENT:
        yield "it was given up, and has what opens an account"
    changed = [one for one in case.around.trail(account.id) if one.kind is EventKind.ADDRESS_CHANGED]
    if not changed:
        yield "it was given up, and no event tells of it", 0


@of("accounts")
def recovery_codes_are_spent_once(case: Case) -> Wrong:
    """As many are left as were not used since there were ten (TF-08)."""
    account, trail = case.value, own_trail(case)
    fresh = [place for place, event in enumerate(trail) if event.kind in FRESH_CODES]
    if not fresh or not account.two_step.active:
        return
    since = trail[fresh[-1]].at  # of one moment, nobody knows which was first
    used = sum(event.kind is EventKind.RECOVERY_CODE_USED and event.at > since for event in trail)
    if len(account.two_step.recovery) + used > RECOVERY_CODES:
        yield (
            f"{used} recovery codes were used, and {len(account.two_step.recovery)} are left",
            since,
        )


@of("accounts")
def links_are_spent_once(case: Case) -> Wrong:
    """No more passwords were set by a link than links are spent (RS-02)."""
    trail = own_trail(case)
    recent = [
        event
        for event in trail
        if event.kind is EventKind.PASSWORD_RESET
        and event.told["by"] == "link"
        and event.at > case.around.now - LINKS_KEPT
    ]
    if not recent:
        return
    issued = case.around.issued(case.value.id)
    spent = [one for one in issued if one.purpose is Purpose.RESET and one.spent_at is not None]
    if len(recent) > len(spent):
        yield f"{len(recent)} passwords were set by {len(spent)} links", recent[-1].at


def own_trail(case: Case) -> list[Event]:
    """What its trail tells of this account: not of one that had the address before, and was erased (ADR 53)."""
    trail, account = case.around.trail(case.value.id), case.value
    ends = [place for place, event in enumerate(trail) if event.kind is EventKind.ACCOUNT_ERASED]
    return trail[ends[-1] + 1 :] if ends and account.status is not Status.ERASED else trail


def size(item: Item) -> int:
    """Bytes of a row as DynamoDB counts them: its names, texts, numbers at two digits a byte, a list's entries."""
    return sum(len(name.encode()) + _bytes(value) for name, value in item.items())


def _limit_of(case: Case) -> Item | None:
    return case.around.row("domains", domain=limit_key(case.value.id))


def _bytes(value: Item) -> int:
    ((kind, given),) = value.items()
    if kind == "N":
        return len(str(given).strip("-0.")) // 2 + 2
    if kind == "L":
        return 3 + sum(1 + _bytes(one) for one in given)
    return len(str(given).encode()) if kind == "S" else len(given) if kind == "B" else 1


def _tells(case: Case, kinds: set[EventKind], at: float) -> bool:
    return any(event.kind in kinds and abs(event.at - at) < SAME_MOMENT for event in own_trail(case))
