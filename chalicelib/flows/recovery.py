"""Recovery codes as a step gives them out: drawn for one answer, so the same form, sent twice, shows the same ten."""

from collections.abc import Sequence
from typing import NamedTuple

from chalicelib.domain.repeats import Answer
from chalicelib.domain.sessions import Next, Session
from chalicelib.domain.tokens import Token
from chalicelib.domain.two_step import new_recovery_codes, recovery_digest
from chalicelib.flows.repeats import done_before, of_session
from chalicelib.flows.sessions import home_of
from chalicelib.web.paths import PAGES, after, safe_next
from chalicelib.web.request import Request

FIRST = "first"  # what an answer says that sets 2-step up within a logon, which goes on with it


class GivenOut(NamedTuple):
    """Codes as they were shown, with the secret and the session of that answer; none that are not in force any more."""

    secret: Token
    session: Session
    codes: tuple[str, ...]


def drawn(request: Request) -> tuple[str, ...]:
    """Ten new ones."""
    return _drawn(request, of_session(request))


def digests(codes: Sequence[str]) -> list[str]:
    """What is stored of them."""
    return [digest for digest in map(recovery_digest, codes) if digest]


def given_out(request: Request) -> GivenOut | None:
    """What this request's twin has shown to nobody; without codes where they are not the account's any more (TF-08)."""
    before = done_before(request)
    if before is None:
        return None
    made, session = before
    codes, account = _drawn(request, made), request.store.accounts.read(session.account_id)
    # Attack: codes that were used or renewed since are shown, and kept, as good.
    in_force = account is not None and list(account.two_step.recovery) == digests(codes)
    return GivenOut(made.token, session, codes if in_force else ())


def onwards(request: Request, session: Session, done: str) -> str:
    """Where whoever saved them was going, or was: not a page that is done. A whole session came from its account."""
    wanted, page = safe_next(request.query.get("next")), PAGES[Next.ENROL_TWO_STEP]
    if not done:
        return wanted or page
    if done != FIRST and wanted in {None, page}:
        return "/account"
    return after(session.next, None if wanted == page else wanted, home_of(request, session.account_id))


def _drawn(request: Request, made: Answer | None) -> tuple[str, ...]:
    return new_recovery_codes(made.source() if made else request.portal.random)
