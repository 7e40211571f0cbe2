"""Whom or what a path of the console names, and whether it is within the reach of whoever asks (ADR 58).

Here is where staff of some domains alone are kept to these, for every page and act about one account or one domain.
What lists and searches leave out is said in them.
"""

from chalicelib.domain.accounts import Account, Kind, Policy
from chalicelib.domain.addresses import (
    DomainName,
    InvalidAddress,
    account_id,
    canonical_address,
    canonical_domain,
    domain_id,
)
from chalicelib.domain.reach import refuse_domain_outside, refuse_outside, refuse_staff
from chalicelib.domain.refusals import Code, Hint, Refusal
from chalicelib.web.paths import filled
from chalicelib.web.request import Request


def target(request: Request) -> tuple[Account, Policy | None]:
    """The account the path names, for something to be done to it, and its domain's policy."""
    account, policy = seen(request)
    refuse_staff(request.known, account)
    return account, policy


def seen(request: Request) -> tuple[Account, Policy | None]:
    """The same, to be looked at. An address that cannot be one is just not there."""
    try:
        who = account_id(canonical_address(request.params.get("email", "")))
    except InvalidAddress as error:
        raise Refusal(Code.NOT_FOUND, "no_such_user") from error
    refuse_outside(request.known, who)
    account, policy = request.store.accounts.find(who)
    if account is None:
        raise Refusal(Code.NOT_FOUND, "no_such_user")
    return account, policy


def may_act(request: Request, account: Account) -> bool:
    """Whether whoever looks at an account may do something to it."""
    caller = request.known
    within = caller.domains is None or account.kind is Kind.RECIPIENT
    return caller.kind is Kind.ADMINISTRATOR and within


def named_domain(request: Request) -> DomainName:
    """The domain the path names. A text that cannot be one is just not there."""
    try:
        name = canonical_domain(request.params.get("domain", ""))
    except InvalidAddress as error:
        raise Refusal(Code.NOT_FOUND, "no_such_domain") from error
    refuse_domain_outside(request.known, name)
    return name


def refuse_over_administrators(request: Request, name: DomainName) -> None:
    """Raise NOT_PERMITTED where staff of some domains would say from where an administrator of all may log on.

    Attack: who looks after one domain, or holds their session, shuts out the administrator of all who has an address
    there and could stop them; or lifts the ranges that keep such a one's stolen password useless. Defence: as all that
    is done to staff, it is done by somebody who is not limited (ADR 58).
    """
    if request.known.domains is not None and request.store.directory.administered_from(domain_id(name)):
        raise Refusal(Code.NOT_PERMITTED, "limited:an_administrator_of_all_there", hint=Hint.OF_ALL_THERE)


def named(request: Request) -> str:
    """The address or the domain the path names, in its one spelling; "" for a text that cannot be either (WB-14)."""
    params = request.params
    try:
        return canonical_address(params["email"]) if "email" in params else canonical_domain(params["domain"])
    except (InvalidAddress, KeyError):
        return ""


def user_path(address: str) -> str:
    """The page of one user."""
    return filled("/admin/users/{email}", {"email": address})
