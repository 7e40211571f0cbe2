"""What is mended in moto, so that a test may hold it for AWS. Importing this mends it; nothing else is in here.

Each of these was seen: two winners of one condition, a stream that stands still, a text part that is lost. moto's
version is exact (requirements/dev.txt), and tests/test_moto_engine.py says when one of these is needed no more.
"""

from __future__ import annotations

import copy
import functools
import json
import threading
import time
from collections import defaultdict
from typing import Any, cast

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.handlers import BUILTIN_HANDLERS
from botocore.httpsession import URLLib3Session
from moto.core.common_models import BaseModel
from moto.core.models import botocore_stubber
from moto.core.responses import ActionResult, BaseResponse
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler
from moto.dynamodbstreams.models import DynamoDBStreamsBackend
from moto.dynamodbstreams.responses import DynamoDBStreamsHandler
from moto.s3.models import FakeKey
from moto.sesv2.responses import SESV2Response

# Every mail, in the words of MiniStack's mailbox.
MAILS: list[dict[str, Any]] = []
_lock = threading.RLock()


def answer_where_the_wire_begins() -> None:
    """moto answers among botocore's handlers, all of which run: a call that a test lets fail would be carried out.

    Here it also answers clients that were made before it was imported.
    """
    send = URLLib3Session.send
    BUILTIN_HANDLERS.remove(("before-send", botocore_stubber))

    def answered(self: URLLib3Session, request: AWSPreparedRequest) -> AWSResponse:
        return botocore_stubber("before-send", request) or send(self, request)

    URLLib3Session.send = answered


def act_one_at_a_time(handler: type[BaseResponse]) -> None:
    """moto looks at a condition and writes in two steps, and undoes a failed transaction by putting tables back."""
    act = handler.call_action

    @functools.wraps(act)
    def locked(self: BaseResponse) -> Any:
        with _lock:
            return act(self)

    handler.call_action = locked  # type: ignore[method-assign]


def copy_no_rows_for_a_transaction() -> None:
    """What a failed transaction puts back is a deep copy of each table: with a thousand rows that is 100 ms.

    A copy with the same rows is as good as long as a row is never changed in its place.
    """
    update = DynamoDBBackend.update_item

    def with_the_same_rows(self: Table, _memo: object) -> Table:
        other: Table = copy.copy(self)
        rows = {key: dict(one) if self.has_range_key else one for key, one in self.items.items()}
        other.items = defaultdict(dict, rows)
        if self.stream_shard is not None:
            other.stream_shard = copy.copy(self.stream_shard)
            other.stream_shard.items, other.stream_shard.table = list(self.stream_shard.items), other
        return other

    def update_a_copy(self: DynamoDBBackend, table_name: str, key: Any, *args: Any, **kwargs: Any) -> Any:
        row, rows = copy.deepcopy(self.get_item(table_name, key)), cast(Any, self.get_table(table_name).items)
        if row is not None and row.range_key is not None:
            rows[row.hash_key][row.range_key] = row
        elif row is not None:
            rows[row.hash_key] = row
        return update(self, table_name, key, *args, **kwargs)

    Table.__deepcopy__ = with_the_same_rows  # type: ignore[attr-defined]
    DynamoDBBackend.update_item = update_a_copy  # type: ignore[method-assign]


def do_no_transaction_twice() -> None:
    """A repetition with the same token is answered as the first was; moto carries it out again."""
    act, done = DynamoHandler.transact_write_items, dict[str, ActionResult]()

    @functools.wraps(act)
    def once(self: DynamoHandler) -> ActionResult:
        token = self.body.get("ClientRequestToken", "")
        if token not in done:
            answer = act(self)
            if not token:
                return answer
            done[token] = answer
        return done[token]

    DynamoHandler.transact_write_items = once  # type: ignore[method-assign]


def read_the_stream_of_the_table_as_it_is() -> None:
    """After a failed transaction the table is another object; who reads its stream would go on in the old one's."""
    read = DynamoDBStreamsBackend.get_records

    def get_records(self: DynamoDBStreamsBackend, iterator_arn: str, limit: int) -> Any:
        iterator = self.shard_iterators[iterator_arn]
        now = self.dynamodb.get_table(iterator.stream_shard.table.name).stream_shard
        iterator.stream_shard = now or iterator.stream_shard
        return read(self, iterator_arn, limit)

    DynamoDBStreamsBackend.get_records = get_records  # type: ignore[method-assign]


def keep_no_list_of_everything() -> None:
    """moto remembers every row and copy of a row for its dashboard: more than a gigabyte for one run of our tests."""
    BaseModel.__new__ = lambda cls, *_, **__: object.__new__(cls)  # type: ignore[method-assign]


def keep_both_bodies_of_a_mail() -> None:
    """moto keeps the HTML and forgets the text."""
    send = SESV2Response.send_email

    def send_email(self: SESV2Response) -> str:
        answer = send(self)
        asked = json.loads(self.body)
        simple = asked["Content"]["Simple"]
        MAILS.append(
            {
                "To": asked["Destination"]["ToAddresses"],
                "Subject": simple["Subject"]["Data"],
                "BodyText": simple["Body"].get("Text", {}).get("Data", ""),
                "BodyHtml": simple["Body"].get("Html", {}).get("Data", ""),
                "Timestamp": time.time(),
            }
        )
        return answer

    SESV2Response.send_email = send_email  # type: ignore[method-assign]


def close_what_an_object_lay_in() -> None:
    """moto warns of each object in a bucket that lives longer than its test, and our warnings are errors."""
    FakeKey.__del__ = FakeKey.dispose  # type: ignore[method-assign]


answer_where_the_wire_begins()
act_one_at_a_time(DynamoHandler)
act_one_at_a_time(DynamoDBStreamsHandler)
copy_no_rows_for_a_transaction()
do_no_transaction_twice()
read_the_stream_of_the_table_as_it_is()
keep_no_list_of_everything()
keep_both_bodies_of_a_mail()
close_what_an_object_lay_in()
