"""Console: the sending systems. Made, with a key that is shown once; rotated, two keys alive at once; revoked."""

import hmac
import re
from typing import Any

from chalice import Blueprint

from chalicelib.domain.brand import UnusableBrand, checked_name
from chalicelib.domain.events import Event, EventKind, iso
from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.domain.services import (
    MOST_DOMAINS,
    SERVICE_ID,
    HeldKey,
    Service,
    digest_of,
    key_of,
    new_service_id,
    opened_by,
)
from chalicelib.flows.console import acted, console_view, correct
from chalicelib.flows.domains import domains_input, spellings
from chalicelib.flows.events import event_of
from chalicelib.flows.ranges import RANGES, RESTRICTION, given_ranges
from chalicelib.flows.repeats import NAMED, of_session
from chalicelib.flows.services import facts_of, rules
from chalicelib.web.page import Page
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

SECRET_BYTES = 32
NO_KEY = "-"

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True, keys=("devices",), store=("services",))


@step.lambda_function(name="admin_services")
def admin_services(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """Every service, and when its keys were last used; no key, and of a digest no more than names it."""
    listed = [facts_of(one) for one in request.store.services.every()]
    return Page(facts={"services": listed}, template="admin_services", view=_view(request, listed))


def submit(request: Request) -> Page:
    """Make one, and show its key this once."""
    name, domains, ranges = _name(request), domains_input(request, MOST_DOMAINS), _ranges(request)
    if seen := spellings(request, domains):
        return _in_both_spellings(request, seen, domains)
    random = _random(request)
    identity = new_service_id(random(SECRET_BYTES))
    key = key_of(identity, random(SECRET_BYTES))
    made = HeldKey(digest_of(key), request.now())
    new = Service(identity, name, domains, ranges, request.now(), request.known.address, made)
    event = _event(request, EventKind.SERVICE_MADE, new, {"after": rules(new)})
    make = request.store.services.make
    acted(request, lambda who: make(who, new, event), "service_made", holds=lambda: _opens(request, new))
    return _shown_once(request, new, key, "made", 201)


def rotate(request: Request) -> Page:
    """Make another key, and show it this once. The one before it lives on, until the next time."""
    seen = _named(request)
    if seen.revoked_at is not None:
        raise Refusal(Code.CONFLICT, "service_revoked")
    # Of one page's forms, each service's makes a key of its own.
    key = key_of(seen.id, hmac.digest(_random(request)(SECRET_BYTES), seen.id.encode(), "sha256"))
    new = seen._replace(current=HeldKey(digest_of(key), request.now()), former=seen.current)
    event = _event(request, EventKind.SERVICE_ROTATED, new, {})
    change = request.store.services.rotate
    acted(
        request,
        lambda who: change(who, seen, new.current, event, _replaces(request)),
        "service_rotated",
        holds=lambda: _opens(request, new),
    )
    return _shown_once(request, new, key, "rotated", 200)


def revoke(request: Request) -> Page:
    """End both keys, for good. What the service sent stays, and is read as before."""
    seen = _named(request)
    if seen.revoked_at is not None:  # as it was asked for, by whoever was first
        return _revoked(seen.id, seen.revoked_at, "service_revoked")
    event = _event(request, EventKind.SERVICE_REVOKED, seen, {"before": rules(seen)})
    end = request.store.services.revoke
    done = acted(request, lambda who: end(who, seen, event), "service_revoked")
    return _revoked(seen.id, event.at, done)


def _revoked(service: str, at: float, done: str) -> Page:
    facts = {"id": service, "revoked_at": iso(at)}
    return Page(facts=facts, location=f"/admin/services?done={done}")


def _random(request: Request) -> Any:
    """Where a key comes from. Of a form that is sent twice, the second one makes the first one's: it was shown to
    nobody, since the browser threw that answer away (WB-20).
    """
    made = of_session(request)
    return made.source() if made else request.portal.random


def _replaces(request: Request) -> str:
    """Which key was the newest on the page that asks. A program may leave it out: what it asks, it asks now."""
    handle = request.fields.get("replaces", "" if request.wants_json else NO_KEY)
    return handle if re.fullmatch(r"[0-9a-f]{12}|", handle) else NO_KEY


def _opens(request: Request, service: Service) -> bool:
    """Whether the key that the first of two forms has made still opens it."""
    found = request.store.services.find(service.id)
    return opened_by(found, service.current.digest) is not None


def _shown_once(request: Request, service: Service, key: str, done: str, status: int) -> Page:
    """It is done: a list that cannot be read now costs nobody the key, which is told this once."""
    try:
        listed = [] if request.wants_json else [facts_of(one) for one in request.store.services.every()]
    except Refusal:
        listed = [facts_of(service)]
    view = _view(request, listed)
    made = {"id": service.id, "name": service.name, "key": key, "done": done}
    return Page(
        status=status,
        facts={"id": service.id, "key": key},
        template="admin_services",
        view=view | {"made": made},
    )


def _named(request: Request) -> Service:
    """The service the path names. A text that cannot be one is just not there."""
    asked = request.params.get("id", "")
    found = request.store.services.find(asked) if re.fullmatch(SERVICE_ID, asked) else None
    if found is None:
        raise Refusal(Code.NOT_FOUND, "no_such_service")
    return found


def _name(request: Request) -> str:
    try:
        return checked_name(request.text("name"))
    except UnusableBrand as unusable:
        raise invalid(f"name:{unusable.cause}", "name") from unusable


def _in_both_spellings(request: Request, seen: dict[str, str], domains: tuple[str, ...]) -> Page:
    """As the console's other forms do, of several domains at once (IN-05)."""
    listed = [facts_of(one) for one in request.store.services.every()]
    view = _view(request, listed) | {"typed": dict(request.fields) | {"domains": list(domains)}}
    return Page(status=409, template="admin_services", view=view | {"respelled": seen})


def _ranges(request: Request) -> tuple[str, ...] | None:
    """As for accounts; a program that names none restricts nothing."""
    if "ranges" not in request.fields and request.fields.get("restriction") is None:
        return None
    return given_ranges(request)


def _event(request: Request, kind: EventKind, service: Service, told: dict[str, Any]) -> Event:
    facts: Any = {"service": service.name, "actor_kind": request.known.kind.value, **told}
    return event_of(request, kind, service.trail, details=facts)


def _view(request: Request, listed: list[dict[str, object]]) -> dict[str, object]:
    named = [{**one, "handle": f"smp_{one['id']}"} for one in listed]
    return {"services": named, **console_view(request)}


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """The list, with the form as it was filled in."""
    if request.caller is None:
        return None
    listed = [facts_of(one) for one in request.store.services.every()]
    return correct(
        request, refusal, "admin_services", _view(request, listed) | {"typed": dict(request.fields)}
    )


ROUTES = {
    "GET /admin/services": Route(show),
    "POST /admin/services": Route(
        submit,
        {
            **NAMED,
            "name": Field(most=200),
            "domains": Field(list, most=MOST_DOMAINS),
            "ranges": RANGES,
            "restriction": RESTRICTION,
        },
        show_refused,
    ),
    "POST /admin/services/{id}/rotate": Route(
        rotate, {**NAMED, "replaces": Field(required=False, most=64)}, show_refused
    ),
    "POST /admin/services/{id}/revoke": Route(revoke, NAMED, show_refused),
}
