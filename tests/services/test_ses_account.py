"""How SES stands to its sender: one word, whatever it answers; what it does not answer says nothing of mails."""

from __future__ import annotations

import time
from typing import Any, cast

import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from chalicelib.services import ses_account
from chalicelib.services.ses_account import AGAIN_SECONDS, ask, standing
from tests.faults.breaking import Raw

URL = "https://email.eu-west-1.amazonaws.com"
Answer = tuple[int, bytes] | Exception


class Ses:
    """Botocore's session, whose client is answered here."""

    def __init__(self, answer: Answer) -> None:
        self.answer, self.asked = answer, 0
        self._real = botocore.session.Session()

    def create_client(self, service: str, **given: Any) -> Any:
        assert service == "sesv2"
        self.config = given["config"]
        client = self._real.create_client(
            service, aws_access_key_id="x", aws_secret_access_key="y", endpoint_url=URL, **given
        )
        client.meta.events.register("before-send.sesv2.GetAccount", self._answers)
        return client

    def _answers(self, **_: object) -> AWSResponse:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        status, body = self.answer
        return AWSResponse(URL, status, {"content-type": "application/json"}, cast(Any, Raw(body)))


def word(answer: Answer) -> str:
    return ask(ses_account._client.__wrapped__(cast(Any, Ses(answer)), "eu-west-1")).word


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((200, b'{"SendingEnabled": true, "EnforcementStatus": "HEALTHY"}'), "ok"),
        ((200, b'{"SendingEnabled": true, "EnforcementStatus": "PROBATION"}'), "ok"),
        ((200, b'{"SendingEnabled": true, "EnforcementStatus": "SHUTDOWN"}'), "paused"),
        ((200, b'{"SendingEnabled": false, "EnforcementStatus": "HEALTHY"}'), "paused"),
        ((200, b"{}"), "not_known"),  # an emulator's
        ((400, b'{"__type": "AccessDeniedException", "message": "no"}'), "not_known"),
        ((404, b'{"__type": "UnknownOperationException"}'), "not_known"),
        ((429, b'{"__type": "TooManyRequestsException"}'), "not_known"),
        ((501, b'{"__type": "NotImplemented"}'), "not_known"),
        ((500, b'{"__type": "InternalFailure"}'), "down"),
        ((503, b""), "down"),
        (EndpointConnectionError(endpoint_url=URL), "down"),
        (ReadTimeoutError(endpoint_url=URL), "down"),
    ],
)
def test_one_word_whatever_comes(answer: Answer, told: str) -> None:
    assert word(answer) == told


def test_it_asks_once_and_waits_three_seconds_at_most() -> None:
    ses = Ses((503, b""))
    told = ask(ses_account._client.__wrapped__(cast(Any, ses), "eu-west-1"))
    assert (told.word, told.cause, ses.asked) == ("down", "ses:503", 1)
    assert ses.config.connect_timeout + ses.config.read_timeout <= 3


def test_a_container_asks_twice_a_minute_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attack: whoever has the canary's session has SES asked more often than it answers anybody."""
    ses, now = Ses((200, b'{"SendingEnabled": true}')), [1000.0]
    monkeypatch.setattr(ses_account, "_told", {})
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    assert [standing(cast(Any, ses), "eu-west-1").word for _ in range(50)] == ["ok"] * 50
    assert ses.asked == 1
    ses.answer = (200, b'{"SendingEnabled": false}')
    now[0] += AGAIN_SECONDS - 0.1
    assert standing(cast(Any, ses), "eu-west-1").word == "ok"
    now[0] += 0.1
    assert standing(cast(Any, ses), "eu-west-1").word == "paused"
    assert ses.asked == 2
