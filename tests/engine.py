"""A DynamoDB (and SES) engine for tests, with the tables of infra/data.yaml; one for each process of the test run.

`engine` is the running engine; `table_prefix` is a fresh set of the seven tables for one test. PORTAL_TEST_DYNAMODB
names another DynamoDB to use instead, which is how the races run on DynamoDB's own engine.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import botocore.session
import pytest

from infra.gateway.emulator import Emulator
from infra.tables import create_tables, described_tables

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_REGION": "eu-west-1",
}


@dataclass(frozen=True)
class Engine:
    """Where the engine answers. While it runs, every AWS client of this process goes there."""

    url: str

    def client(self, service: str) -> Any:
        """A plain botocore client, for looking behind the code under test."""
        return botocore.session.get_session().create_client(service, endpoint_url=self.url)

    def create_tables(self) -> str:
        """The seven tables under a prefix of their own."""
        prefix = f"test-{uuid.uuid4().hex[:12]}-"
        create_tables(self.client("dynamodb"), prefix)
        return prefix

    def delete_tables(self, prefix: str) -> None:
        """Forget them."""
        client = self.client("dynamodb")
        for table in described_tables(prefix):
            client.delete_table(TableName=table["TableName"])


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """Started when the first test asks for it and gone with the test run."""
    with ExitStack() as stack:
        url = os.environ.get("PORTAL_TEST_DYNAMODB") or stack.enter_context(Emulator()).url
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": url}.items():
            patch.setenv(name, value)
        yield Engine(url)


@pytest.fixture
def table_prefix(engine: Engine) -> Iterator[str]:
    """Seven empty tables for one test; their names begin with this."""
    prefix = engine.create_tables()
    yield prefix
    engine.delete_tables(prefix)
