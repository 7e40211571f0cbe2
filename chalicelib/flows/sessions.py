"""The one builder of a session, and the answer of every step that gives one (contract, `POST /logon`)."""

from chalicelib.domain.addresses import AccountId
from chalicelib.domain.devices import KNOWN_SECONDS, device_cookie
from chalicelib.domain.events import iso
from chalicelib.domain.sessions import Credential, Next, Session, lifetime
from chalicelib.domain.tokens import Token, digest, new_token, session_token
from chalicelib.web.cookies import set_device, set_session
from chalicelib.web.page import Page
from chalicelib.web.paths import after
from chalicelib.web.request import Request


def new_session(
    request: Request,
    next_: Next,
    *,
    account_id: AccountId,
    epoch: int,
    opened_with: Credential,
    code_entered: bool,
    known: bool,
    previous_logon_at: float | None = None,
    serial: int = 0,
) -> tuple[Token, Session]:
    """A fresh secret and the session it opens, begun now from this request's address and browser.

    A logon's `serial` and `previous_logon_at` are taken when the session is stored; a later step of it keeps both.
    """
    secret, now = new_token(request.portal.random), request.now()
    session = Session(
        account_id=account_id,
        digest=digest(secret),
        epoch=epoch,
        serial=serial,
        opened_with=opened_with,
        code_entered=code_entered,
        next=next_,
        started_at=now,
        last_seen_at=now,
        expires_at=int(now) + lifetime(next_, request.settings.session_lifetime),
        reauthenticated_at=now,
        source=str(request.source),
        user_agent=request.user_agent[:200],
        previous_logon_at=previous_logon_at,
        known=known,
    )
    return secret, session


def follow_up(
    request: Request, next_: Next, *, epoch: int, opened_with: Credential, code_entered: bool
) -> tuple[Token, Session]:
    """The secret and the session that come after the caller's, once a step of the same logon is done (SE-02)."""
    caller = request.known
    return new_session(
        request,
        next_,
        account_id=caller.account_id,
        epoch=epoch,
        opened_with=opened_with,
        code_entered=code_entered,
        previous_logon_at=caller.previous_logon_at,
        known=caller.known,
        serial=caller.serial,
    )


def session_page(request: Request, secret: Token, session: Session, **facts: object) -> Page:
    """The session as an answer: JSON for a client; for a browser the cookie and the way to the next step."""
    token, secure = session_token(session.account_id, secret), request.settings.secure
    seconds = max(1, int(session.expires_at - session.started_at))
    return Page(
        facts={
            **facts,
            "next": session.next.value,
            "session": {"token": token, "expires_at": iso(session.expires_at)},
        },
        location=after(session.next, request.query.get("next")),
        cookies=(set_session(token, seconds, secure=secure), *_known_again(request, session)),
    )


def _known_again(request: Request, session: Session) -> tuple[str, ...]:
    """The cookie by which the browser of a whole logon is known the next time; a client has its network (LG-14)."""
    if session.next is not Next.PORTAL or request.wants_json:
        return ()
    portal, secure = request.portal, request.settings.secure
    value = device_cookie(portal.keyring("devices"), session.account_id, session.started_at, portal.random)
    return (set_device(value, KNOWN_SECONDS, secure=secure),)
