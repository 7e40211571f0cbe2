"""The mail worker, behind the events stream: decides from each event which mail is due, issues what it carries, sends.

It runs at least once for each event, in any order, and may stop anywhere: a mail sent leaves a note, and what a mail
carries is derived from its event, so running again repeats at most one identical mail (RL-06, ML-02).
"""

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

from chalice import Blueprint

from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.mails import ALWAYS, FOR_ADMINISTRATORS
from chalicelib.domain.refusals import Forbidden
from chalicelib.mail.worker import Worker
from chalicelib.portal import seconds_left
from chalicelib.runtime import log
from chalicelib.runtime.stream import Row, work_through
from chalicelib.services.ses import Rejected
from chalicelib.wiring import needs, worker

step = Blueprint(__name__)
NEEDS = needs(__name__, keys=("pepper", "mailed"), mail=True)

# What wakes it whatever else the event says; what wakes it besides, `domain/mails.py` says.
ERRANDS = frozenset({*ALWAYS, *FOR_ADMINISTRATORS, EventKind.ADDRESS_LIFTED})
INSISTS_SECONDS = 600


@step.lambda_function(name="send_mail")
def send_mail(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Work through a batch; what failed is reported record by record, so a poison record blocks nobody (RL-06)."""
    here = worker()
    with here.portal.store.request(seconds_left(context)):
        return work(event, here)


def work(batch: Mapping[str, Any], worker: Worker) -> dict[str, Any]:
    """Each record by itself; gives the sequence numbers to be tried again."""
    return work_through(batch, partial(_settle, worker), "mail_delayed")


def _settle(worker: Worker, row: Row) -> None:
    store = worker.portal.store
    with store.request():
        event = store.outbox.event_of(row)
        if event.kind is EventKind.ADDRESS_LIFTED:
            _let_through(worker, event)
        try:
            note = worker.settle(event)
        except Forbidden as forbidden:
            if not forbidden.of_recipient or worker.portal.clock() < event.at + INSISTS_SECONDS:
                raise
            # Attack: one address that SES does not let us write to, as in its sandbox, holds up its whole shard: a
            # record that is tried again is waited for. Defence: after a while the sweep has it, and the stream goes on.
            log.write(logging.ERROR, "mail_left_to_sweep", account=event.account_id, cause=forbidden.cause)
            return
    if note:
        log.write(logging.INFO, note.kind.value, account=note.account_id, **note.details)


def _let_through(worker: Worker, event: Event) -> None:
    """An administrator lets mail go to this address again; SES keeps a list of its own. Twice does no harm."""
    account = worker.portal.store.accounts.read(event.account_id)
    if account is None:
        return
    try:
        worker.mailer.lift_suppression(account.address)
    except Rejected as rejected:
        log.write(logging.ERROR, "suppression_not_lifted", account=account.id, cause=rejected.cause)
