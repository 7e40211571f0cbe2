"""The judgement of a logon: who comes in, the one true reason why not, and which hash is verified (EN-01, LG-01)."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import pytest

from chalicelib.domain.accounts import NO_TRIES, Account, Policy, Status
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.logons import Admission, Attempt, LogonRefused, judge, to_verify
from chalicelib.domain.logons import told_of as told_of_attempt
from chalicelib.domain.password_text import Password
from chalicelib.domain.refusals import Reason
from chalicelib.domain.resets import Reset
from chalicelib.domain.temporary import Temporary
from tests.domain.truth import ANY, Row, Table, told
from tests.fakes.samples import NOW, a_temporary, an_account

YES, NO = True, False
NONE, ACTIVE, FROZEN, DISABLED = "no account", Status.ACTIVE, Status.FROZEN, Status.DISABLED
TYPED, TEMPORARY = Password("what was typed"), Temporary("b2c3d", "b2c3d-4f5g6-7h8j9-k2m3n-p4q5r")
ROWS: dict[str, dict[str, Any]] = {
    "good": {},
    "used": {"spent_at": NOW - 1},
    "void": {"epoch": 0},
    "expired": {"valid_until": NOW},
    "used, void and expired": {"spent_at": NOW - 1, "epoch": 0, "valid_until": NOW},
    "void and expired": {"epoch": 0, "valid_until": NOW},
}
PLAIN = "a password of one's own"

# The most telling reason first: each row holds whatever stands in the columns it leaves open.
JUDGEMENT = Table(
    {
        "status": (NONE, *Status),
        "alias": (YES, NO),
        "inside": (YES, NO),
        "counted": (YES, NO),
        "stopped": (YES, NO),
        "matches": (YES, NO),
        "has_password": (YES, NO),
        "typed": (PLAIN, *ROWS),
    },
    [
        # status, alias, inside its ranges, counted, a hundred failures, matches, has a password, what was typed
        (NONE, ANY, ANY, ANY, ANY, ANY, ANY, ANY, Reason.UNKNOWN),
        (set(Status), YES, ANY, ANY, ANY, ANY, ANY, ANY, Reason.ALIAS),
        (DISABLED, NO, ANY, ANY, ANY, ANY, ANY, ANY, Reason.DISABLED),
        (FROZEN, NO, ANY, ANY, ANY, ANY, ANY, ANY, Reason.FROZEN),
        (Status.ERASED, NO, ANY, ANY, ANY, ANY, ANY, ANY, Reason.ERASED),
        (ACTIVE, NO, NO, ANY, ANY, ANY, ANY, ANY, Reason.OUTSIDE_RANGES),
        (ACTIVE, NO, YES, NO, YES, ANY, ANY, ANY, Reason.STOPPED),
        (ACTIVE, NO, YES, NO, NO, ANY, ANY, ANY, Reason.LOCKED),
        (ACTIVE, NO, YES, YES, ANY, NO, YES, ANY, Reason.WRONG_PASSWORD),
        (ACTIVE, NO, YES, YES, ANY, NO, NO, ANY, Reason.NO_PASSWORD),
        (ACTIVE, NO, YES, YES, ANY, YES, ANY, {"used", "used, void and expired"}, Reason.TEMPORARY_USED),
        (ACTIVE, NO, YES, YES, ANY, YES, ANY, {"void", "void and expired"}, Reason.TEMPORARY_VOID),
        (ACTIVE, NO, YES, YES, ANY, YES, ANY, "expired", Reason.TEMPORARY_EXPIRED),
        (ACTIVE, NO, YES, YES, ANY, YES, ANY, {PLAIN, "good"}, None),
    ],
)
ELSEWHERE = {
    "account_changed_meanwhile",  # what the write finds out
    "source_address_throttled",  # before there is an attempt
}
HASH = Table(
    {
        "counted": (YES, NO),
        "account": (NONE, "without a password", "with a password"),
        "typed": (PLAIN, "unknown", "known"),
    },
    [
        # counted, account, the temporary password: the hash that is verified, and the text against it
        (NO, ANY, ANY, (None, TYPED)),
        (YES, NONE, ANY, (None, TYPED)),
        (YES, "without a password", PLAIN, (None, TYPED)),
        (YES, "with a password", PLAIN, ("own hash", TYPED)),
        (YES, {"without a password", "with a password"}, "unknown", (None, TEMPORARY.text)),
        (YES, {"without a password", "with a password"}, "known", ("temporary hash", TEMPORARY.text)),
    ],
)


def attempted(
    account: Account | None,
    *,
    counted: bool = True,
    typed: Temporary | None = None,
    row: Reset | None = None,
    policy: Policy | None = None,
) -> Attempt:
    return Attempt(
        email="ann@people.test",
        account_id=account.id if account else AccountId("nobody"),
        password=TYPED,
        temporary=typed,
        source=ip_address("203.0.113.1"),
        now=NOW,
        admission=Admission("the source's counter", policy, row, "a network", 0),
        counted=counted,
        account=account,
    )


def outcome(attempt: Attempt, *, matches: bool = True) -> Reason | None:
    """The reason of the refusal; None when the account that is given back is the attempt's own."""
    try:
        assert judge(attempt, matches=matches) is attempt.account
    except LogonRefused as refused:
        return refused.reason
    return None


def judged(
    *,
    status: Status | str,
    alias: bool,
    inside: bool,
    counted: bool,
    stopped: bool,
    matches: bool,
    has_password: bool,
    typed: str,
) -> Reason | None:
    facts: dict[str, Any] = {
        "status": status,
        "alias_of": AccountId("the primary") if alias else None,
        "ranges": ("203.0.113.0/24",) if inside else ("192.0.2.0/24",),
        "failures": 100 if stopped else 99,
        "password_hash": "own hash" if has_password else None,
    }
    account = None if status == NONE else an_account(**facts)
    plain = typed == PLAIN
    row = None if plain else a_temporary(account or an_account(), **ROWS[typed])
    attempt = attempted(account, counted=counted, typed=None if plain else TEMPORARY, row=row)
    return outcome(attempt, matches=matches)


@pytest.mark.parametrize("row", JUDGEMENT.rows, ids=lambda row: str(row[-1]))
def test_en_01_a_logon_is_judged_by_the_most_telling_reason(row: Row) -> None:
    for inputs in JUDGEMENT.inputs(row):
        assert judged(**inputs) is row[-1], inputs


@pytest.mark.parametrize("row", HASH.rows, ids=told)
def test_lg_01_a_lock_and_an_unknown_address_verify_a_dummy_and_all_others_their_one_hash(row: Row) -> None:
    accounts = {
        NONE: None,
        "without a password": an_account(password_hash=None),
        "with a password": an_account(password_hash="own hash"),
    }
    for inputs in HASH.inputs(row):
        account, typed = accounts[inputs["account"]], None if inputs["typed"] == PLAIN else TEMPORARY
        known = a_temporary(account or an_account()) if inputs["typed"] == "known" else None
        attempt = attempted(account, counted=inputs["counted"], typed=typed, row=known)
        assert to_verify(attempt) == row[-1], inputs


@pytest.mark.parametrize("table", [JUDGEMENT, HASH], ids=["judge", "to_verify"])
def test_every_attempt_stands_in_one_row(table: Table) -> None:
    assert table.wrong == []


def test_every_reason_is_judged_or_known_to_be_found_elsewhere() -> None:
    assert set(Reason) - {row[-1] for row in JUDGEMENT.rows} <= ELSEWHERE


@pytest.mark.parametrize(
    ("own", "of_the_domain", "refused"),
    [
        (None, None, False),
        (None, (), True),
        (None, ("203.0.113.0/24",), False),
        (None, ("192.0.2.0/24",), True),
        ((), ("203.0.113.0/24",), True),
        (("203.0.113.1/32",), ("192.0.2.0/24",), False),
        (("192.0.2.0/24",), None, True),
    ],
    ids=str,
)
def test_ranges_are_the_accounts_own_else_its_domains(
    own: tuple[str, ...] | None, of_the_domain: tuple[str, ...] | None, refused: bool
) -> None:
    policy = Policy("people.test", ranges=of_the_domain)
    found = outcome(attempted(an_account(ranges=own), policy=policy))
    assert found is (Reason.OUTSIDE_RANGES if refused else None)


@pytest.mark.parametrize(
    ("failures", "reason"), [(0, Reason.LOCKED), (99, Reason.LOCKED), (100, Reason.STOPPED)]
)
def test_lg_02_a_hundred_failures_are_told_from_a_lock(failures: int, reason: Reason) -> None:
    assert outcome(attempted(an_account(failures=failures), counted=False)) is reason


@pytest.mark.parametrize(("left", "reason"), [(0.001, None), (0, Reason.TEMPORARY_EXPIRED)])
def test_tp_02_a_temporary_password_is_good_until_its_moment(left: float, reason: Reason | None) -> None:
    account = an_account()
    row = a_temporary(account, valid_until=NOW + left)
    assert outcome(attempted(account, typed=TEMPORARY, row=row)) is reason


def test_a_temporary_password_that_was_not_typed_is_not_looked_at() -> None:
    account = an_account()
    assert outcome(attempted(account, row=a_temporary(account, spent_at=NOW - 1))) is None


DAY = 86400


@pytest.mark.parametrize(
    ("until", "known", "learned"),
    [
        (0, False, True),
        (NOW, False, True),
        (NOW + 0.001, True, True),
        (NOW + 83 * DAY, True, True),
        (NOW + 83 * DAY + 0.001, True, False),
        (NOW + 90 * DAY, True, False),
    ],
)
def test_lg_14_network_is_known_for_ninety_days_and_noted_again_after_a_week(
    until: float, known: bool, learned: bool
) -> None:
    admission = Admission("the source's counter", None, None, "a network", until)
    assert admission.knows_network(NOW) is known
    assert admission.to_learn(NOW) == ("a network" if learned else None)


def test_lg_14_attempt_is_under_the_count_of_where_it_comes_from() -> None:
    account = an_account(failures=3, known_failures=1)
    assert [attempted(account)._replace(known=known).tries.failures for known in (False, True)] == [3, 1]
    assert attempted(None).tries == NO_TRIES


@pytest.mark.parametrize(
    ("failures", "counted", "told"),
    [
        (4, True, {}),
        (5, True, {"failures": 5, "locks": True}),
        (6, True, {"failures": 6, "locks": False}),
        (5, False, {}),  # it came in the lock; the one that set it has told
    ],
)
def test_lg_01_event_of_a_refusal_tells_the_failures_that_lock_and_which_set_the_lock(
    failures: int, counted: bool, told: dict[str, Any]
) -> None:
    attempt = attempted(an_account(failures=failures), counted=counted)
    assert told_of_attempt(attempt, Reason.WRONG_PASSWORD, 5, 900) == told


@pytest.mark.parametrize(("own", "rule"), [(None, "domain_ranges"), ((), "account_ranges")])
def test_event_of_a_refusal_tells_which_ranges_shut_it_out(own: tuple[str, ...] | None, rule: str) -> None:
    attempt = attempted(an_account(ranges=own, failures=5))
    assert told_of_attempt(attempt, Reason.OUTSIDE_RANGES, 5, 900) == {"rule": rule}
    assert told_of_attempt(attempted(None, counted=False), Reason.OUTSIDE_RANGES, 5, 900) == {}
