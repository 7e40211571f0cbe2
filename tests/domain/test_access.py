"""Who may pass which guard: every kind of guard, and everybody who can stand before it (AD-01, SE-11, TF-07)."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from chalicelib.domain import access
from chalicelib.domain.access import GUARDS, Guard, check, guard_of
from chalicelib.domain.accounts import Kind
from chalicelib.domain.refusals import Code, Hint, Refusal
from chalicelib.domain.sessions import Caller, Credential, Next
from tests.domain.truth import ANY, Row, Table, told
from tests.fakes.samples import NOW, a_digest, an_account

NAMED = {
    name: getattr(access, name)
    for name in (
        *("PUBLIC", "HELP", "ANY_SESSION", "LOGOFF", "FULL", "FULL_FRESH", "CODE", "CHANGE"),
        *("ENROL", "ENROL_FRESH"),
        *("DESK", "ADMIN", "ADMIN_FRESH", "ALL", "ALL_FRESH", "CANARY", "SERVICE"),
    )
}
ROOT = Path(__file__).parents[2]
NOBODY = "nobody"
CODE_DUE, CHANGE_DUE, ENROLMENT_DUE, WHOLE = (
    Next.ENTER_CODE,
    Next.CHANGE_PASSWORD,
    Next.ENROL_TWO_STEP,
    Next.PORTAL,
)
RECIPIENT, SUPPORT, ADMINISTRATOR = Kind.RECIPIENT, Kind.SUPPORT, Kind.ADMINISTRATOR
FRESH, STALE = True, False
OWN, NO_DOMAIN = ("people.test",), ()
CONSOLE = {"DESK", "ADMIN", "ADMIN_FRESH", "ALL", "ALL_FRESH"}
NO_ENTRY, STEP, KIND, AGAIN = (
    Code.SESSION_REQUIRED,
    Code.STEP_REQUIRED,
    Code.NOT_PERMITTED,
    Code.REAUTHENTICATION_REQUIRED,
)
TABLE = Table(
    {
        "guard": tuple(NAMED),
        "stage": (NOBODY, *Next),
        "kind": tuple(Kind),
        "fresh": (FRESH, STALE),
        "domains": (None, OWN, NO_DOMAIN),
    },
    [
        ({"PUBLIC", "HELP"}, ANY, ANY, ANY, ANY, None),
        (set(NAMED) - {"PUBLIC", "HELP"}, NOBODY, ANY, ANY, ANY, NO_ENTRY),
        ("SERVICE", set(Next), ANY, ANY, ANY, NO_ENTRY),  # a key opens it, and no session whatever
        ({"ANY_SESSION", "LOGOFF"}, set(Next), ANY, ANY, ANY, None),
        ("FULL", WHOLE, ANY, ANY, ANY, None),
        ({"FULL", "FULL_FRESH"}, {CODE_DUE, CHANGE_DUE, ENROLMENT_DUE}, ANY, ANY, ANY, STEP),
        ("CANARY", {CODE_DUE, CHANGE_DUE, ENROLMENT_DUE}, ANY, ANY, ANY, STEP),
        ("CANARY", WHOLE, ANY, ANY, ANY, KIND),
        ("FULL_FRESH", WHOLE, ANY, FRESH, ANY, None),
        ("FULL_FRESH", WHOLE, ANY, STALE, ANY, AGAIN),
        ("CODE", CODE_DUE, ANY, ANY, ANY, None),
        ("CODE", {CHANGE_DUE, ENROLMENT_DUE, WHOLE}, ANY, ANY, ANY, STEP),
        ("CHANGE", {CHANGE_DUE, WHOLE}, ANY, ANY, ANY, None),
        ("CHANGE", {CODE_DUE, ENROLMENT_DUE}, ANY, ANY, ANY, STEP),
        ("ENROL", {ENROLMENT_DUE, WHOLE}, ANY, ANY, ANY, None),
        ("ENROL", {CODE_DUE, CHANGE_DUE}, ANY, ANY, ANY, STEP),
        ("ENROL_FRESH", {ENROLMENT_DUE, WHOLE}, ANY, FRESH, ANY, None),
        ("ENROL_FRESH", {ENROLMENT_DUE, WHOLE}, ANY, STALE, ANY, AGAIN),
        ("ENROL_FRESH", {CODE_DUE, CHANGE_DUE}, ANY, ANY, ANY, STEP),
        (CONSOLE, {CODE_DUE, CHANGE_DUE, ENROLMENT_DUE}, ANY, ANY, ANY, STEP),
        ("DESK", WHOLE, {SUPPORT, ADMINISTRATOR}, ANY, ANY, None),
        ("DESK", WHOLE, RECIPIENT, ANY, ANY, KIND),
        ("ADMIN", WHOLE, ADMINISTRATOR, ANY, ANY, None),
        (CONSOLE - {"DESK"}, WHOLE, {RECIPIENT, SUPPORT}, ANY, ANY, KIND),
        ("ADMIN_FRESH", WHOLE, ADMINISTRATOR, FRESH, ANY, None),
        ("ADMIN_FRESH", WHOLE, ADMINISTRATOR, STALE, ANY, AGAIN),
        ("ALL", WHOLE, ADMINISTRATOR, ANY, None, None),
        ("ALL_FRESH", WHOLE, ADMINISTRATOR, FRESH, None, None),
        ("ALL_FRESH", WHOLE, ADMINISTRATOR, STALE, None, AGAIN),
        # What is of the whole portal is not for staff of some domains alone (ADR 58).
        ({"ALL", "ALL_FRESH"}, WHOLE, ADMINISTRATOR, ANY, {OWN, NO_DOMAIN}, KIND),
    ],
)


def a_caller(stage: Next = WHOLE, kind: Kind = ADMINISTRATOR, reauthenticated_at: float = NOW) -> Caller:
    account = an_account()
    return Caller(
        account_id=account.id,
        address=account.address,
        kind=kind,
        epoch=1,
        digest=a_digest(),
        serial=1,
        newest_serial=1,
        next=stage,
        reauthenticated_at=reauthenticated_at,
        password_changed_at=None,
        previous_logon_at=None,
        two_step_active=False,
        two_step_required=False,
        recovery_codes_left=0,
        opened_with=Credential.PASSWORD,
        code_entered=False,
        expires_at=NOW + 600,
    )


def a_canary(kind: Kind = RECIPIENT) -> Caller:
    account = an_account("success+0a@simulator.amazonses.com")
    return a_caller(kind=kind)._replace(account_id=account.id, address=account.address)


def refusal(guard: Guard, caller: Caller | None, cause: str | None = None) -> Refusal | None:
    try:
        check(guard, caller, cause, NOW)
    except Refusal as refused:
        return refused
    return None


@pytest.mark.parametrize("row", TABLE.rows, ids=told)
def test_ad_01_tf_07_a_guard_lets_in_whom_it_names_and_nobody_else(row: Row) -> None:
    for inputs in TABLE.inputs(row):
        typed_at = NOW if inputs["fresh"] else NOW - 600
        known = a_caller(inputs["stage"], inputs["kind"], typed_at) if inputs["stage"] != NOBODY else None
        known = known and known._replace(domains=inputs["domains"])
        refused = refusal(NAMED[inputs["guard"]], known)
        assert (refused and refused.code) == row[-1], inputs


def test_everybody_before_every_guard_stands_in_one_row() -> None:
    assert TABLE.wrong == []
    assert set(GUARDS.values()) == set(NAMED.values())
    assert {name for name, guard in NAMED.items() if guard.console is True} == CONSOLE


def test_canary_passes_its_own_guard_and_what_can_end_a_session() -> None:
    """Whatever its account is said to be."""
    for kind in Kind:
        known = a_canary(kind)
        passed = {name for name, guard in NAMED.items() if refusal(guard, known) is None}
        assert passed == {"CANARY", "PUBLIC", "HELP", "LOGOFF"}


def test_ip_09_from_everywhere_one_may_read_help_and_end_a_session_one_has() -> None:
    """IP-09."""
    stranger = {name for name, guard in NAMED.items() if access.open_everywhere(guard, None)}
    known = {name for name, guard in NAMED.items() if access.open_everywhere(guard, a_caller())}
    assert (stranger, known) == ({"HELP"}, {"HELP", "LOGOFF"})
    assert [route for route, guard in GUARDS.items() if guard.everywhere] == ["GET /help", "POST /logoff"]


def test_administrators_ranges_count_for_the_whole_console_and_for_nothing_else() -> None:
    console = [route for route, guard in GUARDS.items() if guard.admin_network]
    assert console == [route for route in GUARDS if route.partition(" ")[2].startswith("/admin/")]


def test_only_who_asks_for_their_session_is_told_of_the_ranges_by_a_document() -> None:
    assert [route for route, guard in GUARDS.items() if guard.document] == ["GET /session"]


def test_ad_01_routes_with_a_guard_are_those_of_the_contract() -> None:
    contract = yaml.safe_load((ROOT / "infra/api.yaml").read_text(encoding="utf-8"))
    routes = {
        f"{method.upper()} {path}"
        for path, methods in contract["paths"].items()
        for method in methods
        if method != "parameters"
    }
    assert set(GUARDS) == routes


def test_keys_of_sending_systems_open_their_own_routes_alone() -> None:
    opened = {route for route in GUARDS if access.for_services(*route.split(" "))}
    assert opened == {route for route in GUARDS if route.partition(" ")[2].startswith("/service/")}
    assert not access.for_services("GET", "/nothing")


def test_whoever_shows_no_session_is_told_so_and_not_that_theirs_is_over() -> None:
    never, over = refusal(access.FULL, None), refusal(access.FULL, None, "epoch_moved")
    assert (never and never.hint, over and over.hint) == (Hint.NO_SESSION, None)


@pytest.mark.parametrize(
    ("guard", "caller", "cause", "told"),
    [
        ("FULL", None, None, "no_session"),
        ("FULL", None, "epoch_moved", "epoch_moved"),
        ("CANARY", a_caller(), None, "not_the_canary"),
        ("FULL", a_canary(), None, "the_canary"),
        ("FULL", a_caller(CODE_DUE), None, "stage_enter_code"),
        ("DESK", a_caller(kind=RECIPIENT), None, "kind_recipient"),
        ("ADMIN_FRESH", a_caller(reauthenticated_at=0), None, "password_typed_too_long_ago"),
    ],
)
def test_the_log_is_told_why(guard: str, caller: Caller | None, cause: str | None, told: str) -> None:
    refused = refusal(NAMED[guard], caller, cause)
    assert refused is not None
    assert refused.cause == told


@pytest.mark.parametrize("stage", sorted(set(Next) - {WHOLE}))
def test_whoever_is_half_way_is_told_the_step_that_is_due(stage: Next) -> None:
    refused = refusal(access.FULL, a_caller(stage))
    assert refused is not None
    assert refused.facts == {"next": stage.value}


@pytest.mark.parametrize(("ago", "code"), [(599.999, None), (600, AGAIN), (600.001, AGAIN)])
def test_se_11_a_password_is_fresh_for_ten_minutes_to_the_moment(ago: float, code: Code | None) -> None:
    refused = refusal(access.ADMIN_FRESH, a_caller(reauthenticated_at=NOW - ago))
    assert (refused and refused.code) == code


@pytest.mark.parametrize(
    ("method", "resource", "guard"),
    [
        ("GET", "/account", access.FULL),
        ("HEAD", "/account", access.FULL),
        ("HEAD", "/logoff", None),  # what only a POST may do, no HEAD does
        ("POST", "/account", None),
        ("GET", "/account/", None),
        ("get", "/account", None),
        ("GET", "/nothing", None),
        ("GET", "", None),
    ],
)
def test_ad_01_a_route_that_nobody_declared_has_no_guard(
    method: str, resource: str, guard: Guard | None
) -> None:
    assert guard_of(method, resource) == guard
