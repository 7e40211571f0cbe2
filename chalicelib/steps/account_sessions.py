"""Own sessions: where one is logged on, and ending one or all others. No digest and no token is ever shown (SE-08)."""

from typing import Any

from chalice import Blueprint

from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.domain.sessions import recently_reauthenticated
from chalicelib.domain.tokens import Digest, session_handle
from chalicelib.flows.events import event_of
from chalicelib.flows.own_sessions import live_sessions, session_facts
from chalicelib.web.page import Page
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True)


@step.lambda_function(name="account_sessions")
def account_sessions(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """The live ones, the newest first."""
    stored = request.store.sessions.of_account(request.known.account_id)
    listed = [session_facts(session, request) for session in live_sessions(request, stored)]
    notice = {"revoked": "revoked", "others_revoked": "others_revoked"}.get(
        request.query.get("notice", ""), ""
    )
    return Page(
        facts={"sessions": listed}, template="account_sessions", view={"sessions": listed, "notice": notice}
    )


def revoke(request: Request) -> Page:
    """End the one with this handle, or all but this one, with a fresh password (SE-14).

    Attack: who stole a session ends the owner's, and stays alone. Defence: the password, as for every sensitive write;
    but a session may always end itself, as by logging off.
    """
    caller = request.known
    handle, others = request.fields.get("handle"), request.fields.get("others")
    if (handle is None) == (others is not True):
        raise invalid("handle_or_others", "handle")
    if handle != session_handle(caller.digest) and not recently_reauthenticated(caller, request.now()):
        raise Refusal(Code.REAUTHENTICATION_REQUIRED, "password_typed_too_long_ago")
    stored = request.store.sessions.of_account(caller.account_id)
    live = live_sessions(request, stored)
    if others:
        ended = [session for session in live if session.digest != caller.digest]
        # Half-done logons stand in no list, and end with the others.
        digests = [session.digest for session in stored if session.digest != caller.digest]
    else:
        ended = [session for session in live if session_handle(session.digest) == handle]
        digests = [session.digest for session in ended]
        if not ended and request.wants_json:
            raise Refusal(Code.NOT_FOUND, "no_such_handle")
    notice = "others_revoked" if others else "revoked"
    if digests:
        event = event_of(
            request, EventKind.SESSIONS_REVOKED, caller.account_id, details={"count": len(ended)}
        )
        _end(request, digests, event)
    return Page(facts={"revoked": len(ended)}, location=f"/account/sessions?notice={notice}")


def _end(request: Request, digests: list[Digest], event: Event) -> None:
    """End them with one event. Pressed twice, the first has ended them, and its event tells of it (WB-20).

    Attack: a session that gets a new secret just now makes the write fail, and the others live on. Defence: whatever of
    them is still there is ended all the same.
    """
    sessions, who = request.store.sessions, event.account_id
    if sessions.end(who, digests, event, present=True):
        return
    left = [session.digest for session in sessions.of_account(who) if session.digest in digests]
    if left:
        sessions.end(who, left, event)


ROUTES = {
    "GET /account/sessions": Route(show),
    "POST /account/sessions/revoke": Route(
        revoke, {"handle": Field(required=False, most=64), "others": Field(bool, required=False)}
    ),
}
