"""One user as the console shows them: everything an administrator or the support desk needs, and never a secret."""

import math
from collections.abc import Sequence

from chalicelib.domain.accounts import Account, Kind, Policy, Tries, effective_ranges, two_step_required
from chalicelib.domain.addresses import domain_of
from chalicelib.domain.events import ATTEMPTS, MAILS, Event, Trail, iso
from chalicelib.domain.limits import code_wait
from chalicelib.domain.lockout import hard_stopped
from chalicelib.domain.resets import Purpose, Reset
from chalicelib.domain.sessions import Session, cause_of_death
from chalicelib.domain.tokens import session_handle
from chalicelib.domain.trail import opaque
from chalicelib.flows.attempts import attempt_row
from chalicelib.flows.trail import latest_changes, latest_of, latest_others
from chalicelib.portal import Portal
from chalicelib.presentation.browsers import read_browser
from chalicelib.presentation.evidence import evidence
from chalicelib.presentation.languages import Translate


def user_facts(account: Account, policy: Policy | None, portal: Portal) -> dict[str, object]:
    """What the account's row and its domain's policy tell."""
    return {
        "email": account.address,
        "domain": domain_of(account.address),
        "kind": account.kind.value,
        "limited": account.limited,
        "status": account.status.value,
        "created_at": iso(account.created_at),
        "last_logon_at": _iso(account.last_logon_at),
        "two_step": _two_step(account, policy, everybody=portal.settings.require_two_step_of_all),
        "ranges": _ranges(account, policy),
        "lock": _lock(account, portal.clock()),
        "undeliverable": account.undeliverable or "",
    }


def password_facts(account: Account, mailed: Sequence[Reset], now: float) -> dict[str, object]:
    """Whether a password was chosen, must be changed, or a temporary one is out or has run out."""
    temporary = [one for one in mailed if one.purpose is Purpose.TEMPORARY and one.epoch == account.epoch]
    pending = [one for one in temporary if one.spent_at is None and now < one.valid_until]
    until = max((one.valid_until for one in temporary), default=None)
    if account.password_hash:
        state = "chosen"
    elif pending:
        state = "temporary_pending"
    else:
        state = "temporary_expired" if temporary else "none"
    facts = {"state": state, "changed_at": _iso(account.password_changed_at), "expires_at": _iso(until)}
    return {"password_state": state, "password": facts | {"must_change": account.must_change_password}}


def session_facts(
    sessions: Sequence[Session], account: Account, portal: Portal, say: Translate
) -> list[dict[str, object]]:
    """The live sessions, the newest first, without anything that could be used as one."""
    now, idle = portal.clock(), portal.settings.session_idle
    live = [one for one in sessions if cause_of_death(one, account, now, idle) is None]
    return [
        {
            "handle": session_handle(one.digest),
            "started_at": iso(one.started_at),
            "last_seen_at": iso(one.last_seen_at),
            "address": one.source,
            "browser": read_browser(one.user_agent).described(say),
            "whole": one.whole,
        }
        for one in sorted(live, key=lambda one: one.started_at, reverse=True)
    ]


def attempt_rows(trail: Trail, say: Translate) -> list[dict[str, object]]:
    """The latest attempts, as the console's page shows them."""
    return [attempt_row(event, say) for event in latest_of(trail, ATTEMPTS, 20).events]


def trail_facts(trail: Trail, *, more_messages: bool) -> dict[str, object]:
    """The latest events and mails. State changes come first: refusals push none of them out of sight (TR-01).

    `before` is where the state changes go on, in `/admin/events?changes=true`; `more` says of what else there is more.
    """
    changes, others = latest_changes(trail, 20, MAILS), latest_others(trail, 10, MAILS)
    mails, attempts = latest_of(trail, MAILS, 10), latest_of(trail, ATTEMPTS, 20)
    return {
        "events": [*changes.facts, *others.facts],
        "before": opaque(changes.before),
        "more": {
            "events": others.before is not None,
            "attempts": attempts.before is not None,
            "mails": mails.before is not None,
            "messages": more_messages,
        },
        "mails": [_mail(event) for event in mails.events],
    }


def _mail(event: Event) -> dict[str, object]:
    return {
        "at": iso(event.at),
        "what": event.told["about"] or event.told["mail"] or event.kind.value,
        "state": event.kind.value.removeprefix("mail_"),
        "detail": evidence(event.told["cause"] or ""),  # a remote mail server has a say in it
    }


def _two_step(account: Account, policy: Policy | None, *, everybody: bool) -> dict[str, object]:
    reasons = {
        "kind": account.kind is not Kind.RECIPIENT,
        "account": account.two_step_required,
        "domain": policy is not None and policy.two_step_required,
        "everybody": everybody,
    }
    return {
        "active": account.two_step.active,
        "required": two_step_required(account, policy, everybody=everybody),
        "required_by": [name for name, applies in reasons.items() if applies],
        "recovery_codes_left": len(account.two_step.recovery),
        "stopped": any(
            code_wait(account.two_step.tries(known=known)[0], 0, 0) is None for known in (False, True)
        ),
        "disputed_at": _iso(account.two_step.disputed_at),
    }


def _ranges(account: Account, policy: Policy | None) -> dict[str, object]:
    effective = effective_ranges(account, policy)
    source = "account" if account.ranges is not None else "domain" if effective is not None else "none"
    domain = policy.ranges if policy else None
    return {
        "effective": _list(effective),
        "source": source,
        "own": _list(account.ranges),
        "domain": _list(domain),
    }


def _lock(account: Account, now: float) -> dict[str, object]:
    """The lock of strangers, and (`known`) the one of the browsers and networks its owner was at before."""
    known = _lock_of(account.tries(known=True), now)
    return _lock_of(account.tries(known=False), now) | {"known": known}


def _lock_of(tries: Tries, now: float) -> dict[str, object]:
    locked = now < tries.locked_until
    return {
        "locked": locked,
        "locked_until": iso(tries.locked_until) if locked else None,
        "seconds_left": max(0, math.ceil(tries.locked_until - now)),
        "failures": tries.failures,
        "stopped": hard_stopped(tries.failures),
    }


def _list(ranges: tuple[str, ...] | None) -> list[str] | None:
    return None if ranges is None else list(ranges)


def _iso(at: float | None) -> str | None:
    return None if at is None else iso(at)
