"""The worker's tools together: the desk that writes a letter, and the mailer."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain.accounts import Account
from chalicelib.domain.brand import Brand
from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.limits import BUDGET_PAUSE_SECONDS, BUDGET_SPENT
from chalicelib.domain.mails import NOTE, Mail, mail_of
from chalicelib.domain.refusals import Unavailable
from chalicelib.domain.rendered_mail import RenderedMail
from chalicelib.mail.duties import DUTIES, Desk, Withheld, sender_of
from chalicelib.mail.letters import Sender
from chalicelib.portal import Portal
from chalicelib.services.ses import Mailer, Rejected

if TYPE_CHECKING:
    from chalicelib.domain.details import Details


@dataclass(frozen=True, slots=True)
class Worker:
    """A portal with a mailer."""

    portal: Portal
    mailer: Mailer

    def settle(self, event: Event) -> Event | None:
        """Send the mail an event makes due, if any, once; the note it leaves. Raises `Unavailable` to try again."""
        mail = mail_of(event)
        if mail is None:
            return None
        outbox = self.portal.store.outbox
        due = outbox.due(event, note_of(event, EventKind.MAIL_SENT, {}), sender_of(event))
        account = self._primary(due.account)
        if due.sent or account is None:
            return None
        note = note_of(event, *self._outcome(mail, event, account, due.brand or Brand()))
        outbox.note(note)
        return note

    def _primary(self, account: Account | None) -> Account | None:
        """The account behind an alias: its owner asked under another name, and mail goes to the stored address."""
        if account is None or account.alias_of is None:
            return account
        return self.portal.store.accounts.read(account.alias_of)

    def _outcome(
        self, mail: Mail, event: Event, account: Account, brand: Brand
    ) -> "tuple[EventKind, Details]":
        """Write and send it; what became of it. `brand` is a domain's; what it leaves open is the stage's."""
        try:
            letter = DUTIES[mail](self._desk(brand), event, account)
            return EventKind.MAIL_SENT, self._sent(account.address, letter)
        except Unavailable as unavailable:
            if unavailable.cause == BUDGET_SPENT:
                self.portal.sleep(BUDGET_PAUSE_SECONDS)
            raise
        except Withheld as withheld:
            return EventKind.MAIL_WITHHELD, {"cause": withheld.reason}
        except Rejected as rejected:
            return EventKind.MAIL_FAILED, {"cause": rejected.cause}

    def _sent(self, address: str, letter: RenderedMail) -> "Details":
        """A logo must not cost anybody their mail: one that SES will not take stays behind, and the name is there."""
        try:
            return {"message_id": self.mailer.send(address, letter)}
        except Rejected as rejected:
            if letter.logo is None:
                raise
            bare = letter._replace(logo=None)
            return {"message_id": self.mailer.send(address, bare), "without_logo": rejected.cause}

    def _desk(self, brand: Brand) -> Desk:
        portal = self.portal
        return Desk(
            outbox=portal.store.outbox,
            hasher=portal.hasher,
            keyring=portal.keyring,
            sender=Sender(
                portal.settings.portal_url, brand.over(portal.settings.brand), portal.settings.language
            ),
            reset_lifetime=portal.settings.reset_lifetime,
            first_lifetime=portal.settings.first_password_lifetime,
            now=portal.clock(),
        )


def note_of(event: Event, kind: EventKind, details: "Details") -> Event:
    """The note a mail leaves: one for each event, whatever became of it, under a key made from the event's."""
    facts: Details = {"about": event.kind.value, **details}
    return event._replace(kind=kind, id=f"{event.id}{NOTE}", reference=None, reason=None, details=facts)
