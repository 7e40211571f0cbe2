"""Roles end at attributes: who may set, test and read what of an account, and that IAM and the local gateway say so."""

from __future__ import annotations

import json
import re
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.storage.tables import AccountRow
from infra.attributes import ALL, READS, Named, limits
from infra.gateway.functions import running
from infra.gateway.roles import Roles
from infra.permissions import policy, read_permissions
from infra.stages import stage_of
from tests.infra.iam import allows
from tests.world.running import at_work

ROWS = read_permissions()
ROLES = Roles("")
ON_ACCOUNTS = [(step, action) for step, row in ROWS.items() for action in row.get("accounts", ())]
WRITING = [one for one in ON_ACCOUNTS if one[1] not in READS]
COLUMNS = {one.attr_name for one in AccountRow.get_attributes().values()} - {"id"}
INLINE_POLICY_MOST = (
    10_240  # characters of all inline policies of a role, white space not counted (IAM's quotas)
)
INVITE = {"admin_invitations", "admin_users", "admin_messages", "service_messages", "setup"}
MOVE = {
    "address_change"
}  # the whole account, to its new id: what it does not set there, it only looks at (ADR 55)
NOT_MOVED = {"two_step_pending", "undeliverable", "clients"}

# Who may set it, by any means: a rule of its own, not read from the page. What is not here, the page alone says.
SETTERS = {
    # A new hash of the password that was just right (`logon`); a new password; the loss of one; the canary's.
    "password_hash": {
        *("logon", "password_reset", "password_change", "not_me", "admin_password", "admin_contain", "setup"),
        "admin_erase",  # takes it away
    },
    "chosen_at": {"password_reset", "password_change", "admin_password"},
    "status": {
        *("password_reset", "password_change", "not_me", "admin_password", "admin_status", "admin_contain"),
        "admin_erase",
        *INVITE,
    },
    # `not_me` takes a fresh one away (TF-12); IAM cannot tell that from giving one.
    "seed": {"account_two_step", "admin_two_step", "not_me"},
    "two_step_pending": {"account_two_step", "admin_two_step", "not_me"},
    "recovery": {"logon_code", "reauthenticate", "account_two_step", "admin_two_step", "not_me"},
    "us": {"logon_code", "account_two_step", "admin_two_step", "not_me"},
    "di": {"logon_code", "account_two_step", "admin_two_step", "not_me"},
    "ranges": {"admin_ip_ranges", "admin_contain"},
    "two_step_required": {"admin_two_step", "admin_contain", *INVITE},
    "undeliverable": {"admin_delivery", "admin_invitations", "record_delivery"},
    "clients": {"logon"},
    "lang": {"account_preferences"},
    "zone": {"account_preferences"},
    "kind": {"admin_kind", *INVITE},
    "address": INVITE,
    "domain": INVITE,
    "created_at": INVITE,
    "staff": {"admin_kind", *INVITE} - {"admin_messages", "service_messages"},
    "alias_of": set(),
}
SETTERS = {name: steps | (set() if name in NOT_MOVED else MOVE) for name, steps in SETTERS.items()}


def allowed(step: str, action: str) -> Named:
    found = limits(ROWS[step], "accounts", action)
    assert found is not None
    return found


@cache
def role(step: str) -> dict[str, Any]:
    return policy(ROWS[step], stage_of("dev"), step)


@cache
def table() -> str:
    return f"{stage_of('dev').shared['PORTAL_TABLE_PREFIX']}accounts"


def calls(action: str, name: str) -> list[dict[str, Any]]:
    """Every way in which a call of this action can name an attribute."""
    key, names, values = {"id": {"S": "a"}}, {"#0": name}, {":0": {"S": "x"}}
    if action in READS:
        return [{"Key": key, "ProjectionExpression": "id, #0", "ExpressionAttributeNames": names}]
    told = {"ExpressionAttributeNames": names, "ExpressionAttributeValues": values}
    tested = {"Key": key, "ConditionExpression": "#0 = :0", **told}
    if action == "ConditionCheckItem":
        return [tested]
    if action == "PutItem":
        return [{"Item": key | {name: {"S": "x"}}}, {**tested, "Item": key}]
    return [
        {"Key": key, "UpdateExpression": "SET #0 = :0", **told},
        {"Key": key, "UpdateExpression": "REMOVE #0", "ExpressionAttributeNames": names},
        {"Key": key, "UpdateExpression": f"SET id = if_not_exists({name}, :0)"},
        {"Key": key, "UpdateExpression": f"set {name}.inside[0] = :0"},
        {"Key": key, "AttributeUpdates": {name: {"Value": {"S": "x"}}}},
        tested,
    ]


def ask(step: str, action: str, call: dict[str, Any]) -> None:
    """Let the local gateway's guard look at one call; it raises what AWS would."""
    operation, params = action, {"TableName": "accounts", **call}
    if action == "BatchGetItem":
        params = {"RequestItems": {"accounts": {"Keys": [call["Key"]], **call}}}
    if action == "ConditionCheckItem":
        operation, params = "TransactWriteItems", {"TransactItems": [{"ConditionCheck": params}]}
    with at_work(step):
        ROLES.before_dynamodb(params, SimpleNamespace(name=operation))


@pytest.mark.parametrize(("step", "action"), ON_ACCOUNTS)
def test_lo_07_every_action_on_accounts_names_its_attributes(step: str, action: str) -> None:
    named = allowed(step, action)
    if action in READS:
        assert named.reads
        assert not named.sets | named.tests | named.returns
    else:
        assert named.sets | named.tests
        assert not named.reads
        assert named.returns <= {"ALL_NEW", "ALL_OLD"}
    assert named.sets | named.tests | named.reads - {ALL} <= COLUMNS
    assert not named.sets & named.tests  # what is set may be tested


@pytest.mark.parametrize("name", sorted(SETTERS))
def test_lo_07_only_these_steps_set_it(name: str) -> None:
    assert {step for step, action in WRITING if name in allowed(step, action).sets} == SETTERS[name]


def test_lo_07_workers_that_mail_publish_or_record_set_no_credential() -> None:
    credentials = {"password_hash", "seed", "two_step_pending", "recovery", "epoch", "status", "kind"}
    for step in ("send_mail", "resume_mail", "sweep_mail", "publish_event", "record_delivery", "authorizer"):
        for action in ROWS[step].get("accounts", ()):
            assert not allowed(step, action).sets & credentials


def test_lo_07_no_password_hash_is_read_where_none_is_verified_shown_or_needed() -> None:
    for step in ("authorizer", "admin_users"):
        assert ALL not in allowed(step, "BatchGetItem").reads
        assert "password_hash" not in allowed(step, "BatchGetItem").reads


@pytest.mark.parametrize(("step", "action"), WRITING)
def test_lo_07_foreign_attribute_is_denied_here_and_by_iam(step: str, action: str) -> None:
    mine, here = allowed(step, action), role(step)
    for name in sorted(COLUMNS - mine.sets - mine.tests):
        for call in calls(action, name):
            with pytest.raises(
                ClientError, match=rf"{step} is not allowed {action} that \w+ {name} on accounts"
            ):
                ask(step, action, call)
            assert not allows(here, table(), action, call)


@pytest.mark.parametrize(("step", "action"), ON_ACCOUNTS)
def test_lo_07_what_the_page_allows_iam_allows(step: str, action: str) -> None:
    mine, here = allowed(step, action), role(step)
    for name in sorted((mine.sets | mine.tests | mine.reads) - {ALL}):
        for call in calls(action, name):
            assert allows(here, table(), action, call)


@pytest.mark.parametrize(("step", "action"), WRITING)
def test_lo_07_what_may_only_be_tested_is_not_set_here_though_iam_would_let_it(
    step: str, action: str
) -> None:
    """IAM knows the names in a call and not what is done with them (ADR 25): the one way in which it allows more."""
    for name in sorted(allowed(step, action).tests):
        *setting, testing = calls(action, name)
        ask(step, action, testing)
        for call in setting[:2]:
            assert allows(role(step), table(), action, call)
            with pytest.raises(ClientError, match=f"sets {name}"):
                ask(step, action, call)


@pytest.mark.parametrize(("step", "action"), WRITING)
@pytest.mark.parametrize("field", ["ReturnValues", "ReturnValuesOnConditionCheckFailure"])
def test_lo_07_whole_row_comes_back_from_a_write_only_where_it_is_used(
    step: str, action: str, field: str
) -> None:
    (name, *_) = sorted(allowed(step, action).sets | allowed(step, action).tests)
    call = calls(action, name)[-1] | {field: "ALL_OLD"}
    reads_so = step in {"logon", "logon_code", "account_two_step"} and action == "UpdateItem"
    assert allows(role(step), table(), action, call) == reads_so
    assert allows(role(step), table(), action, call | {field: "NONE"})
    if reads_so:
        ask(step, action, call)
    else:
        with pytest.raises(ClientError, match="returns ALL_OLD"):
            ask(step, action, call)


@pytest.mark.parametrize("step", ["authorizer", "admin_users"])
def test_lo_07_read_without_a_projection_is_denied_where_attributes_are_named(step: str) -> None:
    """The pitfall AWS warns of: without a projection a call names no attribute and has all of them back."""
    call = {"Key": {"id": {"S": "a"}}}
    assert not allows(role(step), table(), "BatchGetItem", call)
    with pytest.raises(ClientError, match="reads all"):
        ask(step, "BatchGetItem", call)
    assert allows(role("admin_user"), table(), "BatchGetItem", call)
    ask("admin_user", "BatchGetItem", call)


@pytest.mark.parametrize("name", ["subject", "sealed_body", None])
def test_ad_26_who_looks_at_a_user_reads_neither_subject_nor_text_of_a_message(name: str | None) -> None:
    """Nor everything that the index has, by naming nothing."""
    asked = {"KeyConditionExpression": "account_id = :0", "ExpressionAttributeValues": {":0": {"S": "a"}}}
    projection = {"ProjectionExpression": f"id, sent_at, {name}"} if name else {}
    statements = [one for one in role("admin_user")["Statement"] if "by_recipient" in str(one["Resource"])]
    (condition,) = (one["Condition"] for one in statements)
    assert condition["StringEquals"] == {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}
    assert name not in condition["ForAllValues:StringEquals"]["dynamodb:Attributes"]
    with pytest.raises(ClientError, match=f"reads {name or 'all'}"), at_work("admin_user"):
        ROLES.before_dynamodb(
            {"TableName": "messages", "IndexName": "by_recipient", **asked, **projection},
            SimpleNamespace(name="Query"),
        )


def test_lo_07_denial_says_what_the_page_needs(caplog: Any) -> None:
    call = calls("UpdateItem", "password_hash")[0]
    with pytest.raises(ClientError, match="AccessDeniedException"):
        ask("logon_code", "UpdateItem", call)
    wanted = "infra/permissions.yaml needs password_hash in logon_code: accounts: UpdateItem: sets"
    assert wanted in caplog.text


def test_part_of_a_transaction_is_judged_like_the_call_it_is() -> None:
    update = {"TableName": "accounts", **calls("UpdateItem", "status")[0]}
    event = {
        "TableName": "events",
        "Item": {"account_id": {"S": "a"}, "at": {"S": "1"}},
        "ConditionExpression": "attribute_not_exists(account_id)",
    }
    items = {"TransactItems": [{"Put": event}, {"Update": update}]}
    with pytest.raises(ClientError, match="sets status"), at_work("account_preferences"):
        ROLES.before_dynamodb(items, SimpleNamespace(name="TransactWriteItems"))
    assert running.get() is None


@pytest.mark.parametrize("step", sorted(ROWS))
def test_lo_07_role_is_within_iams_limit(step: str) -> None:
    text = json.dumps(policy(ROWS[step], stage_of("prod"), step), separators=(",", ":"))
    longest = {"AWS::Partition": "aws-us-gov", "AWS::Region": "ap-southeast-99", "AWS::AccountId": "9" * 12}
    longest["CopyBucket"] = f"portal-prod-copy-{'9' * 12}"
    written = re.sub(r"\$\{([\w:]+)\}", lambda found: longest[found[1]], text)
    assert len(written) < INLINE_POLICY_MOST / 2  # names of a stage's own are longer than the example's


def test_word_of_no_meaning_on_the_page_is_an_error() -> None:
    row = {"accounts": {"UpdateItem": {"writes": ["status"]}}}
    with pytest.raises(ValueError, match="writes"):
        limits(row, "accounts", "UpdateItem")


SENDING = ("accounts", "services", "domains", "messages", "events", "throttles")


def test_ad_13_what_sends_by_a_key_can_make_and_change_none_and_nothing_of_people() -> None:
    """Whoever takes the function over reads of an account where it is now, and no key, logs nobody on, and writes no
    rule of a domain.
    """
    row = ROWS["service_messages"]
    assert set(row) - {"keys"} == set(SENDING)
    assert row["keys"] == ["bodies"]
    assert {table: set(row[table]) for table in SENDING} == {
        "accounts": {"PutItem", "ConditionCheckItem", "BatchGetItem"},
        "services": {"ConditionCheckItem"},
        "domains": {"UpdateItem"},
        "messages": {"GetItem", "BatchGetItem", "PutItem", "UpdateItem"},
        "events": {"BatchGetItem", "PutItem"},
        "throttles": {"UpdateItem"},
    }
    assert limits(row, "accounts", "ConditionCheckItem") == Named(tests=frozenset({"status", "alias_of"}))
    assert limits(row, "accounts", "BatchGetItem") == Named(reads=frozenset({"alias_of"}))
    assert limits(row, "domains", "UpdateItem") == Named(sets=frozenset({"name", "listed"}))
    prefix = stage_of("dev").shared["PORTAL_TABLE_PREFIX"]
    rule = {"Key": {"domain": {"S": "*"}}, "UpdateExpression": "SET ranges = :none"}
    row_of_rules = {"Item": {"domain": {"S": "*"}}}
    changed = {"Key": {"owner": {"S": "portal"}, "id": {"S": "x"}}, "UpdateExpression": "SET digest = :mine"}
    used = changed | {"UpdateExpression": "SET used_at = :now"}
    for step in ("service_messages", "admin_services"):
        assert not allows(role(step), f"{prefix}domains", "UpdateItem", rule)
        assert not allows(role(step), f"{prefix}domains", "PutItem", row_of_rules)
    assert allows(role("admin_domains"), f"{prefix}domains", "PutItem", row_of_rules)
    for step in ROWS:
        may = allows(role(step), f"{prefix}services", "UpdateItem", changed)
        assert may == (step == "admin_services"), step
    assert allows(role("authorizer"), f"{prefix}services", "UpdateItem", used)
