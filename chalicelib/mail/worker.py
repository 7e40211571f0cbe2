"""The mail worker: from an event to the mail it makes due, sent once, and the note that is left of it."""

import logging
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.domain.accounts import Account, Status
from chalicelib.domain.addresses import AccountId, account_id, canonical_address
from chalicelib.domain.brand import Brand
from chalicelib.domain.events import MAILS, Event, EventKind
from chalicelib.domain.mails import (
    ASKED_FOR,
    MOST_UNKNOWN,
    NOTE,
    Claim,
    Mail,
    concerns_administrators,
    mail_if_nothing_follows,
    mail_of,
    sender_of,
)
from chalicelib.domain.refusals import Forbidden, Unavailable
from chalicelib.mail import addresses, messages, notices, warnings, ways_in
from chalicelib.mail.outgoing import Outgoing, Values, Withheld, words_of
from chalicelib.portal import Portal
from chalicelib.runtime import log
from chalicelib.services.ses import Mailer, OutcomeUnknown, Rejected, RenderedMail

# One mail, one name: a function whose name is no mail's fails here, at the start.
WRITTEN_BY: Mapping[Mail, Callable[[Outgoing], Values]] = MappingProxyType(
    {
        Mail(function.__name__): function
        for function in (
            ways_in.invitation,
            ways_in.password_reset,
            ways_in.password_reset_fresh,
            ways_in.account_locked,
            notices.password_was_reset,
            notices.password_set,
            notices.two_step_changed,
            notices.recovery_code_used,
            notices.account_frozen,
            notices.account_contained,
            notices.kind_changed,
            notices.administrator_changed,
            messages.message_waiting,
            messages.reply_waiting,
            warnings.suspicious_logon,
            warnings.new_client_logon,
            warnings.code_not_entered,
            addresses.address_change_asked,
            addresses.address_proof,
            addresses.address_changed,
        )
    }
)

if TYPE_CHECKING:
    from chalicelib.domain.details import Details

# Whoever reads it must not believe that the mail is out, nor that it is not.
NOT_KNOWN: "tuple[EventKind, Details]" = (EventKind.MAIL_UNKNOWN, {"cause": "no_answer"})


class Claimed(Unavailable):
    """Another run has this mail at hand, or had it a moment ago; this one leaves it alone."""

    def __init__(self) -> None:
        super().__init__("mail_claimed")


class Worker(NamedTuple):
    """A portal with a mailer."""

    portal: Portal
    mailer: Mailer

    def settle(self, event: Event, *, late: bool = False) -> Event | None:
        """Send the mail an event makes due, if any, once; the note it leaves. Raises `Unavailable` to try again.

        What concerns all administrators becomes an event of each of them first, which comes back as one by itself.
        `late`: nothing has followed it, so what is due only then is due too.
        """
        name = mail_of(event) or (mail_if_nothing_follows(event) if late else None)
        concerns = concerns_administrators(event)
        # Each event is settled by itself, so an invitation that goes out again does not count on the other's turn.
        if event.kind is EventKind.ADDRESS_LIFTED or event.told["again"]:
            self._let_through(event)
        if name is None and not concerns:
            return None
        outbox = self.portal.store.outbox
        account, sent, brand, claim = outbox.due(
            event, note_of(event, EventKind.MAIL_SENT, {}), sender_of(event)
        )
        if sent or account is None:
            return None
        account = self._addressee(event, account)
        if account is None:
            return None
        # Before the note: while there is none, all of this is done again.
        told: Details = {"administrators": outbox.tell_administrators(event)} if concerns else {}
        if name is None:
            note = note_of(event, EventKind.ADMINISTRATORS_TOLD, told)
            outbox.note(note)
            return note
        # What the domain's brand leaves open is the stage's.
        brand = (brand or Brand()).over(self.portal.settings.brand)
        mail = Outgoing(name, event, account, brand, self.portal, self.portal.clock(), self._key_of(claim))
        kind, facts = self._outcome(mail, claim)
        if kind is EventKind.MAIL_SENT:
            facts["mailed"] = mailed_at(
                event, account
            )  # what SES tells of this mail is about that address (ML-07)
            if event.request is not None:
                facts["request"] = event.request
            if event.kind is EventKind.MESSAGE_SENT:
                facts["message"] = event.told[
                    "message"
                ]  # what SES tells of this mail is told to whoever sent that
        note = note_of(event, kind, facts)
        outbox.note(note)
        return note

    def _addressee(self, event: Event, account: Account) -> Account | None:
        """The account with the address that its mail goes to: the stored one.

        Attack: whoever has the mailbox of an address that was given up asks for a new password. Defence: what anybody
        can ask for under a former address is not followed from there. All else is: a message's notice that was due when
        the address changed, say. The proof of a new address goes there, and that an address was given up goes to it.
        """
        if event.kind is EventKind.ADDRESS_PROOF_ISSUED:
            return account._replace(address=canonical_address(event.told["to"] or ""))
        if account.alias_of is None or event.kind is EventKind.ADDRESS_CHANGED:
            return account
        if account.former and event.kind in ASKED_FOR:
            return account
        # Its owner asked under another name.
        return self.portal.store.accounts.read(account.alias_of)

    def _key_of(self, claim: Claim) -> str:
        """The key that the first copy was made with. One that was taken off its ring had leaked: nothing is made with
        it any more, and a second copy carries another link.
        """
        ring = self.portal.keyring("mailed")
        return claim.key_id if claim.key_id is not None and claim.key_id in ring else ring.current

    def _outcome(self, mail: Outgoing, claim: Claim) -> "tuple[EventKind, Details]":
        """Write and send it; what became of it."""
        if claim.is_fresh(mail.now):
            raise Claimed
        if claim.tries >= MOST_UNKNOWN:
            return NOT_KNOWN
        try:
            _judge(mail)
            words = words_of(mail, WRITTEN_BY[mail.name](mail))
            return self._hand_over(mail, words, claim)
        except Withheld as withheld:
            return EventKind.MAIL_WITHHELD, {"cause": withheld.reason}
        except Rejected as rejected:
            return EventKind.MAIL_FAILED, {"cause": rejected.cause}

    def _hand_over(self, mail: Outgoing, words: RenderedMail, claim: Claim) -> "tuple[EventKind, Details]":
        """Claim it, hand it to SES, and take the claim back where SES says no.

        Attack: none is needed. SES takes the mail and its answer is lost, or the note cannot be written, and each
        delivery of the record mails it again. Defence: a claim whose end nobody knows stays, and after two of them the
        mail is left alone (ML-11).
        """
        outbox, run = self.portal.store.outbox, self.portal.random(8).hex()
        made = Claim(claim.tries + 1, self.portal.clock(), mail.key_id)
        if not outbox.claim(mail.event, claim, made, run):
            raise Claimed
        try:
            return EventKind.MAIL_SENT, self._send(mail.account.address, words)
        except OutcomeUnknown:
            if made.tries >= MOST_UNKNOWN:
                return NOT_KNOWN
            raise
        except Unavailable:
            outbox.release(mail.event, claim, run)
            raise

    def _let_through(self, event: Event) -> None:
        """An administrator lets mail go to this address again; SES keeps a list of its own. Twice does no harm."""
        account = self.portal.store.accounts.read(event.account_id)
        if account is None:
            return
        try:
            self.mailer.lift_suppression(account.address)
        except Rejected as rejected:
            log.write(logging.ERROR, "suppression_not_lifted", account=account.id, cause=rejected.cause)

    def _send(self, address: str, words: RenderedMail) -> "Details":
        """A logo must not cost anybody their mail: one that SES will not take stays behind, and the name is there."""
        try:
            return {"message_id": self.mailer.send(address, words)}
        except (Rejected, Forbidden) as refused:
            if words.logo is None:
                raise
            cause = refused.cause.removeprefix("ses:")
            bare = words._replace(logo=None)
            return {"message_id": self.mailer.send(address, bare), "without_logo": cause}


def _judge(mail: Outgoing) -> None:
    """Never to an account that is to go or a former address, nor of what happened to one that had the address before.

    Attack: the mailbox has a new holder, and the sweep mails them what their predecessor was to be told. Defence: no
    mail is about a time before its account (ADR 53).
    """
    if mail.account.status is Status.ERASED:
        raise Withheld("account_erased")
    if mail.event.account_id == mail.account.id and mail.event.at < mail.account.created_at:
        raise Withheld("of_an_account_before")
    if mail.account.former and mail.event.kind is not EventKind.ADDRESS_CHANGED:
        raise Withheld("former_address")


def mailed_at(event: Event, account: Account) -> AccountId:
    """Whose address a mail went to. That a new address does not exist says nothing of the one before."""
    return account_id(account.address) if event.kind is EventKind.ADDRESS_PROOF_ISSUED else account.id


def say(event: Event, note: Event | None, now: float) -> None:
    """The line of a mail whose fate is known, and of how long it had waited where SES has it.

    What is mailed because nothing followed waited on purpose, and is not counted among those.
    """
    if note is None:
        return
    measures = [log.MAILS_BY_FATE.of(which=note.kind)] if note.kind in MAILS else []
    if note.kind is EventKind.MAIL_SENT and mail_of(event) is not None:
        measures.append(log.MAIL_WAIT.of(round(max(now - event.at, 0), 1)))
    log.write(logging.INFO, note.kind.value, *measures, account=note.account_id, **note.details)


def note_of(event: Event, kind: EventKind, details: "Details") -> Event:
    """The note a mail leaves: one for each event, whatever became of it, under a key made from the event's."""
    facts: Details = {"about": event.kind.value, **details}
    return event._replace(kind=kind, id=f"{event.id}{NOTE}", reference=None, reason=None, details=facts)
