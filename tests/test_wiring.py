"""The keys come from Secrets Manager, as `make deploy` put them there: those that a function has named, in one call.

While it is away a function starts all the same, and has its keys as soon as it is back (LO-10).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from chalicelib import wiring
from chalicelib.domain.held_keys import KeysUnread
from chalicelib.domain.keys import USES, UndeclaredUse, Use
from infra.keys import first_keys
from tests.world.running import heard
from tests.world.settings import ENVIRONMENT
from tests.world.visitors import PASSWORD
from tests.world.world import World

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
    with pytest.raises(KeysUnread, match="ResourceNotFoundException"):
        wiring._make_ready(wiring.Needs(keys=("bodies",)))


def test_function_does_not_start_on_half_of_its_secrets(manager: Any) -> None:
    first_keys(manager, NAME)
    manager.delete_secret(SecretId=f"{NAME}/devices")
    try:
        with pytest.raises(KeysUnread, match=r"InvalidRequest|devices"):
            wiring._make_ready(wiring.Needs(keys=("pepper", "devices")))
        assert wiring._held == {}
    finally:
        manager.restore_secret(SecretId=f"{NAME}/devices")


class Secrets:
    """Secrets Manager that can go away; `made` is the real one."""

    def __init__(self, made: Any) -> None:
        self.away: Exception | None = None
        self.made = made

    def __getattr__(self, name: str) -> Any:
        if self.away:
            raise self.away
        return getattr(self.made, name)


AWAY = [
    EndpointConnectionError(endpoint_url="https://secretsmanager.test"),
    ReadTimeoutError(endpoint_url="https://secretsmanager.test"),
    ClientError({"Error": {"Code": "InternalServiceError"}}, "BatchGetSecretValue"),
    ClientError({"Error": {"Code": "ThrottlingException"}}, "BatchGetSecretValue"),
]


@pytest.mark.parametrize("away", AWAY, ids=lambda error: str(error)[:60])
def test_lo_10_logon_starts_while_the_secrets_are_away_and_goes_on_once_they_are_back(
    manager: Any, monkeypatch: pytest.MonkeyPatch, away: Exception
) -> None:
    """One container from its cold start on: its page, its refusal, and its first logon, without another start."""
    first_keys(manager, NAME)
    secrets, world = Secrets(manager), World()
    monkeypatch.setattr(wiring, "_manager", lambda: secrets)
    secrets.away = away
    wiring._make_ready(wiring.Needs(keys=("pepper", "devices")))
    world.portal = world.portal._replace(keyring=wiring.keyring, hashing=wiring.hasher)
    ann, browser = world.person(), world.browser()

    assert browser.get("/logon").status == 200
    before = world.rows()
    for _ in range(6):
        refused = browser.post("/logon", {"email": ann.address, "password": PASSWORD})
        assert refused.status == 503
        assert refused.header("Retry-After")
        assert "try again" in refused.body.decode().lower()
    assert world.rows() == before  # no attempt was counted

    secrets.away = None
    world.fake.tables.accounts[ann.id] = ann._replace(password_hash=world.portal.hasher.hash(PASSWORD))
    assert world.visitor().logs_on(ann) == "portal"


def test_lo_10_what_keeps_the_secrets_away_is_in_the_log(
    manager: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = Secrets(manager)
    secrets.away = AWAY[0]
    monkeypatch.setattr(wiring, "_manager", lambda: secrets)
    lines: list[str] = []
    with heard(lines):
        wiring._make_ready(wiring.Needs(keys=("pepper", "devices")))
    (line,) = [json.loads(one) for one in lines]
    assert line["what"] == "keys_not_read"
    assert line["cause"] == "secretsmanager:EndpointConnectionError"


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
    with pytest.raises(KeysUnread, match=rf"{NAME}/devices.*AccessDeniedException"):
        wiring._make_ready(wiring.Needs(keys=("pepper", "devices")))
    assert wiring._held == {}
