"""The one builder of a session, and the answer of every step that gives one (contract, `POST /logon`)."""

import logging

from chalicelib.domain.accounts import Account, Kind
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.devices import KNOWN_SECONDS, device_cookie, knows
from chalicelib.domain.events import iso
from chalicelib.domain.repeats import Answer, repeatable
from chalicelib.domain.sessions import Answered, Credential, Next, Session, expiry, numbered
from chalicelib.domain.tokens import Token, digest, new_token, session_token
from chalicelib.flows.repeats import done_before, of_session
from chalicelib.runtime import log
from chalicelib.web.cookies import device_name, read_cookie, set_device, set_session
from chalicelib.web.page import Page
from chalicelib.web.paths import AWAY_FROM_CONSOLE, CONSOLE, HOME, after
from chalicelib.web.request import Request

LOGON_BYTES = 8


def new_session(
    request: Request,
    next_: Next,
    *,
    account_id: AccountId,
    epoch: int,
    opened_with: Credential,
    known: bool,
    made: Answer | None = None,
) -> tuple[Token, Session]:
    """A fresh secret and the session of a logon that begins now, its password just typed, from this request's browser.

    Its number and the logon before it are taken when it is stored. `made`: what its repeat makes the same one from.
    """
    secret, now = made.token if made else new_token(request.portal.random), request.now()
    session = Session(
        account_id=account_id,
        digest=digest(secret),
        epoch=epoch,
        serial=0,
        opened_with=opened_with,
        code_entered=False,
        next=next_,
        started_at=now,
        last_seen_at=now,
        expires_at=0,
        reauthenticated_at=now,
        source=str(request.source),
        user_agent=request.user_agent[:200],
        known=known,
        whole=next_ is Next.PORTAL,
        logon=request.portal.random(LOGON_BYTES).hex(),
    )
    return secret, _with_expiry(request, session)


def follow_up(
    request: Request,
    account: Account,
    next_: Next,
    *,
    epoch: int,
    opened_with: Credential,
    code_entered: bool,
    typed: bool = False,
    said: str = "",
) -> tuple[Token, Session]:
    """The secret and the session that come after the caller's, once a step of the same logon is done (SE-02).

    Attack: a stolen session, its password typed long ago, enrols a second step of its own or enters a code: a new
    session, twelve hours more, a fresh time stamp. Defence: it is the same logon, which ends when it would have ended;
    and only a typed password (`typed`) makes it fresh, neither a code nor an enrolment (SE-13).
    `said`: a word of the step's own, for its answer to be given once more (WB-20).
    """
    caller, made, now = request.known, of_session(request), request.now()
    secret = made.token if made else new_token(request.portal.random)
    session = Session(
        account_id=caller.account_id,
        digest=digest(secret),
        epoch=epoch,
        serial=caller.serial,
        opened_with=opened_with,
        code_entered=code_entered,
        next=next_,
        # In a deployment an older authorizer tells no start: with it, the time stamp is never before it.
        started_at=caller.started_at or caller.reauthenticated_at,
        last_seen_at=now,
        expires_at=0,
        reauthenticated_at=now if typed else caller.reauthenticated_at,
        source=str(request.source),
        user_agent=request.user_agent[:200],
        previous_logon_at=caller.previous_logon_at,
        known=caller.known,
        whole=caller.whole or next_ is Next.PORTAL,
        logon=caller.logon,
        answered=Answered(now, request.resource, made.mark, said) if made else None,
    )
    if session.whole and not caller.whole:
        session = numbered(session, account)  # only a whole logon takes a number of theirs (LG-16)
    return secret, _with_expiry(request, session)


def _with_expiry(request: Request, session: Session) -> Session:
    return session._replace(expires_at=expiry(session, request.now(), request.settings.session_lifetime))


def session_page(request: Request, secret: Token, session: Session, **facts: object) -> Page:
    """The session as an answer: JSON for a client; for a browser the cookie and the way to the next step."""
    token, secure = session_token(session.account_id, secret), request.settings.secure
    home = home_of(request, session.account_id)
    if home == AWAY_FROM_CONSOLE and session.whole and not request.known.whole:
        told = {"account": session.account_id, "source": str(request.source)}
        log.write(logging.INFO, "console_shut", cause="admin_ranges", **told)
    seconds = max(1, int(session.expires_at - request.now()))
    return Page(
        facts={
            **facts,
            "next": session.next.value,
            "session": {"token": token, "expires_at": iso(session.expires_at)},
        },
        location=after(session.next, request.query.get("next"), home),
        cookies=(set_session(token, seconds, secure=secure), *_known_again(request, session)),
    )


def home_of(request: Request, who: AccountId) -> str:
    """What somebody comes for: staff the console, everybody else their messages. Staff are known before they are in,
    since a second step is asked of all of them; whoever else this browser was is not meant.

    Where the administrators' ranges shut the console to them here, they are told so on a page of their own. Nothing was
    refused yet: what they ask of the console all the same is.
    """
    caller = request.caller
    if caller is None or caller.account_id != who or caller.kind is Kind.RECIPIENT:
        return HOME
    return AWAY_FROM_CONSOLE if caller.console_shut else CONSOLE


def session_again(request: Request) -> Page | None:
    """That answer once more, to the browser whose form has got it already (WB-20)."""
    before = done_before(request)
    return session_page(request, before[0].token, before[1]) if before else None


def logon_again(request: Request, who: AccountId, made: Answer | None, *, known: bool) -> Page | None:
    """The answer to a logon of a moment ago, to the browser that repeats it and has proved the same credential (WB-20).

    It may have its session already: where the first answer came, and the page behind it has not yet.
    """
    now, here, opened = request.now(), request.caller, request.store.logons.opened
    if here is not None and here.account_id == who and repeatable(here.started_at, now):
        in_already = not request.wants_json and opened(who, here.digest, now, known=known)
        wanted, home = request.query.get("next"), home_of(request, who)
        return Page(location=after(here.next, wanted, home)) if in_already else None
    session = opened(who, digest(made.token), now, known=known) if made else None
    return session_page(request, made.token, session) if made and session else None


def known_browser(request: Request, who: AccountId, now: float) -> bool:
    """Whether this browser has been here before with this account (LG-14)."""
    cookie = read_cookie(request.cookies, device_name(request.settings.secure))
    return knows(request.portal.keyring("devices"), who, cookie, now)


def _known_again(request: Request, session: Session) -> tuple[str, ...]:
    """The cookie by which the browser of a whole logon is known the next time; a client has its network (LG-14)."""
    if session.next is not Next.PORTAL or request.wants_json:
        return ()
    portal, secure = request.portal, request.settings.secure
    value = device_cookie(portal.keyring("devices"), session.account_id, session.started_at, portal.random)
    return (set_device(value, KNOWN_SECONDS, secure=secure),)
