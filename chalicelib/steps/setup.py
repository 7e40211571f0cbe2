"""Setup: invites the first administrator, and makes the canary's account. Invoked by operations after a deployment; it
has no route, and nobody is told a password.

Running it again sends the invitation again as long as nobody has used it: the first may be lost or too old. An account
with a password is left alone (LG-11). The canary has another account after its key was rotated.
"""

from typing import Any

from chalice import Blueprint

from chalicelib.domain.accounts import Account, Kind, Status
from chalicelib.domain.addresses import account_id, canonical_address
from chalicelib.domain.canary import canary_account, canary_address, canary_password
from chalicelib.domain.invitations import invitation
from chalicelib.portal import Portal, own_id
from chalicelib.runtime import log
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__, keys=("pepper", "canary"))


@step.lambda_function(name="setup")
def setup(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Invite PORTAL_ADMIN_EMAIL as an administrator, by mail; then the canary's account, where it has none."""
    here = portal()
    with log.bare_faults(), here.at_work(context):
        here = here._replace(request_id=own_id(context))
        return prepare(here) | {"canary": prepare_canary(here)}


def prepare(portal: Portal) -> dict[str, bool]:
    """Whether the first administrator was invited just now, and whether that was not for the first time."""
    address = canonical_address(portal.settings.admin_email)
    now, event_id = portal.clock(), portal.random(16).hex()
    account, event = invitation(
        address,
        Kind.ADMINISTRATOR,
        at=now,
        event_id=event_id,
        actor="setup",
        request=portal.request_id,
    )
    if portal.store.accounts.invite(account, event):
        return {"invited": True, "again": False}
    there = portal.store.accounts.read(account.id)
    again = there is not None and waits(there)
    if again:
        portal.store.events.record(event)
    return {"invited": again, "again": again}


def prepare_canary(portal: Portal) -> bool:
    """Whether its account was made just now. It is not hashed for where it is there: this may run at any time."""
    ring = portal.keyring("canary")
    if portal.store.accounts.read(account_id(canary_address(ring))) is not None:
        return False
    hashed = portal.hasher.hash(canary_password(ring))
    account, event = canary_account(ring, hashed, portal.clock(), portal.random(16).hex(), portal.request_id)
    return portal.store.accounts.set_up(account, event)


def waits(account: Account) -> bool:
    """Whether it is an administrator's account to which nobody has chosen a password yet."""
    return (
        account.kind is Kind.ADMINISTRATOR
        and account.status is Status.ACTIVE
        and account.password_hash is None
        and account.alias_of is None
    )
