"""The keys come from Secrets Manager, as `make deploy` put them there: those that a function has named, in one call."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError

from chalicelib import wiring
from chalicelib.domain.keys import USES, UndeclaredUse, Use
from infra.keys import first_keys
from tests.world.settings import ENVIRONMENT

NAME = "portal/test/keys"
CONTAINER_WIDE: tuple[Any, ...] = (wiring.session, wiring.settings, wiring.hasher, wiring._manager)


@pytest.fixture
def manager(moto: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Secrets Manager as moto has it, seen by a container of this test's own."""
    for name, value in {**ENVIRONMENT, "PORTAL_KEYS_SECRET": NAME}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PORTAL_KEYS")
    monkeypatch.setattr(wiring, "FUNCTION", "logon")
    for one in CONTAINER_WIDE:
        one.cache_clear()
    made = botocore.session.get_session().create_client("secretsmanager")
    for use in USES:
        made.create_secret(Name=f"{NAME}/{use}")
    yield made
    for one in CONTAINER_WIDE:
        one.cache_clear()
    wiring._held.clear()
    for use in USES:
        made.delete_secret(SecretId=f"{NAME}/{use}", ForceDeleteWithoutRecovery=True)


@pytest.fixture
def calls(manager: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the container's calls."""
    made: list[str] = []
    wiring.session().register("before-call.secrets-manager", lambda model, **_: made.append(model.name))
    return made


def test_first_keys_of_a_deployment_are_those_a_function_starts_with(manager: Any) -> None:
    assert first_keys(manager, NAME)
    wiring._make_ready(wiring.Needs(keys=("pepper", "devices")))
    assert wiring.keyring("devices").current == "k1"
    hasher = wiring.hasher(wiring.keyring("pepper"))
    assert hasher.verify(hasher.hash("a password"), "a password")


@pytest.mark.parametrize(
    ("uses", "asked"),
    [
        (("bodies",), ["GetSecretValue"]),
        (("pepper", "devices"), ["BatchGetSecretValue"]),
        (("pepper", "seeds", "devices"), ["BatchGetSecretValue"]),
    ],
)
def test_start_takes_one_call_however_many_keys_it_needs(
    manager: Any, calls: list[str], uses: tuple[Use, ...], asked: list[str]
) -> None:
    first_keys(manager, NAME)
    wiring._make_ready(wiring.Needs(keys=uses))
    assert calls == asked
    assert set(wiring._held) == set(uses)


def test_lo_06_function_has_no_keys_that_it_did_not_name(manager: Any, calls: list[str]) -> None:
    first_keys(manager, NAME)
    wiring._make_ready(wiring.Needs(keys=("bodies",)))
    with pytest.raises(UndeclaredUse, match="pepper is not among the keys in the NEEDS of logon"):
        wiring.keyring("pepper")
    assert calls == ["GetSecretValue"]


def test_lo_06_function_with_all_keys_in_its_environment_takes_those_that_it_named(
    manager: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_KEYS", ENVIRONMENT["PORTAL_KEYS"])
    wiring._make_ready(wiring.Needs(keys=("bodies",)))
    assert set(wiring._held) == {"bodies"}


def test_function_does_not_start_on_a_secret_that_is_still_empty(manager: Any) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        wiring._make_ready(wiring.Needs(keys=("bodies",)))


def test_function_does_not_start_on_half_of_its_secrets(manager: Any) -> None:
    first_keys(manager, NAME)
    manager.delete_secret(SecretId=f"{NAME}/devices")
    try:
        with pytest.raises((LookupError, ClientError), match=r"InvalidRequest|devices"):
            wiring._make_ready(wiring.Needs(keys=("pepper", "devices")))
        assert wiring._held == {}
    finally:
        manager.restore_secret(SecretId=f"{NAME}/devices")


def test_batch_that_was_refused_one_secret_says_which_and_why(
    manager: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS answers 200 with what could be read, and says of the rest why not."""
    refused = {"SecretId": f"{NAME}/devices", "ErrorCode": "AccessDeniedException", "Message": "no"}
    half = {"SecretValues": [{"Name": f"{NAME}/pepper", "SecretString": "{}"}], "Errors": [refused]}

    class Batch:
        def batch_get_secret_value(self, **_: object) -> dict[str, Any]:
            return half

    monkeypatch.setattr(wiring, "_manager", Batch)
    with pytest.raises(LookupError, match=rf"{NAME}/devices.*AccessDeniedException"):
        wiring._make_ready(wiring.Needs(keys=("pepper", "devices")))
    assert wiring._held == {}
