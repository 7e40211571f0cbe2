"""Setup: invites the first administrator. Invoked by operations after a deployment; it has no route and no password.

Running it again changes nothing: an account that is there is left alone (LG-11).
"""

from typing import Any

from chalice import Blueprint

from chalicelib.domain.accounts import Kind
from chalicelib.domain.addresses import canonical_address
from chalicelib.domain.invitations import invitation
from chalicelib.portal import Portal
from chalicelib.runtime import log
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__)


@step.lambda_function(name="setup")
def setup(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Invite PORTAL_ADMIN_EMAIL as an administrator, by mail."""
    with log.bare_faults():
        return {"invited": prepare(portal())}


def prepare(portal: Portal) -> bool:
    """Whether the first administrator was invited just now."""
    address = canonical_address(portal.settings.admin_email)
    now, event_id = portal.clock(), portal.random(16).hex()
    account, event = invitation(address, Kind.ADMINISTRATOR, at=now, event_id=event_id, actor="setup")
    return portal.store.accounts.invite(account, event)
