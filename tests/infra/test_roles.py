"""On one machine too a function may do what its row says and nothing else."""

from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError

from infra.gateway.functions import running
from infra.gateway.roles import Roles, uses

pytestmark = pytest.mark.slow


@pytest.fixture
def client(engine: Any, table_prefix: Any) -> Any:
    session = botocore.session.get_session()
    Roles(table_prefix).guard(session)
    return session.create_client("dynamodb", endpoint_url=engine.url)


def as_step(step: Any, call: Any) -> Any:
    token = running.set(step)
    try:
        return call()
    finally:
        running.reset(token)


def test_call_within_the_row_goes_through(client: Any, table_prefix: Any) -> None:
    key = {"account_id": {"S": "a"}, "id": {"S": "1"}}
    as_step("messages", lambda: client.get_item(TableName=f"{table_prefix}messages", Key=key))


@pytest.mark.parametrize("step", ["logon", "home", "authorizer", "a step without a row"])
def test_call_outside_the_row_is_denied_and_says_whose_it_was(
    client: Any, table_prefix: Any, step: Any, caplog: Any
) -> None:
    key = {"account_id": {"S": "a"}, "id": {"S": "1"}}
    with pytest.raises(ClientError, match="AccessDenied"):
        as_step(step, lambda: client.get_item(TableName=f"{table_prefix}messages", Key=key))
    assert f"{step} is not allowed GetItem" in caplog.text


def test_transaction_is_denied_for_one_write_outside_the_row(client: Any, table_prefix: Any) -> None:
    event = {
        "Put": {"TableName": f"{table_prefix}events", "Item": {"account_id": {"S": "a"}, "at": {"S": "1"}}}
    }
    account = {"Put": {"TableName": f"{table_prefix}accounts", "Item": {"id": {"S": "a"}}}}
    as_step("logon", lambda: client.transact_write_items(TransactItems=[event]))
    with pytest.raises(ClientError, match=r"PutItem on .*accounts"):
        as_step("logon", lambda: client.transact_write_items(TransactItems=[event, account]))


def test_only_the_mail_worker_sends_mail(engine: Any) -> None:
    session = botocore.session.get_session()
    Roles("x-").guard(session)
    ses = session.create_client("sesv2", endpoint_url=engine.url)
    with pytest.raises(ClientError, match="logon is not allowed SendEmail"):
        as_step("logon", lambda: ses.send_email(Content={}))


def test_what_a_call_touches() -> None:
    assert uses("Query", {"TableName": "t", "IndexName": "i"}) == [("t/index/i", "Query")]
    assert uses("BatchGetItem", {"RequestItems": {"a": {}, "b": {}}}) == [
        ("a", "BatchGetItem"),
        ("b", "BatchGetItem"),
    ]
    assert uses("TransactWriteItems", {"TransactItems": [{"ConditionCheck": {"TableName": "t"}}]}) == [
        ("t", "ConditionCheckItem")
    ]


def test_lo_05_keys_are_read_by_those_whose_row_has_them() -> None:
    roles = Roles("x-")
    as_step("logon", roles.before_keys)
    with pytest.raises(ClientError, match="authorizer is not allowed GetSecretValue"):
        as_step("authorizer", roles.before_keys)
