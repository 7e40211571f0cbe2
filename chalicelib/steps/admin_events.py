"""Console: the audit trail of an account, or what somebody did to others: who, what, from where, before and after.

As a page and as files. Reading it is itself an event.
"""

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from chalice import Blueprint

from chalicelib.domain.addresses import AccountId, CanonicalAddress, account_id
from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.reach import refuse_outside
from chalicelib.domain.refusals import invalid
from chalicelib.domain.services import SERVICE_ID, trail_of
from chalicelib.domain.trail import Lines, opaque, position
from chalicelib.flows.console import console_view
from chalicelib.flows.events import event_of
from chalicelib.flows.export import ROWS_OF_A_FILE, as_file, export_links, file_asked_for
from chalicelib.flows.inputs import address_input
from chalicelib.flows.paging import rows_of, turning
from chalicelib.flows.readings import reading
from chalicelib.flows.trail import act_lines, change_lines, trail_lines
from chalicelib.flows.trail_within import TrailWithin
from chalicelib.web.page import Page
from chalicelib.web.request import Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

if TYPE_CHECKING:
    from chalicelib.domain.details import Details

EXPORT = "/admin/events/export"
COLUMNS = (
    "at",
    "kind",
    "change",
    "reference",
    "reason",
    "reasons",
    "email",
    "source",
    "sources",
    "actor",
    "by",
    "count",
    "first_at",
    "last_at",
    "continues",
    "before",
    "after",
    "details",
)

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True)


@step.lambda_function(name="admin_events")
def admin_events(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


class Asked(NamedTuple):
    """What is looked for: whose trail, or what an actor did to others; to one account alone where both are named."""

    email: str
    actor: str
    changes: bool
    before: str | None

    @property
    def fields(self) -> dict[str, str]:
        """As the query has them, the position left out."""
        return {
            "email": self.email,
            "actor": self.actor,
            "changes": "true" if self.changes else "",
        }

    @property
    def told(self) -> "Details":
        """What is looked for, as the event of the reading tells it."""
        if not self.actor:
            return {"events_of": self.email}
        return {"acts_of": self.actor, **({"events_of": self.email} if self.email else {})}

    def wants(self, event: Event) -> bool:
        """Of an actor's acts."""
        of_account = not self.email or event.account_id == _trail_of(self.email)
        return of_account and (event.kind.changes or not self.changes)


def show(request: Request) -> Page:
    """The trail of one account, page by page; of an address without an account too, since strangers type those."""
    asked = _asked(request)
    request.store.events.record(
        event_of(request, EventKind.TRAIL_READ, request.known.account_id, details=asked.told)
    )
    found = _lines(request, asked, rows_of(request))
    further = opaque(found.before)
    turns = turning(request, "/admin/events", asked.fields, further)
    view = {
        "email": asked.email,
        "actor": asked.actor,
        "changes": asked.changes,
        "events": found.facts,
        **turns,
        **export_links(EXPORT, asked.fields, request.query.get("before", "")),
        **console_view(request),
    }
    return Page(facts={"events": found.facts, "before": further}, template="admin_events", view=view)


def export(request: Request) -> Page:
    """The same lines as a file."""
    kind, asked = file_asked_for(request), _asked(request)
    with reading(request, EventKind.TRAIL_READ, {**asked.told, "file": kind}):
        found = _lines(request, asked, ROWS_OF_A_FILE)
    return as_file(kind, "events", COLUMNS, found.facts, EXPORT, asked.fields, opaque(found.before))


def _lines(request: Request, asked: Asked, most: int) -> Lines:
    acts = TrailWithin(request)
    if asked.actor:
        return act_lines(acts, _trail_of(asked.actor), asked.before, most, asked.wants)
    lines = change_lines if asked.changes else trail_lines
    return lines(acts, _trail_of(asked.email), asked.before, most)


def _asked(request: Request) -> Asked:
    email, actor = (request.query.get(name, "") for name in ("email", "actor"))
    whose = _named(email, "email") if email or not actor else ""
    if whose:
        refuse_outside(request.known, _trail_of(whose))
    return Asked(
        email=whose,
        actor=_named(actor, "actor") if actor else "",
        changes=_changes_alone(request),
        before=position(request.query.get("before", "")),
    )


def _named(text: str, field: str) -> str:
    """An address, or a service by the beginning of its keys."""
    return text if re.fullmatch(rf"smp_{SERVICE_ID}", text) else address_input(text, field)


def _trail_of(named: str) -> AccountId:
    return trail_of(named[4:]) if "@" not in named else account_id(CanonicalAddress(named))


def _changes_alone(request: Request) -> bool:
    asked = request.query.get("changes", "")
    if asked not in ("", "true", "false"):
        raise invalid("changes", "changes")
    return asked == "true"


ROUTES = {"GET /admin/events": Route(show), "GET /admin/events/export": Route(export)}
