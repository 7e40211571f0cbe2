"""The models of chalicelib/storage and the tables of infra/data.yaml say the same: names, keys, types, indexes."""

from typing import Any

import pytest
from pynamodb.models import Model

from chalicelib.storage.tables import MODELS
from infra.tables import described_tables

DESCRIBED = {table["TableName"]: table for table in described_tables("")}


def keys(schema: list[dict[str, str]]) -> dict[str, str]:
    return {one["KeyType"]: one["AttributeName"] for one in schema}


def projected(projection: dict[str, Any]) -> tuple[str, set[str]]:
    return projection["ProjectionType"], set(projection.get("NonKeyAttributes", []))


def types(definitions: list[dict[str, str]]) -> dict[str, str]:
    return {one["AttributeName"]: one["AttributeType"] for one in definitions}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: str(model.Meta.bare_name))
def test_model_has_the_keys_and_indexes_of_its_table(model: type[Model]) -> None:
    table = DESCRIBED[model.Meta.bare_name]  # type: ignore[attr-defined]
    schema: dict[str, Any] = dict(model._get_schema())
    assert keys(schema["key_schema"]) == keys(table["KeySchema"])
    assert types(schema["attribute_definitions"]) == types(table["AttributeDefinitions"])
    assert {
        one["index_name"]: (keys(one["key_schema"]), projected(one["projection"]))
        for one in schema["global_secondary_indexes"]
    } == {
        one["IndexName"]: (keys(one["KeySchema"]), projected(one["Projection"]))
        for one in table.get("GlobalSecondaryIndexes", [])
    }


def test_every_table_has_a_model() -> None:
    assert {model.Meta.bare_name for model in MODELS} == set(DESCRIBED)
