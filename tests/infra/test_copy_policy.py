"""Who may do what to the trail's copy: the bucket's policy, which no emulator acts on, judged here as IAM would."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

import pytest

from infra.copy_access import in_copy, verifier
from infra.copy_stack import COPY, copy_parameters
from infra.documents import read_yaml
from infra.permissions import logical, policy, read_permissions
from infra.stages import Stage, stage_of

TEMPLATE = read_yaml(COPY)["Resources"]
HERE, PORTALS = "999988887777", "111122223333"
BUCKET = f"arn:aws:s3:::portal-prod-copy-{HERE}"
BREAK_GLASS = f"arn:aws:iam::{PORTALS}:role/break-glass"
NOTHING = object()


def role(step: str, account: str = PORTALS) -> str:
    return f"arn:aws:iam::{account}:role/portal-prod-{logical(step)}Role-1ABCDEFGH2"


FUNCTIONS = [role(step) for step in read_permissions()]
PEOPLE = [f"arn:aws:iam::{HERE}:root", f"arn:aws:iam::{PORTALS}:role/Admin", role("copy_trail", HERE)]


def resolved(value: Any, met: dict[str, bool], known: dict[str, Any]) -> Any:
    """As CloudFormation makes it of the template."""
    if isinstance(value, list):
        return [one for each in value if (one := resolved(each, met, known)) is not NOTHING]
    if not isinstance(value, dict):
        return value
    if "Ref" in value or "Fn::GetAtt" in value:
        return known[value.get("Ref", "Copy")]
    if "Fn::If" in value:
        condition, then, otherwise = value["Fn::If"]
        return resolved(then if met[condition] else otherwise, met, known)
    if "Fn::Sub" in value:
        told = value["Fn::Sub"]
        text, more = told if isinstance(told, list) else (told, {})
        for name, one in {**known, **resolved(more, met, known), "Copy.Arn": BUCKET}.items():
            text = text.replace(f"${{{name}}}", str(one))
        return text
    made = {name: resolved(one, met, known) for name, one in value.items()}
    return {name: one for name, one in made.items() if one is not NOTHING}


def several(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def holds(condition: Any, context: dict[str, str]) -> bool:
    """Every operator on every key. A negated one is also true of a key that is not there."""
    for operator, keys in condition.items():
        for key, said in keys.items():
            value = context.get(key)
            like = [value is not None and fnmatchcase(value, one) for one in several(said)]
            true = {
                "ArnNotLike": not any(like),
                "ArnNotEquals": value not in several(said),
                "ForAllValues:StringNotEquals": value not in several(said),
                "Null": several(said) == ["false" if value else "true"],
                "Bool": value in several(said),
            }[operator]
            if not true:
                return False
    return True


def denied(who: str, action: str, where: str = "", *, break_glass: bool = True, **context: str) -> bool:
    """Whether a statement of the policy denies it."""
    known: dict[str, Any] = {
        "AWS::NoValue": NOTHING,
        "AWS::Partition": "aws",
        "AWS::AccountId": HERE,
        "Stage": "prod",
        "Writer": PORTALS,
        "BreakGlassRole": BREAK_GLASS,
        "Copy": BUCKET,
    }
    met = {"IsElsewhere": True, "HasBreakGlassRole": break_glass}
    document = resolved(TEMPLATE["CopyPolicy"]["Properties"]["PolicyDocument"], met, known)
    told = {"aws:PrincipalArn": who, "aws:SecureTransport": "true"}
    told |= {name.replace("__", ":").replace("_", "-"): one for name, one in context.items()}
    resource = f"{BUCKET}/{where}" if where else BUCKET
    for one in document["Statement"]:
        if one["Effect"] != "Deny":
            continue
        actions = any(fnmatchcase(f"s3:{action}", each) for each in several(one["Action"]))
        if "NotResource" in one:
            there = not any(fnmatchcase(resource, each) for each in several(one["NotResource"]))
        else:
            there = any(fnmatchcase(resource, each) for each in several(one["Resource"]))
        if actions and there and holds(one.get("Condition", {}), told):
            return True
    return False


@pytest.mark.parametrize(
    ("where", "writer"),
    [
        ("events/2030-03-17/x", role("copy_trail")),
        ("seals/2030-03-17", role("seal_trail")),
        ("erasures/x", BREAK_GLASS),
        ("elsewhere/x", None),
    ],
)
def test_tr_16_each_folder_has_one_writer_who_writes_nothing_over(where: str, writer: str | None) -> None:
    """TR-16: whatever other policies allow; nor may the writer, without the condition that there is nothing."""
    for who in (*FUNCTIONS, *PEOPLE, BREAK_GLASS):
        assert denied(who, "PutObject", where, s3__if_none_match="*") == (who != writer), who
        assert denied(who, "PutObject", where), who
    if writer == BREAK_GLASS:
        assert denied(writer, "PutObject", where, break_glass=False, s3__if_none_match="*")


@pytest.mark.parametrize(
    "action",
    [
        "DeleteObject",
        "DeleteObjectVersion",
        "BypassGovernanceRetention",
        "PutObjectRetention",
        "PutObjectLegalHold",
    ],
)
def test_tr_16_nobody_deletes_or_lifts_a_lock(action: str) -> None:
    for who in (*FUNCTIONS, *PEOPLE, BREAK_GLASS):
        for break_glass in (True, False):
            assert denied(who, action, "events/2030-03-17/x", break_glass=break_glass), who
            assert denied(who, "DeleteBucket", break_glass=break_glass), who


@pytest.mark.parametrize(
    "action",
    [
        "PutLifecycleConfiguration",
        "PutBucketVersioning",
        "PutBucketPolicy",
        "DeleteBucketPolicy",
        "PutBucketObjectLockConfiguration",
        "PutReplicationConfiguration",
        "PutEncryptionConfiguration",
    ],
)
def test_tr_16_settings_change_with_the_stack_or_by_the_break_glass_role(action: str) -> None:
    """TR-16: a rule that deletes everything tomorrow is one, too."""
    for who in (*FUNCTIONS, *PEOPLE):
        for break_glass in (True, False):
            assert denied(who, action, break_glass=break_glass), who
            stack = "cloudformation.amazonaws.com"
            assert not denied(who, action, break_glass=break_glass, aws__CalledVia=stack), who
    assert not denied(BREAK_GLASS, action)
    assert denied(BREAK_GLASS, action, break_glass=False)


def test_tr_16_reading_is_denied_to_nobody_but_without_tls() -> None:
    for action, where in (
        ("GetObject", "events/x"),
        ("GetObjectVersion", "events/x"),
        ("ListBucketVersions", ""),
    ):
        assert not denied(PEOPLE[1], action, where)
        assert denied(PEOPLE[1], action, where, aws__SecureTransport="false")


def test_tr_16_bucket_locks_from_its_first_object_on_and_outlives_its_stack() -> None:
    copy = TEMPLATE["Copy"]
    assert copy["DeletionPolicy"] == copy["UpdateReplacePolicy"] == "Retain"
    told = copy["Properties"]
    assert told["ObjectLockEnabled"] is True
    assert told["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]["Mode"] == {"Ref": "LockMode"}
    assert read_yaml(COPY)["Parameters"]["LockMode"]["Default"] == "COMPLIANCE"
    (rule,) = told["LifecycleConfiguration"]["Fn::If"][1]["Rules"]
    assert rule["Prefix"] == "events/"  # seals and lists of what was erased stay


def test_tr_16_copies_outlive_the_rows_they_are_of() -> None:
    stage = stage_of("prod")
    assert (copy_parameters(stage)["LockDays"], copy_parameters(stage)["KeepDays"]) == ("400", "0")
    stages = {"prod": {**stage.configuration["stages"]["prod"]}}
    stages["prod"]["environment_variables"] = {**stage.shared, "PORTAL_TRAIL_DAYS": "100"}
    told = copy_parameters(Stage("prod", {**stage.configuration, "stages": stages}))
    assert (told["LockDays"], told["KeepDays"]) == ("130", "130")


def test_tr_15_whoever_verifies_may_read_and_nothing_else() -> None:
    """TR-15: the policy that a deployment makes for it."""
    document = verifier(stage_of("prod"))["Properties"]["PolicyDocument"]
    actions = [action.partition(":")[2] for one in document["Statement"] for action in one["Action"]]
    reading = ("Get", "BatchGet", "List", "Describe", "Query", "Scan")
    assert [one for one in actions if not one.startswith(reading)] == []
    assert all(one["Effect"] == "Allow" and one["Resource"] != "*" for one in document["Statement"])


def test_tr_16_functions_may_do_in_the_copy_what_the_page_says_and_no_other_function_knows_it() -> None:
    """TR-16: copy_trail adds and reads nothing; seal_trail cannot touch an event."""
    stage = stage_of("prod")
    told = {
        step: {
            (action, str(one["Resource"]).partition("CopyBucket}")[2].rstrip("'}"))
            for one in policy(row, stage, step)["Statement"]
            for action in one["Action"]
            if action.startswith("s3:")
        }
        for step, row in read_permissions().items()
    }
    assert {step: one for step, one in told.items() if one} == {
        "copy_trail": {("s3:PutObject", "/events/*")},
        "seal_trail": {
            ("s3:PutObject", "/seals/*"),
            ("s3:GetObject", "/seals/*"),
            ("s3:ListBucketVersions", ""),
        },
    }
    assert [step for step in read_permissions() if in_copy(step)] == ["copy_trail", "seal_trail"]
