"""An administrator lets mail go to an address again: SES's own suppression list must know it too."""

from typing import Any, cast
from urllib.parse import unquote

import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError, EndpointConnectionError

from chalicelib.domain.events import EventKind
from chalicelib.domain.refusals import Unavailable
from chalicelib.mail.worker import Worker
from chalicelib.services.ses import Mailer, Rejected
from chalicelib.steps.send_mail import work
from tests.fakes.samples import an_event
from tests.faults.breaking import Raw
from tests.world.world import World

SESSION = botocore.session.Session()  # one, since each reads the model of SES anew


@pytest.fixture(autouse=True)
def somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever signs the calls."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")


class Ses:
    """SES's suppression list behind botocore's own client, or a fault; moto has none, MiniStack neither."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault, self.lifted = fault, cast(list[str], [])

    def create_client(self, service: str, **given: Any) -> Any:
        client = SESSION.create_client(service, **given)
        client.meta.events.register("provide-client-params.sesv2", self.is_asked)
        client.meta.events.register("before-call.sesv2.DeleteSuppressedDestination", self.answer)
        return client

    def is_asked(self, **_: object) -> None:
        if self.fault is not None:
            raise self.fault

    def answer(self, params: Any, **_: object) -> tuple[AWSResponse, dict[str, Any]]:
        # Before the call, not before the sending: once anything has started moto, it answers there too.
        method, url = params["method"], params["url"]
        assert (method, "/v2/email/suppression/addresses/" in url) == ("DELETE", True)
        self.lifted.append(unquote(url.rpartition("/")[2]))
        return AWSResponse(url, 200, {"content-type": "application/json"}, cast(Any, Raw(b"{}"))), {}


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, "DeleteSuppressedDestination")


def lifts(world: World, ses: Ses) -> tuple[str, dict[str, Any]]:
    """The worker hears that an address may be mailed to again."""
    account = world.person()
    world.store.events.record(an_event(account.id, EventKind.ADDRESS_LIFTED))
    mailer = Mailer(cast(Any, ses), "eu-west-1", "portal@portal.example", "")
    records = world.fake.records()
    return account.address, work({"Records": records * 2}, Worker(world.portal, mailer))


def test_ml_05_lifted_address_leaves_the_suppression_list_of_ses(world: World) -> None:
    ses = Ses()
    address, outcome = lifts(world, ses)
    assert set(ses.lifted) == {address}
    assert outcome == {"batchItemFailures": []}


@pytest.mark.parametrize("code", ["NotFoundException", "AccessDeniedException"])
def test_address_that_cannot_be_lifted_holds_up_nobody(world: World, code: str) -> None:
    assert lifts(world, Ses(refused(code)))[1] == {"batchItemFailures": []}


@pytest.mark.parametrize(
    "fault", [refused("TooManyRequestsException"), EndpointConnectionError(endpoint_url="https://ses")]
)
def test_ses_being_away_is_tried_again(world: World, fault: Exception) -> None:
    assert len(lifts(world, Ses(fault))[1]["batchItemFailures"]) == 2


@pytest.mark.parametrize(
    ("code", "raised"), [("BadRequestException", Rejected), ("TooManyRequestsException", Unavailable)]
)
def test_mailer_tells_final_from_momentary(code: str, raised: type[Exception]) -> None:
    mailer = Mailer(cast(Any, Ses(refused(code))), "eu-west-1", "portal@portal.example", "")
    with pytest.raises(raised):
        mailer.lift_suppression("ann@portal.example")
