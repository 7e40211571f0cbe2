"""The mailer: SES, by which a mail in its final words goes out. It may not decide who gets what."""

from collections.abc import Iterator
from contextlib import contextmanager
from email.header import Header
from typing import Any, NamedTuple

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, SSLError
from botocore.parsers import ResponseParserError

from chalicelib.domain.brand import OURS, Image
from chalicelib.domain.refusals import Forbidden, Unavailable

# What SES says of the sender, of the account or of this moment, somebody can mend: trying again helps, and a pause of a
# second must not lose an invitation for ever. Its codes do not tell the two apart: a paused account hears
# `MessageRejected`, with "Sending paused for this account" behind it. So its words do, whatever the code (ML-08).
OF_THE_SENDER = (
    "paused",
    "suspended",
    "shut down",
    "disabled",
    "not verified",
    "quota",
    "sending rate",
    "configuration set",
)
# And `MessageRejected` is said of this mail only where it names one of these; what is said of neither is tried again.
OF_THE_MAIL = (
    "virus",
    "malware",
    "content",
    "attachment",
    "header",
    "too long",
    "too large",
    "suppression list",
)
# How SES says that an identity is not verified, also that of the recipient, which its sandbox asks for.
NOT_VERIFIED = "not verified"
UNAVAILABLE, FAULTS = 503, 500

LOGO = "logo"  # what the HTML part calls the image that comes with it
ENCODED_WORD = 75  # characters at most


class RenderedMail(NamedTuple):
    """A mail without its envelope. `sender_name` is whose it is; the HTML part shows `logo`, where there is one."""

    subject: str
    text: str
    html: str
    sender_name: str = OURS.name
    logo: Image | None = None


class Rejected(Exception):
    """SES will not send this mail, now or later; `cause` is its code."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class OutcomeUnknown(Unavailable):
    """SES was handed a mail and has not said what became of it: it may be on its way."""


class Mailer:
    """Sends mails from one address, under the sender's name each has. One client, made with the container."""

    def __init__(
        self, session: botocore.session.Session, region: str, sender: str, configuration_set: str
    ) -> None:
        # One attempt. SES has no token that makes a second call the same mail, so
        # botocore's own retry of a mail that went out is a second mail, which nobody has counted (ML-11).
        config = Config(
            connect_timeout=1, read_timeout=5, retries={"total_max_attempts": 1, "mode": "standard"}
        )
        self._client = session.create_client("sesv2", region_name=region, config=config)
        self._address = header_value(sender)
        self._more = {"ConfigurationSetName": configuration_set} if configuration_set else {}

    def send(self, to: str, mail: RenderedMail) -> str:
        """Hand one mail to SES and give its message id. Raises `Unavailable` to try again, `Rejected` not to.

        `OutcomeUnknown`, which is one to try again, where the mail may have gone out; any other means that it has not.

        `to` is one stored address, never what a request said (RS-06).
        """
        simple: dict[str, Any] = {
            "Subject": _utf8(mail.subject),
            "Body": {"Text": _utf8(mail.text), "Html": _utf8(mail.html)},
            # Robots must not answer these, and out-of-office notices not come back (RFC 3834, ML-04); Exchange asks
            # for a header of its own (MS-OXCMAIL, 2.2.3.2.14).
            "Headers": [
                {"Name": "Auto-Submitted", "Value": "auto-generated"},
                {"Name": "X-Auto-Response-Suppress", "Value": "All"},
            ],
        }
        if mail.logo is not None:
            simple["Attachments"] = [_inline(mail.logo)]
        with _told_apart(to):
            answer = self._client.send_email(
                FromEmailAddress=mailbox(mail.sender_name, self._address),
                Destination={"ToAddresses": [header_value(to)]},
                Content={"Simple": simple},
                **self._more,
            )
        return str(answer.get("MessageId", ""))

    def lift_suppression(self, address: str) -> None:
        """Let SES deliver to an address again: it answers 200 for a suppressed one and sends nothing.

        An address that is not suppressed is fine. Raises as `send` does.
        """
        try:
            with _told_apart(address):
                self._client.delete_suppressed_destination(EmailAddress=header_value(address))
        except Unavailable as unavailable:
            if unavailable.cause != "ses:NotFoundException":
                raise


@contextmanager
def _told_apart(address: str) -> Iterator[None]:
    """SES's own errors as ours: `Rejected` for a no that stands, `Unavailable` for what to try again."""
    try:
        yield
    except ClientError as error:
        raise _said(error, address) from error
    except (HTTPClientError, SSLError, ResponseParserError) as error:
        # Behind a connection that stood: no answer in time, one that broke off, one that cannot be read.
        raise OutcomeUnknown(f"ses:{type(error).__name__}") from error
    except BotoCoreError as error:
        raise Unavailable(f"ses:{type(error).__name__}") from error


def _said(error: ClientError, address: str) -> Exception:
    told = error.response.get("Error", {})
    code, message = told.get("Code", ""), told.get("Message", "")
    if code == "AccessDeniedException" or (code == "MessageRejected" and NOT_VERIFIED in message):
        return Forbidden(f"ses:{code}", of_recipient=_names(message, address))
    if _of_this_mail(code, message.lower()):
        return Rejected(code)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    unknown = status >= FAULTS and status != UNAVAILABLE
    return OutcomeUnknown(f"ses:{code}") if unknown else Unavailable(f"ses:{code}")


def _of_this_mail(code: str, message: str) -> bool:
    """Whether trying again cannot help: the request is wrong in itself, or what the mail holds is refused."""
    if any(words in message for words in OF_THE_SENDER):
        return False
    return code == "BadRequestException" or (
        code == "MessageRejected" and any(words in message for words in OF_THE_MAIL)
    )


def _names(message: str, address: str) -> bool:
    """Whether what SES says is about this recipient, by the address or by its domain as an identity."""
    words = message.lower().replace(",", " ").replace("`", " ").replace("'", " ").split()
    named = {word.rpartition("/")[2] for word in words}
    return bool(named & {address.lower(), address.lower().rpartition("@")[2]})


def header_value(value: str) -> str:
    """A value that may stand in a mail header.

    A line break in one starts a header of the attacker's own (ML-03); Python before 3.11.9 lets it through.
    So any control character is refused, not repaired.
    """
    if not value.isprintable():
        message = "a mail header value holds a line break or another control character"
        raise ValueError(message)
    return value


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
