"""A mailed link as a request brings it: from the field or the cookie, as the key of its row. Spends nothing."""

from chalicelib.domain.accounts import Account, Policy, effective_ranges
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import EventKind
from chalicelib.domain.networks import permitted, throttle_key
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.resets import Purpose, Reset, link_key
from chalicelib.domain.tokens import digest, parse_token
from chalicelib.flows.events import event_of, new_reference
from chalicelib.web.cookies import read_cookie, reset_name
from chalicelib.web.request import Request


def reset_token(request: Request) -> str | None:
    """The reset link's token: the field if the client sent one, else the cookie the GET left."""
    if "token" in request.fields:
        return request.text("token")
    return read_cookie(request.cookies, reset_name(request.settings.secure))


def find(request: Request, purpose: Purpose, token: str | None) -> Reset:
    """The row a token stands for, by one read; raises LINK_UNUSABLE, always alike (EN-06).

    Bad ones are counted by source address, so that guessing is slow as well as hopeless (RS-13).
    """
    if not token:  # the page opened without a link is no guess at one
        raise Refusal(Code.LINK_UNUSABLE, "link_missing")
    parsed = parse_token(token)
    found = request.store.passwords.by_link(link_key(purpose, digest(parsed))) if parsed else None
    if found is None or found.purpose is not purpose:
        raise unusable(request, None, "unknown")
    if found.spent_at is not None:
        raise unusable(request, found.account_id, "used")
    if request.now() >= found.valid_until:
        raise unusable(request, found.account_id, "expired")
    return found


def owner(request: Request, found: Reset) -> Account:
    """The account the link may act on now; raises LINK_UNUSABLE when it moved on, is disabled, or from outside."""
    account, policy = request.store.accounts.find(found.account_id)
    cause = found.unusable(account, request.now())
    if cause or account is None:
        raise unusable(request, found.account_id, cause or "no_account")
    if not account.may_reset:
        raise unusable(request, found.account_id, f"account_{account.status}")
    if not _inside(request, account, policy):
        raise unusable(request, found.account_id, "ip_denied")
    return account


def unusable(request: Request, who: AccountId | None, cause: str) -> Refusal:
    """Record why a link was refused, where an account is known, and count the source; the answer is always the same."""
    request.store.events.count_bad_link(throttle_key(request.source), request.now())
    refusal = Refusal(Code.LINK_UNUSABLE, f"link_{cause}", reference=new_reference(request))
    if who is not None:
        event = event_of(
            request, EventKind.RESET_REFUSED, who, reason=f"link_{cause}", reference=refusal.reference
        )
        request.store.events.record(event)
    return refusal


def _inside(request: Request, account: Account, policy: Policy | None) -> bool:
    return permitted(request.source, effective_ranges(account, policy))
