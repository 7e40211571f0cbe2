"""The one act on preferences: keep what was chosen, in the row every request reads anyway."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.update import Action

from chalicelib.domain.accounts import Preferences as Chosen
from chalicelib.domain.accounts import Status
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import Event
from chalicelib.storage.database import Database
from chalicelib.storage.rows import event_row
from chalicelib.storage.tables import AccountRow


class Preferences:
    """Atomic acts on preferences."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def choose(self, account_id: AccountId, epoch: int, chosen: Chosen, event: Event) -> bool:
        """Both at once with the event; nothing for an account whose sessions ended meanwhile (SE-06)."""
        row = AccountRow
        transaction = self._database.transaction()
        transaction.update(
            "account",
            AccountRow(account_id),
            [_kept(row.language, chosen.language), _kept(row.time_zone, chosen.time_zone)],
            (row.epoch == epoch) & (row.status == Status.ACTIVE.value),
        )
        transaction.add("event", event_row(event))
        return not transaction.commit()


def _kept(attribute: UnicodeAttribute, value: str | None) -> Action:
    return attribute.remove() if value is None else attribute.set(value)
