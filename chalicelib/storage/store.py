"""All acts of the store over one connection. A family is loaded by the first function that acts with it."""

from contextlib import AbstractContextManager
from functools import cached_property
from typing import TYPE_CHECKING

import botocore.session

from chalicelib.storage.database import Database
from chalicelib.storage.tables import MODELS

if TYPE_CHECKING:
    from chalicelib.storage.accounts import Accounts
    from chalicelib.storage.administration import Administration
    from chalicelib.storage.directory import Directory
    from chalicelib.storage.events import Events
    from chalicelib.storage.logons import Logons
    from chalicelib.storage.messages import Messages
    from chalicelib.storage.outbox import Outbox
    from chalicelib.storage.passwords import Passwords
    from chalicelib.storage.preferences import PreferenceStore
    from chalicelib.storage.sessions import Sessions
    from chalicelib.storage.two_steps import TwoSteps


class DynamoStore:
    """The real store; implements `domain.ports.Store`. `threshold` and `cap` are the lock's settings."""

    def __init__(
        self, session: botocore.session.Session, region: str, prefix: str, *, threshold: int, cap: int
    ) -> None:
        self.database = Database(session, region)
        self.database.bind(MODELS, prefix)
        self._threshold = threshold
        self._cap = cap

    @cached_property
    def accounts(self) -> "Accounts":
        """Finding and making accounts."""
        from chalicelib.storage.accounts import Accounts  # noqa: PLC0415 - for those who look one up

        return Accounts(self.database)

    @cached_property
    def logons(self) -> "Logons":
        """Logging on with a password."""
        from chalicelib.storage.logons import Logons  # noqa: PLC0415 - for those who take passwords

        return Logons(self.database, self._threshold, self._cap)

    @cached_property
    def sessions(self) -> "Sessions":
        """Sessions, opened, used and ended."""
        from chalicelib.storage.sessions import Sessions  # noqa: PLC0415 - for those who change sessions

        return Sessions(self.database)

    @cached_property
    def passwords(self) -> "Passwords":
        """Setting passwords."""
        from chalicelib.storage.passwords import Passwords  # noqa: PLC0415 - for those who set passwords

        return Passwords(self.database)

    @cached_property
    def two_steps(self) -> "TwoSteps":
        """2-step verification."""
        from chalicelib.storage.two_steps import TwoSteps  # noqa: PLC0415 - for those who take codes

        return TwoSteps(self.database)

    @cached_property
    def preferences(self) -> "PreferenceStore":
        """Language and time zone."""
        from chalicelib.storage.preferences import PreferenceStore  # noqa: PLC0415 - for the one who keeps them

        return PreferenceStore(self.database)

    @cached_property
    def events(self) -> "Events":
        """Events that stand alone."""
        from chalicelib.storage.events import Events  # noqa: PLC0415 - for those who record nothing else

        return Events(self.database)

    @cached_property
    def messages(self) -> "Messages":
        """Messages, and the accounts they bring about."""
        from chalicelib.storage.messages import Messages  # noqa: PLC0415 - for those who send and show messages

        return Messages(self.database)

    @cached_property
    def administration(self) -> "Administration":
        """What administrators write."""
        from chalicelib.storage.administration import Administration  # noqa: PLC0415 - for the console

        return Administration(self.database)

    @cached_property
    def directory(self) -> "Directory":
        """What the console reads."""
        from chalicelib.storage.directory import Directory  # noqa: PLC0415 - for the console

        return Directory(self.database)

    @cached_property
    def outbox(self) -> "Outbox":
        """What the mail worker does."""
        from chalicelib.storage.outbox import Outbox  # noqa: PLC0415 - for the workers

        return Outbox(self.database)

    def request(self) -> AbstractContextManager[None]:
        """One request's time."""
        return self.database.request()
