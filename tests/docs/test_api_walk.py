"""The walk of docs/api.md, pasted into a shell as it stands there, before a portal that was just started."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable

import pytest

from tests.docs.running import ROOT
from tests.gateway import Gateway

PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```bash\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
HERE = "http://localhost:8000"
LAST = ("contained", "invalid_logon")


@pytest.mark.ministack  # its mailbox is what the walk reads
def test_every_line_of_the_walk_works(start_gateway: Callable[..., Gateway]) -> None:
    portal = start_gateway()
    for address in ("recipient@portal.test", "admin@portal.test"):
        portal.wait_for_mails(address, seconds=20)
    script = "\n".join(BLOCKS).replace(HERE, portal.url)
    assert script.count(portal.url) == 1
    ended = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    lines = ended.stdout.split("\n")
    assert tuple(lines[-3:-1]) == LAST, ended.stdout
    assert '"email": "recipient@portal.test"' in ended.stdout
    assert "session_required" in ended.stdout  # the session from before the reset


def test_the_walk_is_all_that_it_promises() -> None:
    text = "\n".join(BLOCKS)
    for route in ("/logon", "/session", "/messages/", "/password/forgot", "/password/reset", "/contain"):
        assert f'"$PORTAL{route}' in text or route in text
    assert len(BLOCKS) == 5
