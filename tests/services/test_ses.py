"""The mailer: what SES is handed, and which of its refusals are final (ML-03, ML-04)."""

from email.header import decode_header, make_header
from email.utils import getaddresses
from types import ModuleType
from typing import Any, cast

import pytest
from botocore.exceptions import ReadTimeoutError

from chalicelib.domain.brand import png
from chalicelib.domain.refusals import Unavailable
from chalicelib.services.ses import FINAL, Mailer, Rejected, RenderedMail, header_value
from tests.domain.pictures import picture
from tests.services.ses_client import SESSION, Ses, mailer, refusal

MAIL = RenderedMail("A subject", "Text.\n", "<p>HTML.</p>")


@pytest.fixture(autouse=True)
def ses_of_moto(moto: ModuleType) -> None:
    """The sender has shown that the address is the portal's."""
    SESSION.create_client("sesv2").create_email_identity(EmailIdentity="portal@portal.example")


def test_ml_04_mail_is_simple_automatic_and_from_a_constant_sender(moto: ModuleType) -> None:
    ses = Ses()
    mail = moto.taken(mailer(ses).send("ann@b.test", MAIL))
    assert (mail.subject, mail.body) == (MAIL.subject, MAIL.html)
    assert mail.destinations == {"ToAddresses": ["ann@b.test"]}
    (asked,) = ses.asked
    assert asked["FromEmailAddress"] == '"Secure Messaging Portal" <portal@portal.example>'
    assert asked["Destination"] == {"ToAddresses": ["ann@b.test"]}
    simple = asked["Content"]["Simple"]
    assert simple["Headers"] == [{"Name": "Auto-Submitted", "Value": "auto-generated"}]
    assert set(simple["Body"]) == {"Text", "Html"}
    assert "List-Unsubscribe" not in str(asked)
    assert "ConfigurationSetName" not in asked


def test_logo_goes_along_as_the_image_the_html_part_names() -> None:
    logo = png(picture())
    mailer(ses := Ses()).send("ann@b.test", MAIL._replace(logo=logo))
    (attached,) = ses.asked[0]["Content"]["Simple"]["Attachments"]
    assert attached["RawContent"] == logo.data
    assert (attached["ContentDisposition"], attached["ContentId"]) == ("INLINE", "logo")
    assert (attached["ContentType"], attached["FileName"]) == ("image/png", "logo.png")
    mailer(ses := Ses()).send("ann@b.test", MAIL)
    assert "Attachments" not in ses.asked[0]["Content"]["Simple"]


@pytest.mark.parametrize(
    "name",
    [
        "Acme",
        "Smith & Sons, (Insurance)",
        "Straßenverkehrsamt München",
        "\u95e8\u6237" * 30,
        'a "quoted" \\ name',
        "a;b,c",
    ],
)
def test_ml_03_any_name_is_one_senders_name_and_the_address_stays_the_same(
    moto: ModuleType, name: str
) -> None:
    sent = moto.taken(mailer(Ses()).send("ann@b.test", MAIL._replace(sender_name=name))).source
    assert sent.isascii()
    assert sent.isprintable()
    ((told, address),) = getaddresses([sent])
    assert address == "portal@portal.example"
    assert str(make_header(decode_header(told))) == name
    assert all(len(word) <= 75 for word in sent.split(" ") if word.startswith("=?"))


@pytest.mark.parametrize("name", ["Acme\r\nBcc: eve@evil.test", "Acmé\nBcc: eve@evil.test", "\u202eemcA"])
def test_ml_03_name_with_a_line_break_is_refused_not_sent(name: str) -> None:
    ses = Ses()
    with pytest.raises(ValueError, match="header"):
        mailer(ses).send("ann@b.test", MAIL._replace(sender_name=name))
    assert ses.asked == []


def test_configuration_set_goes_along_where_there_is_one() -> None:
    mailer(ses := Ses(), "portal").send("ann@b.test", MAIL)
    assert ses.asked[0]["ConfigurationSetName"] == "portal"


@pytest.mark.parametrize(
    "to", ["a@b.test\r\nBcc: eve@evil.test", "a@b.test\n", "a@b.test\x00", "a@b.test\u2028x"]
)
def test_ml_03_line_break_in_a_header_is_refused_not_sent(to: str) -> None:
    ses = Ses()
    with pytest.raises(ValueError, match="header"):
        mailer(ses).send(to, MAIL)
    assert ses.asked == []
    with pytest.raises(ValueError, match="header"):
        header_value(to)


@pytest.mark.parametrize("value", ["a\nBcc: x@evil.example", "a\r\nb", "a\rb", "a\x00b", "a\u2028b"])
def test_header_value_with_a_line_break_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="line break"):
        header_value(value)


def test_header_value_of_one_line_is_left_as_it_is() -> None:
    assert header_value("Ihr Paßwort, señora") == "Ihr Paßwort, señora"


def test_sender_with_a_line_break_does_not_start() -> None:
    with pytest.raises(ValueError, match="header"):
        Mailer(cast(Any, Ses()), "eu-west-1", "portal@portal.example\nBcc: x", "")


def test_sender_that_ses_does_not_know_is_rejected_for_good() -> None:
    stranger = Mailer(cast(Any, Ses()), "eu-west-1", "portal@stranger.example", "")
    with pytest.raises(Rejected) as refused:
        stranger.send("ann@b.test", MAIL)
    assert refused.value.cause == "MessageRejected"


@pytest.mark.parametrize("code", sorted(FINAL))
def test_what_will_never_be_sent_is_rejected(code: str) -> None:
    with pytest.raises(Rejected) as refused:
        mailer(Ses(refusal(code))).send("ann@b.test", MAIL)
    assert refused.value.cause == code


PASSING = ["Throttling", "TooManyRequestsException", "LimitExceededException", "InternalFailure"]


@pytest.mark.parametrize("code", PASSING)
def test_what_may_be_sent_later_is_tried_again(code: str) -> None:
    with pytest.raises(Unavailable) as refused:
        mailer(Ses(refusal(code))).send("ann@b.test", MAIL)
    assert refused.value.cause == f"ses:{code}"


def test_silence_is_tried_again() -> None:
    with pytest.raises(Unavailable):
        mailer(Ses(ReadTimeoutError(endpoint_url="x"))).send("ann@b.test", MAIL)


def test_rl_01_waiting_is_bounded() -> None:
    mailer(ses := Ses())
    assert ses.config.connect_timeout <= 1
    assert ses.config.read_timeout <= 5
    assert ses.config.retries["total_max_attempts"] <= 2
