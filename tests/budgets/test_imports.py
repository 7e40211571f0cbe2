"""Cold start: what a function has loaded after its init phase, and how many sessions and clients it makes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache

import pytest

from tests.structure.code import HASHING, LIBRARY, MAILING, NEEDS, PAGELESS, ROOT, STEPS
from tests.world.settings import ENVIRONMENT

pytestmark = pytest.mark.slow

NOWHERE = {
    *("boto3", "requests", "moto", "infra", "app", "zxcvbn"),
    # For those who know a reader's zone; for the type checker.
    *("zoneinfo", "chalicelib.domain.ports"),
}
PARSER, QR, LISTS = "ua_parser", "segno", "chalicelib.domain.blocklist"
TEMPLATES, CIPHERS, CODES, MAIL, HASHES = "jinja2", "nacl", "pyotp", "chalicelib.mail", "argon2"
# Where each costly thing is wanted; a step that is not named must do without it.
WANTED = {
    PARSER: {
        "account_activity",
        "account_export",
        "account_sessions",
        "help",
        *MAILING,
        "admin_attempts",
        "admin_events",
        "admin_user",
        "admin_ip_ranges",
    },
    QR: {"account_two_step"},
    LISTS: {"password_change", "password_criteria", "password_reset", "admin_password"},
    CIPHERS: {
        "account_export",
        "account_two_step",
        "logon_code",
        "reauthenticate",
        "messages",
        "message_reply",
        "admin_messages",
        "service_messages",
        "address_change",
        "move_accounts",
    },
    CODES: {"account_two_step", "address_change", "logon_code", "reauthenticate"},
    MAIL: set(MAILING),
    TEMPLATES: set(STEPS) - (PAGELESS - MAILING),
    HASHES: HASHING,
}
# The most modules, the standard library's not counted, that a function may have loaded when its init phase is over,
# above Chalice and PynamoDB; a hundred of ours cost some 30 ms. Raise one only for what the step cannot do without.
# A step that is not named here has what a bare page or a bare answer has. The console has in each what staff of some
# domains may reach.
BARE_PAGE, BARE = 68, 41
CEILINGS = {
    "account": 66,  # its facts, which the export tells too
    "account_activity": 99,
    "account_export": 126,  # what sessions, activity, messages, replies and addresses load together, without a page
    "account_preferences": 67,
    "account_sessions": 97,
    "account_two_step": 129,
    "address_change": 130,
    "admin_address": 80,
    "admin_attempts": 111,  # with files of them
    "admin_brand": 76,  # with what its form was filled in from
    "admin_contain": 76,
    "admin_delivery": 75,
    "admin_domains": 76,  # with the ways in a list
    "admin_erase": 77,  # with whether another administrator has asked for it
    "admin_events": 113,  # the same, and what a service is called
    "admin_invitations": 84,  # with several at once, and two administrators for one who is to be one
    "admin_ip_ranges": 108,
    "admin_kind": 80,  # with whether another administrator has asked for it
    "admin_messages": 110,  # what waits for a writer whose session ended, what is written back, and several at once
    "admin_overview": 81,  # with what is counted, what waits for a second administrator, and the lock's arithmetic
    "admin_password": 96,  # with whether the second step of an administrator is there
    "admin_services": 83,  # with its keys, and whether a form was sent twice
    "admin_sessions": 75,
    "admin_status": 75,
    "admin_two_step": 77,  # with whether another administrator has asked for it
    "admin_user": 121,  # with what waits for a second administrator
    "admin_users": 84,  # and what such a list is asked for, as a file too, and two administrators for a new one
    "authorizer": 42,  # what it is asked is read in a room of its own
    "health": 40,  # with the words of what is counted
    "health_deep": 52,  # with keys, the trail and a reading of every table
    "help": 96,
    "home": 40,
    "logoff": 42,
    "logon": 99,
    "logon_code": 110,
    "message_reply": 108,  # with what is written to whom, sealed, whether a form was sent twice, and what was kept
    "messages": 99,
    "move_accounts": 61,
    "not_me": 71,  # with its digits
    "password_change": 92,
    "password_criteria": 53,
    "password_forgot": 78,
    "password_reset": 94,
    "publish_event": 43,  # what is published, what of it is personal, and its marks
    "reauthenticate": 120,
    "record_delivery": 25,  # what SES says is read in the room of SES
    "resume_events": 45,
    "resume_mail": 109,
    "send_mail": 109,
    "service_messages": 84,  # what sealing, inviting and sending load together, without a page
    "setup": 40,  # what it fails with is told without its message (LO-08); Argon2, for the canary's password
    "sweep_mail": 111,  # the loop it shares with resume_mail, and the days it counts
}


@cache
def loaded() -> dict[str, set[str]]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.budgets.modules", *STEPS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env=environment(),
    )
    return {step: set(modules) for step, modules in json.loads(done.stdout).items()}


@pytest.mark.parametrize("step", STEPS)
def test_a_function_loads_nothing_that_none_needs(step: str) -> None:
    assert loaded()[step] & NOWHERE == set()


@pytest.mark.parametrize("step", STEPS)
def test_a_function_loads_what_is_costly_only_where_it_is_wanted(step: str) -> None:
    unwanted = {thing for thing, steps in WANTED.items() if step not in steps}
    assert loaded()[step] & unwanted == set()


@pytest.mark.parametrize("step", STEPS)
def test_a_function_stays_below_its_ceiling_of_modules(step: str) -> None:
    own = {name for name in loaded()[step] if name.partition(".")[0] not in sys.stdlib_module_names}
    assert len(own) <= CEILINGS.get(step, BARE_PAGE if NEEDS[step].page else BARE), sorted(own)


def test_functions_without_a_page_are_those_of_the_map() -> None:
    pages = {file.stem for file in (LIBRARY / "presentation" / "templates" / "pages").glob("*.html")}
    assert set(STEPS) - pages == PAGELESS


@pytest.mark.parametrize("step", STEPS)
def test_a_function_loads_no_other_step(step: str) -> None:
    others = {f"chalicelib.steps.{other}" for other in STEPS} - {f"chalicelib.steps.{step}"}
    assert loaded()[step] & others == set()


def test_importing_a_step_builds_nothing() -> None:
    told = in_lambda("", "print(sum(f.cache_info().currsize for f in (w.session, w.settings, w.portal)))")
    assert told == "0"


def environment(**more: str) -> dict[str, str]:
    keys = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
    clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**clean, **ENVIRONMENT, **keys, **more}


def in_lambda(function: str, code: str) -> str:
    """What this prints in a process that believes to be this Lambda function; `made` holds the clients it made."""
    begin = """
import botocore.session as b
made, sessions, create = [], [], b.Session.create_client
b.Session.create_client = lambda self, name, *a, **k: (made.append(name), create(self, name, *a, **k))[1]
begin = b.Session.__init__
b.Session.__init__ = lambda self, *a, **k: (sessions.append(1), begin(self, *a, **k))[1]
import os
from importlib import import_module
import_module("chalicelib.steps." + (os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "").rpartition("-")[2] or "logon"))
import chalicelib.wiring as w
"""
    done = subprocess.run(
        [sys.executable, "-c", begin + code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env=environment(**({"AWS_LAMBDA_FUNCTION_NAME": function} if function else {})),
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


@pytest.mark.parametrize(("function", "told"), [("portal-dev-logon", "True True"), ("", "True False")])
def test_what_a_function_made_in_its_init_phase_is_set_aside_from_collections(
    function: str, told: str
) -> None:
    assert in_lambda(function, "import gc; print(gc.isenabled(), gc.get_freeze_count() > 10_000)") == told


@pytest.mark.parametrize(
    ("function", "stage"), [("portal-dev-logon", "dev"), ("portal-dev-send_mail", "dev"), ("", "local")]
)
def test_lo_12_a_function_counts_for_its_own_stage(function: str, stage: str) -> None:
    assert in_lambda(function, "from chalicelib.runtime import log; print(log.STAGE)") == stage
