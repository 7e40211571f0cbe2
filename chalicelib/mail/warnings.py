"""Warnings: the mails about logons that their owner should look at (LG-12), each about the same thing once a day.

What one of them says is never withheld because of another (LG-15).
"""

from collections.abc import Sequence

from chalicelib.domain.events import EventKind
from chalicelib.domain.limits import NEW_CLIENTS_DAILY, TOO_MANY, Limit, warning_daily
from chalicelib.domain.sessions import client_of
from chalicelib.mail.outgoing import Outgoing, Values, Withheld


def suspicious_logon(mail: Outgoing) -> Values:
    """Somebody got in after several wrong passwords, or had the right password and not the code."""
    if mail.event.kind is EventKind.CODE_REFUSED:
        reason = "code_refused"
        return {"not_me_url": mail.not_me_url(warning_daily(reason)), "reason": reason}
    places: list[Sequence[Limit]] = [(warning_daily("after_failures"),)]
    if not mail.event.told["new_client"]:
        return {"not_me_url": _first_of(mail, places), "reason": "after_failures"}
    places.append(_of_new_client(mail))
    return {"not_me_url": _first_of(mail, places), "reason": "after_failures_new_client"}


def new_client_logon(mail: Outgoing) -> Values:
    """The first logon from a browser not seen before."""
    return {"not_me_url": mail.not_me_url(*_of_new_client(mail))}


def code_not_entered(mail: Outgoing) -> Values:
    """Somebody had the right password, and the code never came: they know the password (LG-17)."""
    account, changed_at = mail.account, mail.account.password_changed_at
    if not account.open:
        raise Withheld(f"account_{account.status}")
    if changed_at is not None and changed_at >= mail.event.at:
        raise Withheld("password_changed_meanwhile")
    return {"not_me_url": mail.not_me_url(warning_daily("code-not-entered"))}


def _of_new_client(mail: Outgoing) -> Sequence[Limit]:
    """Each browser once: the owner's new telephone in the morning hides no thief in the evening. Ten of them, for
    whoever knows the password calls a browser by any name.
    """
    client = client_of(mail.account, mail.event.user_agent or "")
    return warning_daily(f"new-client-{client}"), NEW_CLIENTS_DAILY


def _first_of(mail: Outgoing, places: Sequence[Sequence[Limit]]) -> str:
    """The URL that freezes, in the first of these places that is free; withheld where none is."""
    for limits in places[:-1]:
        try:
            return mail.not_me_url(*limits)
        except Withheld as withheld:
            if withheld.reason != TOO_MANY:
                raise
    return mail.not_me_url(*places[-1])
