"""The fake store's acts of sending systems."""

from __future__ import annotations

from chalicelib.domain.addresses import CanonicalAddress, account_id
from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.limits import Limit
from chalicelib.domain.mails import NOTE
from chalicelib.domain.messages import Message, sent_drawer
from chalicelib.domain.sendings import CLAIM_SECONDS, Claim, Sent, event_id_of, pointer
from chalicelib.domain.services import Sender, void
from tests.fakes.tables import Family, act


class Sendings(Family):
    """`ports.SendingActs`."""

    @act
    def reserve(self, service: str, limit: Limit, now: float) -> None:
        self._tables.reserve(limit, service, now)

    @act
    def claim(self, claim: Claim) -> Claim | None:
        first = self._tables.sendings.get(claim.mark)
        if first and int(first.at) + CLAIM_SECONDS > int(claim.at):
            return first
        self._tables.sendings[claim.mark] = claim
        return None

    @act
    def send(self, sender: Sender, message: Message, event: Event) -> None:
        if not self._tables.still_good(sender):
            raise void()
        self._tables.demand_recipient(message.account_id)
        about = pointer(sender.id, message)
        if (
            not {(message.account_id, message.id), (about.account_id, about.id)}
            & self._tables.messages.keys()
        ):
            for one in (message, about):
                self._tables.messages[one.account_id, one.id] = one
            self._tables.put_event(event)

    @act
    def was_sent(self, service: str, message_id: str) -> bool:
        return (sent_drawer(service), message_id) in self._tables.messages

    @act
    def sent(self, service: str, message_id: str) -> Sent | None:
        about = self._tables.messages.get((sent_drawer(service), message_id))
        if about is None:
            return None
        who = account_id(CanonicalAddress(about.recipient))
        told = Event(who, EventKind.MESSAGE_SENT, about.sent_at, event_id_of(message_id))
        note = self._tables.events.get((who, f"{told.sort_key}{NOTE}"))
        account = self._tables.accounts.get(who)
        places = [who, account.alias_of] if account and account.alias_of else [who]
        found = (self._tables.messages.get((place, message_id)) for place in places)
        return Sent(about, next((one for one in found if one), None), note)

    @act
    def recall(self, sender: Sender, message: Message, event: Event) -> bool:
        stored = self._tables.messages.get((message.account_id, message.id))
        if not self._tables.still_good(sender):
            raise void()
        if stored is None or stored.read_at is not None or stored.recalled_at is not None:
            return False
        self._tables.messages[message.account_id, message.id] = stored._replace(recalled_at=event.at)
        self._tables.tell_service(sender.id, message.id, recalled_at=event.at)
        self._tables.put_event(event)
        return True
