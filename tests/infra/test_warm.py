"""Functions that are ready before somebody calls: what is switched on, and that nobody calls past the alias."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from infra.contract import read_contract
from infra.gateway_responses import read_gateway_responses
from infra.permissions import logical, read_permissions
from infra.rehearsal import stack
from infra.stages import Stage, read_configuration, stage_of
from infra.template import merge_template
from infra.warm import snapped, warm

pytestmark = pytest.mark.slow

TRIES = "RecordDeliveryTries"
STAGES = sorted(read_configuration()["stages"])


def saying(step: str, **said: Any) -> Stage:
    """The production stage with something else said of one function."""
    configuration = copy.deepcopy(read_configuration())
    configuration["stages"]["prod"]["lambda_functions"].setdefault(step, {}).update(said)
    return Stage("prod", configuration)


def merged(stage: Stage) -> Any:
    return merge_template(stage, read_contract(), read_gateway_responses({}))["Resources"]


def switched_on(stage: Stage) -> dict[str, Any]:
    return {step: warm(stage, step) for step in read_permissions() if warm(stage, step)}


def test_development_pays_for_nothing_that_waits_and_production_keeps_the_gate_open() -> None:
    assert switched_on(stage_of("dev")) == switched_on(stage_of("staging")) == {}
    kept = switched_on(stage_of("prod"))
    assert {step: one.get("ProvisionedConcurrencyConfig") for step, one in kept.items()} == {
        "authorizer": {"ProvisionedConcurrentExecutions": 2}
    }


def test_function_is_snapped_or_kept_started_never_both() -> None:
    assert warm(saying("logon", snap_start=True), "logon")["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    assert "SnapStart" not in warm(saying("logon", provisioned_concurrency=1), "logon")
    assert warm(saying("logon", snap_start=False, provisioned_concurrency=0), "logon") == {}
    with pytest.raises(ValueError, match="not both"):
        warm(saying("logon", snap_start=True, provisioned_concurrency=1), "logon")


@pytest.mark.parametrize(
    "said",
    [
        {"snap_start": "yes"},
        {"provisioned_concurrency": "2"},
        {"provisioned_concurrency": -1},
        {"provisioned_concurrency": True},
        {"provisioned_concurrency": 3, "reserved_concurrency": 2},
    ],
)
def test_nonsense_is_refused_before_anything_is_packaged(said: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="logon"):
        merged(saying("logon", **said))


def test_what_is_said_of_every_stage_can_be_said_otherwise_of_one() -> None:
    configuration = copy.deepcopy(read_configuration())
    configuration["lambda_functions"]["logon"]["snap_start"] = True
    assert warm(Stage("dev", configuration), "logon")
    configuration["stages"]["dev"]["lambda_functions"]["logon"] = {"snap_start": False}
    assert not warm(Stage("dev", configuration), "logon")
    assert warm(Stage("prod", configuration), "logon")


@pytest.mark.parametrize("name", STAGES)
@pytest.mark.parametrize("wanted", ["", "logon record_delivery", "all"])
def test_everybody_calls_the_alias_where_there_is_one(name: str, wanted: str) -> None:
    stage = snapped(stage_of(name), wanted)
    resources = merged(stage)
    aliased = {logical(step) for step in switched_on(stage)}
    assert ("Logon" in aliased) is bool(wanted)
    for step in aliased:
        made = resources[step]["Properties"]
        assert made["AutoPublishAlias"] == "live"
        assert made["AutoPublishAliasAllProperties"] is True
        assert made["VersionDeletionPolicy"] == "Delete"
    functions = {logical(step) for step in read_permissions()}
    written = json.dumps([one for key, one in resources.items() if key not in {*functions, TRIES}])
    for function in functions:
        past = (f'"{function}"', f"${{{function}.Arn}}")
        by = (f'"{function}Aliaslive"', f"${{{function}Aliaslive}}")
        wrong = past if function in aliased else by
        assert not [one for one in wrong if one in written], function
    tried = resources[TRIES]
    if "RecordDelivery" in aliased:
        assert tried["Properties"]["Qualifier"] == "live"
        assert tried["DependsOn"] == "RecordDeliveryAliaslive"
    else:
        assert tried["Properties"]["Qualifier"] == "$LATEST"
        assert "DependsOn" not in tried


def test_rehearsal_finds_the_functions_behind_their_aliases() -> None:
    stage = snapped(stage_of("prod"), "all")
    template = {"Resources": merged(stage)}
    assert stack.authorizer_of(template) == "Authorizer"
    assert {one.step for one in stack.contract_of(template).operations} == {
        logical(one.step) for one in read_contract().operations
    }
    assert sorted(stack.mappings(template)) == ["CopyTrail", "PublishEvent", "SendMail", "WatchTrail"]
