"""The answer of every step that gives a session: `next`, the token and the cookie (contract, `POST /logon`)."""

from chalicelib.domain.events import iso
from chalicelib.domain.sessions import Session
from chalicelib.domain.tokens import session_token
from chalicelib.portal import Portal
from chalicelib.web.cookies import set_session
from chalicelib.web.form import Form
from chalicelib.web.page import Page
from chalicelib.web.paths import after


def logged_on(form: Form, portal: Portal, session: Session, secret: str, **facts: object) -> Page:
    """The session as an answer: JSON for a client; for a browser the cookie and the way to the next step."""
    token = session_token(session.account_id, secret)
    seconds = max(1, int(session.expires_at - session.started_at))
    return Page(
        facts={
            **facts,
            "next": session.kind.value,
            "session": {"token": token, "expires_at": iso(session.expires_at)},
        },
        location=after(session.kind, form.query.get("next")),
        cookies=(set_session(token, seconds, secure=portal.settings.secure),),
    )
