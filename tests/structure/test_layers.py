"""Imports run one way: app -> steps -> flows -> web, and all to the domain; only `wiring` knows them all."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

from tests.structure.code import LIBRARY, OURS, ROOT, asked_of_each, imports_of, room_of, tree_of

# What each room may import of chalicelib. `flows` and `steps` know no table and no other service; `web` is HTTP alone.
MAY = {
    "domain": {"domain"},
    "storage": {"storage", "domain"},
    "runtime": {"runtime", "domain"},
    "presentation": {"presentation", "domain"},
    "services": {"services", "domain"},
    "web": {"web", "runtime", "presentation", "domain", "portal", "settings"},
    "flows": {"flows", "web", "runtime", "presentation", "domain", "portal"},
    "mail": {"mail", "services", "runtime", "presentation", "domain", "portal"},
    "steps": {"steps", "flows", "web", "runtime", "presentation", "domain", "portal", "wiring"},
    "portal": {"domain", "runtime", "settings"},
    "settings": {"domain", "presentation"},
    "wiring": {"domain", "storage", "mail", "services", "web", "runtime", "portal", "settings"},
}
MORE = {
    "steps/send_mail.py": {"mail", "services"},
    "steps/resume_mail.py": {"mail"},
    "steps/sweep_mail.py": {"mail"},
    "steps/publish_event.py": {"services"},
    "steps/resume_events.py": {"services"},
    "steps/record_delivery.py": {"services"},
    "steps/walk_canary.py": {"services"},
    "steps/copy_trail.py": {"services"},
    "steps/seal_trail.py": {"services"},
}
DOMAIN_LIBRARIES = {"argon2", "pyotp"}
LIBRARIES_OF_ONE_FILE = {
    "blocklist.py": {"zxcvbn"},
    "sealing.py": {"nacl"},
    "strength.py": {"zxcvbn"},
}
FILES = sorted(LIBRARY.rglob("*.py"))


def ids(file: Path) -> str:
    return str(file.relative_to(LIBRARY))


def room(file: Path) -> str:
    parts = file.relative_to(LIBRARY).with_suffix("").parts
    return parts[0]


@asked_of_each(FILES, ids)
def test_a_room_imports_only_the_rooms_below_it(file: Path) -> None:
    allowed = MAY.get(room(file), set()) | MORE.get(ids(file), set())
    used = {room_of(name) for name in imports_of(file) if name.startswith("chalicelib.")}
    assert used <= allowed


@asked_of_each(sorted((LIBRARY / "domain").rglob("*.py")), ids)
def test_the_domain_knows_no_aws_no_web_and_no_environment(file: Path) -> None:
    allowed = (
        sys.stdlib_module_names
        | DOMAIN_LIBRARIES
        | {"chalicelib"}
        | LIBRARIES_OF_ONE_FILE.get(file.name, set())
    )
    assert {name.split(".")[0] for name in imports_of(file)} <= allowed
    assert not {"os.environ", "os.getenv", "socket", "urllib.request", "http.client"} & set(imports_of(file))
    reads = [
        node for node in ast.walk(tree_of(file)) if isinstance(node, ast.Attribute) and node.attr == "environ"
    ]
    assert reads == []


# The package itself only asks whether it is in Lambda.
READERS = [LIBRARY / name for name in ("__init__.py", "settings.py", "wiring.py")]


@asked_of_each([file for file in FILES if file not in READERS], ids)
def test_only_what_starts_the_portal_reads_the_environment(file: Path) -> None:
    source = file.read_text(encoding="utf-8")
    assert "os.environ" not in source
    assert "getenv" not in source


@asked_of_each([file for file in FILES if room(file) not in {"storage", "services", "wiring"}], ids)
def test_only_storage_services_and_wiring_know_aws(file: Path) -> None:
    assert not {name.split(".")[0] for name in imports_of(file)} & {"boto3", "botocore", "pynamodb"}


# What HTTP must name of the domain: values and shapes. Whatever decides anything about anybody is not among them.
VALUES = {
    "accounts.Kind",
    "brand.Brand",
    "brand.OURS",
    "colours.shades",
    "networks.IPAddress",
    "networks.InvalidSource",
    "networks.parse_address",
    "ports.Store",
    "refusals.Code",
    "refusals.Hint",
    "refusals.Refusal",
    "refusals.Unavailable",
    "refusals.invalid",
    "services.Sender",
    "sessions.Caller",
    "sessions.Credential",
    "sessions.Next",
    "tokens.new_reference",
}
WEB = sorted((LIBRARY / "web").glob("*.py"))


@asked_of_each(WEB, ids)
def test_web_knows_no_rule(file: Path) -> None:
    domain = "chalicelib.domain."
    assert {name.removeprefix(domain) for name in imports_of(file) if name.startswith(domain)} <= VALUES


@asked_of_each(WEB, ids)
def test_web_asks_the_store_nothing_but_a_request_s_time(file: Path) -> None:
    asked = {
        node.attr
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "store"
    }
    assert asked <= {"request"}


def test_nothing_that_runs_in_lambda_imports_boto3() -> None:
    using = [ids(file) for file in FILES if any(name.split(".")[0] == "boto3" for name in imports_of(file))]
    assert using == []


def test_chalicelib_never_imports_the_map_or_the_infrastructure() -> None:
    above = {"app", "infra", "tests"}
    using = [ids(file) for file in FILES if above & {name.split(".")[0] for name in imports_of(file)}]
    assert using == []


def test_no_drawer_for_everything() -> None:
    drawers = {"utils", "util", "helpers", "constants", "common", "misc", "base"}
    assert [str(file.relative_to(ROOT)) for file in OURS if file.stem in drawers] == []
