"""The mail worker: what it does about SES that takes no picture."""

import pytest

from chalicelib.domain.brand import png
from chalicelib.domain.events import EventKind
from chalicelib.mail.worker import Worker
from chalicelib.steps.send_mail import work
from tests.domain.pictures import picture
from tests.mail.occasions import forgets
from tests.world.mailer import DENIED, Says
from tests.world.world import World

NO_PICTURE = Says("MessageRejected", "Unsupported attachment")


@pytest.mark.parametrize("refused", [Says("BadRequestException"), NO_PICTURE, DENIED])
def test_a_logo_that_ses_will_not_take_costs_nobody_their_mail(world: World, refused: Says) -> None:
    account = forgets(world)
    world.mailer.fault = lambda _, mail: refused if mail.logo else None
    branded = world.settings._replace(brand=world.settings.brand._replace(logo=png(picture())))
    worker = Worker(world.portal._replace(settings=branded), world.mailer)
    work({"Records": world.fake.records()}, worker)
    (sent,) = world.mailer.sent
    assert (sent.to, sent.rendered.logo) == (account.address, None)
    assert 'alt="Secure Messaging Portal"' in sent.html
    (note,) = [one for one in world.store.events.of_account(account.id) if one.kind is EventKind.MAIL_SENT]
    assert note.details["without_logo"] == refused.code
