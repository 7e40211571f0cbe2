"""Mails about a change of the address: the one that the account has is told, the new one proves itself (ADR 55)."""

from chalicelib.domain.resets import Purpose
from chalicelib.mail.outgoing import Outgoing, Values, Withheld


def address_change_asked(mail: Outgoing) -> Values:
    """To the address that the account has: another one was asked for, and how to stop that."""
    return {"new_address": mail.event.told["to"] or "", "not_me_url": mail.not_me_url()}


def address_proof(mail: Outgoing) -> Values:
    """To the new one: the link that proves it. It does not say which address the account has had.

    Attack: it was mistyped, and a stranger reads whose account it is.
    """
    lifetime = mail.portal.settings.first_password_lifetime
    if mail.now >= mail.event.at + lifetime:
        raise Withheld("too_late")
    token, link = mail.link(Purpose.ADDRESS, lifetime)
    mail.issue([link])
    return {"confirm_url": mail.url(f"/address/{token}"), "lifetime": lifetime}


def address_changed(mail: Outgoing) -> Values:
    """To both: to the new one that it counts, to the former that it does not any more."""
    if mail.account.address != mail.event.told["to"]:
        return {"which": "former"}
    return {"which": "new", "logon_url": mail.url("/logon")}
