"""What is seen of mails on their way to SES: a line for each that was taken, and the images that came with them."""

from __future__ import annotations

import logging
from base64 import b64encode
from http import HTTPStatus
from typing import Any

import botocore.session

log = logging.getLogger(__name__)
SEND = "sesv2.SendEmail"
HEAD = "head of the mail"


def tell_mails(session: botocore.session.Session) -> None:
    """One line for each mail that was taken. To be called before the session makes its clients."""
    session.register(f"provide-client-params.{SEND}", note)
    session.register(f"after-call.{SEND}", tell)


def note(params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
    """To whom and about what; the rest of a mail is secret."""
    to = ", ".join(params["Destination"]["ToAddresses"])
    context[HEAD] = (to, params["Content"]["Simple"]["Subject"]["Data"])


def tell(http_response: Any, context: dict[str, Any], **_: object) -> None:
    """It was taken; what was not, its worker says."""
    if http_response.status_code < HTTPStatus.MULTIPLE_CHOICES:
        log.info("mail to %s: %s", *context[HEAD])


class Enclosed:
    """The images that came with mails. The emulator keeps a mail's words only, so they are seen on the way there."""

    def __init__(self) -> None:
        self._images: dict[str, dict[str, str]] = {}

    def watch(self, session: botocore.session.Session) -> None:
        """To be called before the session makes its clients."""
        session.register(f"provide-client-params.{SEND}", self.keep)

    def keep(self, params: dict[str, Any], **_: object) -> None:
        """Every image of a mail that is about to be sent, under the HTML that shows it."""
        simple = params["Content"]["Simple"]
        images = {
            f"cid:{one['ContentId']}": f"data:{one['ContentType']};base64,{b64encode(one['RawContent']).decode()}"
            for one in simple.get("Attachments", [])
        }
        if images:
            self._images[simple["Body"]["Html"]["Data"]] = images

    def put_in(self, html: str) -> str:
        """The same HTML as a mail program shows it; where an image is not known, it says the image's name."""
        for address, image in self._images.get(html, {}).items():
            html = html.replace(f'src="{address}"', f'src="{image}"')
        return html
