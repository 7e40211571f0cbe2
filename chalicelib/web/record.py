"""A request as an event: who, from where, with what, at which page. The one place that fills those fields in."""

from collections.abc import Mapping

from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.tokens import new_reference
from chalicelib.portal import Portal
from chalicelib.web.form import Form


def happened(
    form: Form,
    portal: Portal,
    kind: EventKind,
    account_id: AccountId,
    *,
    reason: str | None = None,
    email: str | None = None,
    reference: str | None = None,
    details: Mapping[str, object] | None = None,
) -> Event:
    """An event of now, caused by this request. `email` is the address as typed, else the account's."""
    return Event(
        account_id=account_id,
        kind=kind,
        at=portal.clock(),
        id=portal.random(16).hex(),
        reference=reference,
        reason=reason,
        email=email,
        source=form.source,
        user_agent=form.user_agent or None,
        url=form.url,
        actor=form.caller.address if form.caller else None,
        language=form.language,
        zone=form.zone[:64] or None,
        details=details or {},
    )


def reference(portal: Portal) -> str:
    """A fresh short reference to read out on the telephone."""
    return new_reference(portal.random)
