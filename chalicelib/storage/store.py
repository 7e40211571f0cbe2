"""All acts of the store over one connection. A family is loaded by the first function that acts with it."""

from contextlib import AbstractContextManager
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

import botocore.session

from chalicelib.storage.database import Database
from chalicelib.storage.tables import MODELS, EventRow

if TYPE_CHECKING:
    from chalicelib.storage.accounts import Accounts
    from chalicelib.storage.administration import Administration
    from chalicelib.storage.bus import Bus
    from chalicelib.storage.directory import Directory
    from chalicelib.storage.erasing import Erasing
    from chalicelib.storage.events import Events
    from chalicelib.storage.health import Health
    from chalicelib.storage.logons import Logons
    from chalicelib.storage.messages import Messages
    from chalicelib.storage.moves import Moves
    from chalicelib.storage.outbox import Outbox
    from chalicelib.storage.overview import Overview
    from chalicelib.storage.passwords import Passwords
    from chalicelib.storage.preferences import Preferences
    from chalicelib.storage.replies import Replies
    from chalicelib.storage.sendings import Sendings
    from chalicelib.storage.services import Services
    from chalicelib.storage.sessions import Sessions
    from chalicelib.storage.two_steps import TwoSteps


def _family(file: str, name: str) -> Any:
    """A family of acts: the class of this name, loaded from its file when it is asked for the first time."""

    def load(store: "DynamoStore") -> object:
        return getattr(import_module(f"chalicelib.storage.{file}"), name)(store.database)

    return cached_property(load)


class DynamoStore:
    """The real store; implements `domain.ports.Store`. `threshold` and `cap` are the lock's settings, `trail_days` says
    how long events are kept, 0 for good, and `attempt_days` what changed nothing, 0 for as long.
    """

    accounts: "Accounts" = _family("accounts", "Accounts")
    administration: "Administration" = _family("administration", "Administration")
    bus: "Bus" = _family("bus", "Bus")
    directory: "Directory" = _family("directory", "Directory")
    erasing: "Erasing" = _family("erasing", "Erasing")
    events: "Events" = _family("events", "Events")
    health: "Health" = _family("health", "Health")
    messages: "Messages" = _family("messages", "Messages")
    moves: "Moves" = _family("moves", "Moves")
    outbox: "Outbox" = _family("outbox", "Outbox")
    overview: "Overview" = _family("overview", "Overview")
    passwords: "Passwords" = _family("passwords", "Passwords")
    preferences: "Preferences" = _family("preferences", "Preferences")
    replies: "Replies" = _family("replies", "Replies")
    sendings: "Sendings" = _family("sendings", "Sendings")
    services: "Services" = _family("services", "Services")
    sessions: "Sessions" = _family("sessions", "Sessions")
    two_steps: "TwoSteps" = _family("two_steps", "TwoSteps")

    def __init__(
        self,
        session: botocore.session.Session,
        region: str,
        prefix: str,
        *,
        threshold: int,
        cap: int,
        trail_days: int = 0,
        attempt_days: int = 0,
    ) -> None:
        self.database = Database(session, region)
        self.database.bind(MODELS, prefix)
        EventRow.Meta.kept_seconds = trail_days * 86400
        EventRow.Meta.attempts_seconds = (attempt_days or trail_days) * 86400
        self._threshold = threshold
        self._cap = cap

    @cached_property
    def logons(self) -> "Logons":
        """Logging on: the one family with settings of its own."""
        from chalicelib.storage.logons import Logons  # noqa: PLC0415 - for those who take passwords

        return Logons(self.database, self._threshold, self._cap)

    def request(self, seconds: float | None = None) -> AbstractContextManager[None]:
        """One request's time."""
        return self.database.request(seconds)
