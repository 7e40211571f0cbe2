"""Mails that wait outside of the stream, one after the other; what is down for one is down for the next one too."""

import logging
from collections.abc import Iterable

from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.limits import BUDGET_SPENT
from chalicelib.domain.mails import ASKED_FOR
from chalicelib.domain.refusals import Forbidden, Unavailable
from chalicelib.mail.worker import Claimed, Worker, say
from chalicelib.runtime import log
from chalicelib.services.ses import OutcomeUnknown

PATIENCE = 3  # mails in a row that did not get out


def settle_each(worker: Worker, events: Iterable[Event], until: float | None = None) -> dict[str, int]:
    """How many were settled, and how many wait on. Each by itself: what nobody foresaw holds up no other (RL-06).

    `until`: none is begun after that moment.
    """
    settled = delayed = down = 0
    budget_spent = False
    for event in events:
        if until is not None and worker.portal.clock() >= until:
            break
        if budget_spent and event.kind in ASKED_FOR:
            delayed += 1
            continue
        with log.about(event.request):
            try:
                with worker.portal.store.request():
                    note = worker.settle(event, late=True)
            except Unavailable as error:
                log.write(logging.ERROR, "mail_delayed", account=event.account_id, cause=error.cause)
                budget_spent |= error.cause == BUDGET_SPENT
                delayed, down = delayed + 1, down + _weight(error)
            except Exception as error:  # noqa: BLE001 - as above
                log.fault(error)
                delayed += 1
            else:
                settled, down = settled + 1, 0
                if note and note.kind is EventKind.MAIL_UNKNOWN:
                    down = PATIENCE
                say(event, note, worker.portal.clock())
        if down >= PATIENCE:
            break
    return {"settled": settled, "delayed": delayed}


def _weight(error: Unavailable) -> int:
    """What one failure says of the next mail.

    Silence says most: each try at a silent SES costs a mail one of its two claims, so one mail is the probe for all.
    """
    if isinstance(error, OutcomeUnknown):
        return PATIENCE
    alone = isinstance(error, Claimed) or (isinstance(error, Forbidden) and error.of_recipient)
    return 0 if alone or error.cause == BUDGET_SPENT else 1
