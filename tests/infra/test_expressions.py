"""What a call to DynamoDB names, as IAM would be told of it."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.storage.tables import AccountRow
from infra.attributes import ALL, Named
from infra.gateway.expressions import named

NAMES = {"#0": "one", "#1": "two", "#2": "three", "#name": "four"}


def found(action: str = "UpdateItem", **part: Any) -> dict[str, set[str]]:
    """What is named, by kind, without the kinds that are empty."""
    seen = named(action, {"ExpressionAttributeNames": NAMES, **part})
    return {kind: set(names) for kind, names in seen._asdict().items() if names}


@pytest.mark.parametrize(
    ("expression", "sets", "tests"),
    [
        ("SET #0 = :0", "one", ""),
        ("SET #0 = :0, #1 = :1", "one two", ""),
        ("SET #0 = #0 + :0", "one", "one"),
        ("SET #0 = if_not_exists(#1, :0) + :1, #2 = :2", "one three", "two"),
        ("SET #0 = list_append(if_not_exists(#1, :e), #2)", "one", "two three"),
        ("REMOVE #0, #1", "one two", ""),
        ("ADD #0 :0 DELETE #1 :1", "one two", ""),
        ("SET #0 = :0 REMOVE #1 ADD #2 :2", "one two three", ""),
        ("set plain = :0 remove other", "plain other", ""),
        ("SET #0.#1[3].deep = :0", "one", ""),
        ("SET #0[0]=:0,#1=#2-:1", "one two", "three"),
        ("SET settle = :0, removed = :1", "settle removed", ""),  # words that only begin like a clause
    ],
)
def test_what_an_update_sets_and_looks_at(expression: str, sets: str, tests: str) -> None:
    wanted = {"sets": set(sets.split()), "tests": set(tests.split())}
    assert found(UpdateExpression=expression) == {kind: names for kind, names in wanted.items() if names}


@pytest.mark.parametrize(
    ("expression", "tests"),
    [
        ("#0 = :0 AND (#1 < :1 OR NOT #2 > :2)", "one two three"),
        ("attribute_not_exists(#0) and attribute_type(#1, :1)", "one two"),
        ("#0 IN (:0, :1) AND #1 BETWEEN :2 AND #2", "one two three"),
        ("size(#0.#1) <> :0", "one"),
        ("begins_with ( plain , :0 )", "plain"),
        ("#name >= other", "four other"),
    ],
)
@pytest.mark.parametrize("field", ["ConditionExpression", "FilterExpression", "KeyConditionExpression"])
def test_what_a_condition_tests(field: str, expression: str, tests: str) -> None:
    assert found(**{field: expression}) == {"tests": set(tests.split())}


def test_what_a_read_names() -> None:
    assert found("GetItem", ProjectionExpression="#0, plain.inside, #1[0]") == {
        "reads": {"one", "plain", "two"}
    }
    assert found("GetItem", AttributesToGet=["one"]) == {"reads": {"one"}}
    assert found("BatchGetItem", Keys=[]) == {"reads": {ALL}}
    assert found("Query", Key={}) == {"reads": {ALL}}


def test_item_names_all_that_it_holds_and_a_key_is_named_too() -> None:
    assert found("PutItem", Item={"id": {}, "one": {}}) == {"sets": {"id", "one"}}
    assert found("DeleteItem", Key={"id": {}}) == {"tests": {"id"}}


def test_parameters_from_before_expressions_count_as_well() -> None:
    assert found(AttributeUpdates={"one": {}}, Expected={"two": {}}) == {"sets": {"one"}, "tests": {"two"}}


def test_what_is_given_back_whether_the_condition_holds_or_not() -> None:
    asked = {"ReturnValues": "ALL_NEW", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    assert found(**asked) == {"returns": {"ALL_NEW", "ALL_OLD"}}
    assert found(ReturnValues="NONE") == {}


def test_call_as_pynamodb_writes_it() -> None:
    row = AccountRow
    part = AccountRow("a").get_update_kwargs_from_instance(
        actions=[row.failures.set((row.known_failures | 0) + 1), row.recovery.remove()],
        condition=(row.epoch == 3) & row.status.is_in("active", "frozen") & row.id.exists(),
    )
    assert named("UpdateItem", part) == Named(
        frozenset({"failures", "recovery"}), frozenset({"id", "kf", "epoch", "status"})
    )
