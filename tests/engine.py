"""A DynamoDB (and SES) engine for tests, with the tables of infra/data.yaml; one for each process of the test run.

`engine` is the running engine; `table_prefix` is a fresh set of the eight tables for one test. PORTAL_TEST_ENGINE
chooses it: `ministack`, a process of its own, or `moto`, inside the test's process (`make test ENGINE=moto`).
PORTAL_TEST_DYNAMODB names another DynamoDB to use instead, which is how the races run on DynamoDB's own engine.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cached_property
from types import ModuleType
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
CHOSEN = os.environ.get("PORTAL_TEST_ENGINE", "ministack")
ON_MOTO = CHOSEN == "moto"


ASK_AN_ENGINE = {"engine", "moto", "gateway_settings"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """For a second run on another engine: what asks none would only be seen again."""
    parser.addoption(
        "--on-engine", action="store_true", help="only the tests that ask AWS anything, whoever plays it"
    )


def pytest_configure() -> None:
    """An engine that there is none of is said in one line."""
    if CHOSEN not in {"ministack", "moto"}:
        raise pytest.UsageError(f"ENGINE is ministack or moto, not {CHOSEN}")


def pytest_report_header() -> str:
    """What the run stands on, in its first lines."""
    return f"AWS is played by {os.environ.get('PORTAL_TEST_DYNAMODB', CHOSEN)}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What moto cannot show is left out, and pytest says how much that was."""
    asked: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for one in items:
        unfit = ON_MOTO and one.get_closest_marker("ministack")
        unasked = config.getoption("--on-engine") and ASK_AN_ENGINE.isdisjoint(
            getattr(one, "fixturenames", ())
        )
        (left_out if unfit or unasked else asked).append(one)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = asked


class Engine:
    """While it runs, every AWS client of this process talks to it."""

    def __init__(self, endpoint: str | None, served: Callable[[], str] = str) -> None:
        self._endpoint, self._served = endpoint, served

    @cached_property
    def url(self) -> str:
        """Where it answers by HTTP, for processes that a test starts."""
        return self._endpoint or self._served()

    def client(self, service: str) -> Any:
        """A plain botocore client, for looking behind the code under test."""
        if ON_MOTO and service == "cloudformation":
            import tests.moto_stacks  # noqa: F401, PLC0415 - it loads half of moto
        return botocore.session.get_session().create_client(service, endpoint_url=self._endpoint)

    def create_tables(self) -> str:
        """The eight tables under a prefix of their own."""
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
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        if ON_MOTO and "PORTAL_TEST_DYNAMODB" not in os.environ:
            from tests.moto_engine import in_process, served  # noqa: PLC0415 - it takes a second to load

            patch.delenv("AWS_ENDPOINT_URL", raising=False)
            stack.enter_context(in_process())
            yield Engine(None, lambda: stack.enter_context(served()))
        else:
            url = os.environ.get("PORTAL_TEST_DYNAMODB") or stack.enter_context(Emulator()).url
            patch.setenv("AWS_ENDPOINT_URL", url)
            yield Engine(url)


@pytest.fixture
def moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """AWS inside this process, whichever engine was chosen: for tests of single calls. It may hold what others made."""
    from tests import moto_engine  # noqa: PLC0415 - it takes a second to load

    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with moto_engine.in_process():
        yield moto_engine


@pytest.fixture(scope="session")
def gateway_settings(request: pytest.FixtureRequest) -> Callable[[], dict[str, str]]:
    """What a gateway is told that shall have an engine of its own: nothing, it starts one; with moto, whose tables."""
    if not ON_MOTO:
        return dict
    engine: Engine = request.getfixturevalue("engine")
    return lambda: {"AWS_ENDPOINT_URL": engine.url, "PORTAL_TABLE_PREFIX": f"gateway-{uuid.uuid4().hex[:8]}-"}


@pytest.fixture
def table_prefix(engine: Engine) -> Iterator[str]:
    """Seven empty tables for one test; their names begin with this."""
    prefix = engine.create_tables()
    yield prefix
    engine.delete_tables(prefix)
