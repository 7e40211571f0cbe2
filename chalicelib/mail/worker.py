"""The worker's tools together: the desk that writes a letter, and the postman."""

from dataclasses import dataclass, replace

from chalicelib.domain.accounts import Account
from chalicelib.domain.brand import Brand
from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.limits import BUDGET_PAUSE_SECONDS, BUDGET_SPENT
from chalicelib.domain.refusals import Unavailable
from chalicelib.mail.duties import Desk, Withheld, duty_of
from chalicelib.mail.letters import Sender
from chalicelib.mail.render import Letter
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

    def send(
        self, event: Event, account: Account, brand: Brand | None = None
    ) -> tuple[EventKind, dict[str, object]]:
        """Write and send the event's mail; what became of it, for its note. Raises `Unavailable` to try again.

        `brand` is a domain's; what it leaves open is the stage's.
        """
        duty = duty_of(event)
        if duty is None:
            return EventKind.MAIL_WITHHELD, {"cause": "not_due"}
        try:
            letter = duty(self._desk(brand or Brand()), event, account)
            return EventKind.MAIL_SENT, self._sent(account.address, letter)
        except Unavailable as unavailable:
            if unavailable.cause == BUDGET_SPENT:
                self.portal.sleep(BUDGET_PAUSE_SECONDS)
            raise
        except Withheld as withheld:
            return EventKind.MAIL_WITHHELD, {"cause": withheld.reason}
        except Rejected as rejected:
            return EventKind.MAIL_FAILED, {"cause": rejected.cause}

    def _sent(self, address: str, letter: Letter) -> dict[str, object]:
        """A logo must not cost anybody their mail: one that SES will not take stays behind, and the name is there."""
        try:
            return {"message_id": self.postman.send(address, letter)}
        except Rejected as rejected:
            if letter.logo is None:
                raise
            bare = replace(letter, logo=None)
            return {"message_id": self.postman.send(address, bare), "without_logo": rejected.cause}

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
