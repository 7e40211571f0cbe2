"""Console: why a logon failed. By reference, by address typed, or by time; as a page and as files.

Reading it is itself an event.
"""

from typing import Any

from chalice import Blueprint

from chalicelib.domain.events import EventKind
from chalicelib.domain.refusals import Refusal
from chalicelib.domain.trail import opaque
from chalicelib.flows.attempt_search import asked_for, attempts_found
from chalicelib.flows.attempts import attempt_facts, attempt_row
from chalicelib.flows.console import console_view, correct
from chalicelib.flows.events import event_of
from chalicelib.flows.export import ROWS_OF_A_FILE, as_file, export_links, file_asked_for
from chalicelib.flows.inputs import searched
from chalicelib.flows.paging import rows_of, turning
from chalicelib.flows.readings import reading
from chalicelib.web.page import Page
from chalicelib.web.request import Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

ASKED = ("reference", "email", "since", "network", "outcome", "reason", "from", "until")
ALWAYS_TOLD = ASKED[:3]
EXPORT = "/admin/attempts/export"
COLUMNS = (
    "reference",
    "at",
    "email",
    "url",
    "browser",
    "browser_version",
    "operating_system",
    "address",
    "outcome",
    "reason",
)

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True)


@step.lambda_function(name="admin_attempts")
def admin_attempts(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """The attempts asked for, newest first."""
    asked = asked_for(request)
    found = attempts_found(request, asked, rows_of(request))
    texts = {name: searched(request, name) for name in ASKED}
    told = _told(texts)
    event = event_of(request, EventKind.TRAIL_READ, request.known.account_id, details={"attempts": told})
    request.store.events.record(event)
    rows = [attempt_row(one, request.say) for one in found.events]
    before = opaque(found.before)
    turns = turning(request, "/admin/attempts", texts, before)
    files = export_links(EXPORT, texts, request.query.get("before", ""))
    view = {"search": _in_form(texts), "attempts": rows, **turns, **files, **console_view(request)}
    facts = {"attempts": [attempt_facts(row) for row in rows], "before": before}
    return Page(facts=facts, template="admin_attempts", view=view)


def export(request: Request) -> Page:
    """The same ones as a file."""
    kind, asked = file_asked_for(request), asked_for(request)
    texts = {name: searched(request, name) for name in ASKED}
    with reading(request, EventKind.TRAIL_READ, {"attempts": _told(texts), "file": kind}):
        found = attempts_found(request, asked, ROWS_OF_A_FILE)
    rows = [attempt_facts(attempt_row(one, request.say)) for one in found.events]
    return as_file(kind, "attempts", COLUMNS, rows, EXPORT, texts, opaque(found.before))


def _told(texts: dict[str, str]) -> dict[str, str]:
    """What was searched for, as the event tells it."""
    return {name: text for name, text in texts.items() if text or name in ALWAYS_TOLD}


def _in_form(texts: dict[str, str]) -> dict[str, str]:
    """What was asked for, in its fields again. `since` is the older name of `from`."""
    return texts | {"from": texts["from"] or texts["since"]}


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """The search again; a page that was made up has no field to correct."""
    if refusal.facts.get("field") == "before":
        return None
    search = _in_form({name: searched(request, name) for name in ASKED})
    return correct(request, refusal, "admin_attempts", {"search": search, "attempts": None})


ROUTES = {"GET /admin/attempts": Route(show, {}, show_refused), "GET /admin/attempts/export": Route(export)}
