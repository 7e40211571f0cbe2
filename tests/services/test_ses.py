"""The mailer: what SES is handed, and which of its refusals are final (ML-03, ML-04, ML-08)."""

from email.header import decode_header, make_header
from email.utils import getaddresses
from types import ModuleType
from typing import Any, cast

import pytest
from botocore.exceptions import ConnectionClosedError, ConnectTimeoutError, ReadTimeoutError

from chalicelib.domain.brand import png
from chalicelib.domain.refusals import Forbidden, Unavailable
from chalicelib.services.ses import Mailer, OutcomeUnknown, Rejected, RenderedMail, header_value
from tests.domain.pictures import picture
from tests.services.ses_client import SESSION, Ses, mailer, refusal
from tests.world.mailer import (
    AWAY,
    FAULT,
    ILLEGAL,
    LOST,
    OF_THE_SENDER,
    UNREACHABLE,
    VIRUS,
    FakeMailer,
    Fault,
    Says,
)

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
    told = {header["Name"]: header["Value"] for header in simple["Headers"]}
    assert told == {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
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


def test_ml_08_sender_that_ses_does_not_know_yet_is_tried_again() -> None:
    stranger = Mailer(cast(Any, Ses()), "eu-west-1", "portal@stranger.example", "")
    with pytest.raises(Forbidden) as refused:
        stranger.send("ann@b.test", MAIL)
    assert (refused.value.cause, refused.value.of_recipient) == ("ses:MessageRejected", False)


def every_answer() -> list[str]:
    """What SES's own description says SendEmail can answer, and what any service of AWS can."""
    known = SESSION.get_service_model("sesv2").operation_model("SendEmail").error_shapes
    return [one.name for one in known] + [
        "AccessDeniedException",
        "Throttling",
        "InternalFailure",
        "ExpiredToken",
    ]


@pytest.mark.parametrize("code", every_answer())
def test_ml_08_of_a_code_alone_only_a_bad_request_is_final(code: str) -> None:
    """`MessageRejected` is what a paused account hears, an unverified sender, and a mail with a virus."""
    with pytest.raises((Rejected, Unavailable)) as refused:
        mailer(Ses(refusal(code))).send("ann@b.test", MAIL)
    final = code == "BadRequestException"
    assert isinstance(refused.value, Rejected) == final
    assert cast(Any, refused.value).cause == (code if final else f"ses:{code}")


def sent(fault: Fault) -> Exception | None:
    """What the mailer makes of SES's answer, through botocore's own parser."""
    post = FakeMailer()
    post.fault = fault
    try:
        post.send("ann@b.test", MAIL)
    except Exception as error:  # noqa: BLE001 - whatever it raises
        return error
    return None


@pytest.mark.parametrize("said", OF_THE_SENDER, ids=str)
def test_ml_08_what_is_said_of_the_sender_is_not_said_of_the_mail(said: Says) -> None:
    refused = sent(said)
    assert isinstance(refused, Unavailable)
    assert not isinstance(refused, OutcomeUnknown)
    assert refused.cause == f"ses:{said.code}"


@pytest.mark.parametrize(
    "words",
    [
        "Sending paused for this account.",
        "Your account has been suspended.",
        "Account sending was shut down.",
        "Sending is disabled for this identity.",
        "Email address is not verified.",
        "Daily message quota exceeded.",
        "Maximum sending rate exceeded.",
        "The configuration set does not exist.",
    ],
)
def test_ml_08_each_thing_that_is_said_of_the_sender_is_tried_again_whatever_its_code(words: str) -> None:
    """Attack: SES words it as a bad request, and every invitation of that minute is lost for ever."""
    refused = sent(Says("BadRequestException", words))
    assert isinstance(refused, Unavailable)
    assert not isinstance(refused, OutcomeUnknown)
    assert isinstance(sent(Says("BadRequestException", "What it holds is odd.")), Rejected)


@pytest.mark.parametrize("said", [VIRUS, ILLEGAL], ids=str)
def test_ml_08_what_is_said_of_the_mail_is_final(said: Says) -> None:
    refused = sent(said)
    assert isinstance(refused, Rejected)
    assert refused.cause == said.code


@pytest.mark.parametrize("fault", [LOST, FAULT, ConnectionClosedError(endpoint_url="x")], ids=str)
def test_ml_11_silence_says_that_the_mail_may_be_out(fault: Fault) -> None:
    assert isinstance(sent(fault), OutcomeUnknown)


@pytest.mark.parametrize("fault", [UNREACHABLE, ConnectTimeoutError(endpoint_url="x"), AWAY], ids=str)
def test_ml_11_what_never_reached_ses_is_known_not_to_be_out(fault: Fault) -> None:
    refused = sent(fault)
    assert isinstance(refused, Unavailable)
    assert not isinstance(refused, OutcomeUnknown)


def test_ml_11_one_call_is_one_attempt() -> None:
    """A retry of botocore's own after a lost answer is a second mail."""
    post = FakeMailer()
    post.fault = LOST
    with pytest.raises(OutcomeUnknown):
        post.send("ann@b.test", MAIL)
    assert len(post.sent) == len(post.asked) == 1


DENIED = (
    "User `arn:aws:sts::1:assumed-role/r/f' is not authorized to perform `ses:SendEmail' on resource "
    "`arn:aws:ses:eu-west-1:1:identity/%s'"
)
UNVERIFIED = (
    "Email address is not verified. The following identities failed the check in region EU-WEST-1: %s"
)


@pytest.mark.parametrize(
    ("code", "message", "of_recipient"),
    [
        ("AccessDeniedException", DENIED % "ann@b.test", True),
        ("AccessDeniedException", DENIED % "b.test", True),
        ("AccessDeniedException", DENIED % "portal.example", False),
        ("MessageRejected", UNVERIFIED % "Ann@B.test", True),
        ("MessageRejected", UNVERIFIED % "portal@portal.example, ann@b.test", True),
        ("MessageRejected", UNVERIFIED % "portal@portal.example", False),
        ("MessageRejected", UNVERIFIED % "joann@b.test.example", False),
    ],
)
def test_ml_08_what_ses_forbids_for_now_says_whether_it_is_about_the_recipient(
    code: str, message: str, of_recipient: bool
) -> None:
    """In the sandbox IAM and SES also judge the recipient's identity."""
    with pytest.raises(Forbidden) as refused:
        mailer(Ses(refusal(code, message))).send("ann@b.test", MAIL)
    assert (refused.value.cause, refused.value.of_recipient) == (f"ses:{code}", of_recipient)


def test_silence_is_tried_again() -> None:
    with pytest.raises(Unavailable):
        mailer(Ses(ReadTimeoutError(endpoint_url="x"))).send("ann@b.test", MAIL)


def test_rl_01_waiting_is_bounded() -> None:
    mailer(ses := Ses())
    assert ses.config.connect_timeout <= 1
    assert ses.config.read_timeout <= 5
    assert ses.config.retries["total_max_attempts"] == 1
