"""Once a minute: what lies under an account's former id is carried over to the one it has now (ADR 55).

A message is bound to its account by its seal, so each is opened and sealed anew, in one transaction with its new place.
It may stop anywhere and run again at any time: what is still to be done is what is still there. Until it is done the
account's list is read from both places.
"""

import logging
from typing import Any

from chalice import Blueprint

from chalicelib.domain.accounts import Status
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.messages import Message
from chalicelib.domain.moves import Carried, carried
from chalicelib.domain.refusals import Unavailable
from chalicelib.domain.sealing import Sealer, Unsealable
from chalicelib.portal import Portal
from chalicelib.runtime import log
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__, keys=("bodies",), store=("moves",))

RUN_SECONDS = 45  # a run ends before the next one begins
MOVES, MESSAGES = 20, 25


@step.lambda_function(name="move_accounts")
def move_accounts(event: dict[str, Any], context: object) -> dict[str, int]:
    """Carry over what waits. Raises where the store does not answer: the next minute goes on."""
    here = portal()
    with here.at_work(context):
        return carry_over(here)


def carry_over(portal: Portal) -> dict[str, int]:
    """How many messages were carried over, and how many accounts are done. No account holds up another."""
    until, found = portal.clock() + RUN_SECONDS, {"messages": 0, "accounts": 0, "delayed": 0}
    with log.bare_faults(), portal.store.request():
        waiting = portal.store.moves.waiting(MOVES)
    for move in waiting:
        try:
            found["accounts"] += _carry(portal, move, until, found)
        except Unavailable as error:
            log.write(logging.ERROR, "move_delayed", account=move.new, cause=error.cause)
            found["delayed"] += 1
    if any(found.values()):
        log.write(logging.WARNING if found["delayed"] else logging.INFO, "accounts_moved", **found)
    return found


def _carry(portal: Portal, move: Carried, until: float, found: dict[str, int]) -> bool:
    """Whether nothing is left of it."""
    while portal.clock() < until:
        with portal.store.request():
            messages = portal.store.moves.left(move.old, MESSAGES)
            account = portal.store.accounts.read(move.new)
            if not messages:
                portal.store.moves.carried(move)
                return True
            if account is None or account.status is Status.ERASED:
                return False  # what is left of both goes with them
            for one in messages:
                new = carried(one, move.new, account.address, _sealed(portal, one, move.new))
                found["messages"] += portal.store.moves.carry(one, new)
    return False


def _sealed(portal: Portal, message: Message, to: AccountId) -> str:
    """The body, sealed for where it goes. One that opens for nobody goes as it is, and opens for nobody there."""
    sealer = Sealer(portal.keyring("bodies"), portal.random)
    try:
        body = sealer.open(message.sealed_body, message.associated())
    except Unsealable:
        return message.sealed_body
    return sealer.seal(body, message._replace(account_id=to).associated())
