"""The fake store's acts of an erasure."""

from __future__ import annotations

from chalicelib.domain.accounts import Account, Status
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.devices import network_key
from chalicelib.domain.erasing import COVERED_SECONDS, DECIDES, ERASED, Erasure, Place, erased_event
from chalicelib.domain.events import SERVICE_TRAIL, EventKind
from chalicelib.domain.mails import NOTE, hour_of
from chalicelib.domain.messages import REPLIES, drawer, reply_drawer, sent_drawer
from chalicelib.domain.networks import throttle_key
from tests.fakes.tables import Family, act

MOST = 100
TOLD_SECONDS = 6 * 86400


class Erasing(Family):
    """`ports.ErasingActs`."""

    @act
    def due(self) -> list[Erasure]:
        closed = [one for one in self._tables.accounts.values() if one.status is Status.ERASED]
        return [found for one in closed if (found := self._of(one))]

    def _of(self, account: Account) -> Erasure | None:
        decisions = [
            key
            for key, event in self._tables.events.items()
            if key[0] == account.id and event.kind is DECIDES
        ]
        if not decisions:
            return None
        _, decision = max(decisions)
        at = self._tables.events[account.id, decision].at
        return Erasure(account.id, account.address, account.epoch, decision, at)

    @act
    def clear(self, erasure: Erasure, place: Place) -> Place | None:
        tables, who = self._tables, erasure.account_id
        tables.moving.pop(who, None)
        own = [one for key, one in tables.messages.items() if key[0] == who and one.service]
        self._remove(tables.messages, [(sent_drawer(one.service), one.id) for one in own])
        for rows in (tables.sessions, tables.messages, tables.resets):
            self._remove(rows, [key for key in rows if self._is_of(who, key)])
        for key, message in tables.messages.items():
            if message.sender == erasure.address and not message.account_id.startswith(REPLIES):
                tables.messages[key] = message._replace(sender=ERASED, answers_to="")
        until = erasure.decided_at + COVERED_SECONDS
        for key, event in list(tables.events.items()):
            if (
                event.account_id == who
                and event.kind is not DECIDES
                and not event.erased
                and event.at <= until
            ):
                self._forget(who, key)
                tables.events[key] = erased_event(event, erasure.decision)
        return None

    def _is_of(self, who: AccountId, key: object) -> bool:
        if isinstance(key, tuple):
            return key[0] in {who, drawer(who), reply_drawer(who)}
        return self._tables.resets[str(key)].account_id == who

    def _forget(self, who: AccountId, key: tuple[AccountId, str]) -> None:
        event = self._tables.events[key]
        if event.source:
            self._tables.networks.pop(network_key(who, throttle_key(event.source)), None)
        if hour_of(event):
            self._tables.claims.pop(key, None)
        where = reply_drawer(AccountId(str(event.told["reader"]))), str(event.told["reply"])
        if event.kind is EventKind.MESSAGE_ANSWERED and where in self._tables.messages:
            self._tables.messages[where] = self._tables.messages[where]._replace(sender=ERASED)
        sender, message = event.acted_by or "", event.told["message"]
        if sender.startswith(SERVICE_TRAIL) and message:
            self._tables.messages.pop((AccountId(sender), message), None)

    def _remove(self, rows: dict, keys: list) -> None:  # type: ignore[type-arg]  # whichever table
        for key in keys:
            rows.pop(key, None)

    @act
    def finish(self, erasure: Erasure, now: float) -> bool:
        tables, key = self._tables, (erasure.account_id, erasure.decision)
        decision = tables.events[key]
        note = (erasure.account_id, f"{erasure.decision}{NOTE}")
        due = hour_of(decision) and now < erasure.decided_at + TOLD_SECONDS
        if due and note not in tables.events:
            return False
        if not decision.erased:
            tables.events[key] = erased_event(decision, erasure.decision)
        account = tables.accounts.get(erasure.account_id)
        if account and account.status is Status.ERASED and account.epoch == erasure.epoch:
            del tables.accounts[erasure.account_id]
        return True
