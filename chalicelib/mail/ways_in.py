"""Ways in: the mails that carry a link or a temporary password to whoever may use the account.

What somebody at a keyboard asked for is limited, and over soon. What an administrator opened, for somebody who did not
ask and cannot ask again, is neither: it outlasts an outage.
"""

import hashlib
from itertools import groupby
from math import ceil

from chalicelib.domain.accounts import Account
from chalicelib.domain.addresses import synthetic
from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.limits import RESET_MAILS_DAILY, RESET_MAILS_HOURLY, TOO_MANY, Limit
from chalicelib.domain.resets import SUPERSEDED, Purpose, Reset
from chalicelib.mail.outgoing import Outgoing, Values, Withheld, named

HOUR, DAY = 3600, 86400


def invitation(mail: Outgoing) -> Values:
    """A first-time user's temporary password, from whom, and whether a message of theirs waits."""
    told = mail.event.told
    if not mail.account.may_reset:
        # Withdrawn while the mail waited, or disabled.
        raise Withheld(f"account_{mail.account.status}")
    return _opened(mail) | {
        "kind": mail.account.kind.value,
        "sender": named(told["from"] or mail.event.actor),
        "waits": told["message"] is not None,
    }


def password_reset(mail: Outgoing) -> Values:
    """The way back in: asked for, or (`PASSWORD_ISSUED`) made by an administrator."""
    if mail.event.kind is not EventKind.PASSWORD_ISSUED:
        return _asked_for(mail)
    if not mail.account.may_reset:
        raise Withheld(f"account_{mail.account.status}")
    return _opened(mail)


def password_reset_fresh(mail: Outgoing) -> Values:
    """A fresh temporary password for an expired one that was typed."""
    return _asked_for(mail)


def account_locked(mail: Outgoing) -> Values:
    """Too many wrong passwords, and the way back in.

    A link alone: while it is locked, the logon form takes no password at all, not even a temporary one.
    """
    _judge(mail)
    token, link = mail.link(Purpose.RESET, mail.portal.settings.reset_lifetime)
    return {"reset_url": mail.url(f"/password/reset/{token}"), "lifetime": _issue(mail, [link])}


def _asked_for(mail: Outgoing) -> Values:
    """Link and temporary password for somebody at a keyboard, never more often than the limits."""
    _judge(mail)
    rows, values = _link_and_temporary(mail, mail.portal.settings.reset_lifetime)
    return values | {"lifetime": _issue(mail, rows)}


def _issue(mail: Outgoing, rows: list[Reset]) -> int:
    """Store them where the limits leave a place; for how long they are good.

    Attack: strangers ask until the account's mails are used up: its owner, locked out, holds a dead link and gets no
    other. Defence: the last mail that an hour or a day allows is good until that hour or day is over, and then there
    are mails again: at any moment a link is alive, or asking brings one (RS-15). The canary asks twelve times an hour,
    strangers do not know it, and it has no such limits.
    """
    usual = mail.portal.settings.reset_lifetime
    places = [((), usual)] if synthetic(mail.account.id) else _places(mail.event.at, usual)
    for limits, lifetime in places:
        lasting = [row._replace(valid_until=mail.event.at + lifetime) for row in rows]
        try:
            mail.issue(lasting, limits, budget_at=mail.now)
        except Withheld as withheld:
            if withheld.reason != TOO_MANY:
                raise
        else:
            return lifetime
    raise Withheld(TOO_MANY)


def _places(asked_at: float, usual: int) -> list[tuple[tuple[Limit, ...], int]]:
    """Which places there are, in the order they are taken, and how long what takes one is good for.

    Of places that are worth the same, only the one that is left longest is asked for: one call less.
    """
    hourly, daily = RESET_MAILS_HOURLY, RESET_MAILS_DAILY
    places = [
        ((hourly.but_the_last(), daily.but_the_last()), usual),
        ((hourly, daily.but_the_last()), max(usual, _until_the_end(hourly, asked_at))),
        ((hourly, daily), max(usual, _until_the_end(daily, asked_at))),
    ]
    return [list(alike)[-1] for _, alike in groupby(places, key=lambda place: place[1])]


def _until_the_end(limit: Limit, asked_at: float) -> int:
    """Seconds until its window is over, in whole hours, which a mail can say."""
    return ceil((limit.seconds - asked_at % limit.seconds) / HOUR) * HOUR


def _opened(mail: Outgoing) -> Values:
    """Link and temporary password that an administrator opened.

    Where their time was up before the mail got out, others are made, good for that time at least: the same in each
    such time, so that a mail sent twice still carries the same ones.
    """
    _still_wanted(mail)
    event, lifetime = mail.event, mail.portal.settings.first_password_lifetime
    over = int(max(0, mail.now - event.at) // lifetime)
    good_for = lifetime
    if over:
        mail = mail._replace(event=event._replace(id=f"{event.id}~{over}", at=event.at + over * lifetime))
        good_for = 2 * lifetime
    rows, values = _link_and_temporary(mail, good_for)
    mail.issue(rows)
    return values | {"lifetime": lifetime}


def _judge(mail: Outgoing) -> None:
    """Never for a disabled account, never to an address that mail does not reach (ML-05), and not after its time."""
    if not mail.account.may_reset:
        raise Withheld(f"account_{mail.account.status}")
    if mail.account.undeliverable is not None:
        raise Withheld("address_undeliverable")
    if _dormant(mail.account, mail.event.at, mail.portal.settings.dormant_days):
        _hold(mail)
    if mail.now >= mail.event.at + mail.portal.settings.reset_lifetime:
        raise Withheld("too_late")
    _still_wanted(mail)


def _still_wanted(mail: Outgoing) -> None:
    """Withheld where whatever it would carry, had it gone out at once, were void by now: no second key is sent.

    Attack: two invitations wait for SES, or somebody asks for a reset and an administrator contains the account: the
    older mail brings a password that opens nothing, or, made only now, another one that opens everything. Defence: the
    epoch that its event made is known, and must be the account's. Of what was asked for it is not: whoever moves an
    epoch gives it the time, so it may not be later than the question; one ahead of the time, of a row that was restored
    or moved on twice in a second, says nothing (ADR 35).
    """
    event, account = mail.event, mail.account
    made = (event.told["after"] or {}).get("epoch")
    moved = event.at + 1 < account.epoch <= mail.now if made is None else account.epoch != made
    if moved or (account.password_changed_at or 0) > event.at:
        raise Withheld(SUPERSEDED)


def _dormant(account: Account, now: float, days: int) -> bool:
    """Whether a way in by its mailbox asks an administrator first: nobody has used it for so long; 0 days: never.

    Attack: a mailbox gets a new holder, who resets the password and reads what their predecessor was sent. Defence:
    somebody looks first (AD-19). With a second step the mailbox opens nothing, and nobody need look.
    """
    used = max(account.last_logon_at or 0, account.password_changed_at or 0, account.created_at)
    return days > 0 and not account.two_step.active and now >= used + days * DAY


def _hold(mail: Outgoing) -> None:
    """Leave it to an administrator, whose home shows it: once a day of an account, however often somebody asks.

    Whoever asked reads on the page what everybody reads there; nothing tells that there is such an account (EN-04).
    """
    filed_at = mail.event.at // DAY * DAY
    name = hashlib.sha256(f"{mail.account.id} held {filed_at}".encode()).hexdigest()[:32]
    held = Event(mail.account.id, EventKind.RESET_HELD, mail.event.at, name, filed_at=filed_at)
    mail.portal.store.events.record(held._replace(request=mail.event.request))
    raise Withheld("account_dormant")


def _link_and_temporary(mail: Outgoing, lifetime: int) -> tuple[list[Reset], Values]:
    """Their rows, not stored yet, and what the templates say of them."""
    token, link = mail.link(Purpose.RESET, lifetime)
    text, temporary = mail.temporary(lifetime)
    values: Values = {
        "reset_url": mail.url(f"/password/reset/{token}"),
        "logon_url": mail.url("/logon"),
        "temporary_password": text,
    }
    return [link, temporary], values
