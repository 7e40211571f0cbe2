"""A form sent twice: which request of a moment ago this one repeats, and what that one's answer was made from (WB-20).

Only a browser sends twice without knowing; what a program repeats is refused as the contract says. The first and its
repeat come with the same cookie, or the same form, and the same body from the same browser; anything else is another.
"""

import hmac
from collections.abc import Callable
from types import MappingProxyType

from chalicelib.domain.repeats import Answer, Once, answer, answered, once
from chalicelib.domain.sessions import Session
from chalicelib.domain.tokens import Token, digest, parse_token, split_link
from chalicelib.web.cookies import asked_back_name, read_cookie, session_name
from chalicelib.web.paths import filled
from chalicelib.web.request import Field, Request

FORM = "form"  # the field that holds the name of the form
NAMED = MappingProxyType({FORM: Field(required=False, most=64)})
_FORM_BYTES = 8


def of_session(request: Request) -> Answer | None:
    """What the answer is made from in a session; None where nobody can ask for it twice."""
    held = _held(request)
    return _answer(request, held) if held else None


def of_form(request: Request) -> Answer | None:
    """The same at the logon, where there is no session: its page gave the browser a secret."""
    held = parse_token(read_cookie(request.cookies, asked_back_name(request.settings.secure)))
    return _answer(request, held) if held else None


def _held(request: Request) -> Token | None:
    held = split_link(read_cookie(request.cookies, session_name(request.settings.secure)) or "")
    # A token in Authorization was judged then, and not the cookie beside it.
    return held[1] if held and digest(held[1]) == request.known.digest else None


def _answer(request: Request, held: Token, made: Callable[..., Answer] = answer) -> Answer | None:
    if request.wants_json or not request.posted:
        return None
    keys = request.portal.keyring("devices")
    return made(keys, held, request.resource, request.user_agent, request.posted)


def form_name(request: Request) -> str:
    """A fresh name for the forms of one page, by which a repeat is told from the same act, meant once more."""
    return request.portal.random(_FORM_BYTES).hex()


def once_of(request: Request, done: str, *whom: str) -> Once | None:
    """The act of this request, of which `done` tells, for each of those that it is done for; None for a program, which
    says what it means each time.
    """
    if request.wants_json or not request.posted or not request.text(FORM):
        return None
    session = read_cookie(request.cookies, session_name(request.settings.secure)) or ""
    path = filled(request.resource, request.params)
    return once(done, request.now(), session, path, request.user_agent, request.posted, *whom)


def done_before(request: Request) -> tuple[Answer, Session] | None:
    """What this request's twin was answered from, and the session it made; None where there was no such twin.

    The twin's answer never came, or it came, and the browser holds the session that it gave.
    """
    made = of_session(request)
    if made is None:
        return None
    if request.caller_answered and (came := _came_already(request)):
        return came
    caller = request.known
    session = request.store.sessions.repeated(
        caller.account_id, caller.digest, digest(made.token), request.now()
    )
    return (made, session) if session else None


def _came_already(request: Request) -> tuple[Answer, Session] | None:
    """The same where this very session is the answer.

    Attack: another session, of the same person or of somebody else, sends a body that it has read, and is shown the
    recovery codes. Defence: the mark is of the secret that the answer gave, and is kept with that session alone.
    """
    held, caller = _held(request), request.known
    made = _answer(request, held, answered) if held else None
    if made is None:
        return None
    session = request.store.sessions.answered(caller.account_id, caller.digest, request.now())
    if session is None or session.answered is None:
        return None
    return (made, session) if hmac.compare_digest(session.answered.mark, made.mark) else None
