"""The mail worker: what it does about SES that takes no picture."""

from typing import cast

import pytest

from chalicelib.domain.brand import png
from chalicelib.domain.events import EventKind
from chalicelib.domain.refusals import Forbidden
from chalicelib.mail.worker import Worker
from chalicelib.services.ses import Mailer, Rejected, RenderedMail
from chalicelib.steps.send_mail import work
from tests.domain.pictures import picture
from tests.mail.occasions import forgets
from tests.world.mailer import FakeMailer
from tests.world.world import World


class Choosy(FakeMailer):
    """SES that takes no picture."""

    def __init__(self, refused: Exception) -> None:
        super().__init__()
        self.refused = refused

    def send(self, to: str, mail: RenderedMail) -> str:
        if mail.logo is not None:
            raise self.refused
        return super().send(to, mail)


@pytest.mark.parametrize(
    "refused",
    [Rejected("BadRequestException"), Forbidden("ses:AccessDeniedException", of_recipient=False)],
)
def test_a_logo_that_ses_will_not_take_costs_nobody_their_mail(
    world: World, refused: Rejected | Forbidden
) -> None:
    account = forgets(world)
    world.mailer = Choosy(refused)
    branded = world.settings._replace(brand=world.settings.brand._replace(logo=png(picture())))
    worker = Worker(world.portal._replace(settings=branded), cast(Mailer, world.mailer))
    work({"Records": world.fake.records()}, worker)
    (sent,) = world.mailer.sent
    assert (sent.to, sent.rendered.logo) == (account.address, None)
    assert 'alt="Secure Messaging Portal"' in sent.html
    (note,) = [one for one in world.store.events.of_account(account.id) if one.kind is EventKind.MAIL_SENT]
    assert note.details["without_logo"] in {"BadRequestException", "AccessDeniedException"}
    assert note.details["without_logo"] in str(refused)
