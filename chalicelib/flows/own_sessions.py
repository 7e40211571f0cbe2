"""The sessions of an account as its owner sees them. No digest and no token is ever among them (SE-08)."""

from collections.abc import Sequence

from chalicelib.domain.events import iso
from chalicelib.domain.sessions import Session, outlived
from chalicelib.domain.tokens import session_handle
from chalicelib.presentation.browsers import read_browser
from chalicelib.web.request import Request


def live_sessions(request: Request, stored: Sequence[Session]) -> list[Session]:
    """The whole ones that the authorizer would still let in, the newest first."""
    caller, now, idle = request.known, request.now(), request.settings.session_idle
    live = [
        session
        for session in stored
        if session.whole and not outlived(session, caller.epoch, caller.newest_serial, now, idle)
    ]
    return sorted(live, key=lambda session: session.started_at, reverse=True)


def session_facts(session: Session, request: Request) -> dict[str, object]:
    """One of them, as the contract has it."""
    return {
        "handle": session_handle(session.digest),
        "current": session.digest == request.known.digest,
        "started_at": iso(session.started_at),
        "last_seen_at": iso(session.last_seen_at),
        "address": session.source,
        "browser": read_browser(session.user_agent).described(request.say),
    }
