"""What SES tells of a mail, in the shape of its documentation, and the way it comes to us: one place for every test.

mail = mailed(world, ann)                   # one that is out, and its note
arrive(world, bounce(mail), complaint(mail, "not-spam"))
arrive(world, ses_event("Delivery", mail, at=NOW, recipients=[...]))    # any field written over
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from chalicelib.domain.accounts import Account
from chalicelib.steps.record_delivery import work
from tests.fakes.samples import NOW
from tests.world.mailer import Sent
from tests.world.running import at_work, heard
from tests.world.world import World

Told = dict[str, Any]
PARTS = {
    "Bounce": "bounce",
    "Complaint": "complaint",
    "Delivery": "delivery",
    "Send": "send",
    "Reject": "reject",
    "Open": "open",
    "Click": "click",
    "Rendering Failure": "failure",
    "DeliveryDelay": "deliveryDelay",
    "Subscription": "subscription",
}


def mailed(world: World, who: Account) -> Sent:
    """A mail that is out."""
    world.sends(who)
    return world.mails(who)[-1]


def arrive(world: World, *told: Told) -> None:
    """SNS hands them over, one to a notification."""
    hand_over(world, *(json.dumps(one) for one in told))


def hand_over(world: World, *texts: str) -> None:
    """Whatever stands in the notifications."""
    with heard(world.lines), at_work("record_delivery"):
        work({"Records": [{"Sns": {"Message": one}} for one in texts]}, world.portal)


def bounce(
    mail: Sent, kind: str = "Permanent", subtype: str = "General", at: float = NOW, **part: Any
) -> Told:
    """It came back; whose address that is, the server says that sent it back."""
    said = {"action": "failed", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 user unknown"}
    return ses_event(
        "Bounce",
        mail,
        at,
        bounceType=kind,
        bounceSubType=subtype,
        bouncedRecipients=[{"emailAddress": mail.to, **said}],
        feedbackId="01000157c44f053b-61b59c11-9236-11e6-8f96-7be8aexample-000000",
        reportingMTA="dsn; mta.example.com",
        **part,
    )


def complaint(
    mail: Sent, feedback: str | None = "abuse", subtype: str | None = None, at: float = NOW, **part: Any
) -> Told:
    """Somebody complained of it, or their server did; `feedback` is what that server writes."""
    return ses_event(
        "Complaint",
        mail,
        at,
        complainedRecipients=[{"emailAddress": mail.to}],
        feedbackId="01000157c44f053b-61b59c11-9236-11e6-8f96-7be8aexample-000000",
        complaintSubType=subtype,
        userAgent="Mozilla/5.0 (Windows NT 10.0; Win64; x64)",
        complaintFeedbackType=feedback,
        arrivalDate=stamp(at),
        **part,
    )


def delay(mail: Sent, kind: str = "TransientCommunicationFailure", at: float = NOW, **part: Any) -> Told:
    """It waits for the server of its reader."""
    late = {"emailAddress": mail.to, "status": "4.4.1", "diagnosticCode": "smtp; 421 4.4.1 unable to connect"}
    expires = {"expirationTime": stamp(at + 43200), "delayedRecipients": [late]}
    return ses_event("DeliveryDelay", mail, at, delayType=kind, **expires, **part)


def delivery(mail: Sent, at: float = NOW, **part: Any) -> Told:
    """The server of its reader took it."""
    said = {"smtpResponse": "250 2.6.0 Message received", "reportingMTA": "mta.example.com"}
    return ses_event("Delivery", mail, at, processingTimeMillis=2000, recipients=[mail.to], **said, **part)


def ses_event(name: str, mail: Sent, at: float = NOW, **part: Any) -> Told:
    """An event of this name about a mail; what is in `part` is written as it is, a time stamp over the usual one."""
    timed = {} if name in {"Send", "Reject", "Rendering Failure"} else {"timestamp": stamp(at)}
    return {"eventType": name, PARTS.get(name, "other"): {**timed, **part}, "mail": about(mail)}


def about(mail: Sent) -> Told:
    """The mail as SES tells of it, from its own knowledge."""
    sender = '"Secure Messaging Portal" <portal@portal.example>'
    headers = {"From": sender, "To": mail.to, "Subject": mail.subject, "MIME-Version": "1.0"}
    return {
        "timestamp": stamp(NOW - 1),
        "source": sender,
        "sourceArn": "arn:aws:ses:eu-west-1:123456789012:identity/portal@portal.example",
        "sendingAccountId": "123456789012",
        "messageId": mail.message_id,
        "destination": [mail.to],
        "headersTruncated": False,
        "headers": [{"name": name, "value": value} for name, value in headers.items()],
        "commonHeaders": {
            "from": [sender],
            "to": [mail.to],
            "messageId": mail.message_id,
            "subject": mail.subject,
        },
        "tags": {
            "ses:configuration-set": ["portal"],
            "ses:source-ip": ["192.0.2.0"],
            "ses:from-domain": ["portal.example"],
            "ses:caller-identity": ["send_mail"],
        },
    }


def stamp(at: float) -> str:
    """As SES writes a time."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
