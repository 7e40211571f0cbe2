"""What a person typed as an address or a domain, in its one spelling, or refused by the field it was typed in."""

from chalicelib.domain.addresses import (
    CanonicalAddress,
    DomainName,
    InvalidAddress,
    canonical_address,
    canonical_domain,
)
from chalicelib.domain.refusals import Refusal, invalid
from chalicelib.web.request import Request


def address_input(text: str, field: str = "email") -> CanonicalAddress:
    """The address; one that cannot be an address is refused before any look-up."""
    try:
        return canonical_address(text)
    except InvalidAddress as error:
        raise invalid(f"address:{error.cause}", field) from error


def domain_input(text: str) -> DomainName:
    """The domain."""
    try:
        return canonical_domain(text)
    except InvalidAddress as error:
        raise invalid(f"domain:{error.cause}", "domain") from error


def field_errors(request: Request, refusal: Refusal) -> dict[str, str]:
    """What a person reads at the field that was refused; at the address, where the refusal names none."""
    field = str(refusal.facts.get("field") or "email")
    said = {
        "email": request.say("Enter your whole email address."),
        "password": request.say("Enter your password."),
    }
    return {field: said.get(field, request.say("Please check what you entered."))}
