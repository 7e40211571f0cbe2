"""An account of a moment and what the lost time did to it: which state stays (RL-15)."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.events import EventKind
from infra.restore.lost import closed_by
from infra.restore.merging import AHEAD_SECONDS, merged
from tests.fakes.held import full_account_row
from tests.fakes.samples import NOW, an_account

K = EventKind


def row(**attributes: Any) -> dict[str, Any]:
    account = an_account("person@people.test", epoch=5, session_serial=3)
    return {**full_account_row(account).serialize(), **attributes}


@pytest.mark.parametrize(
    ("kinds", "reopen", "measures", "status", "password"),
    [
        ((), False, (), "active", True),
        ((K.ACCOUNT_DISABLED,), False, ("disabled",), "disabled", True),
        ((K.ACCOUNT_DISABLED,), True, (), "active", True),
        ((K.ACCOUNT_DISABLED, K.ACCOUNT_ENABLED), False, (), "active", True),
        ((K.ACCOUNT_CONTAINED,), False, ("disabled", "password"), "disabled", False),
        ((K.ACCOUNT_FROZEN,), False, ("frozen", "password"), "frozen", False),
        ((K.ACCOUNT_FROZEN, K.PASSWORD_RESET), False, ("password",), "active", False),
        ((K.PASSWORD_CHANGED,), False, ("password",), "active", False),
        ((K.PASSWORD_CHANGED,), True, (), "active", True),
        ((K.TWO_STEP_ENROLLED,), False, ("second step",), "active", True),
        ((K.TWO_STEP_REMOVED,), True, ("second step",), "active", True),
    ],
)
def test_rl_15_what_closes_wins(
    kinds: tuple[EventKind, ...], reopen: bool, measures: tuple[str, ...], status: str, password: bool
) -> None:
    result = merged(row(), row(), kinds, NOW, reopen=reopen)
    assert result.measures == measures
    assert result.row["status"] == {"S": status}
    assert ("password_hash" in result.row) is password
    assert result.row["two_step_required"]["BOOL"] is ("second step" in measures)


@pytest.mark.parametrize("then", [row(), None], ids=["there then", "made since"])
@pytest.mark.parametrize(
    "live", [row(epoch={"N": str(int(NOW) + 300)}, serial={"N": "40"}), None], ids=["live", "lost"]
)
def test_rl_15_no_epoch_and_no_number_comes_back(then: Any, live: Any) -> None:
    """Also where a machine whose clock was five minutes ahead has moved the live one."""
    if then is None and live is None:
        return
    result = merged(then, live, (), NOW, reopen=False).row
    assert int(result["epoch"]["N"]) == int(NOW) + AHEAD_SECONDS
    most = max(int(one["serial"]["N"]) for one in (then, live) if one)
    assert int(result["serial"]["N"]) == most + 10


def test_rl_15_what_no_event_tells_of_is_the_damage() -> None:
    """A program that took every password away and locked everybody out has written no event."""
    damaged = row(status={"S": "disabled"}, lu={"N": str(NOW + 9)}, code_last={"N": str(10**12)})
    del damaged["password_hash"]
    then = row(code_last={"N": "63333333"})
    result = merged(then, damaged, (), NOW, reopen=False)
    assert result.measures == ()
    same = ("status", "lu", "code_last", "password_hash")
    assert {name: result.row.get(name) for name in same} == {name: then.get(name) for name in same}


def test_rl_15_codes_that_were_used_are_used() -> None:
    codes = [{"S": one} for one in ("a", "b", "c")]
    then = row(recovery={"L": codes}, code_last={"N": "100"})
    live = row(recovery={"L": [codes[0], codes[2]]}, code_last={"N": "103"})
    used = merged(then, live, (K.RECOVERY_CODE_USED,), NOW, reopen=True).row
    assert (used["recovery"], used["code_last"]) == ({"L": [codes[0], codes[2]]}, {"N": "103"})
    untold = merged(then, row(), (), NOW, reopen=False).row
    assert untold["recovery"] == {"L": codes}


def test_rl_15_an_account_made_since_is_shut() -> None:
    result = merged(None, row(), (K.ACCOUNT_INVITED,), NOW, reopen=False)
    assert (result.row["status"], "password_hash" in result.row) == ({"S": "disabled"}, False)
    assert merged(None, row(), (), NOW, reopen=True).row["status"] == {"S": "active"}


def test_rl_15_an_address_that_was_changed_is_changed_still() -> None:
    """It has proven itself; and whatever the lost time did to the account is done to it under its new address."""
    changed, alias = (
        (K.ADDRESS_CHANGED,),
        row(alias_of={"S": "b"}, status={"S": "disabled"}, epoch={"N": "9"}),
    )
    alias.pop("password_hash")
    left = merged(row(), alias, changed, NOW, reopen=False)
    assert (left.measures, left.row["alias_of"], "password_hash" in left.row) == ((), {"S": "b"}, False)
    came = merged(None, row(), changed, NOW, reopen=False)
    assert (came.measures, came.row["status"], "password_hash" in came.row) == ((), {"S": "active"}, True)
    thiefs = merged(None, row(), (K.PASSWORD_CHANGED, *changed), NOW, reopen=False)
    assert (thiefs.measures, "password_hash" in thiefs.row) == (("password",), False)


def test_rl_15_an_intruder_moved_nobody() -> None:
    changed, alias = (K.ADDRESS_CHANGED,), row(alias_of={"S": "b"}, status={"S": "disabled"})
    left = merged(row(), alias, changed, NOW, reopen=True)
    assert (left.row["status"], "alias_of" in left.row) == ({"S": "active"}, False)
    came = merged(None, row(), changed, NOW, reopen=True)
    assert (came.row["status"], came.measures) == ({"S": "disabled"}, ("disabled",))


def test_rl_15_how_an_account_was_left_is_its_last_state() -> None:
    assert closed_by([K.ACCOUNT_FROZEN, K.ACCOUNT_ENABLED, K.ACCOUNT_CONTAINED]) == "disabled"
    assert closed_by([K.ACCOUNT_DISABLED, K.PASSWORD_RESET]) == "disabled"
    assert closed_by([]) is None
