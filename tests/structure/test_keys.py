"""What a step names in NEEDS is what its role may read, in each stage: one place says it, nothing else can."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.domain.keys import USES
from infra.documents import read_yaml
from infra.permissions import FILE, policy, read_permissions
from infra.stages import read_configuration, stage_of
from tests.structure.code import LIBRARY, NEEDS, ROOT, STEPS, asked_of_each

STAGES = sorted(read_configuration()["stages"])


@pytest.mark.parametrize("name", STAGES)
def test_lo_06_a_role_may_read_what_its_step_names(name: str) -> None:
    stage, rows = stage_of(name), read_permissions()
    for step in STEPS:
        statements = policy(rows[step], stage, step)["Statement"]
        told = {
            one["Action"][0]: one["Resource"] for one in statements if one["Action"][0].startswith("secrets")
        }
        secret = f":secret:{stage.variables(step)['PORTAL_KEYS_SECRET']}/"
        arns = [one["Fn::Sub"] for one in told.get("secretsmanager:GetSecretValue", [])]
        assert [one.partition(secret)[2] for one in arns] == [f"{use}-??????" for use in NEEDS[step].keys], (
            step
        )
        assert ("secretsmanager:BatchGetSecretValue" in told) == (len(arns) > 1), step


def test_page_of_permissions_says_nothing_of_keys() -> None:
    """It would be a second place, and the two would differ one day."""
    assert [step for step, row in read_yaml(FILE).items() if "keys" in row] == []


def test_names_of_keys_are_uses_each_once() -> None:
    for step in STEPS:
        named = NEEDS[step].keys
        assert sorted(named, key=USES.index) == list(named), step
        assert set(named) <= set(USES), step
        assert len(set(named)) == len(named), step


ASKED = [
    *(LIBRARY / "steps").glob("*.py"),
    *(LIBRARY / "flows").glob("*.py"),
    *(LIBRARY / "mail").glob("*.py"),
]


@asked_of_each(ASKED, lambda file: str(file.relative_to(ROOT)))
def test_keys_come_from_the_portal_by_their_use(file: Path) -> None:
    """Whoever read the environment or the secret by itself would pass the guard by."""
    text = file.read_text(encoding="utf-8")
    assert "keys_secret" not in text
    assert "settings.keys" not in text
    assert "Keyring.from_json" not in text
