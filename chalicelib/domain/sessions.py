"""What a session is, when it is dead, and how long each kind may live."""

import hashlib
from enum import StrEnum
from typing import NamedTuple

from chalicelib.domain.accounts import FEW_CODES, Account, Kind, Policy, Status
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.tokens import Digest

MAX_SESSIONS = 10  # SE-09; the oldest number falls out, with nothing to delete
MAX_HALF_DONE = 10  # logons of one account that wait for their next step, by numbers of their own (LG-16)
ENTER_CODE_SECONDS = 300
CHANGE_PASSWORD_SECONDS = 600
ENROL_SECONDS = 600
REAUTHENTICATION_SECONDS = 600
CONFIRMATIONS = 5  # wrong ones in one whole session, then it ends (LG-13)
TOUCH_SECONDS = 60  # last-seen is written at most this often (SE-04)


class Next(StrEnum):
    """Where a person stands in the flow; the value is the contract's `next`."""

    PORTAL = "portal"
    ENTER_CODE = "enter_code"
    CHANGE_PASSWORD = "change_password"  # noqa: S105 - the name of a step
    ENROL_TWO_STEP = "enrol_two_step"


class Credential(StrEnum):
    """What opened a session."""

    PASSWORD = "password"  # noqa: S105 - a kind of credential, not one
    TEMPORARY = "temporary"


class Answered(NamedTuple):
    """Of which form a session's secret was the answer: when, of which page, with which mark, and the answer's word."""

    at: float
    page: str
    mark: str
    said: str = ""


class Session(NamedTuple):
    """One row; the secret itself is only in the owner's cookie, here is its digest.

    `epoch` is the account's when it was made; `serial` its number among the whole sessions, or among the half-done
    logons until it is `whole`. `logon` names it over all its secrets and opens nothing; `started_at` is when that logon
    began, and `reauthenticated_at` when a password was last typed in it. `previous_logon_at` is shown to the owner, who
    alone can tell a logon that was not theirs. `confirmations` are the passwords and codes typed again in it since it
    got this secret, counted before they are looked at. `known`: its logon came from a browser or a network that the
    account was used from before. `handed_over_at` is when another secret took this one's place: it opens nothing any
    more, and is kept only so that the request that did it can be answered twice; `answered` is that request, as the
    session knows it that took the place (ADR 29).
    """

    account_id: AccountId
    digest: Digest
    epoch: int
    serial: int
    opened_with: Credential
    code_entered: bool
    next: Next
    started_at: float
    last_seen_at: float
    expires_at: float
    reauthenticated_at: float
    source: str
    user_agent: str
    previous_logon_at: float | None = None
    confirmations: int = 0
    known: bool = False
    whole: bool = True
    logon: str = ""
    handed_over_at: float | None = None
    answered: Answered | None = None


class Standing(NamedTuple):
    """What the authorizer's one trip found, by which it judges a request."""

    portal: Policy | None
    session: Session | None = None
    account: Account | None = None
    domain: Policy | None = None
    limit: tuple[str, ...] = ()


class Caller(NamedTuple):
    """Who asks, as the authorizer found out: what a step may know of account and session without reading them again.

    It travels through API Gateway in the authorizer's context, so it holds no hash, no seed and no token. `serial`,
    `started_at`, `whole` and `logon` are the session's, `newest_serial` the account's. `language` and `zone` are what
    its owner chose, "" where the browser is asked. `answered` is the page of the form that gave the session its secret
    a moment ago, "" where none did. `console_shut`: staff, at an address outside the administrators' ranges. `domains`:
    those that staff is limited to; None for every one (ADR 58).
    """

    account_id: AccountId
    address: str
    kind: Kind
    epoch: int
    digest: Digest
    serial: int
    newest_serial: int
    next: Next
    reauthenticated_at: float
    password_changed_at: float | None
    previous_logon_at: float | None
    two_step_active: bool
    two_step_required: bool
    recovery_codes_left: int
    opened_with: Credential
    code_entered: bool
    expires_at: float
    language: str = ""
    zone: str = ""
    known: bool = False
    started_at: float = 0
    whole: bool = True
    logon: str = ""
    answered: str = ""
    console_shut: bool = False
    domains: tuple[str, ...] | None = None

    @property
    def few_codes(self) -> bool:
        """Whether the recovery codes run out: once they and the phone are gone, nobody gets in alone."""
        return self.two_step_active and self.recovery_codes_left <= FEW_CODES


def caller_of(session: Session, account: Account, next_: Next, *, two_step_required: bool) -> Caller:
    """Who asks in this session, as its account is now."""
    return Caller(
        account_id=account.id,
        address=account.address,
        kind=account.kind,
        epoch=account.epoch,
        digest=session.digest,
        serial=session.serial,
        newest_serial=account.session_serial,
        next=next_,
        reauthenticated_at=session.reauthenticated_at,
        password_changed_at=account.password_changed_at,
        previous_logon_at=session.previous_logon_at,
        two_step_active=account.two_step.active,
        two_step_required=two_step_required,
        recovery_codes_left=len(account.two_step.recovery),
        opened_with=session.opened_with,
        code_entered=session.code_entered,
        expires_at=session.expires_at,
        language=account.language or "",
        zone=account.time_zone or "",
        known=session.known,
        started_at=session.started_at,
        whole=session.whole,
        logon=session.logon,
    )


def lifetime(next_: Next, full_seconds: int) -> int:
    """Seconds a session at this point may live, whatever its use (security 0.2); never longer than a full one."""
    seconds = {
        Next.ENTER_CODE: ENTER_CODE_SECONDS,
        Next.CHANGE_PASSWORD: CHANGE_PASSWORD_SECONDS,
        Next.ENROL_TWO_STEP: ENROL_SECONDS,
        Next.PORTAL: full_seconds,
    }[next_]
    return min(seconds, full_seconds)


def expiry(session: Session, now: float, full_seconds: int) -> int:
    """When a session that was made now is over, whatever its use.

    Attack: a stolen session is handed over from step to step and lives for ever. Defence: a whole one ends with the
    time of its logon, however often it changed its secret; a half-done one also when the password that opened it is no
    longer fresh, so that no step of a logon is taken without one (SE-13).
    """
    end = int(session.started_at) + full_seconds
    if session.whole:
        return end
    fresh_until = int(session.reauthenticated_at) + REAUTHENTICATION_SECONDS
    return min(end, fresh_until, int(now) + lifetime(session.next, full_seconds))


def newest_number(account: Account, session: Session) -> int:
    """The newest number among those a session counts with: whole ones, or half-done ones from where it came from."""
    if session.whole:
        return account.session_serial
    return account.half_done(known=session.known)


def numbered(session: Session, account: Account) -> Session:
    """With the next number among its kind; a whole one also with the logon before it."""
    number = newest_number(account, session) + 1
    return session._replace(serial=number, previous_logon_at=account.last_logon_at if session.whole else None)


def cause_of_death(session: Session, account: Account, now: float, idle_seconds: int) -> str | None:
    """Why this session is dead, or None while it lives."""
    if session.handed_over_at is not None:
        return "handed_over"
    if account.status is not Status.ACTIVE:
        return f"account_{account.status}"
    if not session.whole and now < account.tries(known=session.known).locked_until:
        return "locked_half_way"  # a lock ends every half-done logon (LG-09), but no session that is whole (LG-07)
    return outlived(session, account.epoch, newest_number(account, session), now, idle_seconds)


def outlived(session: Session, epoch: int, newest_serial: int, now: float, idle_seconds: int) -> str | None:
    """Why this session of an active account is over, or None; all there is to ask of one that is whole.

    Expiry is judged here on every read, since DynamoDB deletes expired rows up to two days late.
    """
    if session.epoch != epoch:
        return "epoch_moved"
    if session.serial <= newest_serial - (MAX_SESSIONS if session.whole else MAX_HALF_DONE):
        return "evicted_by_newer_sessions"
    if now >= session.expires_at:
        return "expired"
    if now >= session.last_seen_at + idle_seconds:
        return "idle"
    return None


def touch_due(session: Session, now: float, idle_seconds: int) -> bool:
    """Whether last-seen should be written: once a minute, or a quarter of a short idle time-out."""
    return now - session.last_seen_at >= min(TOUCH_SECONDS, idle_seconds / 4)


def recently_reauthenticated(caller: Caller, now: float) -> bool:
    """Sensitive writes ask for the password again after ten minutes (SE-11, ASVS 7.5.1)."""
    return now < caller.reauthenticated_at + REAUTHENTICATION_SECONDS


def client_of(account: Account, user_agent: str) -> str:
    """A browser as the account remembers it: its name without version numbers, which move every month (LG-12)."""
    name = "".join(character for character in user_agent if not character.isdigit())
    return hashlib.sha256(f"{account.id}|{name}".encode()).hexdigest()[:6]


def new_client(account: Account, user_agent: str, next_: Next) -> str | None:
    """A logon's browser, if the account has not seen it; one that is only half done teaches it nothing."""
    client = client_of(account, user_agent)
    return client if next_ is Next.PORTAL and client not in account.clients else None
