"""Holds each function to its row of infra/permissions.yaml, as its IAM role does when deployed.

Without this a missing permission would first show after a deployment, and one too many never.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

import botocore.session
from botocore.exceptions import ClientError

from chalicelib import wiring
from chalicelib.domain.keys import Ring, Use
from infra.attributes import beyond, keys_of, limits
from infra.gateway.expressions import named
from infra.gateway.functions import running
from infra.permissions import may_use_table, read_permissions

log = logging.getLogger(__name__)
# Names a file in which to write down what each function has used, for infra/unused_permissions.py.
USED = "USED_PERMISSIONS"
SEE_PAGE, SEE = "see infra/permissions.yaml", {"keys": "see its NEEDS"}
# IAM has no key for a write's condition, so no role can hold a function to one: here every journey does (TR-09).
TRAIL = "events"
ITEM_ACTIONS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}


class Roles:
    """Looks at every call of a session's clients before it goes out."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._rows = read_permissions()
        self._file = Path(os.environ[USED]) if USED in os.environ else None
        self._used: set[str] = set()

    def guard(self, session: botocore.session.Session) -> None:
        """To be called before the session makes its clients."""
        session.register("provide-client-params.dynamodb", self.before_dynamodb)
        session.register("provide-client-params.sesv2", self.before_ses)
        session.register("provide-client-params.events", self.before_event_bus)
        session.register("provide-client-params.s3", self.before_copy)

    def before_dynamodb(self, params: dict[str, Any], model: Any, **_: object) -> None:
        """Every table a call touches, and each attribute where they are limited, must be in its function's row."""
        step = running.get()
        if step is None:
            return
        for full, action, part in uses(model.name, params):
            table, row = full.removeprefix(self._prefix), self._rows.get(step, {})
            if not may_use_table(row, table, action):
                raise denied(step, action, full)
            self._use(step, table, action)
            self._before_attributes(step, table, action, part)
            if table == TRAIL and action == "PutItem" and not only_new(part, keys_of(table)):
                raise denied(step, "PutItem that may write over a row", full, "see ADR 39")

    def _before_attributes(self, step: str, table: str, action: str, part: dict[str, Any]) -> None:
        allowed = limits(self._rows[step], table, action)
        if allowed is None:
            return
        asked, keys = named(action, part), keys_of(table)
        missing = beyond(allowed, asked, keys)
        if missing:
            raise denied_attribute(step, table, action, *missing[0])
        for kind, one in asked.each():
            if one in getattr(allowed, kind):
                self._use(step, table, f"{action}.{kind}.{one}")

    def before_ses(self, model: Any, **_: object) -> None:
        """Only a step whose row says so sends mail."""
        self._before("ses", model.name)

    def before_event_bus(self, model: Any, **_: object) -> None:
        """Only a step whose row says so tells other systems."""
        self._before("event_bus", model.name)

    def before_copy(self, params: dict[str, Any], model: Any, **_: object) -> None:
        """Only a step whose row says so reaches the trail's copy, each in its folder; and nothing is written over."""
        folder, _, name = params.get("Key", "").partition("/")
        self._before("copy", f"{model.name}/{folder}" if name else model.name)
        step = running.get()
        if step is not None and model.name == "PutObject" and params.get("IfNoneMatch") != "*":
            raise denied(step, "PutObject that may write over a copy", "copy", "see ADR 44")

    def before_keys(self, use: Use) -> None:
        """Only a step whose NEEDS name them has the keys of one use."""
        self._before("keys", use)

    def guard_keys(self) -> None:
        """One process holds the keys of all functions. To be called before its Portal is made."""
        unguarded = wiring.keyring

        def guarded(use: Use) -> Ring:
            self.before_keys(use)
            return unguarded(use)

        wiring.keyring = guarded

    def _before(self, service: str, action: str) -> None:
        step = running.get()
        if step is not None and action not in self._rows.get(step, {}).get(service, []):
            raise denied(step, action, service, SEE.get(service, SEE_PAGE))
        if step is not None:
            self._use(step, service, action)

    def _use(self, step: str, what: str, action: str) -> None:
        """Write it down, once."""
        line = f"{step} {what} {action}\n"
        if self._file is None or line in self._used:
            return
        self._used.add(line)
        with self._file.open("a", encoding="utf-8") as written:
            written.write(line)


def uses(operation: str, params: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """The tables a call touches, the IAM action each needs, and the part of the call that is about it."""
    if "TransactItems" in params:
        kinds = [(kind, item[kind]) for item in params["TransactItems"] for kind in item]
        return [(one["TableName"], ITEM_ACTIONS[kind], one) for kind, one in kinds]
    if "RequestItems" in params:
        return [(table, operation, part) for table, part in params["RequestItems"].items()]
    index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
    return [(params.get("TableName", "") + index, operation, params)]


def only_new(put: dict[str, Any], keys: Collection[str]) -> bool:
    """Whether a put does nothing where its row is there: that one of its keys is not, is a condition of all of it."""
    expression, names = put.get("ConditionExpression", ""), put.get("ExpressionAttributeNames", {})
    absent = {
        names.get(name, name) for name in re.findall(r"attribute_not_exists\s*\(\s*([^\s)]+)", expression)
    }
    return bool(absent & set(keys)) and not re.search(r"\b(or|not)\b", expression, re.IGNORECASE)


def denied(step: str, action: str, what: str, page: str = SEE_PAGE) -> ClientError:
    """The error that AWS would give, and what to look at."""
    message = f"{step} is not allowed {action} on {what}: {page}"
    log.error(message)
    return ClientError({"Error": {"Code": "AccessDeniedException", "Message": message}}, action)


def denied_attribute(step: str, table: str, action: str, kind: str, name: str) -> ClientError:
    """The same for an attribute; says what to write on the page, if the step shall have it."""
    page = f"if it shall, infra/permissions.yaml needs {name} in {step}: {table}: {action}: {kind}"
    return denied(step, f"{action} that {kind} {name}", table, page)
