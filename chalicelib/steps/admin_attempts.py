"""Console: why a logon failed. By reference, by address typed, or by time. Reading it is itself an event."""

from datetime import UTC, datetime
from typing import Any

from chalice import Blueprint

from chalicelib.domain.addresses import account_id
from chalicelib.domain.events import ATTEMPTS, Event, EventKind
from chalicelib.domain.refusals import Refusal, invalid
from chalicelib.domain.tokens import parse_reference
from chalicelib.flows.attempts import DAYS_KEPT_IN_SIGHT, attempt_facts, attempt_row, days_back
from chalicelib.flows.console import console_view, correct, one_page, searched
from chalicelib.flows.events import event_of
from chalicelib.flows.inputs import address_input
from chalicelib.portal import Portal
from chalicelib.web.page import Page
from chalicelib.web.request import Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

MOST = 200
ASKED = ("reference", "email", "since")

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True)


@step.lambda_function(name="admin_attempts")
def admin_attempts(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, portal(), ROUTES)


def show(request: Request) -> Page:
    """The attempts asked for, newest first."""
    found = _found(request.portal, {name: request.query.get(name, "").strip() for name in ASKED})[:MOST]
    asked = {name: searched(request, name) for name in ASKED}
    event = event_of(request, EventKind.TRAIL_READ, request.known.account_id, details={"attempts": asked})
    request.store.events.record(event)
    rows = [attempt_row(one, request.say) for one in found]
    shown = one_page(request, "/admin/attempts", "attempts", rows)
    view = {"search": asked, **shown, **console_view(request)}
    facts = {"attempts": [attempt_facts(row) for row in rows]}
    return Page(facts=facts, template="admin_attempts", view=view)


def _found(portal: Portal, asked: dict[str, str]) -> list[Event]:
    since = _since(asked["since"])
    if asked["reference"]:
        reference = parse_reference(asked["reference"])
        found = portal.store.events.by_reference(reference) if reference else []
    elif asked["email"]:
        found = _by_address(portal, asked["email"])
    else:
        found = _by_time(portal, since)
    return [event for event in found if event.kind in ATTEMPTS and event.at >= since]


def _by_address(portal: Portal, email: str) -> list[Event]:
    """An address typed has its attempts also when no account is behind it."""
    return portal.store.events.of_account(account_id(address_input(email)), 500)


def _by_time(portal: Portal, since: float) -> list[Event]:
    found: list[Event] = []
    for day in days_back(portal.clock(), DAYS_KEPT_IN_SIGHT):
        found.extend(portal.store.directory.attempts_of_day(day, MOST))
        if len(found) >= MOST or (found and found[-1].at < since):
            break
    return found


def _since(text: str) -> float:
    if not text:
        return 0
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise invalid("since", "since") from error
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """The search again."""
    asked = {name: searched(request, name) for name in ASKED}
    return correct(request, refusal, "admin_attempts", {"search": asked, "attempts": None, "next_url": None})


ROUTES = {"GET /admin/attempts": Route(show, {}, show_refused)}
