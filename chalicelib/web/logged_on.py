"""The answer of every step that gives a session: `next`, the token and the cookie (contract, `POST /logon`)."""

from chalicelib.domain.events import iso
from chalicelib.domain.sessions import Credential, Next, Session, lifetime
from chalicelib.domain.tokens import Token, digest, new_token, session_token
from chalicelib.portal import Portal
from chalicelib.web.cookies import set_session
from chalicelib.web.form import Form
from chalicelib.web.page import Page
from chalicelib.web.paths import after


def logged_on(form: Form, portal: Portal, session: Session, secret: Token, **facts: object) -> Page:
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


def follow_up(
    form: Form, portal: Portal, stage: Next, *, epoch: int, opened_with: Credential, code_entered: bool
) -> tuple[Token, Session]:
    """The secret and the session that come after the caller's, once a step of the same logon is done (SE-02)."""
    caller = form.known
    secret, now = new_token(portal.random), portal.clock()
    session = Session(
        account_id=caller.account_id,
        digest=digest(secret),
        epoch=epoch,
        serial=caller.serial,
        opened_with=opened_with,
        code_entered=code_entered,
        kind=stage,
        started_at=now,
        last_seen_at=now,
        expires_at=int(now) + lifetime(stage, portal.settings.session_lifetime),
        reauthenticated_at=now,
        address=form.source,
        user_agent=form.user_agent[:200],
        previous_logon_at=caller.previous_logon_at,
    )
    return secret, session
