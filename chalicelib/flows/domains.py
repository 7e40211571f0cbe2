"""Several domains in one field of the console: each in its one spelling, or refused by the field."""

from chalicelib.domain.addresses import DomainName
from chalicelib.domain.refusals import Refusal, invalid
from chalicelib.flows.inputs import differs, domain_input
from chalicelib.web.request import Request


def domains_typed(request: Request) -> list[str]:
    """As they were typed, each once."""
    given = request.fields.get("domains") or ()
    return list(dict.fromkeys(part for entry in given for part in entry.replace(",", " ").split()))


def domains_input(request: Request, most: int) -> tuple[DomainName, ...]:
    """One at least. Attack: what is for some is for all, because a field was left empty. Defence: none is refused."""
    typed = domains_typed(request)
    if not typed:
        raise invalid("no_domain", "domains")
    if len(typed) > most:
        raise invalid("too_many_domains", "domains")
    try:
        return tuple(dict.fromkeys(map(domain_input, typed)))
    except Refusal as refusal:
        raise invalid(refusal.cause, "domains") from refusal


def spellings(request: Request, domains: tuple[DomainName, ...]) -> dict[str, str]:
    """Both spellings, where a person must see ours before anything is done; else none (IN-05)."""
    typed = domains_typed(request)
    if request.wants_json or all(not differs(one, domain_input(one)) for one in typed):
        return {}
    return {"typed": " ".join(typed), "canonical": " ".join(domains)}
