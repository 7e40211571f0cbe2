"""Mails about secure messages. They may not say what is in one: neither its subject nor its body."""

from chalicelib.mail.outgoing import Outgoing, Values, Withheld


def message_waiting(mail: Outgoing) -> Values:
    """A message waits, and can still be read."""
    details = mail.event.details
    until = details.get("expires_at")
    if isinstance(until, int | float) and mail.now >= until:
        raise Withheld("too_late")
    return {
        "sender": details.get("from"),
        "message_url": mail.url(f"/messages/{details.get('message')}"),
        "expires_at": until,
    }
