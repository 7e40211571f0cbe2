"""The real store on the test engine: one connection a process, tables of its own, bound anew for each test.

PynamoDB's models are bound by class, so whoever bound them last is heard; `real_store` binds them before each test. A
step that runs over it (tests/world) is held to its row of infra/permissions.yaml, as behind the local gateway.
"""

from __future__ import annotations

from collections.abc import Iterator

import botocore.session
import pytest

from chalicelib.domain.limits import SELF_SERVICE_MAILS
from chalicelib.storage.store import DynamoStore
from chalicelib.storage.tables import MODELS, ThrottleRow
from infra.gateway.roles import Roles
from tests.engine import Engine
from tests.fakes.samples import NOW


@pytest.fixture(scope="session")
def bound(engine: Engine) -> Iterator[tuple[DynamoStore, str]]:
    """A store and the prefix of its tables; tests keep apart by using accounts and sources of their own."""
    prefix, session = engine.create_tables(), botocore.session.get_session()
    Roles(prefix).guard(session)
    yield DynamoStore(session, "eu-west-1", prefix, threshold=5, cap=900), prefix
    engine.delete_tables(prefix)


@pytest.fixture
def real_store(bound: tuple[DynamoStore, str]) -> DynamoStore:
    """The store, with the models bound to its tables.

    All of a portal's people share its budget of mails, and every test begins in the same minute: each finds it whole.
    """
    store, prefix = bound
    store.database.connection._tables.clear()
    store.database.bind(MODELS, prefix)
    ThrottleRow(SELF_SERVICE_MAILS.key("portal", NOW)).delete()
    return store
