"""Whom the mail functions may write to, as which sender."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.permissions import policy, read_permissions
from infra.stages import stage_of

MAILING = [step for step, row in read_permissions().items() if "SendEmail" in row.get("ses", [])]


def sending(stage: str, step: str) -> list[dict[str, Any]]:
    statements = policy(read_permissions()[step], stage_of(stage), step)["Statement"]
    return [one for one in statements if "ses:SendEmail" in one["Action"]]


@pytest.mark.parametrize("step", MAILING)
def test_a_stage_in_the_sandbox_sends_to_every_identity_of_its_account_as_one_sender(step: str) -> None:
    """IAM is asked for the recipient's identity too, as long as SES has not given production access."""
    usual, more = sending("dev", step)
    assert "Condition" not in usual
    assert more["Resource"]["Fn::Sub"].endswith(":identity/*")
    assert more["Condition"] == {"StringEquals": {"ses:FromAddress": "portal@dev.example.com"}}


@pytest.mark.parametrize("step", MAILING)
@pytest.mark.parametrize("stage", ["staging", "prod"])
def test_every_other_stage_sends_by_its_own_identity_alone(stage: str, step: str) -> None:
    (usual,) = sending(stage, step)
    assert "identity/*" not in json.dumps(usual)
