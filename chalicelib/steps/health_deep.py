"""Health, asked deeply: what the portal depends on, a word for each. For the canary alone, whose session it takes.

It changes nothing. What it asks is bounded: SES, three seconds at most and twice a minute, then two trips to the store,
in what is left of the request's time. `not_known` is no failure: of a thing that cannot be asked nobody says that it is
down.
"""

import logging
from typing import Any, NamedTuple

from chalice import Blueprint

from chalicelib.domain.canary import DELAYED, WAITING, Probe, probe_of
from chalicelib.domain.events import iso
from chalicelib.domain.refusals import Unavailable
from chalicelib.runtime import log
from chalicelib.web.page import Page
from chalicelib.web.request import Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__, keys=("canary",), store=("events", "health"))

OK, BEHIND, STALE, DOWN, PAUSED, NOT_KNOWN = "ok", "behind", "stale", "down", "paused", "not_known"
FAILING = frozenset({DOWN, PAUSED})
LATE_SECONDS, LOST_SECONDS = 60, 300  # of a mail that was asked for and of which nothing is known
NEWEST = 30  # of events of each side of its trail: a walk leaves five in all


class Found(NamedTuple):
    """What the store tells: that it can be read, the mail that was asked for last, and why that waits."""

    store: str
    probe: Probe | None = None
    waits: str | None = None


@step.lambda_function(name="health_deep")
def health_deep(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer the canary."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """Every word, and of the canary's newest mail when it was asked for and what became of it.

    503 where one of them is failing, with all the words, so that whoever is woken knows where to look.
    """
    keys, sending = _keys(request), _sending(request)
    found = _look(request)
    words = {
        "keys": keys,
        "store": found.store,
        "stream": _stream(request, found),
        "ses": DELAYED if sending == OK and (found.waits or "").startswith("ses:") else sending,
    }
    failing = [name for name, word in words.items() if word in FAILING]
    if failing:
        refusal = Unavailable(f"failing: {' '.join(failing)}")
        refusal.facts = dict(words)
        raise refusal
    return Page(facts={"status": OK, **words, "mail": _mail(found)})


def _keys(request: Request) -> str:
    """Its own ring stands for all: they are read from one place. `stale`: it is away, and those held still serve."""
    try:
        ring = request.portal.keyring("canary")
        ring.key()
    except Unavailable as unread:
        return _failed("keys", unread)
    return OK if ring.fresh else STALE


def _sending(request: Request) -> str:
    word, cause = request.portal.sending() if request.portal.sending else (NOT_KNOWN, None)
    if cause:
        log.write(logging.WARNING, "dependency_failed", dependency="ses", cause=cause)
    return word


def _look(request: Request) -> Found:
    who = request.known.account_id
    try:
        probe = probe_of(request.store.events.trail(who, None, NEWEST).together().events)
        waits = request.store.health.reach(probe.asked if probe else None)
    except Unavailable as away:
        return Found(_failed("store", away))
    return Found(OK, probe, waits)


def _stream(request: Request, found: Found) -> str:
    """By the mail that was asked for last: worked through, put aside, or waiting for how long."""
    if found.probe is None:
        return NOT_KNOWN
    if found.probe.fate != WAITING or found.waits:
        return OK
    age = request.now() - found.probe.asked.at
    return OK if age < LATE_SECONDS else BEHIND if age < LOST_SECONDS else DOWN


def _mail(found: Found) -> dict[str, str] | None:
    if found.probe is None:
        return None
    fate = DELAYED if found.waits and found.probe.fate == WAITING else found.probe.fate
    return {"asked_at": iso(found.probe.asked.at), "fate": fate}


def _failed(what: str, why: Unavailable) -> str:
    log.write(logging.ERROR, "dependency_failed", dependency=what, cause=why.cause)
    return DOWN


ROUTES = {"GET /health/deep": Route(show, always_json=True)}
