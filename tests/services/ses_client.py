"""SES behind botocore's own client: what it was asked, and the fault it answers with. One place for every test."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import unquote

import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError

from chalicelib.services.ses import Mailer
from tests.faults.breaking import Raw

SESSION = botocore.session.Session()  # one, since each reads the model of SES anew


class Ses:
    """Stands in for botocore's session. Mails go to moto, every call checked by botocore; `fault` comes instead.

    The suppression list is answered here: moto has none, MiniStack neither.
    """

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault = fault
        self.asked: list[dict[str, Any]] = []  # of each mail
        self.lifted: list[str] = []  # addresses

    def create_client(self, service: str, **given: Any) -> Any:
        assert service == "sesv2"
        self.config = given["config"]
        client = SESSION.create_client(service, **given)
        client.meta.events.register("provide-client-params.sesv2", self._is_asked)
        client.meta.events.register("before-call.sesv2.DeleteSuppressedDestination", self._lifts)
        return client

    def _is_asked(self, params: dict[str, Any], **_: object) -> None:
        if "Content" in params:
            self.asked.append(params)
        if self.fault is not None:
            raise self.fault

    def _lifts(self, params: Any, **_: object) -> tuple[AWSResponse, dict[str, Any]]:
        # Before the call, not before the sending: once anything has started moto, it answers there too.
        method, url = params["method"], params["url"]
        assert (method, "/v2/email/suppression/addresses/" in url) == ("DELETE", True)
        self.lifted.append(unquote(url.rpartition("/")[2]))
        return AWSResponse(url, 200, {"content-type": "application/json"}, cast(Any, Raw(b"{}"))), {}


def mailer(ses: Ses, configuration_set: str = "") -> Mailer:
    """A mailer that has this SES."""
    return Mailer(cast(Any, ses), "eu-west-1", "portal@portal.example", configuration_set)


def refusal(code: str, message: str = "no") -> ClientError:
    """What botocore makes of a refusal by SES."""
    return ClientError({"Error": {"Code": code, "Message": message}}, "SES")
