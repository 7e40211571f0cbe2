"""Console: one user (Directories, Domains, domain, user): state, sessions, attempts, events, mails, every action."""

from typing import Any

from chalice import Blueprint

from chalicelib.portal import Portal
from chalicelib.web.console import console_view, target
from chalicelib.web.form import Form
from chalicelib.web.page import Page
from chalicelib.web.serve import Route, serve
from chalicelib.web.user_facts import password_facts, session_facts, trail_facts, user_facts
from chalicelib.wiring import portal

step = Blueprint(__name__)


@step.lambda_function(name="admin_user")
def admin_user(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer one request."""
    return serve(event, portal(), ROUTES)


def show(form: Form, portal: Portal) -> Page:
    """Everything about one user, never a secret."""
    account, policy = target(form, portal)
    user = user_facts(account, policy, portal)
    facts = {
        **user,
        **password_facts(account, portal.store.directory.mailed(account.id), portal.clock()),
        "sessions": session_facts(portal.store.sessions.of_account(account.id), account, portal, form.say),
        **trail_facts(portal.store.events.of_account(account.id, 100)),
    }
    view = {
        **facts,
        "user": user,
        "own_account": account.id == form.known.account_id,
        "may_choose_password": portal.settings.admin_may_choose_passwords,
        **console_view(form, portal),
    }
    return Page(facts=facts, template="admin_user", view=view)


ROUTES = {"GET /admin/users/{email}": Route(show)}
