"""Warnings: the mails about logons that their owner should look at (LG-12), each kind once a day at most."""

from chalicelib.domain.events import EventKind
from chalicelib.domain.limits import NEW_CLIENTS_DAILY, WARNINGS_DAILY
from chalicelib.mail.outgoing import Outgoing, Values


def suspicious_logon(mail: Outgoing) -> Values:
    """Somebody got in after several wrong passwords, or had the right password and not the code."""
    reason = "code_refused" if mail.event.kind is EventKind.CODE_REFUSED else "after_failures"
    return {"not_me_url": mail.not_me_url(WARNINGS_DAILY), "reason": reason}


def new_client_logon(mail: Outgoing) -> Values:
    """The first logon from a browser not seen before."""
    return {"not_me_url": mail.not_me_url(NEW_CLIENTS_DAILY)}
