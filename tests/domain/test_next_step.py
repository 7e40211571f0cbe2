"""Who comes next: every account and every session there can be (TF-07, TP-03, TP-05)."""

from __future__ import annotations

import pytest

from chalicelib.domain.accounts import TwoStep
from chalicelib.domain.next_step import next_step
from chalicelib.domain.sessions import Credential, Next
from tests.domain.truth import ANY, Row, Table, told
from tests.fakes.samples import an_account

YES, NO = True, False
TABLE = Table(
    {
        "two_step": (YES, NO),
        "code_entered": (YES, NO),
        "temporary": (YES, NO),
        "must_change": (YES, NO),
        "required": (YES, NO),
    },
    [
        # 2-step, code entered, temporary password, must change, 2-step required
        (YES, NO, ANY, ANY, ANY, Next.ENTER_CODE),
        (YES, YES, YES, ANY, ANY, Next.CHANGE_PASSWORD),
        (YES, YES, NO, YES, ANY, Next.CHANGE_PASSWORD),
        (YES, YES, NO, NO, ANY, Next.PORTAL),
        (NO, ANY, YES, ANY, ANY, Next.CHANGE_PASSWORD),
        (NO, ANY, NO, YES, ANY, Next.CHANGE_PASSWORD),
        (NO, ANY, NO, NO, YES, Next.ENROL_TWO_STEP),
        (NO, ANY, NO, NO, NO, Next.PORTAL),
    ],
)


def decided(
    *, two_step: bool, code_entered: bool, temporary: bool, must_change: bool, required: bool
) -> Next:
    account = an_account(
        two_step=TwoStep(seed="sealed" if two_step else None), must_change_password=must_change
    )
    return next_step(
        account,
        opened_with=Credential.TEMPORARY if temporary else Credential.PASSWORD,
        code_entered=code_entered,
        two_step_required=required,
    )


@pytest.mark.parametrize("row", TABLE.rows, ids=told)
def test_tf_07_tp_03_tp_05_there_is_one_next_step(row: Row) -> None:
    for inputs in TABLE.inputs(row):
        assert decided(**inputs) is row[-1], inputs


def test_every_account_and_session_stands_in_one_row() -> None:
    assert TABLE.wrong == []


def test_a_seed_that_is_only_proposed_asks_for_no_code() -> None:
    account = an_account(two_step=TwoStep(pending_seed="sealed", pending_until=4e9, recovery=("digest",)))
    found = next_step(account, opened_with=Credential.PASSWORD, code_entered=False, two_step_required=False)
    assert found is Next.PORTAL
