"""The one connection to DynamoDB, and what every act on it shares: strong reads, retries, refusals, a deadline.

It may not know any table or rule. One botocore session and client per container: PynamoDB left alone makes one for
each model class, some 70 ms and 11 MiB apiece, so `bind` hands every model the same `Connection`.
"""

import contextvars
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any, TypeVar

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.attributes import Attribute, UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.exceptions import PynamoDBException, VerboseClientError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model

from chalicelib.domain.refusals import Unavailable
from chalicelib.storage import deadline
from chalicelib.storage.deadline import CONFLICT, Throttled, patiently, unavailable, waits_for
from chalicelib.storage.transaction import Transaction

M = TypeVar("M", bound=Model)
T = TypeVar("T")

Wanted = tuple[type[Model], str, str | None]
ATTEMPTS = 2

_WHOLE: Mapping[type[Model], Sequence[Attribute[Any]]] = {}


class Shared(Connection):
    """PynamoDB's connection with our time-outs, and one botocore session."""

    def __init__(self, session: botocore.session.Session, region: str) -> None:
        super().__init__(
            region=region,
            connect_timeout_seconds=deadline.CONNECT_SECONDS,
            read_timeout_seconds=deadline.READ_SECONDS,
            max_retry_attempts=ATTEMPTS - 1,
            max_pool_connections=64,
        )
        self._shared_session = session

    @property
    def session(self) -> botocore.session.Session:
        """PynamoDB makes a session for each thread; ours has one, so that the client is made once."""
        return self._shared_session


class Database:
    """Everything the acts share. `bind` must have been given the models once."""

    def __init__(self, session: botocore.session.Session, region: str) -> None:
        self.connection = Shared(session, region)
        events = self.connection.client.meta.events  # made here, in Lambda's init phase, at full speed
        events.register_first("before-send.dynamodb", deadline.before_send)
        events.register_first("needs-retry.dynamodb", deadline.needs_retry)
        self._beside = ThreadPoolExecutor(max_workers=16, thread_name_prefix="beside")

    def bind(self, models: Sequence[type[Model]], prefix: str) -> None:
        """Give every model its table's name and the one connection."""
        described: set[str] = set()  # a table that two models share is described once
        for model in models:
            meta: Any = model.Meta
            meta.table_name = prefix + meta.bare_name
            model._connection = None  # noqa: SLF001 - PynamoDB has no public way to share one
            table = model._get_connection()  # noqa: SLF001 - as above
            if meta.table_name not in described:
                self.connection.add_meta_table(table.get_meta_table())
                described.add(meta.table_name)
            table.connection = self.connection

    def request(self, seconds: float | None) -> AbstractContextManager[None]:
        """One request's time (RL-01): no call begins that cannot end in it."""
        return deadline.within(seconds)

    def transaction(self) -> Transaction:
        """A fresh, empty transaction."""
        return Transaction(self.connection)

    def beside(self, act: Callable[[], T]) -> "Future[T]":
        """Run one act beside the next, so that two calls cost the time of one."""
        return self._beside.submit(contextvars.copy_context().run, act)

    @contextmanager
    def all_beside(self, *acts: Callable[[], Any]) -> "Iterator[list[Future[Any]]]":
        """Run acts beside what stands in the block, which ends when they have, even where it fails."""
        under_way = [self.beside(act) for act in acts]
        try:
            yield under_way
        finally:
            # A Lambda is frozen once it has answered; what is under way then thaws in somebody else's request.
            wait(under_way)

    def read(self, model: type[M], hash_key: str, range_key: str | None = None) -> M | None:
        """One strongly consistent read; None where there is no such row."""
        try:
            return patiently(lambda: model.get(hash_key, range_key, consistent_read=True))
        except model.DoesNotExist:
            return None

    def read_together(
        self,
        *wanted: Wanted,
        only: Mapping[type[Model], Sequence[Attribute[Any]]] = _WHOLE,
    ) -> list[Any]:
        """Several rows of several tables in one strongly consistent trip, in the order asked; None for none.

        Of a model in `only` these attributes are read and no others.
        """
        requests: dict[str, dict[str, Any]] = {
            table: {
                "Keys": [_key(model, h, r) for model, h, r in wanted if _table(model) == table],
                "ConsistentRead": True,
            }
            for table in {_table(model) for model, _, _ in wanted}
        }
        for model, attributes in only.items():
            requests[_table(model)] |= _projection(attributes)
        found = self.read_all(requests)
        return [_pick(model, _key(model, h, r), found) for model, h, r in wanted]

    def read_all(self, requests: dict[str, dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
        """Rows by table. Keys that DynamoDB had no room for are asked for again: not read is not absent."""
        found: dict[str, list[dict[str, Any]]] = {}
        tried = 0
        while requests:
            answer = patiently(partial(self.connection.dispatch, "BatchGetItem", {"RequestItems": requests}))
            for table, items in answer["Responses"].items():
                found.setdefault(table, []).extend(items)
            requests = answer.get("UnprocessedKeys", {})
            if requests and not waits_for(tried, {"unprocessed_keys"}):
                raise Unavailable("dynamodb:unprocessed_keys")
            tried += 1
        return found

    def update(self, model: Model, actions: Sequence[Action], condition: Condition | None = None) -> bool:
        """One conditional UpdateItem; whether its condition was true."""
        kwargs = model.get_update_kwargs_from_instance(actions=list(actions), condition=condition)
        return self._write("UpdateItem", kwargs)[0]

    def update_and_read(
        self, model: Model, actions: Sequence[Action], condition: Condition
    ) -> tuple[bool, dict[str, Any] | None]:
        """The same in one trip with a read: (True, the row as it is now), or (False, as it was, None for none).

        Not PynamoDB's own `update`, which does not give the row back when the condition fails.
        """
        kwargs = model.get_update_kwargs_from_instance(
            actions=list(actions), condition=condition, return_values_on_condition_failure="ALL_OLD"
        ) | {"ReturnValues": "ALL_NEW"}
        return self._write("UpdateItem", kwargs)

    def reserve(
        self,
        model: Model,
        taken: Sequence[Action],
        given_back: Sequence[Action],
        condition: Condition,
        mark: UnicodeAttribute,
    ) -> tuple[bool, dict[str, Any] | None]:
        """Count something before it is looked at, in one trip with a read: once, even where the answer is lost.

        The row names who took the last place. The second attempt of a call whose first was applied finds its own name,
        and has its place already; where no answer comes at all, the place is given back if it was taken.
        """
        name = uuid.uuid4().hex[:8]
        nobody_else = mark.does_not_exist() | (mark != name)
        try:
            _, item = self.update_and_read(model, [*taken, mark.set(name)], condition & nobody_else)
        except Throttled:
            raise
        except Unavailable:
            self.give_back(model, [*given_back, mark.remove()], mark == name)  # once: its mark is gone
            raise
        return (item or {}).get(mark.attr_name) == {"S": name}, item

    def give_back(self, model: Model, actions: Sequence[Action], condition: Condition) -> bool:
        """Undo a reservation for which the store has failed; where it fails in this too, the place stays taken."""
        try:
            with deadline.closing():
                return self.update(model, actions, condition)
        except Unavailable:
            return False

    def delete(self, model: Model, condition: Condition | None = None) -> bool:
        """One DeleteItem, of a row that is there or not; False where its condition failed."""
        return self._write("DeleteItem", model.get_delete_kwargs_from_instance(condition=condition))[0]

    def put(self, model: Model, condition: Condition | None = None) -> bool:
        """One PutItem, half the price of a transaction of one; False where the condition failed."""
        return self._write("PutItem", model.get_save_kwargs_from_instance(condition=condition))[0]

    def _write(self, operation: str, kwargs: dict[str, Any]) -> tuple[bool, dict[str, Any] | None]:
        """One write: tried again, with jitter, while a transaction is in its way or it is throttled."""
        tried = 0
        while True:
            try:
                return True, self.connection.dispatch(operation, kwargs).get("Attributes")
            except VerboseClientError as error:
                code = error.response["Error"]["Code"]
                if code == "ConditionalCheckFailedException":
                    return False, getattr(error.__cause__, "response", {}).get("Item")
                refusal = unavailable(error)
                passes = code in CONFLICT or isinstance(refusal, Throttled)
                if not passes or not waits_for(tried, {code}):
                    raise refusal from error
            except (PynamoDBException, BotoCoreError, ClientError) as error:
                raise unavailable(error) from error
            tried += 1

    def query(self, model: type[M], hash_key: str, **kwargs: Any) -> list[M]:
        """The rows of one hash key, strongly consistent unless an index is asked."""
        index = kwargs.pop("index", None)
        if index is not None:
            return patiently(lambda: list(index.query(hash_key, **kwargs)))
        return patiently(lambda: list(model.query(hash_key, consistent_read=True, **kwargs)))


def _table(model: type[Model]) -> str:
    name: str = model.Meta.table_name
    return name


def _key(model: type[Model], hash_key: str, range_key: str | None) -> dict[str, Any]:
    meta = model._get_connection().get_meta_table()  # noqa: SLF001 - PynamoDB has no public way to it
    key = {meta.hash_keyname: {"S": hash_key}}
    if range_key is not None:
        key[str(meta.range_keyname)] = {"S": range_key}
    return key


def _projection(attributes: Sequence[Attribute[Any]]) -> dict[str, Any]:
    """By placeholders: some of the names are words that DynamoDB keeps for itself."""
    names = {f"#{number}": attribute.attr_name for number, attribute in enumerate(attributes)}
    return {"ProjectionExpression": ",".join(names), "ExpressionAttributeNames": names}


def _pick(model: type[M], key: dict[str, Any], responses: dict[str, list[dict[str, Any]]]) -> M | None:
    for item in responses.get(_table(model), []):
        if key.items() <= item.items():
            return model.from_raw_data(item)
    return None
