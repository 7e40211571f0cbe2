"""Who may touch the rows of events: the table's own policy, which no emulator acts on, judged here as IAM would."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

import pytest

from infra.data_stack import DATA
from infra.documents import read_yaml
from infra.permissions import logical, read_permissions
from infra.stages import stage_of

TEMPLATE = read_yaml(DATA)
ROLES = "arn:aws:iam::111122223333:role/"
BREAK_GLASS = f"{ROLES}break-glass"
KNOWN = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-1",
    "AWS::AccountId": "111122223333",
    "Stage": "prod",
    "TablePrefix": "portal-prod-",
    "BreakGlassRole": BREAK_GLASS,
}
TABLE = "arn:aws:dynamodb:eu-west-1:111122223333:table/portal-prod-events"
CHANGING = [
    *("DeleteItem", "UpdateItem", "BatchWriteItem", "DeleteTable"),
    *("PartiQLDelete", "PartiQLUpdate", "PartiQLInsert"),
]
FUNCTIONS = [f"{ROLES}portal-prod-{logical(step)}Role-1ABCDEFGH2" for step in read_permissions()]
ERASER = f"{ROLES}portal-prod-EraseAccountsRole-1ABCDEFGH2"
# What an erasure names of a row (domain/erasing.py): the person, the mark of the decision, and the key.
ERASED = {
    "account_id",
    "at",
    "erased",
    "email",
    "source",
    "user_agent",
    "language",
    "zone",
    "details",
    "actor",
}
PEOPLE = [f"{ROLES}Admin", "arn:aws:iam::111122223333:user/ann", "arn:aws:iam::111122223333:root"]
UNTOUCHED = ["GetItem", "Query", "Scan", "RestoreTableToPointInTime", "UpdateTable", "PutResourcePolicy"]
NOTHING = object()


def resolved(value: Any, *, break_glass: bool) -> Any:
    """As CloudFormation makes it of the template."""
    if isinstance(value, list):
        several = [resolved(one, break_glass=break_glass) for one in value]
        return [one for one in several if one is not NOTHING]
    if not isinstance(value, dict):
        return value
    if "Ref" in value:
        return NOTHING if value["Ref"] == "AWS::NoValue" else KNOWN[value["Ref"]]
    if "Fn::Sub" in value:
        text = value["Fn::Sub"]
        for name, known in KNOWN.items():
            text = text.replace(f"${{{name}}}", known)
        return text
    if "Fn::If" in value:
        condition, then, otherwise = value["Fn::If"]
        assert condition == "HasBreakGlassRole"
        return resolved(then if break_glass else otherwise, break_glass=break_glass)
    made = {name: resolved(one, break_glass=break_glass) for name, one in value.items()}
    return {name: one for name, one in made.items() if one is not NOTHING}


def denied(who: str, action: str, *, break_glass: bool = True, names: set[str] = ERASED) -> bool:
    """Whether a statement of the policy denies it. A negated operator is also true of a key that is not there."""
    policy = resolved(
        TEMPLATE["Resources"]["Events"]["Properties"]["ResourcePolicy"], break_glass=break_glass
    )
    for one in policy["PolicyDocument"]["Statement"]:
        assert (one["Effect"], one["Principal"], one["Resource"]) == ("Deny", "*", TABLE)
        actions = one["Action"] if isinstance(one["Action"], list) else [one["Action"]]
        if f"dynamodb:{action}" in actions and holds(one.get("Condition", {}), who, names):
            return True
    return False


def holds(condition: dict[str, Any], who: str, names: set[str]) -> bool:
    """Of the operators there are; those on ARNs see `*` as IAM's `ArnLike` does, within one part of an ARN."""
    for operator, keys in condition.items():
        ((key, said),) = keys.items()
        if operator == "ForAnyValue:StringNotEquals":
            assert key == "dynamodb:Attributes"
            if names <= set(said):
                return False
            continue
        assert (operator, key) in {
            (one, "aws:PrincipalArn") for one in ("ArnNotEquals", "ArnNotLike", "ArnLike")
        }
        listed = any(fnmatchcase(who, one) for one in ([said] if isinstance(said, str) else said))
        if listed != (operator == "ArnLike"):
            return False
    return True


@pytest.mark.parametrize("action", CHANGING)
def test_tr_11_nobody_changes_or_removes_an_event_but_the_break_glass_role(action: str) -> None:
    """TR-11: neither a function nor an administrator of the account; without such a role nobody at all."""
    for who in (*FUNCTIONS, *PEOPLE, f"{BREAK_GLASS}-2"):
        may = who == ERASER and action == "UpdateItem"
        assert denied(who, action) is not may, who
        assert denied(who, action, break_glass=False) is not may, who
    assert not denied(BREAK_GLASS, action)
    assert denied(BREAK_GLASS, action, break_glass=False)


def test_tr_17_the_eraser_takes_the_person_out_of_an_event_and_nothing_else() -> None:
    """TR-17: not its kind, its time, its end or its place; and no role of another name or stage."""
    for name in ("kind", "time", "expires_at", "restored", "acted_by", "reason", "attempt_day", "x"):
        assert denied(ERASER, "UpdateItem", names=ERASED | {name}), name
    for who in (f"{ROLES}portal-dev-EraseAccountsRole-1", f"{ROLES}x-portal-prod-EraseAccountsRole-1"):
        assert denied(who, "UpdateItem"), who
    row = read_permissions()["erase_accounts"]["events"]["UpdateItem"]
    assert set(row["sets"]) | {"account_id", "at"} == ERASED


def test_tr_11_only_functions_and_the_break_glass_role_put_events() -> None:
    """TR-11: a put would write over another; every function's role has the name that the policy knows."""
    for who in FUNCTIONS:
        assert not denied(who, "PutItem"), who
        assert not denied(who, "PutItem", break_glass=False), who
    for who in (*PEOPLE, f"{ROLES}portal-dev-LogonRole-1", f"{ROLES}x-portal-prod-LogonRole-1"):
        assert denied(who, "PutItem"), who
    assert not denied(BREAK_GLASS, "PutItem")
    assert denied(BREAK_GLASS, "PutItem", break_glass=False)


@pytest.mark.parametrize("action", UNTOUCHED)
def test_tr_11_reading_restoring_and_deploying_are_denied_to_nobody(action: str) -> None:
    """TR-11: what DynamoDB does by itself, time to live and backups, asks for no permission."""
    assert not any(denied(who, action, break_glass=False) for who in (*FUNCTIONS, *PEOPLE))


def test_tr_11_every_stage_s_roles_are_named_by_its_stack() -> None:
    """TR-11: CloudFormation names a role by stack and resource; the policy goes by the stack's name."""
    assert {stage_of(name).stack for name in ("dev", "staging", "prod")} == {
        f"portal-{name}" for name in ("dev", "staging", "prod")
    }


def test_tr_11_a_function_is_allowed_nothing_that_the_policy_denies() -> None:
    """TR-11: what the table denies, no row of permissions gives; one updates what the table lets it."""
    for step, row in read_permissions().items():
        given = set(CHANGING) & set(row.get("events", []))
        assert given == ({"UpdateItem"} if step == "erase_accounts" else set()), step
