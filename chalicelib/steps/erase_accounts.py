"""Every five minutes: what there is of accounts that administrators decided to erase, until there is nothing (ADR 53).

It begins two minutes after the decision, when nothing of the account can be under way any more. It ends before Lambda
ends it, and the next run goes on: what is gone is not found again. Of the trail it may take the person out and nothing
else; the table's own policy holds its role to that.
"""

import logging
from typing import Any

from chalice import Blueprint

from chalicelib.domain.erasing import Erasure, Place
from chalicelib.domain.refusals import Unavailable
from chalicelib.portal import Portal
from chalicelib.runtime import log
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__, store=("erasing",))

RUN_SECONDS = 240  # a run ends before the next one begins
ACT_SECONDS = 30  # of a hundred rows


@step.lambda_function(name="erase_accounts")
def erase_accounts(event: dict[str, Any], context: object) -> dict[str, int]:
    """Erase what is to be erased. Raises where the store does not answer: the next run asks again."""
    here = portal()
    with here.at_work(context):
        return erase(here)


def erase(portal: Portal) -> dict[str, int]:
    """How many accounts are gone now, and how many are not yet."""
    until = portal.clock() + RUN_SECONDS
    with log.bare_faults(), portal.store.request(ACT_SECONDS):
        due = portal.store.erasing.due()
    found = {"erased": 0, "waiting": 0}
    for one in due:
        found["erased" if _goes(portal, one, until) else "waiting"] += 1
    if due:
        log.write(logging.INFO, "accounts_erased", **found)
    return found


def _goes(portal: Portal, erasure: Erasure, until: float) -> bool:
    """One that cannot be erased now holds up no other (RL-06)."""
    if not erasure.begins(portal.clock()):
        return False
    try:
        return _cleared(portal, erasure, until) and _finished(portal, erasure)
    except Unavailable as error:
        log.write(logging.ERROR, "erasure_delayed", account=erasure.account_id, cause=error.cause)
    except Exception as error:  # noqa: BLE001 - what nobody foresaw in one of them
        log.fault(error)
    return False


def _cleared(portal: Portal, erasure: Erasure, until: float) -> bool:
    """Whether nothing is left of it but the account itself, within the time of this run."""
    place: Place | None = Place()
    while place is not None:
        if portal.clock() >= until:
            return False
        with log.bare_faults(), portal.store.request(ACT_SECONDS):
            place = portal.store.erasing.clear(erasure, place)
    return True


def _finished(portal: Portal, erasure: Erasure) -> bool:
    with log.bare_faults(), portal.store.request(ACT_SECONDS):
        done = portal.store.erasing.finish(erasure, portal.clock())
    if done:
        log.write(logging.WARNING, "account_erased", account=erasure.account_id, decision=erasure.decision)
    return done
