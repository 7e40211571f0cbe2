"""The mail worker, behind the events stream: decides from each event which mail is due, mints what it carries, sends.

It runs at least once for each event, in any order, and may stop anywhere: a mail sent leaves a note, and what a mail
carries is derived from its event, so running again repeats at most one identical mail (RL-06, ML-02).
"""

import logging
from collections.abc import Mapping
from typing import Any

from chalice import Blueprint

from chalicelib.domain.accounts import Account
from chalicelib.domain.events import Event, EventKind
from chalicelib.mail.duties import DUTIES, sender_of
from chalicelib.mail.ses import Rejected
from chalicelib.mail.worker import Worker
from chalicelib.web import log
from chalicelib.web.stream import Row, work_through
from chalicelib.wiring import worker

step = Blueprint(__name__)

# What wakes it whatever else the event says; what wakes it besides, `mail/duties.py` says.
ERRANDS = frozenset({*DUTIES, EventKind.ADDRESS_LIFTED})


@step.lambda_function(name="send_mail")
def send_mail(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Work through a batch; what failed is reported record by record, so a poison record blocks nobody (RL-06)."""
    return work(event, worker())


def work(batch: Mapping[str, Any], worker: Worker) -> dict[str, Any]:
    """Each record by itself; gives the sequence numbers to be tried again."""
    return work_through(batch, lambda row: _in_time(row, worker), "mail_delayed")


def _in_time(row: Row, worker: Worker) -> None:
    with worker.portal.store.request():
        _one(row, worker)


def _one(row: Row, worker: Worker) -> None:
    event = worker.portal.store.outbox.event_of(row)
    if event.kind is EventKind.ADDRESS_LIFTED:
        _let_through(event, worker)
    if not worker.is_due(event):
        return
    note = _note(event, EventKind.MAIL_SENT, {})
    due = worker.portal.store.outbox.due(event, note, sender_of(event))
    account = _primary(due.account, worker)
    if due.sent or account is None:
        return
    kind, details = worker.send(event, account, due.brand)
    worker.portal.store.outbox.note(_note(event, kind, details))
    log.write(logging.INFO, kind.value, account=account.id, about=event.kind.value, **details)


def _let_through(event: Event, worker: Worker) -> None:
    """An administrator lets mail go to this address again; SES keeps a list of its own. Twice does no harm."""
    account = worker.portal.store.outbox.account(event.account_id)
    if account is None:
        return
    try:
        worker.postman.lift_suppression(account.address)
    except Rejected as rejected:
        log.write(logging.ERROR, "suppression_not_lifted", account=account.id, cause=rejected.cause)


def _primary(account: Account | None, worker: Worker) -> Account | None:
    """The account behind an alias: its owner asked under another name, and mail goes to the stored address."""
    if account is None or account.alias_of is None:
        return account
    return worker.portal.store.outbox.account(account.alias_of)


def _note(event: Event, kind: EventKind, details: Mapping[str, object]) -> Event:
    """The note a mail leaves: one for each event, whatever became of it, under a key made from the event's."""
    facts = {"about": event.kind.value} | dict(details)
    return event._replace(kind=kind, id=f"{event.id}~mail", reference=None, reason=None, details=facts)
