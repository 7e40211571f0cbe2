"""Behind SNS: what became of a mail, as SES tells it: delivered, delayed, bounced, complained of.

SES events come more than once and in any order. Each is recorded under a key made from its own id, so it counts once;
a hard bounce or a complaint makes the address undeliverable until an administrator lifts it (ML-05).
"""

import hashlib
import json
import logging
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from chalice import Blueprint

from chalicelib.domain.addresses import InvalidAddress, account_id, canonical_address
from chalicelib.domain.events import Event, EventKind
from chalicelib.portal import Portal
from chalicelib.runtime import log
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__)

KINDS = {
    "Delivery": EventKind.MAIL_DELIVERED,
    "DeliveryDelay": EventKind.MAIL_DELAYED,
    "Bounce": EventKind.MAIL_BOUNCED,
    "Complaint": EventKind.MAIL_COMPLAINED,
}


@step.lambda_function(name="record_delivery")
def record_delivery(event: dict[str, Any], context: object) -> None:
    """Record a batch. What is unavailable raises, so that SNS tries the same again."""
    work(event, portal())


def work(batch: Mapping[str, Any], portal: Portal) -> None:
    """Each notification by itself; one that cannot be read is logged and left, since trying again cannot help."""
    for record in batch.get("Records", []):
        try:
            told = json.loads(record["Sns"]["Message"])
            events = list(_events(told))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            log.write(logging.ERROR, "delivery_unreadable", error=type(error).__name__)
            continue
        with portal.store.request():
            for event, undeliverable in events:
                portal.store.outbox.record_delivery(event, undeliverable)


def _events(told: Mapping[str, Any]) -> Iterator[tuple[Event, str | None]]:
    name = str(told.get("eventType") or told.get("notificationType") or "")
    kind = KINDS.get(name)
    if kind is None:
        return
    part = told[name[0].lower() + name[1:]]
    at = datetime.fromisoformat(str(part["timestamp"])).timestamp()
    message_id = str(told["mail"]["messageId"])
    for address in _addresses(name, part, told):
        try:
            who = account_id(canonical_address(address))
        except InvalidAddress:
            continue
        identity = hashlib.sha256(f"{message_id}|{name}|{address}|{part['timestamp']}".encode()).hexdigest()[
            :32
        ]
        event = Event(
            who,
            kind,
            at,
            identity,
            email=address,
            details={"message_id": message_id, "cause": _cause(name, part)},
        )
        yield event, _undeliverable(name, part)


def _addresses(name: str, part: Mapping[str, Any], told: Mapping[str, Any]) -> list[str]:
    named = {
        "Bounce": "bouncedRecipients",
        "Complaint": "complainedRecipients",
        "DeliveryDelay": "delayedRecipients",
    }
    if name in named:
        return [str(one["emailAddress"]) for one in part[named[name]]]
    return [str(one) for one in part.get("recipients") or told["mail"]["destination"]]


def _cause(name: str, part: Mapping[str, Any]) -> str | None:
    if name == "Bounce":
        return f"{part.get('bounceType')}/{part.get('bounceSubType')}"
    return str(part.get("complaintFeedbackType") or part.get("delayType") or "") or None


def _undeliverable(name: str, part: Mapping[str, Any]) -> str | None:
    """Only what SES calls permanent, and what the reader calls spam; a full mailbox is empty again tomorrow."""
    if name == "Bounce" and part.get("bounceType") == "Permanent":
        return "bounced"
    return "complained" if name == "Complaint" else None
