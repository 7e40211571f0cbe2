"""An administrator lets mail go to an address again: SES's own suppression list must know it too."""

from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib.domain.events import EventKind
from chalicelib.domain.refusals import Unavailable
from chalicelib.mail.worker import Worker
from chalicelib.services.ses import Rejected
from chalicelib.steps.send_mail import work
from tests.fakes.samples import an_event
from tests.services.ses_client import Ses, mailer, refusal
from tests.world.world import World


@pytest.fixture(autouse=True)
def somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever signs the calls."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")


def lifts(world: World, ses: Ses) -> tuple[str, dict[str, Any]]:
    """The worker hears that an address may be mailed to again."""
    account = world.person()
    world.store.events.record(an_event(account.id, EventKind.ADDRESS_LIFTED))
    records = world.fake.records()
    return account.address, work({"Records": records * 2}, Worker(world.portal, mailer(ses)))


def test_ml_05_lifted_address_leaves_the_suppression_list_of_ses(world: World) -> None:
    ses = Ses()
    address, outcome = lifts(world, ses)
    assert set(ses.lifted) == {address}
    assert outcome == {"batchItemFailures": []}


@pytest.mark.parametrize("code", ["NotFoundException", "BadRequestException"])
def test_address_that_cannot_be_lifted_holds_up_nobody(world: World, code: str) -> None:
    assert lifts(world, Ses(refusal(code)))[1] == {"batchItemFailures": []}


@pytest.mark.parametrize(
    "fault",
    [
        refusal("TooManyRequestsException"),
        refusal("AccessDeniedException"),
        EndpointConnectionError(endpoint_url="https://ses"),
    ],
)
def test_ses_being_away_is_tried_again(world: World, fault: Exception) -> None:
    assert lifts(world, Ses(fault))[1] == {"batchItemFailures": []}
    ((waits, *more),) = [list(one.values()) for one in world.fake.tables.aside.values()]
    assert (waits[:4], more) == ("ses:", [])


@pytest.mark.parametrize(
    ("code", "raised"), [("BadRequestException", Rejected), ("TooManyRequestsException", Unavailable)]
)
def test_mailer_tells_final_from_momentary(code: str, raised: type[Exception]) -> None:
    with pytest.raises(raised):
        mailer(Ses(refusal(code))).lift_suppression("ann@portal.example")
