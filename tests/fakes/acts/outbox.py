"""The fake store's acts of the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.domain.accounts import Kind, Status
from chalicelib.domain.addresses import AccountId, DomainId
from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.limits import BUDGET_SPENT, SELF_SERVICE_MAILS, TOO_MANY, Limit
from chalicelib.domain.mails import LATER, NOTE, Claim, Due, hour, hour_of, told_of, without_code
from chalicelib.domain.refusals import Refusal, Unavailable
from chalicelib.domain.resets import SUPERSEDED, Noted, Purpose, Reset, pending_key
from tests.fakes.tables import Family, act


class Outbox(Family):
    """`ports.OutboxActs`."""

    @act
    def due(self, event: Event, note: Event, sender: DomainId) -> Due:
        sent = (note.account_id, note.sort_key) in self._tables.events
        claim, _ = self._tables.claims.get((event.account_id, event.sort_key), (Claim(), ""))
        account, brand = self._tables.accounts.get(event.account_id), self._tables.brands.get(sender)
        return Due(account, sent, brand, claim)

    @act
    def claim(self, event: Event, seen: Claim, made: Claim, run: str) -> bool:
        key = (event.account_id, event.sort_key)
        found, whose = self._tables.claims.get(key, (Claim(), ""))
        if found.tries == seen.tries:
            self._tables.claims[key] = (made, run)
            return True
        return whose == run

    @act
    def release(self, event: Event, seen: Claim, run: str) -> None:
        key = (event.account_id, event.sort_key)
        found, whose = self._tables.claims.get(key, (Claim(), ""))
        if whose == run:
            self._tables.claims[key] = (found._replace(tries=seen.tries, at=seen.at), run)

    @act
    def put_aside(self, trail: str, at: str, cause: str, now: float) -> None:
        self._tables.aside.setdefault(hour(now), {}).setdefault((at, trail), cause)

    @act
    def waiting(self, hour: str) -> list[Event]:
        events = self._tables.events
        keys = [(AccountId(trail), at) for at, trail in sorted(self._tables.aside.get(hour, {}))]
        return [events[key] for key in keys if key in events and (key[0], f"{key[1]}{NOTE}") not in events]

    def event_of(self, image: Mapping[str, Any]) -> Event:
        return self._tables.events[AccountId(image["account_id"]["S"]), image["at"]["S"]]

    @act
    def issue(
        self,
        resets: Sequence[Reset],
        epoch: int,
        asked_at: float,
        limits: Sequence[Limit],
        budget_at: float | None = None,
    ) -> str | None:
        stored = self._tables.resets
        for one in resets:
            waits = stored.get(pending_key(one.account_id))
            if one.purpose is Purpose.ADDRESS and (waits is None or _outline(waits) != _outline(one)):
                return SUPERSEDED
        before_this = [stored[one.key] for one in resets if one.key in stored]
        if before_this:
            good = all(one.spent_at is None and one.epoch == resets[0].epoch for one in before_this)
            return None if good else SUPERSEDED
        account = self._tables.accounts.get(resets[0].account_id)
        if account is None or account.epoch != epoch:
            return "account_changed_meanwhile"
        before = dict(self._tables.throttles)
        try:
            for limit in limits:
                self._tables.reserve(limit, f"{account.id}#{epoch}", asked_at)
        except Refusal:
            self._tables.throttles = before
            return TOO_MANY
        if budget_at is not None:
            try:
                self._tables.reserve(SELF_SERVICE_MAILS, "portal", budget_at)
            except Refusal as full:
                self._tables.throttles = before
                raise Unavailable(BUDGET_SPENT) from full
        self._tables.resets |= {reset.key: reset for reset in resets}
        return None

    @act
    def renew(self, reset: Reset, epoch: int) -> bool:
        account = self._tables.accounts.get(reset.account_id)
        if reset.key not in self._tables.resets or account is None or account.epoch != epoch:
            return False
        self._tables.resets[reset.key] = reset
        return True

    @act
    def tell_administrators(self, event: Event) -> int:
        others = [
            account.id
            for account in self._tables.accounts.values()
            if account.staff == Kind.ADMINISTRATOR.value
            and account.status is Status.ACTIVE
            and account.id != event.account_id
            and account.address != event.actor
        ]
        for one in others:
            self._tables.put_event(told_of(event, one))
        return len(others)

    @act
    def note(self, note: Event) -> None:
        self._tables.events.setdefault((note.account_id, note.sort_key), note)

    @act
    def noted(self, message_id: str) -> Noted | None:
        for event in self._tables.events.values():
            if event.kind is EventKind.MAIL_SENT and event.told["message_id"] == message_id:
                told = event.told
                of = (event.account_id, told["message"]) if told["message"] else None
                return Noted(AccountId(str(told["mailed"])), str(told["about"]), told["request"], of)
        return None

    @act
    def unfinished(self, hour: str, now: float) -> list[Event]:
        events = list(self._tables.events.values())
        begun = {event.account_id for event in events if hour_of(event) == hour + LATER}
        found: list[Event] = []
        for who in begun:
            first = min(one.at for one in events if one.account_id == who and hour_of(one) == hour + LATER)
            mine = [one for one in events if one.account_id == who and first <= one.at]
            found += without_code(mine, now)[:1]
        return found

    @act
    def unsettled(self, hour: str) -> list[Event]:
        events = sorted(self._tables.events.values(), key=lambda event: event.sort_key)
        return [
            event
            for event in events
            if hour_of(event) == hour
            and (event.account_id, f"{event.sort_key}{NOTE}") not in self._tables.events
        ]

    @act
    def record_delivery(self, event: Event, undeliverable: str | None) -> None:
        if (event.account_id, event.sort_key) in self._tables.events:
            return
        self._tables.put_event(event)
        account = self._tables.accounts.get(event.account_id)
        if undeliverable is not None and account is not None and account.delivery_lifted_at < event.at:
            self._tables.accounts[account.id] = account._replace(undeliverable=undeliverable)


def _outline(link: Reset) -> tuple[object, ...]:
    """In what a link of a new address and the change that waits must agree."""
    return link.address, link.valid_until, link.epoch, link.spent_at
