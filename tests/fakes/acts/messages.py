"""The fake store's acts on messages."""

from __future__ import annotations

from chalicelib.domain.addresses import AccountId
from chalicelib.domain.administration import Actor
from chalicelib.domain.events import Event
from chalicelib.domain.messages import Message
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.tokens import Digest
from tests.fakes.tables import Family, act


class Messages(Family):
    """`ports.MessageActs`."""

    @act
    def send(self, message: Message, event: Event, actor: Actor | None = None) -> None:
        once = actor.once if actor else None
        self._tables.demand_first(once)
        if actor is not None and not self._tables.still_administrator(actor):
            raise Refusal(Code.CONFLICT, "changed_meanwhile")
        if actor is None or actor.account_id != message.account_id:
            self._tables.demand_recipient(message.account_id)
        if (message.account_id, message.id) not in self._tables.messages:
            self._tables.messages[message.account_id, message.id] = message
            self._tables.put_event(event)
            self._tables.note(once)

    @act
    def keep_unsent(self, message: Message, account_id: AccountId, session: Digest) -> bool:
        if (account_id, session) not in self._tables.sessions:
            return False
        self._tables.messages[message.account_id, message.id] = message
        return True

    @act
    def of_account(self, account_id: AccountId) -> list[Message]:
        places = {account_id, self._tables.moving.get(account_id, account_id)}
        keys = sorted((key[1], key) for key in self._tables.messages if key[0] in places)
        return [self._tables.messages[key] for _, key in reversed(keys)]

    @act
    def page(self, account_id: AccountId, before: str | None, limit: int) -> list[Message]:
        every = self.of_account(account_id)
        return [one for one in every if before is None or one.id < before][:limit]

    @act
    def lines(
        self, account_id: AccountId, beyond: str | None, limit: int, *, back: bool = False
    ) -> list[Message]:
        every = self.of_account(account_id)[:: -1 if back else 1]
        wanted = [one for one in every if beyond is None or (one.id > beyond if back else one.id < beyond)]
        return [one._replace(sealed_body="", recipient="", mail=None, mail_at=None) for one in wanted[:limit]]

    @act
    def read(self, account_id: AccountId, message_id: str) -> Message | None:
        former = self._tables.moving.get(account_id, account_id)
        stored = self._tables.messages
        return stored.get((account_id, message_id)) or stored.get((former, message_id))

    @act
    def mark_read(self, message: Message, event: Event) -> bool:
        key = (message.account_id, message.id)
        stored = self._tables.messages.get(key)
        if stored is None or stored.recalled_at is not None:
            return False
        if stored.read_at is None:
            self._tables.messages[key] = stored._replace(read_at=event.at, expires_at=message.expires_at)
            self._tables.tell_service(stored.service, message.id, read_at=event.at)
            self._tables.put_event(event)
        return True

    @act
    def mail_went(self, message: tuple[AccountId, str], fate: str, at: float) -> None:
        account = self._tables.accounts.get(message[0])
        if message not in self._tables.messages and account and account.alias_of:
            message = account.alias_of, message[1]
        stored = self._tables.messages.get(message)
        if stored and (stored.mail is None or fate == "bounced"):
            self._tables.messages[message] = stored._replace(mail=fate, mail_at=at)
