"""Behind SNS: what became of a mail, as SES tells it: delivered, delayed, bounced, complained of, not sent after all.

SES events come more than once and in any order. Each is recorded under a key made from its own id, so it counts once;
a hard bounce or a complaint makes the address undeliverable until an administrator lifts it (ML-05). Whose address it
is, the note of that mail says and nothing in the event (ML-07).
"""

import json
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chalice import Blueprint

from chalicelib.domain.events import Event, EventKind
from chalicelib.portal import Portal
from chalicelib.runtime import log
from chalicelib.services.ses_events import News, name_of, read_news
from chalicelib.wiring import needs, portal

if TYPE_CHECKING:
    from chalicelib.domain.resets import Noted

step = Blueprint(__name__)
NEEDS = needs(__name__)

# A server that bounces while it is handed the mail is heard of before the note of that mail is in its index.
YOUNG_SECONDS = 120
PAUSES = (0.2, 0.4, 0.8, 1.6)


# What whoever sent a message is told of its notice.
FATES = frozenset({EventKind.MAIL_DELIVERED, EventKind.MAIL_BOUNCED})


@step.lambda_function(name="record_delivery")
def record_delivery(event: dict[str, Any], context: object) -> None:
    """Record a batch. What is unavailable raises, so that SNS tries the same again."""
    here = portal()
    with here.at_work(context):
        work(event, here)


def work(batch: Mapping[str, Any], portal: Portal) -> None:
    """Each notification by itself; one that cannot be read is logged and left, since trying again cannot help."""
    for record in batch.get("Records", []):
        try:
            told = json.loads(record["Sns"]["Message"])
            name, news = name_of(told), read_news(told, portal.clock())
        except (ArithmeticError, AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
            log.write(logging.ERROR, "delivery_unreadable", error=type(error).__name__)
            continue
        if news is None:
            log.write(logging.INFO, "delivery_not_recorded", event=name)
            continue
        with log.bare_faults(), portal.store.request():
            _record(news, portal)


def _record(news: News, portal: Portal) -> None:
    note = _note(news, portal)
    if note is None:
        log.write(logging.WARNING, "delivery_of_no_mail", event=news.name, message_id=news.message_id)
        return
    event = Event(
        note.mailed,
        news.kind,
        news.at,
        news.id,
        details={"message_id": news.message_id, "mail": note.about, "cause": news.cause},
        request=note.request,
    )
    if note.message is not None and news.kind in FATES:
        portal.store.messages.mail_went(note.message, news.kind.value.removeprefix("mail_"), news.at)
    portal.store.outbox.record_delivery(event, news.undeliverable)
    with log.about(note.request):
        fate = log.MAILS_BY_FATE.of(which=news.kind)
        log.write(logging.INFO, news.kind.value, fate, account=note.mailed, **event.details)


def _note(news: News, portal: Portal) -> "Noted | None":
    """Attack: a server answers for an address that was never mailed, and its owner gets no mail any more. Defence: the
    account is the one that the note of this very mail names; what no note holds is nobody's (ML-07).
    """
    found = portal.store.outbox.noted(news.message_id)
    for seconds in PAUSES if portal.clock() - news.sent_at < YOUNG_SECONDS else ():
        if found is not None:
            break
        portal.sleep(seconds)
        found = portal.store.outbox.noted(news.message_id)
    return found
