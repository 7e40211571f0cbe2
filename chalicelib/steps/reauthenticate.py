"""The password again (and the code, where there is one) before sensitive writes; good for ten minutes (SE-11).

An open session on a table in a café must not be enough to change who may log on.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

from chalice import Blueprint

from chalicelib.domain.events import EventKind
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.sessions import Next
from chalicelib.flows import codes
from chalicelib.flows.confirm import confirm_password
from chalicelib.flows.events import event_of
from chalicelib.flows.sessions import follow_up, session_page
from chalicelib.presentation.languages import marked
from chalicelib.web.page import Page
from chalicelib.web.paths import after, suffix
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.web.unfinished import Unfinished, forgotten, waiting
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
# What each form that may meet the prompt does, in the words of its button.
LABELS: Mapping[str, str] = MappingProxyType(
    {
        "/account/sessions/revoke": marked("End sessions"),
        "/account/two-step": marked("Turn on 2-step authentication"),
        "/account/two-step/confirm": marked("Turn on 2-step authentication"),
        "/admin/users": marked("Invite a user"),
        "/admin/users/{email}/password": marked("Set a password"),
        "/admin/users/{email}/force-change": marked("Force change at logon"),
        "/admin/users/{email}/disable": marked("Disable the account"),
        "/admin/users/{email}/enable": marked("Enable the account"),
        "/admin/users/{email}/unlock": marked("Unlock"),
        "/admin/users/{email}/two-step": marked("Change whether 2-step is required"),
        "/admin/users/{email}/two-step/reset": marked("Reset 2-step"),
        "/admin/users/{email}/ip-ranges": marked("Save ranges"),
        "/admin/users/{email}/sessions/revoke": marked("Revoke sessions"),
        "/admin/users/{email}/contain": marked("Contain the account"),
        "/admin/users/{email}/deliverable": marked("Allow mail again"),
        "/admin/domains": marked("Add domain"),
        "/admin/domains/{domain}/ip-ranges": marked("Save ranges"),
        "/admin/domains/{domain}/brand": marked("Save brand"),
        "/admin/ip-ranges": marked("Save ranges"),
    }
)
NEEDS = needs(__name__, page=True, keys=("pepper", "seeds", "devices"))


@step.lambda_function(name="reauthenticate")
def reauthenticate(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, portal(), ROUTES)


def show(request: Request) -> Page:
    """The form; or, once confirmed, what had met it and is not done yet."""
    unfinished = waiting(request) if request.query.get("confirmed") == "1" else None
    if unfinished is not None:
        view = _unfinished(request, unfinished)
        return Page(facts={"fields": []}, template="reauthenticate", view=view, cookies=forgotten(request))
    fields = ["password", "code"] if request.known.two_step_active else ["password"]
    return Page(facts={"fields": fields}, template="reauthenticate", view=_view(request))


def submit(request: Request) -> Page:
    """Prove the password, and the code; the session goes on under a new secret."""
    caller = request.known
    confirmation = confirm_password(request, request.text("password"), EventKind.REAUTHENTICATION_REFUSED)
    secret, session = follow_up(
        request,
        confirmation.account,
        caller.next,
        epoch=caller.epoch,
        opened_with=caller.opened_with,
        code_entered=caller.code_entered,
        typed=True,
    )
    event = event_of(request, EventKind.REAUTHENTICATED, caller.account_id)
    if caller.two_step_active:
        proof = codes.prove_again(request, confirmation, request.text("code"))
        accepted = codes.accept(request.portal, proof, caller.digest, session, event)
    else:
        accepted = request.store.sessions.move_on(caller.digest, session, event)
    if not accepted:
        raise Refusal(Code.SESSION_REQUIRED, "changed_meanwhile")
    page = session_page(request, secret, session)
    if waiting(request) is None:
        return page
    return page._replace(
        location="/reauthenticate?confirmed=1" + suffix(request.query.get("next")).replace("?", "&")
    )


def _unfinished(request: Request, unfinished: Unfinished) -> dict[str, object]:
    """What is to be pressed again. A form that held a secret is filled in anew, on the page that `next` names."""
    path = unfinished.path
    resource = next((one for one in LABELS if _is(one, path)), None)
    label = request.say(LABELS[resource]) if resource else ""
    return {
        "next_url": after(Next.PORTAL, request.query.get("next")),
        "unfinished": {
            "action": unfinished.path,
            "fields": unfinished.fields,
            "label": label,
            "whom": next(
                (unquote(part) for part in path.split("/") if "@" in unquote(part) or "." in part), ""
            ),
            "whole": unfinished.whole and resource is not None,
        },
    }


def _is(resource: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{[a-z]+\}", "[^/]+", resource), path) is not None


def _view(request: Request) -> dict[str, object]:
    return {"two_step": request.known.two_step_active, "address": request.known.address}


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """The form again."""
    errors = {
        Code.INVALID_LOGON: {"password": request.say("This is not your password.")},
        Code.INVALID_CODE: {"code": request.say("This code is not valid.")},
        Code.INVALID_REQUEST: {"password": request.say("Enter your password.")},
    }.get(refusal.code)
    if errors is None or request.caller is None:
        return None
    return Page(template="reauthenticate", view=_view(request) | {"errors": errors})


ROUTES = {
    "GET /reauthenticate": Route(show),
    "POST /reauthenticate": Route(
        submit, {"password": Field(most=8192), "code": Field(required=False, most=100)}, show_refused
    ),
}
