"""What a call to AWS need not cost: our name is one fixed text, and the endpoint is the region's."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.awsrequest import AWSResponse

from chalicelib.wiring import CALLS, session


class Empty:
    """A body as botocore reads it."""

    def stream(self, **_: Any) -> list[bytes]:
        return [b"{}"]


@pytest.mark.parametrize("service", ["dynamodb", "events", "secretsmanager", "sesv2"])
def test_each_client_names_itself_by_a_fixed_text_and_asks_the_regions_endpoint(
    monkeypatch: pytest.MonkeyPatch, service: str
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_ACCOUNT_ID", "123456789012")
    session.cache_clear()
    sent: list[Any] = []

    def answer(request: Any, **_: Any) -> AWSResponse:
        sent.append(request)
        return AWSResponse(request.url, 200, {}, Empty())

    client = session().create_client(
        service, region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    client.meta.events.register("before-send", answer)
    getattr(client, CALLABLE[service][0])(**CALLABLE[service][1])
    session.cache_clear()
    (request,) = sent
    assert request.headers["User-Agent"] == CALLS.user_agent.encode()
    host = {"sesv2": "email"}.get(service, service)
    assert request.url.startswith(f"https://{host}.eu-west-1.amazonaws.com/")


CALLABLE: dict[str, tuple[str, dict[str, Any]]] = {
    "dynamodb": ("get_item", {"TableName": "t", "Key": {"id": {"S": "x"}}}),
    "events": ("put_events", {"Entries": [{"Source": "s"}]}),
    "secretsmanager": ("get_secret_value", {"SecretId": "s"}),
    "sesv2": ("get_account", {}),
}
