"""The keys come from Secrets Manager, as `make deploy` put them there; without them no function starts."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError

from chalicelib import wiring
from infra.deploy import first_keys
from tests.world.settings import ENVIRONMENT

NAME = "portal/test/keys"
CONTAINER_WIDE: tuple[Any, ...] = (wiring.session, wiring.settings, wiring.secrets, wiring._manager)


@pytest.fixture
def manager(moto: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Secrets Manager as moto has it, seen by a container of this test's own."""
    for name, value in {**ENVIRONMENT, "PORTAL_KEYS_SECRET": NAME}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PORTAL_KEYS")
    for one in CONTAINER_WIDE:
        one.cache_clear()
    made = botocore.session.get_session().create_client("secretsmanager")
    yield made
    for one in CONTAINER_WIDE:
        one.cache_clear()
    made.delete_secret(SecretId=NAME, ForceDeleteWithoutRecovery=True)


def test_first_keys_of_a_deployment_are_those_a_function_starts_with(manager: Any) -> None:
    manager.create_secret(Name=NAME)
    assert first_keys(manager, NAME)
    held = wiring.secrets()
    assert held.keyring.current == "k1"
    assert held.hasher.verify(held.hasher.hash("a password"), "a password")


def test_function_does_not_start_on_a_secret_that_is_still_empty(manager: Any) -> None:
    manager.create_secret(Name=NAME)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        wiring.secrets()
