"""On one machine too a function may do what its row says and nothing else."""

from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError

from chalicelib import wiring
from infra.gateway.functions import running
from infra.gateway.roles import Roles, uses
from tests.world.running import at_work
from tests.world.settings import ENVIRONMENT
from tests.world.world import World

pytestmark = pytest.mark.slow


@pytest.fixture
def client(engine: Any, table_prefix: Any) -> Any:
    session = botocore.session.get_session()
    Roles(table_prefix).guard(session)
    return session.create_client("dynamodb", endpoint_url=engine.url)


NEW = {"ConditionExpression": "attribute_not_exists(account_id)"}


def an_event(table_prefix: Any, at: str) -> dict[str, Any]:
    return {"TableName": f"{table_prefix}events", "Item": {"account_id": {"S": "a"}, "at": {"S": at}}}


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
    event = {"Put": an_event(table_prefix, "1") | NEW}
    account = {"Put": {"TableName": f"{table_prefix}accounts", "Item": {"id": {"S": "a"}}}}
    as_step("logon", lambda: client.transact_write_items(TransactItems=[event]))
    with pytest.raises(ClientError, match=r"PutItem on .*accounts"):
        as_step("logon", lambda: client.transact_write_items(TransactItems=[event, account]))


@pytest.mark.parametrize("condition", ["", "attribute_exists(account_id)", "attribute_not_exists(kind)"])
def test_tr_09_event_that_could_take_another_s_place_is_denied(
    client: Any, table_prefix: Any, condition: str
) -> None:
    """TR-09: IAM cannot ask for a condition, so this is what holds each function to it, in every journey."""
    put = an_event(table_prefix, "2") | ({"ConditionExpression": condition} if condition else {})
    for call in (
        lambda: client.put_item(**put),
        lambda: client.transact_write_items(TransactItems=[{"Put": put}]),
    ):
        with pytest.raises(ClientError, match="logon is not allowed PutItem that may write over a row"):
            as_step("logon", call)
    as_step("logon", lambda: client.put_item(**an_event(table_prefix, f"3{condition}") | NEW))


def test_only_the_mail_worker_sends_mail(engine: Any) -> None:
    session = botocore.session.get_session()
    Roles("x-").guard(session)
    ses = session.create_client("sesv2", endpoint_url=engine.url)
    with pytest.raises(ClientError, match="logon is not allowed SendEmail"):
        as_step("logon", lambda: ses.send_email(Content={}))


def test_what_a_call_touches() -> None:
    query: dict[str, Any] = {"TableName": "t", "IndexName": "i"}
    check = {"TableName": "t"}
    assert uses("Query", query) == [("t/index/i", "Query", query)]
    assert uses("BatchGetItem", {"RequestItems": {"a": {"Keys": []}, "b": {}}}) == [
        ("a", "BatchGetItem", {"Keys": []}),
        ("b", "BatchGetItem", {}),
    ]
    assert uses("TransactWriteItems", {"TransactItems": [{"ConditionCheck": check}]}) == [
        ("t", "ConditionCheckItem", check)
    ]


@pytest.mark.parametrize("step", ["authorizer", "messages", "send_mail"])
def test_lo_06_seeds_are_had_by_those_whose_needs_name_them(step: str) -> None:
    roles = Roles("x-")
    as_step("logon_code", lambda: roles.before_keys("seeds"))
    with pytest.raises(ClientError, match=f"{step} is not allowed seeds on keys: see its NEEDS"):
        as_step(step, lambda: roles.before_keys("seeds"))


def test_lo_06_local_portal_has_one_process_and_holds_each_function_to_its_own_keys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(wiring, "keyring", wiring.keyring)  # as it was, afterwards
    monkeypatch.setattr(wiring, "_held", {})
    wiring.settings.cache_clear()
    wiring.portal.cache_clear()
    Roles("x-").guard_keys()
    here = wiring.portal()
    wiring.portal.cache_clear()
    wiring.settings.cache_clear()
    assert as_step("messages", lambda: here.keyring("bodies")).current == "k1"
    assert as_step("logon", lambda: here.hasher)
    for asks in (lambda: here.keyring("seeds"), lambda: here.hasher):  # the hasher is kept: the guard is not
        with pytest.raises(ClientError, match="messages is not allowed"):
            as_step("messages", asks)


def test_lo_06_function_of_a_test_has_its_own_keys_only() -> None:
    world = World()
    with at_work("messages"):
        assert world.portal.keyring("bodies").current == "k1"
        with pytest.raises(ClientError, match="messages is not allowed pepper"):
            world.portal.hasher.hash("a password of messages")
