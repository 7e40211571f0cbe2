"""AWS inside the test's own process: moto. It may not be asked about races: one lock makes it fit for threads at all.

With `make test ENGINE=moto` it stands in MiniStack's place for every test; the tests of calls to SES, SNS, EventBridge,
Secrets Manager and CloudFormation always run on it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from moto import mock_aws
from moto.core.config import DefaultConfig
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import Message, ses_backends

from tests.moto_mended import MAILS

# The credentials and boto3's default session stay as the test has them.
OURS: DefaultConfig = {"core": {"mock_credentials": False, "reset_boto3_session": False}}
# MiniStack's path for the mails it was given: infra/gateway/mailbox.py reads it, whoever answers.
MAILBOX = "/_ministack/ses/messages"
Application = Callable[[dict[str, Any], Callable[..., Any]], Any]


@contextmanager
def in_process() -> Iterator[None]:
    """Every client without an address of its own talks to moto; only the outermost of these finds it empty."""
    with mock_aws(config=OURS):
        yield


@contextmanager
def served() -> Iterator[str]:
    """The same AWS over HTTP, for processes that a test starts; its address."""
    # Flask is for those alone who start processes.
    from moto.moto_server import werkzeug_app  # noqa: PLC0415
    from werkzeug.serving import make_server  # noqa: PLC0415

    class Quiet(werkzeug_app.MotoRequestHandler):
        def log_request(self, *_: object) -> None:
            """pytest shows what a failing test has said; a line for each call would bury it."""

    aws = werkzeug_app.DomainDispatcherApplication(werkzeug_app.create_backend_app)
    server = make_server("127.0.0.1", 0, beside_mailbox(aws), threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def taken(mail: str) -> Message:
    """A mail as moto's SES took it, by the id it gave; of two bodies it has the HTML."""
    (found,) = [one for one in ses_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"].sent_messages if one.id == mail]
    assert isinstance(found, Message)
    return found


def beside_mailbox(aws: Application) -> Application:
    """AWS, and what has been mailed."""

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        if environ["PATH_INFO"] != MAILBOX:
            return aws(environ, start)
        start("200 OK", [("Content-Type", "application/json")])
        return [json.dumps({"messages": {"everybody": MAILS}}).encode()]

    return answer
