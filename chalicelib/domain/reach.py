"""Staff of some domains alone: what of the portal such an account may see, and whom it may do something to (ADR 58).

Everything here asks the `domains` of a caller, which the authorizer reads for each request of the console. May not read
a table: an account's id begins with its domain's, so whether it is within reach is known before it is looked for.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from chalicelib.domain.accounts import Account, Kind
from chalicelib.domain.addresses import AccountId, DomainName, domain_id, domain_id_of
from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.refusals import Code, Hint, Refusal
from chalicelib.domain.sessions import Caller

if TYPE_CHECKING:
    from chalicelib.domain.details import Details

MOST = 10  # domains of one account: they travel in the authorizer's context, for which API Gateway has 8 KB
# What is told in the trail of whoever did it, and is about the portal or about others.
ABOUT_OTHERS = frozenset(
    {
        EventKind.POLICY_CHANGED,
        EventKind.BRAND_CHANGED,
        EventKind.USERS_READ,
        EventKind.TRAIL_READ,
        EventKind.REPLY_RECEIVED,
        EventKind.ADMINISTRATOR_CHANGED,
        EventKind.ADMINISTRATORS_TOLD,
    }
)
# Of an account that has, or is to have, its address in another domain.
_OF_MOVES = frozenset({EventKind.ADDRESS_ASKED, EventKind.ADDRESS_PROOF_ISSUED, EventKind.ADDRESS_CHANGED})


def looks_after(caller: Caller, domain: str) -> bool:
    """Whether a domain, in its one spelling, is the caller's to see and to change."""
    return caller.domains is None or domain in caller.domains


def reaches(caller: Caller, account: AccountId) -> bool:
    """Whether an account, or an address that nobody has, is of such a domain."""
    return caller.domains is None or domain_id_of(account) in _ids(caller.domains)


def refuse_outside(caller: Caller, account: AccountId) -> None:
    """Raise NOT_PERMITTED for an account of another domain, whether there is one or not.

    Attack: whoever looks after one customer's users asks for another's by name, and learns from the answer who is
    there. Defence: the answer is made from the name alone.
    """
    if not reaches(caller, account):
        raise outside("account_of_another_domain")


def refuse_domain_outside(caller: Caller, domain: str) -> None:
    """Raise NOT_PERMITTED for another domain."""
    if not looks_after(caller, domain):
        raise outside("another_domain")


def refuse_staff(caller: Caller, account: Account) -> None:
    """Raise NOT_PERMITTED where a limited account would do something to staff.

    Attack: the administrator of one domain sets the password of an administrator of all who happens to have an address
    there, or lifts the ranges that somebody has put on their own account, and is limited no more. Defence: what is done
    to staff, themselves among them, is done by somebody who is not limited.
    """
    if caller.domains is not None and account.kind is not Kind.RECIPIENT:
        raise outside("staff")


def refuse_limited(caller: Caller, cause: str) -> None:
    """Raise NOT_PERMITTED for whoever is limited at all."""
    if caller.domains is not None:
        raise outside(cause)


def outside(cause: str) -> Refusal:
    """The refusal of what is not theirs; it says that somebody else may."""
    return Refusal(Code.NOT_PERMITTED, f"limited:{cause}", hint=Hint.OUTSIDE_LIMIT)


def told_to(caller: Caller) -> Callable[[Event], bool]:
    """Which events a caller may be told: of accounts within reach; not what these did or read elsewhere."""
    ids = None if caller.domains is None else _ids(caller.domains)

    def may_see(event: Event) -> bool:
        if ids is None:
            return True
        own = event.kind not in ABOUT_OTHERS or event.account_id == caller.account_id
        return own and domain_id_of(event.account_id) in ids

    return may_see


def retold_to(caller: Caller) -> Callable[[Event], Event]:
    """An event as a caller may be told it: without what it says of other domains.

    Attack: whoever looks after one customer reads in the trail of an account that moved how it is called by another
    one now, and in a colleague's which other customers there are. Defence: what names them is left out.
    """

    def without(event: Event) -> Event:
        if caller.domains is None:
            return event
        told: dict[str, Any] = dict(event.details)
        if event.kind in _OF_MOVES:
            told = {
                one: it for one, it in told.items() if one not in {"from", "to"} or named_within(caller, it)
            }
        if not reaches(caller, AccountId(told.get("mailed") or event.account_id)):
            told.pop("mailed", None)
        if "@" in (told.get("cause") or "") and {told.get("about"), told.get("mail")} & _OF_MOVES:
            told.pop("cause")  # a mail server repeats whom it does not know
        for one in ("before", "after"):
            if told.get(one):
                told[one] = _within(caller.domains, told[one])
        return event._replace(details=cast("Details", _within(caller.domains, told)))

    return without


def named_within(caller: Caller, address: str | None) -> bool:
    """Whether an address is of a domain that the caller looks after."""
    return looks_after(caller, (address or "").partition("@")[2])


def _within(domains: Sequence[str], told: Mapping[str, Any]) -> dict[str, Any]:
    """The same, naming of domains only these."""
    listed = told.get("domains")
    return dict(told) | ({"domains": [one for one in listed if one in domains]} if listed else {})


def _ids(domains: Sequence[str]) -> frozenset[str]:
    return frozenset(domain_id(DomainName(one)) for one in domains)
