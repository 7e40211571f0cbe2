"""A message or reply that was being typed when its session ended: sealed in its table until its writer is back (WB-17).

Attack: a text for one reader's eyes lies in a browser's cookie or storage, for whoever sits there next. Defence: the
browser holds a name, which opens nothing; the text opens for the account it was typed under alone (ADR 30).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import parse_qsl

from chalicelib.domain.events import iso
from chalicelib.domain.messages import UNSENT_SECONDS, Message, drawer, unsent
from chalicelib.domain.refusals import Code, Refusal, Unavailable
from chalicelib.domain.sealing import Sealer, Unsealable
from chalicelib.domain.tokens import session_handle, split_session_token
from chalicelib.flows.repeats import NAMED
from chalicelib.presentation.languages import marked
from chalicelib.web.body import MAX_BODY
from chalicelib.web.cookies import read_cookie, session_name
from chalicelib.web.page import Page
from chalicelib.web.paths import filled
from chalicelib.web.request import Request
from chalicelib.web.unfinished import MOST_FIELDS, forgotten, named, waiting

NOT_KEPT = marked(
    "What you typed was not kept: it is too long, or not for a browser to keep. Please enter it again."
)
_ENDED = frozenset({Code.SESSION_REQUIRED, Code.STEP_REQUIRED})


def kept(request: Request, refusal: Refusal, page: Page) -> Page | None:
    """The page that refuses, with the cookie by which what was typed is found again; None where nothing was kept."""
    session = read_cookie(request.cookies, session_name(request.settings.secure))
    who = split_session_token(session)
    if refusal.code not in _ENDED or who is None or not 0 < len(request.posted) <= MAX_BODY:
        return None
    account_id, digest = who
    message = unsent(account_id, session_handle(digest), request.now())
    sealed = _sealer(request).seal(request.posted.encode("ascii"), message.associated())
    try:
        if not request.store.messages.keep_unsent(message._replace(sealed_body=sealed), account_id, digest):
            return None
    except Unavailable:  # refused as it is without
        return None
    where = filled(request.resource, request.params)
    cookie = named(account_id, where, message.id, UNSENT_SECONDS, secure=request.settings.secure)
    return page._replace(cookies=(cookie,))


def waits(request: Request) -> bool:
    """Whether something was kept for whoever asks, on this page."""
    form = waiting(request)
    return bool(form and form.unsent and form.path == filled(request.resource, request.params))


class GivenBack(NamedTuple):
    """What was typed, what the page's view has of it besides, and the cookies that go with that."""

    typed: Mapping[str, str] | None = None
    view: Mapping[str, object] = MappingProxyType({})
    cookies: tuple[str, ...] = ()


def given_back(request: Request) -> GivenBack:
    """For its writer to send or to give up."""
    if request.wants_json or not waits(request):
        return GivenBack()
    if request.query.get("discard"):
        return GivenBack(cookies=forgotten(request))
    found = typed(request)
    if found is None:
        return GivenBack(view={"problem": request.say(NOT_KEPT)}, cookies=forgotten(request))
    return GivenBack(found, {"unsent": True})


def once_sent(request: Request) -> tuple[str, ...]:
    """The cookies with which it is forgotten, where it was this that was sent."""
    return forgotten(request) if waits(request) else ()


def typed(request: Request) -> dict[str, str] | None:
    """What was typed; None for what is over, or does not open."""
    form, where = waiting(request), drawer(request.known.account_id)
    found = request.store.messages.read(where, form.unsent) if form else None
    return _opened(request, found) if found else None


def all_of_caller(request: Request) -> list[dict[str, object]]:
    """All that is kept of whoever asks, whichever browser waits for it, for the file of their own data."""
    found = request.store.messages.of_account(drawer(request.known.account_id))
    each = ((one, _opened(request, one)) for one in found)
    return [
        {
            "kept_at": iso(one.sent_at),
            "expires_at": iso(one.expires_at),
            "fields": {name: value for name, value in typed.items() if name not in NAMED},
        }
        for one, typed in each
        if typed is not None
    ]


def _opened(request: Request, found: Message) -> dict[str, str] | None:
    if not found.readable(request.now()):
        return None
    try:
        posted = _sealer(request).open(found.sealed_body, found.associated())
        return dict(parse_qsl(posted.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except (Unsealable, ValueError):
        return None


def _sealer(request: Request) -> Sealer:
    return Sealer(request.portal.keyring("bodies"), request.portal.random)
