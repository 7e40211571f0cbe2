"""`make contract`: what validators, generators and a fuzzer say of docs/openapi.json and of the portal it describes.

Each of them is somebody else's program, pinned, in .venv-contract or build/contract. The name of this file is none of a
test: it takes minutes, and only who asks for it runs it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.settling_in import FUZZERS, Fuzzer, inhabit
from tests.docs.running import ROOT
from tests.engine import Engine
from tests.journeys.desk import seated
from tests.journeys.people import link, token_of
from tests.journeys.town import Town
from tests.world.visitors import CHOSEN, PASSWORD

HERE, BUILT = ROOT / "tests/contract", ROOT / "build/contract"
PYTHON, NODE = ROOT / ".venv-contract/bin", BUILT / "node_modules/.bin"
DOCUMENT = ROOT / "docs/openapi.json"
# For each fuzzer; the whole of it is four minutes of one processor. `make contract SECONDS=600` goes on for longer.
SECONDS = os.environ.get("CONTRACT_SECONDS") or "40"
LEAST = 40  # requests, or nothing was tried
MEASURES = "password sessions disabled two_step"


def runs(program: Path | str, *words: object, **environment: str) -> str:
    """What it prints; it fails as it would in a shell."""
    ended = subprocess.run(
        [str(program), *map(str, words)],
        cwd=BUILT,
        env={**os.environ, "PATH": f"{PYTHON}:{os.environ['PATH']}", "NO_COLOR": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ended.returncode == 0, f"{ended.stdout[-12000:]}\n{ended.stderr[-4000:]}"
    return ended.stdout


@pytest.fixture(scope="module")
def town(engine: Engine) -> Iterator[Town]:
    """A portal of its own: whatever is sent may be done."""
    running = Town(engine)
    yield running
    running.stop()


def test_the_validator_finds_nothing() -> None:
    assert "OK" in runs(PYTHON / "openapi-spec-validator", DOCUMENT)


def test_redocly_s_recommended_rules_find_nothing() -> None:
    rules = HERE / "redocly.yaml"
    said = runs(
        NODE / "redocly", "lint", DOCUMENT, "--config", rules, "--format", "json", REDOCLY_TELEMETRY="off"
    )
    assert '"problems": []' in said, said


def test_python_client_walks(town: Town) -> None:
    client = BUILT / "portal_client"
    shutil.rmtree(client, ignore_errors=True)
    said = runs(
        *(PYTHON / "openapi-python-client", "generate", "--path", DOCUMENT, "--meta", "none"),
        *("--output-path", client),
    )
    assert "warning" not in said.lower(), said
    walked = runs(PYTHON / "python", HERE / "walk.py", PYTHONPATH=str(BUILT), **people(town))
    assert walked.strip() == MEASURES


def test_typescript_client_compiles_and_walks(town: Town) -> None:
    runs(NODE / "openapi-typescript", DOCUMENT, "-o", BUILT / "schema.d.ts")
    for file in ("walk.ts", "tsconfig.json"):
        shutil.copy(HERE / file, BUILT / file)
    runs(NODE / "tsc", "--project", BUILT)
    assert runs("node", BUILT / "walk.js", **people(town)).strip() == MEASURES


def people(town: Town) -> dict[str, str]:
    """What a walk is given: Ann with a message and a link, and an administrator with a code."""
    ann, desk = town.person(), seated(town)
    town.sends(ann)
    town.client().post("/password/forgot", {"email": ann})
    mailed = token_of(link(town.mail(ann, "choose a new password"), "/password/reset/"))
    return {
        "PORTAL": town.url,
        "ANN": ann,
        "ADMIN": desk.address,
        "PASSWORD": PASSWORD,
        "NEW_PASSWORD": CHOSEN,
        "LINK": mailed,
        "CODE": desk.phone.code(),
    }


@pytest.fixture(scope="module")
def held(town: Town) -> dict[str, list[str]]:
    """The sessions of each fuzzer."""
    return inhabit(town)


@pytest.mark.parametrize("fuzzer", FUZZERS, ids=lambda one: one.who)
def test_nothing_that_is_sent_is_answered_as_the_document_does_not_say(
    town: Town, held: dict[str, list[str]], fuzzer: Fuzzer, tmp_path: Path
) -> None:
    file = tmp_path / "tokens"
    file.write_text("\n".join(held[fuzzer.who]))
    left_out = [word for name in fuzzer.leaves_out for word in ("--exclude-operation-id", name)]
    said = runs(
        *(PYTHON / "schemathesis", "--config-file", HERE / "schemathesis.toml", "run", DOCUMENT),
        *(
            "--url",
            town.url,
            "--checks",
            "all",
            "--max-time",
            SECONDS,
            "--continue-on-failure",
            "--no-shrink",
        ),
        *("--generation-deterministic", "--warnings", "off", *left_out),
        SCHEMATHESIS_HOOKS="tests.contract.hooks",
        PYTHONPATH=str(ROOT),
        TOKENS=str(file),
    )
    generated = re.search(r"(\d+) generated, \1 passed", said)
    assert generated, said[-3000:]
    assert int(generated[1]) >= LEAST


def test_and_nothing_is_broken_by_it(town: Town) -> None:
    assert '"what": "fault"' not in town.gateway.log
    assert "Traceback" not in town.gateway.log
    assert town.client().logs_on(town.person(), PASSWORD) == "portal"
