"""The canary: an account that nobody is behind, which walks through the portal every five minutes (ADR 43).

Address and password are derived from a key of its own, so nobody knows either, and no table and no setting holds them.
Attack: whoever knows the canary's address locks it by wrong passwords, and the alarm over all the portal rings for
nothing. Defence: it is as little known as the password.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from typing import NamedTuple

from chalicelib.domain.accounts import Account, next_epoch
from chalicelib.domain.addresses import SIMULATOR, CanonicalAddress, account_id, canonical_address
from chalicelib.domain.events import MAILS, Event, EventKind
from chalicelib.domain.keys import Ring

LABEL_DIGITS = 24
# What is asked for the canary's newest reset mail: the words of its notes, and of what has none yet.
WAITING, DELAYED = "waiting", "delayed"
FATES = {
    EventKind.MAIL_SENT: "sent",
    EventKind.MAIL_DELIVERED: "delivered",
    EventKind.MAIL_DELAYED: DELAYED,
    EventKind.MAIL_BOUNCED: "bounced",
    EventKind.MAIL_COMPLAINED: "complained",
    EventKind.MAIL_FAILED: "failed",
    EventKind.MAIL_WITHHELD: "withheld",
    EventKind.MAIL_UNKNOWN: "unknown",
}


def canary_address(ring: Ring) -> CanonicalAddress:
    """Of SES's simulator, which takes every mail and shows none."""
    label = _derived(ring, "address").hex()[:LABEL_DIGITS]
    return canonical_address(f"success+{label}@{SIMULATOR}")


def canary_password(ring: Ring) -> str:
    """What it logs on with."""
    return urlsafe_b64encode(_derived(ring, "password")).decode("ascii").rstrip("=")


def canary_account(
    ring: Ring, password_hash: str, at: float, event_id: str, request: str | None
) -> tuple[Account, Event]:
    """The account as it begins, and the event that tells of it, which makes no mail due."""
    address = canary_address(ring)
    who = account_id(address)
    account = Account(who, address, epoch=next_epoch(0, at), password_hash=password_hash, created_at=at)
    event = Event(who, EventKind.CANARY_SET_UP, at, event_id, email=address, actor="setup", request=request)
    return account, event


class Probe(NamedTuple):
    """The newest mail that the canary asked for, and what is known of it."""

    asked: Event
    fate: str


def probe_of(trail: Sequence[Event]) -> Probe | None:
    """The newest in a trail, which has the newest first; None where it asked for none.

    What SES tells names the mail by an id, which its note has.
    """
    asked = next((one for one in trail if one.kind is EventKind.RESET_ASKED), None)
    if asked is None:
        return None
    note = next(
        (one for one in trail if one.kind in MAILS and one.told["about"] and one.id.startswith(asked.id)),
        None,
    )
    if note is None:
        return Probe(asked, WAITING)
    told = [
        one
        for one in trail
        if one.kind in MAILS and one.told["mail"] and one.told["message_id"] == note.told["message_id"]
    ]
    return Probe(asked, FATES[(told or [note])[0].kind])


def _derived(ring: Ring, what: str) -> bytes:
    return hmac.digest(ring.key(), f"canary {what}".encode(), "sha256")
