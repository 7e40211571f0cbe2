"""What is seen of mails on their way to SES."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError

from infra.gateway.outgoing import Enclosed, tell_mails


@pytest.fixture
def ses(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client that is watched; nothing leaves this process."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    session = botocore.session.get_session()
    tell_mails(session)
    return session.create_client("sesv2", region_name="eu-west-1")


class Raw:
    """The body of an answer."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self) -> list[bytes]:
        return [self._body]


def answer(ses: Any, status: int) -> None:
    def taken(**_: object) -> AWSResponse:
        return AWSResponse("https://ses", status, {}, Raw(b'{"MessageId":"1"}'))

    ses.meta.events.register_first("before-send.sesv2.SendEmail", taken)


def send(ses: Any) -> None:
    words = {"Data": "Your temporary password"}
    simple = {"Subject": words, "Body": {"Text": {"Data": "secret"}, "Html": {"Data": "<p>secret"}}}
    ses.send_email(
        FromEmailAddress="portal@x.test",
        Destination={"ToAddresses": ["ann@x.test"]},
        Content={"Simple": simple},
    )


def test_a_mail_that_was_taken_is_one_line_without_what_it_holds(
    ses: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    answer(ses, 200)
    send(ses)
    assert caplog.messages == ["mail to ann@x.test: Your temporary password"]


def test_a_mail_that_was_not_taken_is_no_line(ses: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    answer(ses, 400)
    with pytest.raises(ClientError):
        send(ses)
    assert caplog.messages == []


def test_images_are_known_by_the_html_they_came_with() -> None:
    enclosed, html = Enclosed(), '<img src="cid:logo" alt="Acme">'
    attached = {"ContentId": "logo", "ContentType": "image/png", "RawContent": b"png"}
    enclosed.keep({"Content": {"Simple": {"Body": {"Html": {"Data": html}}, "Attachments": [attached]}}})
    enclosed.keep({"Content": {"Simple": {"Body": {"Html": {"Data": "<p>"}}}}})
    assert enclosed.put_in(html) == '<img src="data:image/png;base64,cG5n" alt="Acme">'
    assert enclosed.put_in(html + " ") == html + " "
