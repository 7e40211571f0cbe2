"""moto may stand in for AWS: each of these fails without what tests/moto_mended.py mends."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any

import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError

from chalicelib.services.ses import Mailer, RenderedMail
from infra.gateway.mailbox import read_ministack
from infra.tables import create_tables

pytestmark = pytest.mark.slow
PREFIX = "moto-"
ACCOUNTS, EVENTS = f"{PREFIX}accounts", f"{PREFIX}events"
KEY = {"id": {"S": "a"}}
MANY = 16
TO, MAIL = "moto@people.test", RenderedMail("A subject", "Text.", "<p>HTML.</p>")
Client = Any


@pytest.fixture
def dynamodb(moto: ModuleType) -> Iterator[Client]:
    """The eight tables on moto."""
    client = botocore.session.get_session().create_client("dynamodb")
    create_tables(client, PREFIX)
    yield client
    for name in client.list_tables()["TableNames"]:
        if name.startswith(PREFIX):
            client.delete_table(TableName=name)


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads take turns after almost every step."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def put(client: Client) -> None:
    client.put_item(TableName=ACCOUNTS, Item=KEY, ConditionExpression="attribute_not_exists(id)")


def transact(client: Client) -> None:
    event = {"TableName": EVENTS, "Item": {"account_id": KEY["id"], "at": {"S": "1"}}}
    once = {"TableName": ACCOUNTS, "Item": KEY, "ConditionExpression": "attribute_not_exists(id)"}
    client.transact_write_items(TransactItems=[{"Put": event}, {"Put": once}])


def count(client: Client) -> None:
    add = {"UpdateExpression": "ADD epoch :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
    client.update_item(TableName=ACCOUNTS, Key=KEY, **add)


def all_at_once(client: Client, act: Callable[[Client], None]) -> int:
    """How many of many had their way."""

    def succeeds(_: int) -> bool:
        try:
            act(client)
        except ClientError:
            return False
        return True

    with ThreadPoolExecutor(MANY) as threads:
        return sum(threads.map(succeeds, range(MANY)))


@pytest.mark.parametrize("act", [put, transact])
def test_one_of_many_threads_wins_on_one_condition(
    dynamodb: Client, restless: None, act: Callable[[Client], None]
) -> None:
    assert all_at_once(dynamodb, act) == 1
    assert dynamodb.get_item(TableName=ACCOUNTS, Key=KEY)["Item"] == KEY


def test_no_count_of_many_threads_is_lost(dynamodb: Client, restless: None) -> None:
    assert all_at_once(dynamodb, count) == MANY
    assert dynamodb.get_item(TableName=ACCOUNTS, Key=KEY)["Item"]["epoch"] == {"N": str(MANY)}


def fail_after(client: Client, write: dict[str, Any]) -> None:
    """A transaction that does this first and then fails."""
    never = {
        "TableName": ACCOUNTS,
        "Key": {"id": {"S": "nobody"}},
        "ConditionExpression": "attribute_exists(id)",
    }
    with pytest.raises(client.exceptions.TransactionCanceledException):
        client.transact_write_items(TransactItems=[write, {"ConditionCheck": never}])


def test_transaction_that_fails_changes_no_row(dynamodb: Client) -> None:
    event = {"account_id": KEY["id"], "at": {"S": "1"}}
    for table, key in ((ACCOUNTS, KEY), (EVENTS, event)):
        dynamodb.put_item(TableName=table, Item={**key, "note": {"M": {"n": {"N": "1"}}}})
        before = dynamodb.scan(TableName=table)["Items"]
        named = {"ExpressionAttributeValues": {":two": {"N": "2"}}, "UpdateExpression": "SET note.n = :two"}
        fail_after(dynamodb, {"Update": {"TableName": table, "Key": key, **named}})
        fail_after(dynamodb, {"Delete": {"TableName": table, "Key": key}})
        fail_after(dynamodb, {"Put": {"TableName": table, "Item": {name: {"S": "new"} for name in key}}})
        assert dynamodb.scan(TableName=table)["Items"] == before


def test_transaction_that_is_repeated_with_its_token_is_done_once(dynamodb: Client) -> None:
    counted = {"UpdateExpression": "ADD epoch :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
    update = {"Update": {"TableName": ACCOUNTS, "Key": KEY, **counted}}
    for token in ("one", "one", "other"):
        dynamodb.transact_write_items(TransactItems=[update], ClientRequestToken=token)
    assert dynamodb.get_item(TableName=ACCOUNTS, Key=KEY)["Item"]["epoch"] == {"N": "2"}


def test_stream_goes_on_after_a_transaction_that_failed_and_tells_nothing_of_it(dynamodb: Client) -> None:
    streams = botocore.session.get_session().create_client("dynamodbstreams")
    arn = streams.list_streams(TableName=EVENTS)["Streams"][0]["StreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    first = {"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
    iterator, seen = streams.get_shard_iterator(**first)["ShardIterator"], []
    for at in ("1", "2"):
        event = {"account_id": KEY["id"], "at": {"S": at}}
        fail_after(dynamodb, {"Put": {"TableName": EVENTS, "Item": {**event, "never": {"S": "kept"}}}})
        dynamodb.put_item(TableName=EVENTS, Item=event)
        page = streams.get_records(ShardIterator=iterator)
        seen += [one["dynamodb"]["NewImage"] for one in page["Records"]]
        iterator = page["NextShardIterator"]
    assert seen == [{"account_id": KEY["id"], "at": {"S": at}} for at in ("1", "2")]


def test_call_that_a_test_lets_fail_is_not_carried_out(dynamodb: Client) -> None:
    class Empty:
        def stream(self, **_: Any) -> list[bytes]:
            return [b"{}"]

    def refuse(request: Any, **_: Any) -> AWSResponse:
        return AWSResponse(request.url, 400, {}, Empty())

    dynamodb.meta.events.register("before-send.dynamodb.PutItem", refuse)
    with pytest.raises(ClientError):
        put(dynamodb)
    assert "Item" not in dynamodb.get_item(TableName=ACCOUNTS, Key=KEY)


def test_another_process_finds_the_same_rows_and_both_parts_of_every_mail(
    dynamodb: Client, moto: ModuleType
) -> None:
    put(dynamodb)
    ses = botocore.session.get_session().create_client("sesv2")
    ses.create_email_identity(EmailIdentity="portal@portal.example")
    with moto.served() as url:
        other = botocore.session.get_session().create_client("dynamodb", endpoint_url=url)
        assert other.get_item(TableName=ACCOUNTS, Key=KEY)["Item"] == KEY
        Mailer(botocore.session.get_session(), "eu-west-1", "portal@portal.example", "").send(TO, MAIL)
        (mail,) = [one for one in read_ministack(url)() if one["to"] == TO]
    assert (mail["subject"], mail["text"], mail["html"]) == ("A subject", "Text.", "<p>HTML.</p>")
