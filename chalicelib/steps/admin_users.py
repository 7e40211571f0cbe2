"""Console: the users of a domain or of all, searched, filtered and page by page; and inviting one.

Reading them is itself an event.
"""

import re
from collections.abc import Mapping
from typing import Any

from chalice import Blueprint

from chalicelib.domain.accounts import Account, Kind, Status, next_epoch
from chalicelib.domain.addresses import InvalidAddress, account_id, canonical_address
from chalicelib.domain.administration import Actor
from chalicelib.domain.events import Event, iso
from chalicelib.domain.invitations import invitation
from chalicelib.domain.listing import STANDINGS, Found, ListedAccount, Wanted
from chalicelib.domain.reach import refuse_domain_outside, refuse_outside
from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.flows.console import acted, console_view, correct, shown_in_both_spellings
from chalicelib.flows.dual_control import kind_of_invited
from chalicelib.flows.export import ROWS_OF_A_FILE, as_file, export_links, file_asked_for
from chalicelib.flows.inputs import address_input, domain_input, respelled, searched
from chalicelib.flows.paging import LONGEST_NAME, Place, place_of, ways
from chalicelib.flows.readings import reading_users
from chalicelib.flows.repeats import NAMED
from chalicelib.flows.targets import user_path
from chalicelib.web.page import Page
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

DAY = 86400
PAGE_SIZE = 40  # with which a page stays under 50 KB
PATH = "/admin/users"
DESCENDING = "-address"
EXPORT = "/admin/users/export"
COLUMNS = ("email", "kind", "status", "two_step", "last_logon_at", "invited_at")
ASKED = ("domain", "q", "status", "kind", "two_step", "idle_days", "sort")
MOST_IDLE_DAYS = 3650
CHOICES = {
    "status": (*Status, *STANDINGS),
    "kind": tuple(Kind),
    "two_step": ("true", "false"),
    "sort": ("address", DESCENDING),
}
NOTHING = dict.fromkeys(ASKED, "")
NO_WAYS = {"next_url": "", "previous_url": "", "first_url": ""}

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True)


@step.lambda_function(name="admin_users")
def admin_users(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """One page of users by address."""
    wanted, asked, place = _asked(request)
    with reading_users(request, {"users": _told(asked)}):
        found = _found(request, wanted, place, descending=asked["sort"] == DESCENDING)
    turns, urls = ways(place, PATH, asked, [one.address for one in found.users], found.further)
    return Page(
        facts={"users": [_facts(one) for one in found.users], **turns},
        template="admin_users",
        view=_view(request, asked) | urls | {"users": [_facts(one) for one in found.users]},
    )


def export(request: Request) -> Page:
    """The same users as a file, from the first of them on."""
    kind, (wanted, asked, place) = file_asked_for(request), _asked(request)
    descending = asked["sort"] == DESCENDING
    with reading_users(request, {"users": _told(asked), "file": kind}):
        found = request.store.directory.users(wanted, place.name, ROWS_OF_A_FILE, backwards=descending)
    rows = [_facts(one) for one in found.users]
    return as_file(kind, "users", COLUMNS, rows, EXPORT, asked, found.further, by="after")


def _told(asked: Mapping[str, str]) -> dict[str, str]:
    """What was searched for, as the event tells it."""
    return {
        name: text for name, text in asked.items() if name in ("domain", "q") or (text and name != "sort")
    }


def _facts(one: ListedAccount) -> dict[str, object]:
    return {
        "email": one.address,
        "kind": one.kind,
        "status": one.status,
        "two_step": one.two_step,
        "last_logon_at": None if one.last_logon_at is None else iso(one.last_logon_at),
        "invited_at": None if one.invited_at is None else iso(one.invited_at),
    }


def _asked(request: Request) -> tuple[Wanted, dict[str, str], Place]:
    """What is looked for, checked; as its fields have it again; and where the page is."""
    text = {name: request.query.get(name, "").strip() for name in ASKED}
    domain = domain_input(text["domain"]) if text["domain"] else ""
    if domain:
        refuse_domain_outside(request.known, domain)
    for name, known in CHOICES.items():
        if text[name] not in ("", *known):
            raise invalid(name, name)
    wanted = Wanted(
        domain=domain,
        within=request.known.domains,
        part=text["q"].lower()[:LONGEST_NAME],
        standing=text["status"],
        kind=text["kind"],
        two_step=text["two_step"] == "true" if text["two_step"] else None,
        idle_since=_idle_since(text["idle_days"], request.now()),
    )
    return wanted, {**text, "domain": domain, "q": searched(request, "q")}, place_of(request)


def _idle_since(days: str, now: float) -> float | None:
    if not days:
        return None
    if not re.fullmatch("[1-9][0-9]{0,3}", days) or int(days) > MOST_IDLE_DAYS:
        raise invalid("idle_days", "idle_days")
    return now - int(days) * DAY


def _view(request: Request, asked: Mapping[str, str]) -> dict[str, object]:
    """Attack: a link to this page with a sentence as its domain, which then is the page's heading. Defence: the heading
    has a domain in its one spelling or none; what else was asked for stands in its field alone (WB-14).
    """
    begins_here = "" if request.query.get("before") else request.query.get("after", "")[:LONGEST_NAME]
    files = {"begins_here": bool(begins_here), **export_links(EXPORT, {**asked, "after": begins_here})}
    shown = {"users": None, "search": asked, "domain": asked["domain"], **NO_WAYS}
    return {**shown, **files, **console_view(request)}


def _found(request: Request, wanted: Wanted, place: Place, *, descending: bool) -> Found:
    """A whole address is found by its key; anything else by the indexes (ADR 48)."""
    directory = request.store.directory
    if place.name is None and "@" in wanted.part and (whole := _exactly(request, wanted)):
        return Found([whole], None)
    backwards = descending is not place.back
    found = directory.users(wanted, place.name, PAGE_SIZE, backwards=backwards)
    return found._replace(users=found.users[::-1]) if place.back else found


def _exactly(request: Request, wanted: Wanted) -> ListedAccount | None:
    try:
        user = request.store.directory.user(account_id(canonical_address(wanted.part)))
    except InvalidAddress:
        return None
    return user if user and wanted._replace(part="").fits(user) else None


def submit(request: Request) -> Page:
    """Invite somebody: a temporary password goes out by mail (LG-11: no password of anybody's choosing)."""
    address = address_input(request.text("email"))
    refuse_outside(request.known, account_id(address))
    kind = kind_of_invited(request)
    if respelled(request, request.text("email"), address):
        return shown_in_both_spellings(request, "admin_users", _view(request, NOTHING), "email", address)
    event_id = request.portal.random(16).hex()
    account, event = invitation(
        address,
        kind,
        at=request.now(),
        event_id=event_id,
        actor=request.known.address,
        request=request.portal.request_id,
    )
    exists = Refusal(Code.EXISTS, "account_exists")
    done = acted(request, lambda who: _invite(request, account, event, who), "invited", exists)
    facts = {"email": address, "kind": kind.value, "status": "active"}
    return Page(status=201, facts=facts, location=f"{user_path(address)}?done={done}")


def _invite(request: Request, account: Account, event: Event, who: Actor) -> bool:
    """Where there is none, or one whose invitation was withdrawn, of which nothing stays but that its epoch is over."""
    if request.store.accounts.invite(account, event, who):
        return True
    epoch = request.store.directory.withdrawn(account.id)
    if epoch is None:
        return False
    anew = account._replace(epoch=next_epoch(epoch, event.at))
    return request.store.accounts.invite(anew, event, who, epoch)


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """The form again, as it was filled in."""
    return correct(
        request, refusal, "admin_users", {**_view_of_refusal(request), "typed": dict(request.fields)}
    )


def _view_of_refusal(request: Request) -> dict[str, object]:
    """What was searched for, in its fields again; of a form that was sent, nothing was."""
    asked = NOTHING if request.method == "POST" else {name: searched(request, name) for name in ASKED}
    return _view(request, {**asked, "domain": ""}) if request.caller else {}


ROUTES = {
    "GET /admin/users/export": Route(export),
    "GET /admin/users": Route(show, {}, show_refused),
    "POST /admin/users": Route(
        submit, {**NAMED, "email": Field(most=2000), "kind": Field(required=False, most=20)}, show_refused
    ),
}
