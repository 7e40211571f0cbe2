"""What a person finds after the first start: an invited administrator, and a message for an invited recipient."""

from __future__ import annotations

import logging

from chalicelib.domain.addresses import account_id, canonical_address
from chalicelib.domain.delivery import Draft, send_message
from chalicelib.domain.sealing import Sealer
from chalicelib.wiring import portal
from infra.gateway.functions import invoke

log = logging.getLogger(__name__)
RECIPIENT = "recipient@portal.test"
BODY = """Good day,

this is the portal's demonstration message. You were invited, logged on with a temporary password and chose your own.

Now you are reading what only you can read.

Log off, then try "Forgot Your Password?": the way back in is in the mailbox too.
"""


def begin() -> None:
    """Do both; a portal that cannot do one still starts and says so."""
    for act in (invite_administrator, send_demonstration):
        try:
            act()
        except Exception:  # half a demonstration is better than no start; the log says which half
            log.exception("%s did not work", act.__name__)


def invite_administrator() -> None:
    """By the function that operations invoke after a deployment."""
    invoke("setup", {})


def send_demonstration() -> None:
    """One message, of the first administrator, who reads what is written back; its recipient is new, and so invited."""
    chosen = portal()
    administrator = canonical_address(chosen.settings.admin_email or "demonstration@portal.test")
    draft = Draft(
        sender=administrator,
        to=canonical_address(RECIPIENT),
        subject="Your statement for this month",
        body=BODY,
        lifetime_seconds=30 * 86400,
        actor="demonstration",
        answers_to=account_id(administrator),
    )
    sealer = Sealer(chosen.keyring("bodies"), chosen.random)
    with chosen.store.request():
        send_message(chosen.store, sealer, draft, now=chosen.clock(), random=chosen.random)
