"""Each row as the domain's value, and back: its shape, and no rule."""

from typing import Any

from chalicelib.domain.accounts import LIMITED, Account, Kind, Policy, Status, TwoStep
from chalicelib.domain.addresses import AccountId, CanonicalAddress, domain_of
from chalicelib.domain.events import NO_DETAILS, Event, EventKind
from chalicelib.domain.mails import hour_of
from chalicelib.domain.resets import KEPT_SECONDS, Purpose, Reset
from chalicelib.domain.sessions import Answered, Credential, Next, Session
from chalicelib.domain.tokens import Digest, session_handle
from chalicelib.storage.tables import AccountRow, EventRow, LimitRow, PolicyRow, ResetRow, SessionRow

ON, APART = "on", "#unchanged"  # behind the account's id: where the events lie that changed nothing


def account_of(row: AccountRow) -> Account:
    """The row as the domain's value."""
    return Account(
        id=AccountId(row.id),
        address=CanonicalAddress(row.address),
        kind=Kind(row.kind),
        status=Status(row.status),
        epoch=int(row.epoch),
        password_hash=row.password_hash,
        password_changed_at=row.password_changed_at,
        must_change_password=bool(row.must_change_password),
        failures=int(row.failures),
        attempted_at=row.attempted_at,
        locked_until=row.locked_until,
        known_failures=int(row.known_failures),
        known_attempted_at=row.known_attempted_at,
        known_locked_until=row.known_locked_until,
        session_serial=int(row.session_serial),
        half_done_serial=int(row.half_done_serial),
        known_half_done_serial=int(row.known_half_done_serial),
        last_logon_at=row.last_logon_at,
        two_step=_two_step_of(row),
        two_step_required=bool(row.two_step_required),
        ranges=_texts(row.ranges),
        alias_of=AccountId(row.alias_of) if row.alias_of else None,
        undeliverable=row.undeliverable,
        delivery_lifted_at=row.delivery_lifted_at,
        clients=tuple(row.clients or ()),
        language=row.language,
        time_zone=row.time_zone,
        created_at=row.created_at,
        limited=row.staff == LIMITED,
    )


def _two_step_of(row: AccountRow) -> TwoStep:
    return TwoStep(
        seed=row.two_step_seed,
        last_step=int(row.two_step_last),
        pending_seed=row.two_step_pending,
        pending_until=row.two_step_pending_until or 0,
        recovery=tuple(row.recovery or ()),
        failures=int(row.two_step_failures),
        attempted_at=row.two_step_attempted_at,
        known_failures=int(row.two_step_known_failures),
        known_attempted_at=row.two_step_known_attempted_at,
        unused_since=row.two_step_unused_since,
        disputed_at=row.two_step_disputed_at,
    )


def account_row(account: Account) -> AccountRow:
    """A new account's row; later changes are conditional updates of single attributes."""
    return AccountRow(
        account.id,
        address=account.address,
        domain=domain_of(account.address),
        kind=account.kind.value,
        status=account.status.value,
        epoch=account.epoch,
        password_hash=account.password_hash,
        two_step_required=account.two_step_required,
        alias_of=account.alias_of,
        staff=account.staff,
        created_at=account.created_at,
    )


def reset_of(row: ResetRow) -> Reset:
    """The row as the domain's value."""
    return Reset(
        key=row.key,
        account_id=AccountId(row.account_id),
        purpose=Purpose(row.purpose),
        epoch=int(row.epoch),
        valid_until=row.valid_until,
        address=row.address,
        password_hash=row.password_hash,
        spent_at=row.spent_at,
        enrolled_at=row.enrolled_at,
    )


def reset_row(reset: Reset) -> ResetRow:
    """The value as a row."""
    return ResetRow(
        reset.key,
        account_id=reset.account_id,
        purpose=reset.purpose.value,
        epoch=reset.epoch,
        valid_until=reset.valid_until,
        address=reset.address,
        password_hash=reset.password_hash,
        enrolled_at=reset.enrolled_at,
        expires_at=int(reset.valid_until) + KEPT_SECONDS,
    )


def session_of(row: SessionRow) -> Session:
    """The row as the domain's value."""
    return Session(
        account_id=AccountId(row.account_id),
        digest=Digest(row.digest),
        epoch=int(row.epoch),
        serial=int(row.serial),
        opened_with=Credential(row.opened_with),
        code_entered=bool(row.code_entered),
        next=Next(row.next),
        started_at=row.started_at,
        last_seen_at=row.last_seen_at,
        expires_at=row.expires_at,
        reauthenticated_at=row.reauthenticated_at,
        source=row.source,
        user_agent=row.user_agent,
        previous_logon_at=row.previous_logon_at,
        confirmations=int(row.confirmations),
        known=bool(row.known),
        # A row from before these two has neither.
        whole=row.next == Next.PORTAL if row.whole is None else bool(row.whole),
        logon=row.logon or session_handle(Digest(row.digest)),
        handed_over_at=row.handed_over_at,
        answered=_answered_of(*row.answered.split(" ")) if row.answered else None,
    )


def _answered_of(at: str, *form: str) -> Answered:
    return Answered(float(at), *form)


def session_row(session: Session) -> SessionRow:
    """The value as a row."""
    return SessionRow(
        session.account_id,
        session.digest,
        epoch=session.epoch,
        serial=session.serial,
        opened_with=session.opened_with.value,
        code_entered=session.code_entered,
        next=session.next.value,
        started_at=session.started_at,
        last_seen_at=session.last_seen_at,
        expires_at=session.expires_at,
        reauthenticated_at=session.reauthenticated_at,
        source=session.source,
        user_agent=session.user_agent,
        previous_logon_at=session.previous_logon_at,
        confirmations=session.confirmations,
        known=session.known,
        whole=session.whole,
        logon=session.logon or None,
        answered=" ".join(map(str, session.answered)) if session.answered else None,
    )


def trail_key(event: Event) -> str:
    """The hash key of an event: of changes the account's id, of all else that and `APART` (ADR 23).

    Attack: who knows an address buries a change under refusals. Defence: what changes nothing lies elsewhere (TR-01).
    """
    return event.account_id if event.beside_changes else f"{event.account_id}{APART}"


def event_of(row: EventRow) -> Event:
    """The row as the domain's value."""
    return Event(
        account_id=AccountId(row.account_id.removesuffix(APART)),
        kind=EventKind(row.kind),
        at=row.time,
        id=row.id,
        reference=row.reference,
        reason=row.reason,
        email=row.email,
        source=row.source,
        user_agent=row.user_agent,
        url=row.url,
        actor=row.actor,
        language=row.language,
        zone=row.zone,
        details=row.details or NO_DETAILS,
        request=row.request,
        filed_at=row.filed_at,
        erased=row.erased,
    )


def kept_until(at: float, *, changes: bool = True) -> int | None:
    """When an event goes by itself; None where it is kept for good. What changed nothing may go before (ADR 54)."""
    seconds = EventRow.Meta.kept_seconds if changes else EventRow.Meta.attempts_seconds
    return int(at) + seconds if seconds else None


def event_row(event: Event) -> EventRow:
    """The value as a row."""
    return EventRow(
        trail_key(event),
        event.sort_key,
        kind=event.kind.value,
        time=event.at,
        id=event.id,
        reference=event.reference,
        reason=event.reason,
        email=event.email,
        source=event.source,
        user_agent=event.user_agent,
        url=event.url,
        actor=event.actor,
        language=event.language,
        zone=event.zone,
        details=dict(event.details) or None,
        request=event.request,
        filed_at=event.filed_at,
        attempt_day=event.listed,
        mail_hour=hour_of(event),
        message_id=event.told["message_id"] if event.kind is EventKind.MAIL_SENT else None,
        acted_by=event.acted_by,
        expires_at=kept_until(event.at, changes=event.beside_changes),
    )


def policy_of(row: PolicyRow | None) -> Policy | None:
    """The row as the domain's value."""
    if row is None:
        return None
    rules = bool(row.internal), bool(row.two_step_required), _texts(row.ranges), _texts(row.admin_ranges)
    return Policy(row.name, *rules, row.notes or "")


def domains_of(row: LimitRow | None) -> tuple[str, ...]:
    """The domains of a limited account: none, where none are written down."""
    return tuple(row.domains) if row else ()


def _texts(values: Any) -> tuple[str, ...] | None:
    return None if values is None else tuple(values)
