"""What each mail must carry, made from its event; which mail an event makes due is `domain/mails.py`'s.

It may not send: it gives the letter, or why there is none.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from chalicelib.domain.accounts import Account, Kind
from chalicelib.domain.addresses import (
    DomainId,
    InvalidAddress,
    canonical_address,
    domain_id,
    domain_id_of,
    domain_of,
)
from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.issuing import issue_link, issue_temporary
from chalicelib.domain.keys import Keyring
from chalicelib.domain.limits import (
    NEW_CLIENTS_DAILY,
    RESET_MAILS_DAILY,
    RESET_MAILS_HOURLY,
    WARNINGS_DAILY,
    Limit,
)
from chalicelib.domain.mails import Mail
from chalicelib.domain.rendered_mail import RenderedMail
from chalicelib.domain.resets import Purpose, Reset
from chalicelib.mail import letters
from chalicelib.mail.letters import Sender, WayIn

if TYPE_CHECKING:
    from chalicelib.domain.ports import OutboxActs, PasswordHasher

NOT_ME_SECONDS = 7 * 86400
RESET_LIMITS = (RESET_MAILS_HOURLY, RESET_MAILS_DAILY)


class Withheld(Exception):
    """No mail, for this reason; an answer, not a failure."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Desk:
    """What the worker needs to write a letter. Lifetimes in seconds."""

    outbox: "OutboxActs"
    hasher: "PasswordHasher"
    keyring: Keyring
    sender: Sender
    reset_lifetime: int
    first_lifetime: int
    now: float


Duty = Callable[[Desk, Event, Account], RenderedMail]


def sender_of(event: Event) -> DomainId:
    """The domain whose brand the mail carries: the sender's where it is about a secure message, else the account's own.

    The invitation of a new recipient is about one too, and comes beside the notice: two mails that look like two
    senders would look like fraud. The domain is that of whoever was logged on, never one that was typed.
    """
    told = event.told["from"] if event.kind is EventKind.MESSAGE_SENT else None
    if event.kind is EventKind.ACCOUNT_INVITED and event.told["kind"] == Kind.RECIPIENT:
        told = event.actor
    try:
        return domain_id(domain_of(canonical_address(str(told or ""))))
    except InvalidAddress:
        return domain_id_of(event.account_id)


def _invitation(desk: Desk, event: Event, account: Account) -> RenderedMail:
    return letters.invitation(desk.sender, event, account, _first_way_in(desk, event, account))


def _message(desk: Desk, event: Event, account: Account) -> RenderedMail:
    until = event.told["expires_at"]
    if until is not None and desk.now >= until:
        raise Withheld("too_late")
    return letters.message_waiting(desk.sender, event, account)


def _reset(desk: Desk, event: Event, account: Account) -> RenderedMail:
    return letters.password_reset(desk.sender, event, account, _self_service(desk, event, account))


def _fresh(desk: Desk, event: Event, account: Account) -> RenderedMail:
    return letters.password_reset_fresh(desk.sender, event, account, _self_service(desk, event, account))


def _locked(desk: Desk, event: Event, account: Account) -> RenderedMail:
    """A link alone: while it is locked, the logon form takes no password at all, not even a temporary one."""
    _may_help_itself(desk, event, account)
    token, link = issue_link(desk.keyring, event, account, Purpose.RESET, desk.reset_lifetime)
    _store(desk, [link], account, event, RESET_LIMITS)
    return letters.account_locked(desk.sender, event, account, WayIn(token, desk.reset_lifetime))


def _password(desk: Desk, event: Event, account: Account) -> RenderedMail:
    return letters.password_was_reset(desk.sender, event, account, _not_me(desk, event, account))


def _frozen(desk: Desk, event: Event, account: Account) -> RenderedMail:
    return letters.account_frozen(desk.sender, event, account)


def _enrolled(desk: Desk, event: Event, account: Account) -> RenderedMail:
    return letters.two_step_changed(desk.sender, event, account, _not_me(desk, event, account), "on")


def _removed(desk: Desk, event: Event, account: Account) -> RenderedMail:
    return letters.two_step_changed(desk.sender, event, account, _not_me(desk, event, account), "off")


def _two_step_reset(desk: Desk, event: Event, account: Account) -> RenderedMail:
    return letters.two_step_changed(desk.sender, event, account, _not_me(desk, event, account), "reset")


def _issued(desk: Desk, event: Event, account: Account) -> RenderedMail:
    """A way in that an administrator had made and mailed; not the owner's asking, so not limited."""
    if not account.may_reset:
        raise Withheld(f"account_{account.status}")
    return letters.password_reset(desk.sender, event, account, _first_way_in(desk, event, account))


def _contained(desk: Desk, event: Event, account: Account) -> RenderedMail:
    return letters.account_contained(desk.sender, event, account)


def _new_client(desk: Desk, event: Event, account: Account) -> RenderedMail:
    not_me = _not_me(desk, event, account, (NEW_CLIENTS_DAILY,))
    return letters.new_client_logon(desk.sender, event, account, not_me)


def _recovery(desk: Desk, event: Event, account: Account) -> RenderedMail:
    return letters.recovery_code_used(desk.sender, event, account, _not_me(desk, event, account))


def _after_failures(desk: Desk, event: Event, account: Account) -> RenderedMail:
    not_me = _not_me(desk, event, account, (WARNINGS_DAILY,))
    return letters.suspicious_logon(desk.sender, event, account, not_me, "after_failures")


def _right_password_wrong_code(desk: Desk, event: Event, account: Account) -> RenderedMail:
    not_me = _not_me(desk, event, account, (WARNINGS_DAILY,))
    return letters.suspicious_logon(desk.sender, event, account, not_me, "code_refused")


def _self_service(desk: Desk, event: Event, account: Account) -> WayIn:
    """A way in that somebody at a keyboard asked for, never more often than the limits."""
    _may_help_itself(desk, event, account)
    return _way_in(desk, event, account, desk.reset_lifetime, RESET_LIMITS)


def _first_way_in(desk: Desk, event: Event, account: Account) -> WayIn:
    """A way in that an administrator opened, for somebody who did not ask for it and cannot ask again: where its time
    was up before the mail got out, another is made, good for that time at least. The same in each such time, so that a
    mail sent twice still carries the same link.
    """
    lifetime = desk.first_lifetime
    over = int(max(0, desk.now - event.at) // lifetime)
    if not over:
        return _way_in(desk, event, account, lifetime, ())
    if (
        account.password_hash is not None
    ):  # somebody who got in another way is sent no second key to the account
        raise Withheld("account_changed_meanwhile")
    anew = event._replace(id=f"{event.id}~{over}", at=event.at + over * lifetime)
    return _way_in(desk, anew, account, 2 * lifetime, ())._replace(lifetime=lifetime)


def _may_help_itself(desk: Desk, event: Event, account: Account) -> None:
    """Never for a disabled account, never to an address that mail does not reach (ML-05), and not after its time."""
    if not account.may_reset:
        raise Withheld(f"account_{account.status}")
    if account.undeliverable is not None:
        raise Withheld("address_undeliverable")
    if desk.now >= event.at + desk.reset_lifetime:
        raise Withheld("too_late")


def _way_in(desk: Desk, event: Event, account: Account, lifetime: int, limits: Sequence[Limit]) -> WayIn:
    token, link = issue_link(desk.keyring, event, account, Purpose.RESET, lifetime)
    text, temporary = issue_temporary(desk.keyring, desk.hasher, event, account, lifetime)
    _store(desk, [link, temporary], account, event, limits)
    return WayIn(token, lifetime, text)


def _not_me(desk: Desk, event: Event, account: Account, limits: Sequence[Limit] = ()) -> str:
    """The URL that freezes. It carries today's epoch: once the account has moved on, the notice is history."""
    token, row = issue_link(desk.keyring, event, account, Purpose.NOT_ME, NOT_ME_SECONDS)
    _store(desk, [row], account, event, limits)
    return f"{desk.sender.portal_url}/not-me/{token}"


def _store(desk: Desk, rows: list[Reset], account: Account, event: Event, limits: Sequence[Limit]) -> None:
    # Only what strangers can cause counts: an administrator's mail and a notice never wait for their flood (ML-06).
    budget_at = desk.now if limits is RESET_LIMITS else None
    why_not = desk.outbox.issue(rows, account.epoch, event.at, limits, budget_at)
    if why_not is not None:
        raise Withheld(why_not)


DUTIES: Mapping[Mail, Duty] = MappingProxyType(
    {
        Mail.INVITATION: _invitation,
        Mail.MESSAGE: _message,
        Mail.RESET: _reset,
        Mail.FRESH: _fresh,
        Mail.LOCKED: _locked,
        Mail.ISSUED: _issued,
        Mail.PASSWORD: _password,
        Mail.FROZEN: _frozen,
        Mail.CONTAINED: _contained,
        Mail.TWO_STEP_ENROLLED: _enrolled,
        Mail.TWO_STEP_REMOVED: _removed,
        Mail.TWO_STEP_RESET: _two_step_reset,
        Mail.RECOVERY_CODE: _recovery,
        Mail.NEW_CLIENT: _new_client,
        Mail.AFTER_FAILURES: _after_failures,
        Mail.CODE_WRONG: _right_password_wrong_code,
    }
)
