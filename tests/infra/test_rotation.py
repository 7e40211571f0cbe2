"""`make rotate`: a key is there before anything is made with it, and goes only when it is told to (LO-09)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest

from chalicelib.domain.held_keys import REFRESH_SECONDS
from infra.keys import new_ring
from infra.rotation import USAGE, WAIT_SECONDS, NotRotated, main, rotate, withdraw

NAME = "portal/rotated/keys/pepper"


@pytest.fixture
def manager(moto: Any) -> Iterator[Any]:
    made = botocore.session.get_session().create_client("secretsmanager")
    made.create_secret(Name=NAME, SecretString=json.dumps(new_ring()))
    yield made
    made.delete_secret(SecretId=NAME, ForceDeleteWithoutRecovery=True)


def ring(manager: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(manager.get_secret_value(SecretId=NAME)["SecretString"])
    return found


def test_lo_09_new_key_is_there_for_as_long_as_containers_take_before_it_is_current(manager: Any) -> None:
    seen: list[tuple[float, str, list[str]]] = []
    rotate(
        manager,
        NAME,
        lambda seconds: seen.append((seconds, ring(manager)["current"], list(ring(manager)["keys"]))),
    )
    assert seen == [(WAIT_SECONDS, "k1", ["k1", "k2"])]
    assert WAIT_SECONDS > REFRESH_SECONDS
    assert (ring(manager)["current"], list(ring(manager)["keys"])) == ("k2", ["k1", "k2"])


def test_run_that_broke_off_is_gone_on_with(manager: Any) -> None:
    def break_off(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate(manager, NAME, break_off)
    added = ring(manager)["keys"]["k2"]
    assert rotate(manager, NAME, lambda _: None) == "k2"
    assert ring(manager)["keys"]["k2"] == added
    assert rotate(manager, NAME, lambda _: None) == "k3"


def test_former_key_is_withdrawn_by_name_and_the_current_one_never(manager: Any) -> None:
    rotate(manager, NAME, lambda _: None)
    for key_id, says in (("k2", "current"), ("k9", "has k1, k2"), ("", "has k1, k2")):
        with pytest.raises(NotRotated, match=says):
            withdraw(manager, NAME, key_id)
    withdraw(manager, NAME, "k1")
    assert list(ring(manager)["keys"]) == ["k2"]


def test_id_that_somebody_chose_is_followed_by_a_numbered_one(manager: Any) -> None:
    one = new_ring()
    manager.put_secret_value(
        SecretId=NAME, SecretString=json.dumps({"current": "old", "keys": {"old": one["keys"]["k1"]}})
    )
    assert rotate(manager, NAME, lambda _: None) == "k1"
    assert ring(manager)["current"] == "k1"


def test_run_shows_no_key(manager: Any, capsys: pytest.CaptureFixture[str]) -> None:
    rotate(manager, NAME, lambda _: None)
    withdraw(manager, NAME, "k1")
    shown = capsys.readouterr()
    assert all(key not in shown.out + shown.err for key in ring(manager)["keys"].values())
    assert "k2 is current" in shown.out


@pytest.mark.parametrize(
    "arguments", [[], ["prod"], ["nowhere", "pepper"], ["prod", "salt"], ["prod", "pepper", "k1"]]
)
def test_what_it_does_not_understand_it_does_not_do(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith(USAGE.partition("{")[0])
