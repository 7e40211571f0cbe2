"""An SES event as news of a mail: what became of it, when, and whether its address is still good (ML-05, ML-07).

Attack: most of an SES event is written by whoever answers for a mailbox: whose bounce it is, the diagnostic code, the
type of a complaint. Such a server names another's address (a forward does it by accident) and shuts its owner out, or
puts a sentence of its own before the support desk. Defence: only the message id says which mail it is about, which SES
gave us and writes itself; everything else is a word of the lists below, or "other".
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from chalicelib.domain.events import EventKind

SKEW = 300  # seconds that another clock may be ahead
LONGEST_ID = 200  # characters of a message id; SES's have some sixty
OTHER = "other"

# What is recorded, and the part of the document that tells of it. Whatever else SES tells is left with a log line.
RECORDED: Mapping[str, tuple[EventKind, str]] = MappingProxyType(
    {
        "Delivery": (EventKind.MAIL_DELIVERED, "delivery"),
        "DeliveryDelay": (EventKind.MAIL_DELAYED, "deliveryDelay"),
        "Bounce": (EventKind.MAIL_BOUNCED, "bounce"),
        "Complaint": (EventKind.MAIL_COMPLAINED, "complaint"),
        # SES took the mail and then did not send it: for what it holds, or for a template, of which we use none.
        "Reject": (EventKind.MAIL_FAILED, "reject"),
        "Rendering Failure": (EventKind.MAIL_FAILED, "failure"),
    }
)
LEFT = ("Send", "Open", "Click", "Subscription")
PERMANENT, SUPPRESSED = "Permanent", "OnAccountSuppressionList"
BOUNCES = (PERMANENT, "Transient", "Undetermined")
BOUNCE_SUBTYPES = (
    "General",
    "NoEmail",
    "Suppressed",
    SUPPRESSED,
    "UnsubscribedRecipient",
    "MailboxFull",
    "MessageTooLarge",
    "CustomTimeoutExceeded",
    "ContentRejected",
    "AttachmentRejected",
    "Undetermined",
)
# The types of RFC 5965 and 6591 that IANA lists, as SES tells them.
COMPLAINTS = ("abuse", "auth-failure", "fraud", "not-spam", OTHER, "virus")
# A machine doubts our signature, or the reader says that the mail is welcome: nobody asked to be left alone.
HARMLESS = ("auth-failure", "not-spam")
DELAYS = (
    "InternalFailure",
    "General",
    "MailboxFull",
    "SpamDetected",
    "RecipientServerError",
    "IPFailure",
    "TransientCommunicationFailure",
    "BYOIPHostNameLookupUnavailable",
    "Undetermined",
    "SendingDeferral",
)
REJECTIONS = ("Bad content",)


class News(NamedTuple):
    """What became of one mail. `id` is the same however often it is told; `undeliverable` is why no mail arrives."""

    message_id: str
    name: str
    kind: EventKind
    at: float
    sent_at: float
    id: str
    cause: str | None
    undeliverable: str | None


def name_of(told: Mapping[str, Any]) -> str:
    """Which event of SES's it is; "other" for none that we know."""
    return _word(told.get("eventType") or told.get("notificationType"), (*RECORDED, *LEFT)) or OTHER


def read_news(told: Mapping[str, Any], now: float) -> News | None:
    """The news in an SES event; None where it is of nothing we record. Raises ValueError and its like if unreadable."""
    name = name_of(told)
    if name not in RECORDED:
        return None
    kind, where = RECORDED[name]
    part, mail = _mapping(told.get(where)), _mapping(told.get("mail"))
    message_id = mail.get("messageId")
    if not isinstance(message_id, str) or not 0 < len(message_id) <= LONGEST_ID:
        message = "no message id"
        raise ValueError(message)
    stamp = part.get("timestamp") or mail.get("timestamp")
    at = _seconds(stamp)
    sent_at = _seconds(mail.get("timestamp") or stamp)
    if at > now + SKEW:
        # Attack: a complaint that its server dates ahead stays newer than every time an administrator lifts it.
        # Defence: what has not happened yet counts as of when the mail was sent.
        at = min(sent_at, now)
    identity = hashlib.sha256(f"{message_id}|{name}|{stamp}".encode()).hexdigest()[:32]
    return News(message_id, name, kind, at, sent_at, identity, _cause(name, part), _undeliverable(name, part))


def _cause(name: str, part: Mapping[str, Any]) -> str | None:
    if name == "Bounce":
        kind, subtype = (
            _word(part.get("bounceType"), BOUNCES),
            _word(part.get("bounceSubType"), BOUNCE_SUBTYPES),
        )
        return f"{kind or OTHER}/{subtype or OTHER}"
    if name == "Complaint":
        return _word(part.get("complaintSubType"), (SUPPRESSED,)) or _complaint(part)
    if name == "DeliveryDelay":
        return _word(part.get("delayType"), DELAYS)
    if name == "Reject":
        return f"Reject/{_word(part.get('reason'), REJECTIONS) or OTHER}"
    return name if name == "Rendering Failure" else None


def _undeliverable(name: str, part: Mapping[str, Any]) -> str | None:
    """Only what SES calls permanent, and what the reader calls spam; a full mailbox is empty again tomorrow."""
    if name == "Bounce" and _word(part.get("bounceType"), BOUNCES) == PERMANENT:
        return "bounced"
    if name != "Complaint":
        return None
    # SES itself keeps mail from an address that has complained before, whatever the report says today.
    suppressed = _word(part.get("complaintSubType"), (SUPPRESSED,)) == SUPPRESSED
    return "complained" if suppressed or _complaint(part) not in HARMLESS else None


def _complaint(part: Mapping[str, Any]) -> str | None:
    return _word(part.get("complaintFeedbackType"), COMPLAINTS)


def _word(said: object, known: tuple[str, ...]) -> str | None:
    """The word of ours that was said, in whatever case; "other" for another's, None for nothing."""
    if said is None or said == "":
        return None
    folded = said.strip().casefold() if isinstance(said, str) else ""
    return next((one for one in known if one.casefold() == folded), OTHER)


def _seconds(stamp: object) -> float:
    moment = datetime.fromisoformat(str(stamp))
    at = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    if at < 0:
        message = "from before there was mail"
        raise ValueError(message)
    return at


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        message = "not an object"
        raise TypeError(message)
    return value
