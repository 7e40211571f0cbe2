"""Cold start: what a step imports in a fresh process, and how many sessions and clients it makes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache

import pytest

from tests.fakes.premises import ENVIRONMENT
from tests.structure.code import ROOT, STEPS

pytestmark = pytest.mark.slow

NOWHERE = {"boto3", "requests", "moto", "infra", "app", "zxcvbn"}
PARSER, QR, LISTS = "ua_parser", "segno", "chalicelib.domain.blocklist"
TEMPLATES, CIPHERS, CODES, MAIL = "jinja2", "nacl", "pyotp", "chalicelib.mail"
# Where each costly thing is wanted; a step that is not named must do without it.
WANTED = {
    PARSER: {
        "account_sessions",
        "help",
        "send_mail",
        "admin_attempts",
        "admin_events",
        "admin_user",
        "admin_ip_ranges",
    },
    QR: {"account_two_step"},
    LISTS: {"password_change", "password_criteria", "password_reset", "admin_password"},
    CIPHERS: {"account_two_step", "logon_code", "reauthenticate", "messages", "admin_messages"},
    CODES: {"account_two_step", "logon_code", "reauthenticate"},
    MAIL: {"send_mail"},
    TEMPLATES: set(STEPS) - {"authorizer", "setup", "publish_event", "record_delivery"},
}


@cache
def imported() -> dict[str, set[str]]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.budgets.modules", *STEPS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return {step: set(modules) for step, modules in json.loads(done.stdout).items()}


@pytest.mark.parametrize("step", STEPS)
def test_a_step_imports_nothing_that_no_step_needs(step: str) -> None:
    assert imported()[step] & NOWHERE == set()


@pytest.mark.parametrize("step", STEPS)
def test_a_step_imports_what_is_costly_only_where_it_is_wanted(step: str) -> None:
    unwanted = {thing for thing, steps in WANTED.items() if step not in steps}
    assert imported()[step] & unwanted == set()


@pytest.mark.parametrize("step", STEPS)
def test_a_step_imports_no_other_step(step: str) -> None:
    others = {f"chalicelib.steps.{other}" for other in STEPS} - {f"chalicelib.steps.{step}"}
    assert imported()[step] & others == set()


def test_importing_a_step_builds_nothing() -> None:
    told = in_lambda("", "print(sum(f.cache_info().currsize for f in (w.session, w.settings, w.portal)))")
    assert told == "0"


def in_lambda(function: str, code: str) -> str:
    """What this prints in a process that believes to be this Lambda function; `made` holds the clients it made."""
    begin = """
import botocore.session as b
made, sessions, create = [], [], b.Session.create_client
b.Session.create_client = lambda self, name, *a, **k: (made.append(name), create(self, name, *a, **k))[1]
begin = b.Session.__init__
b.Session.__init__ = lambda self, *a, **k: (sessions.append(1), begin(self, *a, **k))[1]
import chalicelib.wiring as w
"""
    named = {"AWS_LAMBDA_FUNCTION_NAME": function} if function else {}
    keys = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
    clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", begin + code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={**clean, **ENVIRONMENT, **keys, **named},
    )
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("function", "clients"), [("portal-dev-logon", "dynamodb"), ("portal-dev-send_mail", "dynamodb sesv2")]
)
def test_a_function_makes_one_session_and_its_clients_in_the_init_phase(function: str, clients: str) -> None:
    told = in_lambda(function, "from chalicelib.storage.tables import AccountRow, EventRow\n" + SAME)
    assert told == f"{clients} 1 True"


SAME = """
one = w.portal().store.database.connection.client
same = all(row._get_connection().connection.client is one for row in (AccountRow, EventRow))
print(*made, len(sessions), same)
"""
