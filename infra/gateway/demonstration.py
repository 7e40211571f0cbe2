"""What a person finds after the first start: an invited administrator, and a message for an invited recipient."""

from __future__ import annotations

import logging

from infra.gateway.functions import invoke

log = logging.getLogger(__name__)
RECIPIENT = "recipient@portal.test"


def begin() -> None:
    """Do both; a portal that cannot do one still starts and says so."""
    for act in (invite_administrator, send_demonstration):
        try:
            act()
        except Exception:  # a start with half the demonstration is better than none, and the log says which half
            log.exception("%s did not work", act.__name__)


def invite_administrator() -> None:
    """By the function that operations invoke after a deployment."""
    invoke("setup", {})


def send_demonstration() -> None:
    """One message; its recipient is new and so is invited by the sending."""
    from chalicelib.domain.delivery import send_message
    from chalicelib.wiring import portal

    send_message(
        portal(),
        sender="demonstration@portal.test",
        to=RECIPIENT,
        subject="Your statement for this month",
        body="Good day,\n\nthis is the demonstration message of the portal. You have read it: everything works.\n",
    )
