"""What the fake store's families of acts share: the eight tables, and the way an act is performed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from chalicelib.domain.accounts import Account, Kind, Policy, Status
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.administration import Actor
from chalicelib.domain.brand import Brand
from chalicelib.domain.events import Event
from chalicelib.domain.limits import Limit
from chalicelib.domain.mails import Claim
from chalicelib.domain.messages import Message, sent_drawer
from chalicelib.domain.overview import Day
from chalicelib.domain.refusals import Code, Hint, Refusal
from chalicelib.domain.repeats import Once
from chalicelib.domain.resets import Reset
from chalicelib.domain.sendings import Claim as SendingClaim
from chalicelib.domain.services import Sender, Service, opened_by
from chalicelib.domain.sessions import Session, newest_number
from chalicelib.domain.tokens import Digest
from tests.fakes.held import Accounts, Events

P = ParamSpec("P")
R = TypeVar("R")


@dataclass
class Tables:
    """The eight tables, by key."""

    accounts: Accounts = field(default_factory=Accounts)
    resets: dict[str, Reset] = field(default_factory=dict)
    sessions: dict[tuple[AccountId, Digest], Session] = field(default_factory=dict)
    events: dict[tuple[AccountId, str], Event] = field(default_factory=Events)
    policies: dict[str, Policy] = field(default_factory=dict)
    brands: dict[str, Brand] = field(default_factory=dict)
    limits: dict[AccountId, tuple[str, ...]] = field(default_factory=dict)  # rows of the domains
    throttles: dict[str, int] = field(default_factory=dict)
    asked: dict[str, set[str]] = field(default_factory=dict)  # about whom a source has, in the same rows
    repeats: dict[Digest, int] = field(default_factory=dict)  # asked for, of a session that was handed over
    once: dict[str, Once] = field(
        default_factory=dict
    )  # acts of forms, by their marks: rows of the throttles
    networks: dict[str, float] = field(default_factory=dict)  # until when an account is known from there
    days: dict[str, Day] = field(default_factory=dict)  # rows of the throttles
    messages: dict[tuple[AccountId, str], Message] = field(default_factory=dict)
    claims: dict[tuple[AccountId, str], tuple[Claim, str]] = field(
        default_factory=dict
    )  # rows of the throttles
    told: dict[tuple[AccountId, str], bool] = field(default_factory=dict)  # the marks of what the bus has
    for_the_bus: dict[str, dict[str, str]] = field(default_factory=dict)  # what waits for it, by hour
    aside: dict[str, dict[tuple[str, str], str]] = field(default_factory=dict)  # rows of the events, by hour

    moving: dict[AccountId, AccountId] = field(default_factory=dict)  # rows of the messages, by the new id
    services: dict[str, Service] = field(default_factory=dict)
    sendings: dict[str, SendingClaim] = field(default_factory=dict)  # rows of the throttles

    def put_event(self, event: Event) -> None:
        """Every change brings its event along; one that is there stays as it is."""
        self.events.setdefault((event.account_id, event.sort_key), event)

    def tell_service(self, service: str, message_id: str, **facts: Any) -> None:
        """What was done with a message, where the service that sent it looks."""
        key = (sent_drawer(service), message_id)
        if key in self.messages:
            self.messages[key] = self.messages[key]._replace(**facts)

    def put_session(self, session: Session) -> None:
        """A session under its key."""
        self.sessions[session.account_id, session.digest] = session

    def alive(self, account_id: AccountId, digest: Digest, now: float) -> Session | None:
        """A session that is neither over nor handed over."""
        session = self.sessions.get((account_id, digest))
        return session if session and session.handed_over_at is None and now < session.expires_at else None

    def reserve(self, limit: Limit, subject: str, now: float) -> None:
        """Take a place, or THROTTLED."""
        key = limit.key(subject, now)
        self.demand_room(limit, key, now)
        self.count(key)

    def demand_first(self, once: Once | None) -> None:
        """OVERTAKEN where this form has done it already."""
        before = self.once.get(once.mark) if once else None
        if once and before and int(before.until) > int(once.at):
            raise Refusal(Code.CONFLICT, "sent_twice", hint=Hint.OVERTAKEN, facts={"done": before.done})

    def note(self, once: Once | None) -> None:
        """That it has."""
        if once:
            self.once[once.mark] = once

    def demand_room(self, limit: Limit, key: str, now: float) -> None:
        """THROTTLED when there is none."""
        if self.throttles.get(key, 0) >= limit.most:
            raise Refusal(Code.THROTTLED, f"throttle_{limit.name}", retry_after=limit.left(now))

    def count(self, key: str) -> None:
        """One more."""
        self.throttles[key] = self.throttles.get(key, 0) + 1

    def spendable(self, key: str, now: float) -> bool:
        """Whether a mailed thing can be used up now."""
        row = self.resets.get(key)
        return row is not None and row.spent_at is None and row.valid_until > now

    def spend(self, key: str, now: float) -> None:
        """Use it up."""
        self.resets[key] = self.resets[key]._replace(spent_at=now)

    def still_administrator(self, actor: Actor) -> bool:
        """Whether whoever acts still may (SE-10)."""
        account = self.accounts.get(actor.account_id)
        if account is None or account.epoch != actor.epoch:
            return False
        if actor.first is not None and not self.still_administrator(actor.first):
            return False
        return account.status is Status.ACTIVE and account.kind is Kind.ADMINISTRATOR

    def demand_recipient(self, who: AccountId) -> None:
        """CONFLICT for an account that is to go: nothing is sent to it any more."""
        account = self.accounts.get(who)
        if account is not None and account.status is Status.ERASED:
            raise Refusal(Code.CONFLICT, "recipient_being_erased")
        if account is not None and account.alias_of is not None:
            raise Refusal(Code.CONFLICT, "recipient_has_another_address", hint=Hint.FORMER_ADDRESS)

    def still_good(self, sender: Sender) -> bool:
        """Whether the key of whoever sends still is."""
        return opened_by(self.services.get(sender.id), sender.digest) is not None

    def succeed(
        self, old: Digest, session: Session, event: Event, changes: dict[str, Any], *, seen: int | None = None
    ) -> bool:
        """One session takes another's place, if that is still there and the account is as the new one says.

        `seen` is the epoch that an act moves on from: the new session then carries the next one already.
        """
        account = self.accounts.get(session.account_id)
        if account is None or account.status is not Status.ACTIVE:
            return False
        if account.epoch != (session.epoch if seen is None else seen):
            return False
        before = self.sessions.get((session.account_id, old))
        if before is None or before.handed_over_at is not None:
            return False
        self.put_session(before._replace(handed_over_at=event.at, expires_at=int(event.at)))
        self.accounts[account.id] = with_number(account, session, event.at)._replace(**changes)
        self.put_session(session)
        self.put_event(event)
        return True


def with_number(account: Account, session: Session, at: float) -> Account:
    """The account as it is once this session has taken its number, if it takes one."""
    if session.serial <= newest_number(account, session):
        return account
    if session.whole:
        return account._replace(session_serial=session.serial, last_logon_at=at)
    if session.known:
        return account._replace(known_half_done_serial=session.serial)
    return account._replace(half_done_serial=session.serial)


class Family:
    """One family of acts on the shared tables."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self._tables: Tables = store.tables


def act(method: Callable[P, R]) -> Callable[P, R]:
    """Counted, alone under the lock, and perhaps broken."""

    @wraps(method)
    def performed(*args: P.args, **kwargs: P.kwargs) -> R:
        family: Any = args[0]
        name = f"{method.__module__.rpartition('.')[2]}.{method.__name__}"
        result: R = family._store.perform(name, lambda: method(*args, **kwargs))
        return result

    return performed
