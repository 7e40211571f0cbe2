"""All acts of the store over one connection."""

from contextlib import AbstractContextManager

import botocore.session

from chalicelib.storage.administration import Administration
from chalicelib.storage.database import Database
from chalicelib.storage.directory import Directory
from chalicelib.storage.events import Events
from chalicelib.storage.logons import Logons
from chalicelib.storage.messages import Messages
from chalicelib.storage.outbox import Outbox
from chalicelib.storage.passwords import Passwords
from chalicelib.storage.sessions import Sessions
from chalicelib.storage.tables import MODELS
from chalicelib.storage.two_steps import TwoSteps


class DynamoStore:
    """The real store; implements `domain.ports.Store`. `threshold` and `cap` are the lock's settings."""

    def __init__(
        self, session: botocore.session.Session, region: str, prefix: str, *, threshold: int, cap: int
    ) -> None:
        self.database = Database(session, region)
        self.database.bind(MODELS, prefix)
        self.logons = Logons(self.database, threshold, cap)
        self.sessions = Sessions(self.database)
        self.passwords = Passwords(self.database)
        self.two_steps = TwoSteps(self.database)
        self.events = Events(self.database)
        self.messages = Messages(self.database)
        self.administration = Administration(self.database)
        self.directory = Directory(self.database)
        self.outbox = Outbox(self.database)

    def request(self) -> AbstractContextManager[None]:
        """One request's time."""
        return self.database.request()
