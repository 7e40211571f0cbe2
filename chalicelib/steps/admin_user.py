"""Console: one user (Directories, Domains, domain, user): state, sessions, attempts, events, mails and messages, with
every action.

Reading it is itself an event. May not know what a message says or is about (ADR 59).
"""

from typing import Any

from chalice import Blueprint

from chalicelib.domain.accounts import Account
from chalicelib.domain.reach import reaches
from chalicelib.domain.trail import ROWS
from chalicelib.flows.attempts import attempt_facts
from chalicelib.flows.console import console_view
from chalicelib.flows.dual_control import waits_shown
from chalicelib.flows.readings import reading_users
from chalicelib.flows.seen import named_after, of_account
from chalicelib.flows.targets import may_act, named, seen
from chalicelib.flows.trail_within import TrailWithin
from chalicelib.flows.user_facts import attempt_rows, password_facts, session_facts, trail_facts, user_facts
from chalicelib.flows.user_messages import COUNTED, SHOWN, page_of_messages, received_facts
from chalicelib.web.page import Page
from chalicelib.web.request import Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True)


@step.lambda_function(name="admin_user")
def admin_user(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """Everything about one user, never a secret."""
    with reading_users(request, {"user": named(request)}):
        account, policy = seen(request)
        trail = TrailWithin(request).trail(account.id, None, ROWS)
        came = request.store.directory.came_to(account.id, COUNTED + 1)
        sessions = request.store.sessions.of_account(account.id)
        now = _now(request, account)
    user = user_facts(account, policy, request.portal)
    attempts = attempt_rows(trail, request.say)
    facts = {
        **user,
        **password_facts(account, came.mailed, request.now()),
        "sessions": session_facts(sessions, account, request.portal, request.say),
        "attempts": [attempt_facts(row) for row in attempts],
        **trail_facts(trail, more_messages=len(came.messages) > SHOWN),
        **received_facts(request, account, came),
        "moved_to": now.address if now else None,
    }
    view = {
        **facts,
        "user": user,
        "attempts": attempts,
        "own_account": account.id == request.known.account_id,
        "may_choose_password": request.settings.admin_may_choose_passwords,
        "given_up": account.alias_of is not None,
        "waits": waits_shown(request, account, trail.changes.events),
        **console_view(request),
        "may_act": may_act(request, account),
        "form_name": named_after(request, of_account(account)),
    }
    return Page(facts=facts, template="admin_user", view=view)


def _now(request: Request, former: Account) -> Account | None:
    """What an address that was given up leads to; not where that is of a domain the reader does not look after."""
    if former.alias_of is None or not reaches(request.known, former.alias_of):
        return None
    return request.store.accounts.find(former.alias_of)[0]


def show_messages(request: Request) -> Page:
    """What came to one user, page by page: when, from whom, what became of it."""
    with reading_users(request, {"user": named(request)}):
        account, _ = seen(request)
        found = page_of_messages(request, account)
    facts = {name: found[name] for name in ("messages", "before")}
    view = found | {"email": account.address, **console_view(request)}
    return Page(facts=facts, template="admin_user_messages", view=view)


ROUTES = {
    "GET /admin/users/{email}": Route(show),
    "GET /admin/users/{email}/messages": Route(show_messages),
}
