"""What the portal tells of an account to its owner: on the page, to a program, and in the export. Reads nothing."""

from chalicelib.domain.events import iso
from chalicelib.domain.sessions import Caller


def account_facts(caller: Caller, now: float) -> dict[str, object]:
    """The contract's `GET /account`, of what the authorizer read."""
    changed = caller.password_changed_at
    return {
        "address": caller.address,
        "kind": caller.kind.value,
        "last_logon_at": None if caller.previous_logon_at is None else iso(caller.previous_logon_at),
        "password_changed_at": None if changed is None else iso(changed),
        "password_age_days": None if changed is None else int(max(0, now - changed) // 86400),
        "two_step": {
            "active": caller.two_step_active,
            "required": caller.two_step_required,
            "recovery_codes_left": caller.recovery_codes_left,
        },
    }
