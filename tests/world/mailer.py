"""SES in a test: keeps the mails it is given, and refuses them when it is told to."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from chalicelib.domain.refusals import Unavailable
from chalicelib.services.ses import Rejected, RenderedMail
from tests.world.settings import PORTAL_URL


@dataclass(frozen=True)
class Sent:
    """One mail as it was handed to the mailer."""

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


class FakeMailer:
    """Keeps what it is given; `fault` is raised instead, while it is set."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.fault: Unavailable | Rejected | None = None

    def send(self, to: str, mail: RenderedMail) -> str:
        if self.fault is not None:
            raise self.fault
        message_id = f"0102015e-{next(_numbers):08x}-000000"
        self.sent.append(Sent(to, mail, message_id))
        return message_id
