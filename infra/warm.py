"""Which functions of a stage are ready before somebody calls, as .chalice/config.json says for each stage and function.

`provisioned_concurrency: 2` keeps so many containers started; `snap_start: true` starts containers from a snapshot of
one that was. Lambda does either for a published version only, so such a function gets the alias `live`, which moves to
a new version with each deployment, and whoever calls it must call the alias.
"""

from __future__ import annotations

import copy
from typing import Any

from infra.permissions import logical, read_permissions
from infra.stages import Stage

ALIAS = "live"
ALIASED = f"Alias{ALIAS}"
SNAP_START, PROVISIONED = "snap_start", "provisioned_concurrency"
Resources = dict[str, Any]


def warm(stage: Stage, step: str) -> Resources:
    """What the template says of one function for it; nothing for one that starts when it is called."""
    own = stage.function(step)
    snapped, kept = own.get(SNAP_START, False), own.get(PROVISIONED, 0)
    if not isinstance(snapped, bool) or type(kept) is not int or kept < 0:
        raise ValueError(f"{step}: {SNAP_START} is true or false, {PROVISIONED} a number")
    if snapped and kept:
        raise ValueError(f"{step}: Lambda takes {SNAP_START} or {PROVISIONED}, not both")
    if kept > own.get("reserved_concurrency", kept):
        raise ValueError(f"{step}: {PROVISIONED} is part of what is reserved and cannot be more")
    if snapped:
        return {**published(), "SnapStart": {"ApplyOn": "PublishedVersions"}}
    if kept:
        return {
            **published(),
            "ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": kept},
        }
    return {}


def published() -> Resources:
    """A version with each deployment that changes anything, and the alias on it."""
    return {
        "AutoPublishAlias": ALIAS,
        # Otherwise only other code makes a version, and a variable that was changed would reach nobody.
        "AutoPublishAliasAllProperties": True,
        # A snapshot is paid for as long as its version is there, and holds what was secret then.
        "VersionDeletionPolicy": "Delete",
    }


def called(stage: Stage, step: str) -> str:
    """The logical name of what is called: the function, or its alias, whose name SAM makes so."""
    return logical(step) + (ALIASED if warm(stage, step) else "")


def arn(stage: Stage, step: str) -> str:
    """The same as a variable of Fn::Sub. To refer to an alias gives its ARN by itself."""
    return called(stage, step) + ("" if warm(stage, step) else ".Arn")


def snapped(stage: Stage, wanted: str) -> Stage:
    """The stage with a snapshot of each function named, or of all: to check what no stage has switched on.

    One that is kept started stays so. Raises `ValueError`.
    """
    names = list(read_permissions()) if wanted == "all" else wanted.split()
    if unknown := set(names) - set(read_permissions()):
        raise ValueError(f"SNAP_START must be `all` or names of functions; {min(unknown)} is none")
    configuration = copy.deepcopy(stage.configuration)
    functions = configuration["stages"][stage.name].setdefault("lambda_functions", {})
    for step in names:
        if not stage.function(step).get(PROVISIONED):
            functions.setdefault(step, {})[SNAP_START] = True
    return Stage(stage.name, configuration)
