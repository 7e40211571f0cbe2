"""By the clock: seals each day of the trail's copy, once nothing can come into it any more (ADR 44).

Each seal names how many copies a day has, one digest of all their names, and the seal of the day before. It is written
once; a run that was missed is made up for by the next one.
"""

import logging
from typing import Any

from chalice import Blueprint

from chalicelib.domain.keys import Ring
from chalicelib.domain.trail_copy import EVENTS, SEALS, days_among, due_days, sealed_day
from chalicelib.portal import own_id
from chalicelib.runtime import log
from chalicelib.services.trail_copy import Copies, copies_in
from chalicelib.wiring import keyring, needs, portal, session

step = Blueprint(__name__)
NEEDS = needs(__name__, keys=("trail",))


@step.lambda_function(name="seal_trail")
def seal_trail(event: dict[str, Any], context: object) -> dict[str, int]:
    """Seal what is due. Raises where the bucket or the keys do not answer: the next hour asks again."""
    with log.about(own_id(context)), log.bare_faults():
        here = portal()
        copies = copies_in(session(), here.settings.region, here.settings.copy_bucket)
        return seal(copies, keyring("trail"), here.clock())


def seal(copies: Copies, ring: Ring, now: float) -> dict[str, int]:
    """How many days were sealed."""
    days, made = days_among(copies.folders(EVENTS)), 0
    done = days_among(name.rpartition("/")[2] for name in copies.names(SEALS))
    first, former = min(done or days, default=None), ""
    # From the first day on, also such as have no event: the chain has no gap.
    for day in due_days(first, now) if first else ():
        if day not in done:
            before = copies.read(f"{SEALS}/{former}") or b"" if former else b""
            made += copies.put(
                f"{SEALS}/{day}", sealed_day(day, copies.names(f"{EVENTS}/{day}"), before, ring)
            )
        former = day
    log.write(logging.INFO, "trail_sealed", days=made)
    return {"sealed": made}
