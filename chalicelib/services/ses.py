"""The way out: SES, as a `Simple` mail with text and HTML. It may not decide who gets what."""

from email.header import Header
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.domain.brand import Image
from chalicelib.domain.refusals import Unavailable
from chalicelib.domain.rendered_mail import LOGO, RenderedMail, header_value

# Said of this mail or of this sender, not of this moment: trying again cannot help.
FINAL = frozenset(
    {
        "MessageRejected",
        "MailFromDomainNotVerifiedException",
        "AccountSuspendedException",
        "SendingPausedException",
        "BadRequestException",
        "NotFoundException",
        "AccessDeniedException",
    }
)


ENCODED_WORD = 75  # characters at most


class Rejected(Exception):
    """SES will not send this mail, now or later; `cause` is its code."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class Mailer:
    """Sends letters from one address, under the name each has. One client, made with the container."""

    def __init__(
        self, session: botocore.session.Session, region: str, sender: str, configuration_set: str
    ) -> None:
        config = Config(
            connect_timeout=1, read_timeout=5, retries={"total_max_attempts": 2, "mode": "standard"}
        )
        self._client = session.create_client("sesv2", region_name=region, config=config)
        self._address = header_value(sender)
        self._more = {"ConfigurationSetName": configuration_set} if configuration_set else {}

    def send(self, to: str, letter: RenderedMail) -> str:
        """Hand one mail to SES and give its message id. Raises `Unavailable` to try again, `Rejected` not to.

        `to` is one stored address, never what a request said (RS-06).
        """
        simple: dict[str, Any] = {
            "Subject": _utf8(letter.subject),
            "Body": {"Text": _utf8(letter.text), "Html": _utf8(letter.html)},
            # Robots must not answer these, and out-of-office notices not come back (RFC 3834, ML-04).
            "Headers": [{"Name": "Auto-Submitted", "Value": "auto-generated"}],
        }
        if letter.logo is not None:
            simple["Attachments"] = [_inline(letter.logo)]
        try:
            answer = self._client.send_email(
                FromEmailAddress=mailbox(letter.name, self._address),
                Destination={"ToAddresses": [header_value(to)]},
                Content={"Simple": simple},
                **self._more,
            )
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code in FINAL:
                raise Rejected(code) from error
            raise Unavailable(f"ses:{code}") from error
        except BotoCoreError as error:
            raise Unavailable(f"ses:{type(error).__name__}") from error
        return str(answer.get("MessageId", ""))

    def lift_suppression(self, address: str) -> None:
        """Let SES deliver to an address again: it answers 200 for a suppressed one and sends nothing.

        An address that is not suppressed is fine. Raises as `send` does.
        """
        try:
            self._client.delete_suppressed_destination(EmailAddress=header_value(address))
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code == "NotFoundException":
                return
            if code in FINAL:
                raise Rejected(code) from error
            raise Unavailable(f"ses:{code}") from error
        except BotoCoreError as error:
            raise Unavailable(f"ses:{type(error).__name__}") from error


def mailbox(name: str, address: str) -> str:
    """A name and an address as a From header has them; a name beyond ASCII in encoded words (RFC 2047)."""
    if header_value(name).isascii():
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return header_value(f'"{quoted}" <{address}>')
    words = Header(name, "utf-8", maxlinelen=ENCODED_WORD).encode(linesep="")
    return header_value(f"{words} <{address}>")


def _inline(logo: Image) -> dict[str, Any]:
    return {
        "RawContent": logo.data,
        "ContentDisposition": "INLINE",
        "ContentId": LOGO,
        "ContentType": f"image/{logo.kind}",
        "ContentTransferEncoding": "BASE64",
        "FileName": f"{LOGO}.{logo.kind}",
    }


def _utf8(data: str) -> dict[str, str]:
    return {"Data": data, "Charset": "UTF-8"}
