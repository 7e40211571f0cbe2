"""Conditional writes that happen all or not at all, and what a failed one tells: its condition, and the row.

It may not know any table or rule.
"""

import uuid
from collections.abc import Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.connection import Connection
from pynamodb.exceptions import PynamoDBException, TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model

from chalicelib.domain.refusals import Unavailable
from chalicelib.storage.deadline import PASSING, Throttled, code_of, unavailable, waits_for

Named = list[tuple[str, dict[str, Any]]]


class Transaction:
    """Conditional writes that happen all or not at all; each has a name, by which a failed condition is told."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.checks: Named = []
        self.deletes: Named = []
        self.puts: Named = []
        self.updates: Named = []
        self._added: set[str] = set()

    def add(self, name: str, model: Model) -> None:
        """Write a row that no other may have the key of: an event, whose name is random.

        Attack: whoever has a function write an event of a key that there is overwrites what the trail has told.
        Defence: it is written where it is not there and nowhere else (TR-09). One that is there is no answer to what
        was asked, so `commit` raises, and nothing of the transaction is done.
        """
        key: Any = type(model)._hash_key_attribute()  # type: ignore[no-untyped-call]  # noqa: SLF001 - as below
        self.put(name, model, key.does_not_exist())
        self._added.add(name)

    def check(self, name: str, model: Model, condition: Condition) -> None:
        """Demand a condition of a row that is not changed."""
        keys = model._get_hash_range_key_serialized_values()  # noqa: SLF001 - PynamoDB has no public way to it
        kwargs = model._get_connection().get_operation_kwargs(  # noqa: SLF001 - as above
            keys[0], range_key=keys[1], condition=condition
        )
        self.checks.append((name, kwargs))

    def delete(self, name: str, model: Model, condition: Condition | None = None) -> None:
        """Delete a row."""
        self.deletes.append((name, model.get_delete_kwargs_from_instance(condition=condition)))

    def put(self, name: str, model: Model, condition: Condition | None = None) -> None:
        """Write a whole row."""
        self.puts.append((name, model.get_save_kwargs_from_instance(condition=condition)))

    def update(
        self,
        name: str,
        model: Model,
        actions: Sequence[Action],
        condition: Condition | None = None,
        *,
        shown: bool = False,
    ) -> None:
        """Change attributes of a row. A failed condition gives it back as it was, if it shall be `shown`.

        Attack: code that may change one attribute has the whole row shown by a condition that fails, hash and seed
        among it. Defence: only where it is used; the roles of all others allow no ReturnValues (LO-07).
        """
        kwargs = model.get_update_kwargs_from_instance(
            actions=list(actions),
            condition=condition,
            return_values_on_condition_failure="ALL_OLD" if shown else None,
        )
        self.updates.append((name, kwargs))

    def commit(self) -> dict[str, dict[str, Any] | None]:
        """Write all. Gives {} when committed, else the names whose conditions failed, each with the row if it is shown.
        Raises `Unavailable` where only what was to be added is there already.

        A retry inside botocore sends the same ClientRequestToken, so a lost answer to a write that happened comes
        back as success; ours after a throttled call does too, since the answer before it may have been lost. What is
        cancelled has not happened: a transaction in the way, or a throttled key among its rows, is no answer to our
        conditions. It is tried again under a new token, with jitter, while time remains.
        """
        token, tried = uuid.uuid4().hex, 0
        while True:
            try:
                failed, codes = self._commit_once(token)
            except Throttled as throttled:
                if not waits_for(tried, {throttled.cause}):
                    raise
            else:
                if not codes:
                    if failed and failed.keys() <= self._added:
                        raise Unavailable("row_is_there:" + ",".join(sorted(failed)))
                    return failed
                if not waits_for(tried, codes):
                    raise Unavailable("transaction_cancelled:" + ",".join(sorted(codes)))
                token = uuid.uuid4().hex
            tried += 1

    def _commit_once(self, token: str) -> tuple[dict[str, dict[str, Any] | None], set[str]]:
        """The conditions that failed, and else the passing reasons why it was not committed."""
        groups = (self.checks, self.deletes, self.puts, self.updates)
        try:
            checks, deletes, puts, updates = ([kwargs for _, kwargs in group] for group in groups)
            self.connection.transact_write_items(checks, deletes, puts, updates, client_request_token=token)
        except TransactWriteError as error:
            if code_of(error) != "TransactionCanceledException":
                raise unavailable(error) from error
            return _cancelled(error, [name for group in groups for name, _ in group])
        except (PynamoDBException, BotoCoreError, ClientError) as error:
            raise unavailable(error) from error
        return {}, set()


def _cancelled(
    error: TransactWriteError, names: Sequence[str]
) -> tuple[dict[str, dict[str, Any] | None], set[str]]:
    """Names whose conditions failed; where none did, the codes of what stood in the way, if all of it passes."""
    reasons = list(zip(names, error.cancellation_reasons, strict=True))
    failed = {name: why.raw_item for name, why in reasons if why and why.code == "ConditionalCheckFailed"}
    if failed:
        return failed, set()
    codes = {why.code for _, why in reasons if why}
    if codes and codes <= PASSING:
        return {}, codes
    raise Unavailable("transaction_cancelled:" + ",".join(sorted(codes)))
