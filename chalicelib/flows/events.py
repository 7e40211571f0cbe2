"""A request as an event: who, from where, with what, at which page. The one place that fills those fields in."""

import logging
from typing import TYPE_CHECKING

from chalicelib.domain import tokens
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import Event, EventKind
from chalicelib.runtime import log
from chalicelib.web.request import Request

if TYPE_CHECKING:
    from chalicelib.domain.details import Details


def event_of(
    request: Request,
    kind: EventKind,
    account_id: AccountId,
    *,
    reason: str | None = None,
    email: str | None = None,
    reference: str | None = None,
    details: "Details | None" = None,
) -> Event:
    """An event of now, caused by this request. `email` is the address as typed, else the account's."""
    return Event(
        account_id=account_id,
        kind=kind,
        at=request.now(),
        id=request.portal.random(16).hex(),
        reference=reference,
        reason=reason,
        email=email,
        source=str(request.source),
        user_agent=request.user_agent or None,
        url=request.url,
        actor=request.caller.address if request.caller else request.sender.actor if request.sender else None,
        language=request.language,
        zone=request.zone[:64] or None,
        details=details or {},
        request=request.portal.request_id,
    )


def say(event: Event) -> None:
    """Of an attempt, say in the log that somebody is in, or locked now: after it was saved, since it is counted."""
    if event.kind in {EventKind.LOGON_SUCCEEDED, EventKind.RECOVERY_CODE_USED}:
        log.write(logging.INFO, event.kind.value, log.LOGONS.of(), account=event.account_id)
    if event.told["locks"]:
        log.write(logging.WARNING, "authn_login_lock", log.LOCKS.of(), account=event.account_id)


def new_reference(request: Request) -> str:
    """A fresh short reference to read out on the telephone."""
    return tokens.new_reference(request.portal.random)
