"""A mailed link as a request brings it: from the field or the cookie, as the key of its row. Spends nothing."""

from chalicelib.domain.accounts import Account, Policy, effective_ranges
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import EventKind
from chalicelib.domain.networks import parse_address, permitted, throttle_key
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.resets import Purpose, Reset, link_key
from chalicelib.domain.tokens import digest, parse_token
from chalicelib.portal import Portal
from chalicelib.web.cookies import read_cookie, reset_name
from chalicelib.web.form import Form
from chalicelib.web.record import happened, reference


def reset_token(form: Form, portal: Portal) -> str | None:
    """The reset link's token: the field if the client sent one, else the cookie the GET left."""
    if "token" in form.fields:
        return form.text("token")
    return read_cookie(form.cookies, reset_name(portal.settings.secure))


def find(form: Form, portal: Portal, purpose: Purpose, token: str | None) -> Reset:
    """The row a token stands for, by one read; raises LINK_UNUSABLE, always alike (EN-06).

    Bad ones are counted by source address, so that guessing is slow as well as hopeless (RS-13).
    """
    if not token:  # the page opened without a link is no guess at one
        raise Refusal(Code.LINK_UNUSABLE, "link_missing")
    parsed = parse_token(token)
    found = portal.store.passwords.by_link(link_key(purpose, digest(parsed))) if parsed else None
    if found is None or found.purpose is not purpose:
        raise unusable(form, portal, None, "unknown")
    if found.spent_at is not None:
        raise unusable(form, portal, found.account_id, "used")
    if portal.clock() >= found.valid_until:
        raise unusable(form, portal, found.account_id, "expired")
    return found


def owner(form: Form, portal: Portal, found: Reset) -> Account:
    """The account the link may act on now; raises LINK_UNUSABLE when it moved on, is disabled, or from outside."""
    account, policy = portal.store.passwords.owner(found.account_id)
    cause = found.unusable(account, portal.clock())
    if cause or account is None:
        raise unusable(form, portal, found.account_id, cause or "no_account")
    if not account.may_reset:
        raise unusable(form, portal, found.account_id, f"account_{account.status}")
    if not _inside(form, account, policy):
        raise unusable(form, portal, found.account_id, "ip_denied")
    return account


def unusable(form: Form, portal: Portal, who: AccountId | None, cause: str) -> Refusal:
    """Record why a link was refused, where an account is known, and count the source; the answer is always the same."""
    portal.store.events.count_bad_link(throttle_key(parse_address(form.source)), portal.clock())
    refusal = Refusal(Code.LINK_UNUSABLE, f"link_{cause}", reference=reference(portal))
    if who is not None:
        event = happened(
            form, portal, EventKind.RESET_REFUSED, who, reason=f"link_{cause}", reference=refusal.reference
        )
        portal.store.events.record(event)
    return refusal


def _inside(form: Form, account: Account, policy: Policy | None) -> bool:
    return permitted(parse_address(form.source), effective_ranges(account, policy))
