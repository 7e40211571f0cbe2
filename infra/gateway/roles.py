"""Holds each function to its row of infra/permissions.yaml, as its IAM role does when deployed.

Without this a missing permission would first show after a deployment, and one too many never.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import botocore.session
from botocore.exceptions import ClientError

from chalicelib import wiring
from chalicelib.domain.keys import Keyring, Use
from infra.gateway.functions import running
from infra.permissions import may_use_table, read_permissions

log = logging.getLogger(__name__)
# Names a file in which to write down what each function has used, for infra/unused_permissions.py.
USED = "USED_PERMISSIONS"
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

    def before_dynamodb(self, params: dict[str, Any], model: Any, **_: object) -> None:
        """Every table a call touches must be in the row of the function that makes it."""
        step = running.get()
        if step is None:
            return
        for table, action in uses(model.name, params):
            if not may_use_table(self._rows.get(step, {}), table.removeprefix(self._prefix), action):
                raise denied(step, action, table)
            self._use(step, table.removeprefix(self._prefix), action)

    def before_ses(self, model: Any, **_: object) -> None:
        """Only a step whose row says so sends mail."""
        self._before("ses", model.name)

    def before_event_bus(self, model: Any, **_: object) -> None:
        """Only a step whose row says so tells other systems."""
        self._before("event_bus", model.name)

    def before_keys(self, use: Use) -> None:
        """Only a step whose NEEDS name them has the keys of one use."""
        self._before("keys", use)

    def guard_keys(self) -> None:
        """One process holds the keys of all functions. To be called before its Portal is made."""
        unguarded = wiring.keyring

        def guarded(use: Use) -> Keyring:
            self.before_keys(use)
            return unguarded(use)

        wiring.keyring = guarded

    def _before(self, service: str, action: str) -> None:
        step = running.get()
        if step is not None and action not in self._rows.get(step, {}).get(service, []):
            raise denied(step, action, service)
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


def uses(operation: str, params: dict[str, Any]) -> list[tuple[str, str]]:
    """The tables a call touches and the IAM action each needs."""
    if "TransactItems" in params:
        kinds = [(kind, item[kind]) for item in params["TransactItems"] for kind in item]
        return [(one["TableName"], ITEM_ACTIONS[kind]) for kind, one in kinds]
    if "RequestItems" in params:
        return [(table, operation) for table in params["RequestItems"]]
    index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
    return [(params.get("TableName", "") + index, operation)]


def denied(step: str, action: str, what: str) -> ClientError:
    """The error that AWS would give."""
    where = "its NEEDS" if what == "keys" else "infra/permissions.yaml"
    message = f"{step} is not allowed {action} on {what}: see {where}"
    log.error(message)
    return ClientError({"Error": {"Code": "AccessDeniedException", "Message": message}}, action)
