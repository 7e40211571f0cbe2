"""SES in a test: the portal's own mailer over botocore's own client, whose requests are answered here.

Between the worker and the wire stands what stands there on AWS: a refusal goes through botocore's parser and the
mailer's own judgement, so that no test can raise what SES never makes the mailer raise (ML-08).
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple, cast

import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from chalicelib.services.ses import Mailer, RenderedMail
from tests.faults.breaking import Raw
from tests.world.settings import PORTAL_URL

URL = "https://email.eu-west-1.amazonaws.com"


class Says(NamedTuple):
    """A refusal as SES sends it."""

    code: str
    message: str = "no"
    status: int = 400


# In SES's own words, as its users and its documentation report them.
PAUSED = Says(
    "MessageRejected",
    "Sending paused for this account. For more information, please check the inbox of the email address "
    "associated with your AWS account.",
)
SUSPENDED = Says("AccountSuspendedException", "Your account has been shut down.")
SWITCHED_OFF = Says("SendingPausedException", "Email sending is disabled for your account.")
DENIED = Says(
    "AccessDeniedException",
    "User `arn:aws:sts::1:assumed-role/r/f' is not authorized to perform `ses:SendEmail' on resource "
    "`arn:aws:ses:eu-west-1:1:identity/portal.example'",
)
UNVERIFIED = Says(
    "MessageRejected",
    "Email address is not verified. The following identities failed the check in region EU-WEST-1: "
    "portal@portal.example",
)
UNVERIFIED_DOMAIN = Says("MailFromDomainNotVerifiedException", "The MAIL FROM domain is not verified.")
QUOTA = Says("LimitExceededException", "Daily message quota exceeded.")
RATE = Says("TooManyRequestsException", "Maximum sending rate exceeded.", 429)
AWAY = Says("ServiceUnavailable", "Service is unavailable.", 503)
FAULT = Says("InternalFailure", "An internal failure.", 500)
VIRUS = Says("MessageRejected", "Email contains a virus.")
ILLEGAL = Says("BadRequestException", "Domain contains illegal character")
OF_THE_SENDER = (
    PAUSED,
    SUSPENDED,
    SWITCHED_OFF,
    DENIED,
    UNVERIFIED,
    UNVERIFIED_DOMAIN,
    QUOTA,
    RATE,
    AWAY,
    Says("BadRequestException", "Sending paused for this account."),
    Says("NotFoundException", "Configuration set <portal> does not exist."),
    Says("MessageRejected", "Something that nobody has heard of."),
)
UNREACHABLE = EndpointConnectionError(endpoint_url=URL)


def sandboxed(to: str) -> Says:
    """What SES's sandbox says of a recipient."""
    told = UNVERIFIED.message.replace("portal@portal.example", to)
    return UNVERIFIED._replace(message=told)


class Lost(NamedTuple):
    """SES takes the mail, and the answer never comes."""


LOST = Lost()
Fault = Says | Lost | Exception


@dataclass(frozen=True)
class Sent:
    """One mail as SES took it."""

    to: str
    rendered: RenderedMail
    message_id: str = ""  # SES's

    @property
    def subject(self) -> str:
        return self.rendered.subject

    @property
    def text(self) -> str:
        return self.rendered.text

    @property
    def html(self) -> str:
        return self.rendered.html

    @property
    def temporary(self) -> str:
        """The temporary password, alone on its line."""
        found = re.findall(r"^[0-9a-z]{5}(?:-[0-9a-z]{5}){4}$", self.text, re.MULTILINE)
        assert len(found) == 1, self.text
        return str(found[0])

    def token(self, path: str) -> str:
        """The token of its link to that path, which stands alone on its line."""
        found = re.findall(rf"^{re.escape(PORTAL_URL)}{path}/([A-Za-z0-9_-]{{43}})$", self.text, re.MULTILINE)
        assert len(found) == 1, self.text
        return str(found[0])


_numbers = itertools.count(1)  # of every world on one store
_asked: ContextVar[tuple[FakeMailer, str, RenderedMail | None]] = ContextVar("asked")


class FakeMailer(Mailer):
    """The portal's mailer, with an SES that keeps what it takes; `fault`, while it is set, is what happens instead.

    One that is called says for each mail what happens to it.
    """

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.lifted: list[str] = []
        self.asked: list[str] = []  # to whom, however it ended
        self.fault: Fault | Callable[[str, RenderedMail], Fault | None] | None = None
        super().__init__(cast(Any, self), "eu-west-1", "portal@portal.example", "")

    def create_client(self, service: str, **given: Any) -> Any:
        """In place of botocore's session: one client for all worlds, since making one is dear."""
        assert service == "sesv2"
        return _client(given["config"].retries["total_max_attempts"])

    def send(self, to: str, mail: RenderedMail) -> str:
        before = _asked.set((self, to, mail))
        try:
            return super().send(to, mail)
        finally:
            _asked.reset(before)

    def lift_suppression(self, address: str) -> None:
        before = _asked.set((self, address, None))
        try:
            super().lift_suppression(address)
        finally:
            _asked.reset(before)

    def takes(self, to: str, mail: RenderedMail | None) -> tuple[int, dict[str, str], object]:
        """What SES does with one request: status, headers and body of its answer, or the error of none."""
        fault = self.fault
        if callable(fault):
            fault = fault(to, mail) if mail else None
        if mail:
            self.asked.append(to)
        if isinstance(fault, Exception):
            raise fault
        if isinstance(fault, Says):
            return fault.status, {"x-amzn-errortype": fault.code}, {"message": fault.message}
        if mail is None:
            self.lifted.append(to)
            return 200, {}, {}
        message_id = f"0102015e-{next(_numbers):08x}-000000"
        self.sent.append(Sent(to, mail, message_id))
        if fault is LOST:
            raise ReadTimeoutError(endpoint_url=URL)
        return 200, {}, {"MessageId": message_id}


@cache
def _client(attempts: int) -> Any:
    session = botocore.session.Session()
    config = Config(retries={"total_max_attempts": attempts, "mode": "standard"})
    client = session.create_client(
        "sesv2",
        region_name="eu-west-1",
        config=config,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    client.meta.events.register_first("before-send.sesv2", _answers)
    return client


def _answers(request: Any, **_: object) -> AWSResponse:
    mailer, to, mail = _asked.get()
    status, headers, body = mailer.takes(to, mail)
    headers = {"content-type": "application/json", **headers}
    return AWSResponse(request.url, status, headers, cast(Any, Raw(json.dumps(body).encode())))
