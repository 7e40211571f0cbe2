"""`make run` cannot start: one sentence says why and names the variable, and nothing stays behind."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.gateway.__main__ import announce
from tests.gateway import ROOT, Gateway

pytestmark = pytest.mark.slow

NOBODY = "http://127.0.0.1:9"


def start(scratch: Path, **given: str) -> subprocess.CompletedProcess[str]:
    """Run it until it ends by itself; whatever it starts keeps its files in `scratch`."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PORTAL_"))}
    return subprocess.run(
        [sys.executable, "-m", "infra.gateway"],
        cwd=ROOT,
        env={**clean, "PORT": "0", "TMPDIR": str(scratch), **given},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"PORT": "abc"}, "PORT must be a whole number from 0 to 65535; 0 takes any free port"),
        (
            {"PORTAL_LOCK_SECONDS": "abc"},
            "PORTAL_LOCK_SECONDS must be a whole number from 1 to 86400 (docs/settings.md)",
        ),
        (
            {"AWS_ENDPOINT_URL": NOBODY},
            f'The DynamoDB of AWS_ENDPOINT_URL cannot be used: Could not connect to the endpoint URL: "{NOBODY}/"',
        ),
        # SES is embedded here and has been started by then.
        (
            {"AWS_ENDPOINT_URL_DYNAMODB": "nonsense"},
            "The DynamoDB of AWS_ENDPOINT_URL_DYNAMODB cannot be used: Invalid endpoint: nonsense",
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_it_cannot_start_with_is_one_sentence(
    given: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    ended = start(tmp_path, **given)
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", f"{sentence}\n")
    assert list(tmp_path.iterdir()) == []


def test_the_aws_set_up_of_whoever_runs_it_does_not_count(start_gateway: Callable[..., Gateway]) -> None:
    """Without an endpoint of their own, nothing may reach an account of theirs, or go through their proxy."""
    gateway = start_gateway(
        AWS_PROFILE="nobody",
        AWS_REGION="no region",
        AWS_IGNORE_CONFIGURED_ENDPOINT_URLS="true",
        AWS_ENDPOINT_URL_EVENTS=NOBODY,
        HTTP_PROXY=NOBODY,
    )
    assert gateway.wait_for_mails("admin@portal.test")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://localhost:8001", "  Portal    http://localhost:8001\n"),
        ("http://127.0.0.1:8001", "  Portal    http://127.0.0.1:8001\n"),
        (
            "https://portal.example",
            "  Portal    https://portal.example\n  Here      http://localhost:8001\n",
        ),
        ("http://localhost:9", "  Portal    http://localhost:9\n  Here      http://localhost:8001\n"),
    ],
)
def test_a_portal_that_is_reached_elsewhere_says_where_it_listens(
    url: str, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORTAL_URL", url)
    monkeypatch.setenv("PORTAL_ADMIN_EMAIL", "admin@portal.test")
    announce(8001)
    shown = capsys.readouterr().out
    assert f"\n{told}  Mailbox   " in shown
    assert shown.count(":8001/_local/mail\n") == 1


def test_a_stage_that_is_not_there_is_said_before_a_rehearsal_begins() -> None:
    command = [sys.executable, "-m", "infra.stages", "rehearse", "nowhere"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "usage: make rehearse STAGE=dev|staging|prod\n"
