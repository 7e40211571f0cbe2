"""The bench can be asked: a changed setting or step must not be found out by whoever wants a figure."""

from __future__ import annotations

import os
from contextlib import ExitStack

import pytest

from infra.tables import create_tables
from tests.bench.__main__ import botocore_client, ours, prepared

pytestmark = [pytest.mark.slow, pytest.mark.ministack("an emulator of its own")]


def test_the_portals_side_logs_on_and_tells_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as stack:
        for name, value in prepared(stack).items():
            monkeypatch.setenv(name, value)
        create_tables(botocore_client(), "bench-")
        portal = stack.enter_context(ours(os.environ))
        ((whole, hashing, alone),) = portal.ask("logon", 1)
        assert whole > hashing + alone > 0
        assert {name: len(times) for name, times in portal.ask("tell_forgot", 1).items()} == {
            "known": 1,
            "unknown": 1,
        }
