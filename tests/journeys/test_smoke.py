"""`make smoke`, the very program, around a running portal: the local gateway here, the stage in the rehearsal."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from infra.smoke.checks import CHECKS
from tests.gateway import ROOT
from tests.journeys.town import Town

pytestmark = pytest.mark.slow
OF_AN_API = {"own address closed", "no second stage"}


def test_nothing_is_wrong_with_a_portal_as_it_is_seen_from_outside(town: Town) -> None:
    """Only what an API at AWS alone has is left open: there is none here."""
    given = {"URL": town.url, "ADDRESS": town.person(), "MAILBOX": f"{town.url}/_local/mail"}
    ended = subprocess.run(
        [sys.executable, "-m", "infra.smoke"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **given},
        capture_output=True,
        text=True,
        check=False,
    )
    said = dict(line.split(maxsplit=1)[::-1] for line in ended.stdout.splitlines() if line.startswith("ok"))
    expected = {one.__name__.replace("_", " ") for one in CHECKS} - OF_AN_API
    assert (ended.returncode, ended.stderr, set(said)) == (0, "", expected), ended.stdout
