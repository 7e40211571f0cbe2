"""A mailed link as a request brings it: from the field or the cookie, as the key of its row. Spends nothing."""

from typing import NamedTuple

from chalicelib.domain.accounts import Account, Policy, effective_ranges
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import EventKind
from chalicelib.domain.networks import permitted, throttle_key
from chalicelib.domain.refusals import Code, Hint, Refusal
from chalicelib.domain.repeats import repeatable
from chalicelib.domain.resets import Purpose, Reset, link_key
from chalicelib.domain.tokens import Token, digest, link_handle, parse_token, split_link
from chalicelib.flows.events import event_of, new_reference
from chalicelib.web.cookies import read_cookie, reset_name
from chalicelib.web.request import Request

DONE = "done"  # what stands in the cookie once its link has set a password, before a dot and that link


class Held(NamedTuple):
    """A reset link in somebody's hands: its token, and whose it was when it was opened, where a cookie says so."""

    token: Token
    owner: AccountId | None

    @property
    def key(self) -> str:
        """Where its row is."""
        return link_key(Purpose.RESET, digest(self.token))

    @property
    def handle(self) -> str:
        """What the form it opened calls it."""
        return link_handle(digest(self.token))


def reset_cookie(request: Request) -> str:
    """What the link's cookie holds, "" for nothing."""
    return read_cookie(request.cookies, reset_name(request.settings.secure)) or ""


def said_done(request: Request) -> bool:
    """Whether the cookie says that a link has set a password in this browser."""
    return reset_cookie(request).partition(".")[0] == DONE


def link_in_cookie(request: Request) -> str:
    """The link that the cookie names, beside what it says of a link that has set a password; "" for none."""
    cookie = reset_cookie(request)
    return cookie.partition(".")[2] if said_done(request) else cookie


def held(request: Request) -> Held:
    """The reset link of this request: the field if the client sent one, else the cookie the link left.

    Raises LINK_UNUSABLE where there is none, and where the form was opened by another link than the cookie's.

    Attack: a stranger has the victim's browser open a reset link of the stranger's own account, beside the form
    that the victim's link had opened; the password the victim then confirms there is the stranger's account's.
    Defence: the form names its account, and its post says by which link it was opened (RS-16).
    """
    if "token" in request.fields:
        token = parse_token(request.text("token"))
        if token is None:
            raise unusable(request, None, "unknown")
        return Held(token, None)
    # With a form: that whose first answer came, and the page behind it has not yet.
    form = request.text("link")
    cookie = link_in_cookie(request) if form else reset_cookie(request)
    if not cookie or (said_done(request) and not form):  # a page opened without a link is no guess at one
        raise Refusal(Code.LINK_UNUSABLE, "link_missing", hint=Hint.PAGE_EXPIRED)
    found = split_link(cookie)
    if found is None:
        raise unusable(request, None, "unknown")
    link = Held(found[1], found[0])
    if form and form != link.handle:
        raise Refusal(Code.LINK_UNUSABLE, "link_of_another_form", hint=Hint.ANOTHER_LINK)
    return link


def usable(request: Request, link: Held) -> tuple[Reset, Account]:
    """What a reset link stands for and whose it is, if it can set a password now; raises LINK_UNUSABLE, always alike.

    One trip where the account is known. A page that shows the form asks this too: a form behind a link whose account
    has moved on would let somebody choose a password for nothing (RS-17).
    """
    if link.owner is None:
        row = find(request, Purpose.RESET, link.token)
        return row, _owner(request, row, *request.store.accounts.find(row.account_id))
    found, account, policy = request.store.passwords.standing(link.key, link.owner)
    if found is not None and found.account_id != link.owner:
        found = None  # a cookie that somebody wrote
    if _sent_twice(request, found, account):
        raise Refusal(Code.LINK_UNUSABLE, "link_used", hint=Hint.OVERTAKEN)
    row = _judged(request, Purpose.RESET, found)
    return row, _owner(request, row, account, policy)


def _sent_twice(request: Request, found: Reset | None, account: Account | None) -> bool:
    """Whether this link has set this very password a moment ago: the same form, sent twice (WB-20).

    Attack: somebody has used the owner's link first, and the owner is told that the password is set. Attack: who has
    the link tries passwords by it. Defence: the password sent must be the one that the link has set; what is not counts
    as a bad link of its source, and after a minute nothing is looked at.
    """
    new = request.text("new_password")
    if found is None or account is None or not new or request.wants_json:
        return False
    by_it = repeatable(found.spent_at, request.now()) and account.password_changed_at == found.spent_at
    return by_it and request.portal.hasher.verify(account.password_hash, new)


def _pressed_twice(request: Request, purpose: Purpose, found: Reset | None) -> bool:
    """Whether a link that needs nothing but itself was used a moment ago: its button, pressed twice (WB-20)."""
    if found is None or purpose is not Purpose.NOT_ME or request.method != "POST" or request.wants_json:
        return False
    return repeatable(found.spent_at, request.now())


def find(request: Request, purpose: Purpose, token: str) -> Reset:
    """The row a token stands for, by one read; raises LINK_UNUSABLE, always alike (EN-06).

    Bad ones are counted by source address, so that guessing is slow as well as hopeless (RS-13).
    """
    parsed = parse_token(token)
    found = request.store.passwords.by_link(link_key(purpose, digest(parsed))) if parsed else None
    if _pressed_twice(request, purpose, found):
        raise Refusal(Code.LINK_UNUSABLE, "link_used", hint=Hint.OVERTAKEN)
    return _judged(request, purpose, found)


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


def _judged(request: Request, purpose: Purpose, found: Reset | None) -> Reset:
    """What can be said of a link without its account."""
    if found is None or found.purpose is not purpose:
        raise unusable(request, None, "unknown")
    if found.spent_at is not None:
        raise unusable(request, found.account_id, "used")
    if request.now() >= found.valid_until:
        raise unusable(request, found.account_id, "expired")
    return found


def _owner(request: Request, found: Reset, account: Account | None, policy: Policy | None) -> Account:
    """The account the link may act on now: it has not moved on, is not disabled, and may be used from here."""
    cause = found.unusable(account, request.now())
    if cause or account is None:
        raise unusable(request, found.account_id, cause or "no_account")
    if not account.may_reset:
        raise unusable(request, found.account_id, f"account_{account.status}")
    if not permitted(request.source, effective_ranges(account, policy)):
        raise unusable(request, found.account_id, "ip_denied")
    return account
