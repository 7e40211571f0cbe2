"""The portal shut and opened again: nobody is let in, and nothing works behind the stream, while rows are put back."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from infra.data_stack import Clients
from infra.permissions import function_name, read_permissions, scheduled
from infra.restore.state import State
from infra.stages import Stage

DOOR = "authorizer"  # without it API Gateway answers 503 to everybody
PATIENCE = 60
PAUSE = 5.0


def shut(
    stage: Stage,
    client: Clients,
    state: State,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.time,
) -> None:
    """No request, no mail, no message to a directory, no sweep. How it was is written down first.

    What is under way goes on: `drained` waits for it.
    """
    if not state.closed:
        state.closed = as_it_is(stage, client)
        state.keep()
    functions, name = client("lambda"), function_name(stage.name, DOOR)
    for one in state.closed["started"]:
        # AWS lets nobody reserve less for a function than is kept started of it.
        functions.delete_provisioned_concurrency_config(FunctionName=name, Qualifier=one["qualifier"])
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    switch(client, state, on=False)
    settle(client, state, "Disabled", sleep)
    state.closed["shut_at"] = clock()


def drained(stage: Stage, state: State, sleep: Callable[[float], None], clock: Callable[[], float]) -> None:
    """Wait until whatever began before the door was shut has ended: so long as the longest function may run.

    Attack: a sweep that was under way writes notes and rows while rows are put back, and one of both is lost.
    """
    sleep(max(0.0, state.closed["shut_at"] + longest_run(stage) - clock()))


def longest_run(stage: Stage) -> float:
    """Seconds after which Lambda has stopped every function of the stage."""
    levels = (stage.configuration, stage.configuration["stages"][stage.name])
    places = [place for level in levels for place in (level, *level.get("lambda_functions", {}).values())]
    return max(float(place["lambda_timeout"]) for place in places if "lambda_timeout" in place)


def unlock(stage: Stage, client: Clients, state: State, sleep: Callable[[float], None] = time.sleep) -> None:
    """As it was before. The stream first: what has waited in it is worked through before anybody asks for more."""
    switch(client, state, on=True)
    settle(client, state, "Enabled", sleep)
    functions, name = client("lambda"), function_name(stage.name, DOOR)
    if state.closed["reserved"] is None:
        functions.delete_function_concurrency(FunctionName=name)
    else:
        functions.put_function_concurrency(
            FunctionName=name, ReservedConcurrentExecutions=state.closed["reserved"]
        )
    for one in state.closed["started"]:
        functions.put_provisioned_concurrency_config(
            FunctionName=name,
            Qualifier=one["qualifier"],
            ProvisionedConcurrentExecutions=one["executions"],
        )


def as_it_is(stage: Stage, client: Clients) -> dict[str, Any]:
    """What will be put back: the mappings and rules that are on, and how much of the door is reserved and started."""
    functions, name = client("lambda"), function_name(stage.name, DOOR)
    table = client("dynamodb").describe_table(TableName=f"{stage.shared['PORTAL_TABLE_PREFIX']}events")
    stream = table["Table"]["LatestStreamArn"]
    mappings = functions.list_event_source_mappings(EventSourceArn=stream)["EventSourceMappings"]
    rules = [f"{stage.stack}-{step}" for step in scheduled(read_permissions())]
    started = functions.list_provisioned_concurrency_configs(FunctionName=name)
    return {
        "mappings": [one["UUID"] for one in mappings if one["State"] not in {"Disabled", "Disabling"}],
        "rules": [one for one in rules if client("events").describe_rule(Name=one)["State"] == "ENABLED"],
        "reserved": functions.get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions"),
        "started": [
            {
                "qualifier": one["FunctionArn"].rpartition(":")[2],
                "executions": one["RequestedProvisionedConcurrentExecutions"],
            }
            for one in started["ProvisionedConcurrencyConfigs"]
        ],
    }


def switch(client: Clients, state: State, *, on: bool) -> None:
    """The mappings before the workers, and the clocks."""
    for one in state.closed["mappings"]:
        client("lambda").update_event_source_mapping(UUID=one, Enabled=on)
    for rule in state.closed["rules"]:
        (client("events").enable_rule if on else client("events").disable_rule)(Name=rule)


def settle(client: Clients, state: State, wanted: str, sleep: Callable[[float], None]) -> None:
    """Wait until every mapping is so. Where it was left off, the stream goes on: a day is kept of it."""
    for one in state.closed["mappings"]:
        for _ in range(PATIENCE):
            if client("lambda").get_event_source_mapping(UUID=one)["State"] == wanted:
                break
            sleep(PAUSE)
        else:
            raise TimeoutError(f"the mapping {one} is not {wanted}: run again")
