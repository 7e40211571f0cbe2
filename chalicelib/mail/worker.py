"""The worker's tools together: the desk that writes a letter, and the postman."""

from dataclasses import dataclass

from chalicelib.domain.accounts import Account
from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.limits import BUDGET_PAUSE_SECONDS, BUDGET_SPENT
from chalicelib.domain.refusals import Unavailable
from chalicelib.mail.duties import Desk, Withheld, duty_of
from chalicelib.mail.letters import Sender
from chalicelib.mail.ses import Postman, Rejected
from chalicelib.portal import Portal


@dataclass(frozen=True, slots=True)
class Worker:
    """A portal with a postman."""

    portal: Portal
    postman: Postman

    def is_due(self, event: Event) -> bool:
        """Whether this event makes any mail due."""
        return duty_of(event) is not None

    def send(self, event: Event, account: Account) -> tuple[EventKind, dict[str, object]]:
        """Write and send the event's mail; what became of it, for its note. Raises `Unavailable` to try again."""
        duty = duty_of(event)
        if duty is None:
            return EventKind.MAIL_WITHHELD, {"cause": "not_due"}
        try:
            message_id = self.postman.send(account.address, duty(self._desk(), event, account))
        except Unavailable as unavailable:
            if unavailable.cause == BUDGET_SPENT:
                self.portal.sleep(BUDGET_PAUSE_SECONDS)
            raise
        except Withheld as withheld:
            return EventKind.MAIL_WITHHELD, {"cause": withheld.reason}
        except Rejected as rejected:
            return EventKind.MAIL_FAILED, {"cause": rejected.cause}
        return EventKind.MAIL_SENT, {"message_id": message_id}

    def _desk(self) -> Desk:
        portal = self.portal
        return Desk(
            outbox=portal.store.outbox,
            hasher=portal.hasher,
            keyring=portal.keyring,
            sender=Sender(
                portal.settings.portal_url, portal.settings.support_contact, portal.settings.language
            ),
            reset_lifetime=portal.settings.reset_lifetime,
            first_lifetime=portal.settings.first_password_lifetime,
            now=portal.clock(),
        )
