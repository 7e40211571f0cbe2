"""Preferences: the language of pages and mails, and the zone their times are in. Each may be left to the browser.

Nothing secret and nothing that opens a door, so no password is asked again, and no mail tells of it; the trail does.
"""

from typing import Any

from chalice import Blueprint

from chalicelib.domain.accounts import Preferences
from chalicelib.domain.events import EventKind
from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.domain.sessions import Caller
from chalicelib.flows.events import event_of
from chalicelib.presentation.languages import LANGUAGES
from chalicelib.presentation.zones import places, zone
from chalicelib.web.page import Page
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True)


@step.lambda_function(name="account_preferences")
def account_preferences(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """What is set."""
    chosen = _chosen(request.known)
    view = _view(chosen) | {"saved": request.query.get("notice") == "saved"}
    return Page(facts=_facts(chosen), template="account_preferences", view=view)


def submit(request: Request) -> Page:
    """Set what was sent: nothing or "" leaves it to the browser, and a field that was not sent stays as it is."""
    caller = request.known
    before, asked = _chosen(caller), _asked(request)
    if asked != before:
        event = event_of(
            request,
            EventKind.PREFERENCES_CHANGED,
            caller.account_id,
            details={"language": asked.language, "time_zone": asked.time_zone},
        )
        if not request.store.preferences.choose(caller.account_id, caller.epoch, asked, event):
            raise Refusal(Code.SESSION_REQUIRED, "changed_meanwhile")
    return Page(facts=_facts(asked), location="/account/preferences?notice=saved")


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """The same form again. A list offers nothing that is refused, so this is somebody's own request."""
    if refusal.code is not Code.INVALID_REQUEST:
        return None
    field = str(refusal.facts.get("field") or "language")
    view = {"saved": False, "errors": {field: request.say("Choose one that is in the list.")}}
    return Page(template="account_preferences", view=_view(_chosen(request.known)) | view)


def _chosen(caller: Caller) -> Preferences:
    return Preferences(caller.language or None, caller.zone or None)


def _asked(request: Request) -> Preferences:
    before = _chosen(request.known)
    language = request.text("language") or None if "language" in request.fields else before.language
    time_zone = request.text("time_zone") or None if "time_zone" in request.fields else before.time_zone
    if language not in {None, before.language, *LANGUAGES}:
        raise invalid("unknown_language", "language")
    if time_zone not in {None, before.time_zone} and zone(str(time_zone)) is None:
        raise invalid("unknown_time_zone", "time_zone")
    return Preferences(language, time_zone)


def _facts(chosen: Preferences) -> dict[str, object]:
    return {"language": chosen.language, "time_zone": chosen.time_zone}


def _view(chosen: Preferences) -> dict[str, object]:
    offered = places()
    if chosen.time_zone and chosen.time_zone not in offered:  # one of the other names, by a program
        offered = (chosen.time_zone, *offered)
    return _facts(chosen) | {"languages": LANGUAGES, "time_zones": offered}


ROUTES = {
    "GET /account/preferences": Route(show),
    "POST /account/preferences": Route(
        submit,
        {
            "language": Field(required=False, most=20, nullable=True),
            "time_zone": Field(required=False, most=64, nullable=True),
        },
        show_refused,
    ),
}
