"""docs/sending.md: its curl lines, executed one after another against the portal; its two tables against the code."""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.domain.refusals import Code
from chalicelib.web.sentences import SENTENCES
from infra.gateway.server import make_server
from infra.openapi.schemas import answer_schemas
from tests.console.staff import staff
from tests.docs.running import ROOT
from tests.docs.tables import plain, rows
from tests.world.world import World

PAGE = ROOT / "docs" / "sending.md"
COMMANDS = re.findall(r"^```bash\n(.+?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.fixture
def portal() -> Iterator[tuple[World, str]]:
    """A portal that a program can reach."""
    world = World()
    server = make_server(world._api.handle, 0)
    running = threading.Thread(target=server.run, daemon=True)
    running.start()
    yield world, f"http://127.0.0.1:{server.effective_port}"
    # Closed by the thread that waits on its sockets: closed under it, a select may find one of them gone and raise.
    server.trigger.pull_trigger(server.close)
    running.join(10)
    server.task_dispatcher.shutdown()
    assert not running.is_alive()


def test_each_line_of_the_page_does_what_it_says(portal: tuple[World, str]) -> None:
    world, url = portal
    given = {"PORTAL": url, "SESSION": staff(world).visitor.token or ""}

    def runs(command: str) -> Any:
        done = subprocess.run(
            ["bash", "-euc", command], env=os.environ | given, capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout)

    make, send, ask, recall, rotate, revoke = COMMANDS
    made = runs(make)
    given |= {"KEY": made["key"], "SERVICE": made["id"]}
    sent = runs(send)
    assert runs(send) == sent
    given["MESSAGE"] = sent["id"]
    assert runs(ask)["state"] == "waiting"
    assert len(world.mails("ann@customer.example")) == 2
    assert runs(recall)["state"] == "recalled"
    newer = runs(rotate)["key"]
    for key in (made["key"], newer):
        given["KEY"] = key
        assert runs(ask)["state"] == "recalled"
    assert runs(revoke)["id"] == made["id"]
    assert runs(ask)["code"] == "session_required"


def test_the_states_are_those_of_the_contract() -> None:
    states = answer_schemas()["MessageState"]["properties"]["state"]["enum"]
    assert [plain(name) for name, _ in rows(PAGE, "state")] == states


def test_the_refusals_are_those_of_the_code() -> None:
    for status, code, _ in rows(PAGE, "status"):
        assert SENTENCES[Code(plain(code))].status == int(status)
