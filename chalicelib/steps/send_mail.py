"""The mail worker, behind the events stream: decides from each event which mail is due, issues what it carries, sends.

It runs at least once for each event, in any order, and may stop anywhere: a mail is claimed before it is sent and
leaves a note when it is, and what it carries comes from its event: it goes out once, or twice at worst (ML-11, RL-06).
What cannot be sent now leaves the stream at once and waits for `resume_mail` (RL-16).
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from chalice import Blueprint

from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.mails import ALWAYS, FOR_ADMINISTRATORS
from chalicelib.domain.refusals import Unavailable
from chalicelib.mail.worker import Worker, say
from chalicelib.runtime.stream import Aside, Row, work_through
from chalicelib.services.ses import OutcomeUnknown
from chalicelib.wiring import needs, worker

step = Blueprint(__name__)
NEEDS = needs(__name__, keys=("pepper", "mailed"), mail=True)

# What wakes it whatever else the event says; what wakes it besides, `domain/mails.py` says.
ERRANDS = frozenset({*ALWAYS, *FOR_ADMINISTRATORS, EventKind.ADDRESS_LIFTED})
PATIENCE = 2


@step.lambda_function(name="send_mail")
def send_mail(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Work through a batch; what neither succeeds nor can be put aside is reported record by record (RL-16)."""
    here = worker()
    with here.portal.at_work(context):
        return work(event, here)


def work(batch: Mapping[str, Any], worker: Worker) -> dict[str, Any]:
    """Each record by itself; gives the sequence numbers to be tried again."""
    settle, put_aside = partial(_settle, worker, list[str]()), partial(_put_aside, worker)
    return work_through(batch, partial(_read, worker), settle, put_aside, "mail_delayed")


def _read(worker: Worker, row: Row) -> Event:
    return worker.portal.store.outbox.event_of(row)


def _settle(worker: Worker, silent: list[str], event: Event) -> None:
    """`silent`: the mails of this batch that SES did not answer for. After two of them it is asked no more: each wait
    is five seconds for whoever stands behind, and costs a mail one of its two claims.
    """
    if len(silent) == PATIENCE:
        raise Unavailable("ses_silent")
    try:
        with worker.portal.store.request():
            note = worker.settle(event)
    except OutcomeUnknown:
        silent.append(event.id)
        raise
    say(event, note, worker.portal.clock())


def _put_aside(worker: Worker, aside: Aside) -> None:
    with worker.portal.store.request():
        worker.portal.store.outbox.put_aside(*aside, worker.portal.clock())
