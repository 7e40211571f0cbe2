"""Mails about secure messages. They may not say what is in one: neither its subject nor its body."""

from chalicelib.mail.outgoing import Outgoing, Values, Withheld, named


def message_waiting(mail: Outgoing) -> Values:
    """A message waits, and can still be read."""
    told = mail.event.told
    until = told["expires_at"]
    if isinstance(until, int | float) and mail.now >= until:
        raise Withheld("too_late")
    return {
        "sender": named(told["from"]),
        "message_url": mail.url(f"/messages/{told['message']}"),
        "expires_at": until,
    }


def reply_waiting(mail: Outgoing) -> Values:
    """Somebody has written back, to be read where the message was sent from."""
    told = mail.event.told
    return {
        "sender": named(told["from"]),
        "message_url": mail.url(f"/admin/messages/{told['message']}/replies"),
    }
