"""What a person typed as an address or a domain, in its one spelling, or refused by the field it was typed in."""

from chalicelib.domain.accounts import Kind
from chalicelib.domain.addresses import (
    CanonicalAddress,
    DomainName,
    InvalidAddress,
    canonical_address,
    canonical_domain,
)
from chalicelib.domain.refusals import Code, Hint, Refusal, invalid
from chalicelib.domain.tokens import new_token
from chalicelib.presentation.languages import marked
from chalicelib.web.cookies import (
    ADDRESS_MOST,
    asked_back_name,
    clear_way_back,
    read_cookie,
    set_asked_back,
    set_way_back,
    way_back_name,
)
from chalicelib.web.paths import safe_next
from chalicelib.web.request import Request

_AROUND = " \t\r\n\f\v"
AMBIGUOUS = marked(
    "A letter of this domain can be written in more than one way, such as ß."
    " Enter the domain as mail servers write it: it begins with xn--."
)

LONGEST_SEARCH = 254


def address_input(text: str, field: str = "email") -> CanonicalAddress:
    """The address; one that cannot be an address is refused before any look-up."""
    try:
        return canonical_address(text)
    except InvalidAddress as error:
        raise invalid(f"address:{error.cause}", field) from error


def kind_input(request: Request, otherwise: str = "") -> Kind:
    """The kind of account that was chosen."""
    try:
        return Kind(request.text("kind") or otherwise)
    except ValueError as error:
        raise invalid("kind", "kind") from error


def domain_input(text: str) -> DomainName:
    """The domain."""
    try:
        return canonical_domain(text)
    except InvalidAddress as error:
        raise invalid(f"domain:{error.cause}", "domain") from error


def way_back(request: Request) -> str:
    """The cookie by which the address typed and the page one came for go along to the way back in.

    So nobody types an address twice, and neither stands in a URL.
    """
    address, wanted = request.text("email").strip()[:ADDRESS_MOST], safe_next(request.query.get("next"))
    return set_way_back(address, wanted or "", secure=request.settings.secure)


def asked_back(request: Request) -> tuple[str, ...]:
    """The cookie that the form of this page is asked to bring back, another for each page; a program is given none.

    The answer to a form that was refused leaves it as it is: nothing was made from it.
    """
    if request.wants_json or (request.method == "POST" and _came_back(request)):
        return ()
    return (_fresh(request),)


def arrived(request: Request) -> tuple[str, ...]:
    """What a browser forgets once somebody is in: what was typed, and the secret of the page, which worked once."""
    secure = request.settings.secure
    kept = read_cookie(request.cookies, way_back_name(secure))
    forgotten = (clear_way_back(secure=secure),) if kept else ()
    return (*forgotten, _fresh(request)) if _came_back(request) and not request.wants_json else forgotten


def _fresh(request: Request) -> str:
    return set_asked_back(new_token(request.portal.random), secure=request.settings.secure)


def cookie_came_back(request: Request) -> None:
    """Refuse the form of a browser that keeps no cookies, before anything is looked at (LG-18).

    Attack: none; a temporary password is spent on a session that such a browser cannot hold, and its owner is back at
    the form with nothing said. Defence: the form says that its page gave a cookie, and it must come with it. A client
    that posts without having been on the page says no such thing.
    """
    if request.text("cookies") and not request.wants_json and not _came_back(request):
        raise Refusal(Code.INVALID_REQUEST, "cookie_not_returned", hint=Hint.NO_COOKIES)


def _came_back(request: Request) -> bool:
    return read_cookie(request.cookies, asked_back_name(request.settings.secure)) is not None


def respelled(request: Request, typed: str, canonical: str) -> bool:
    """Whether a person must be shown how we spell what they typed, and be asked, before anything is done (IN-05).

    Attack: a domain with a letter that only looks like another's is registered, and is typed or pasted for the real
    one; an invitation, a temporary password and the messages then go to a stranger, in a spelling that nobody saw.
    Defence: whatever is not the same but for white space around it and the case of the letters A to Z is shown in both
    spellings first. A program means what it sends.
    """
    return not request.wants_json and differs(typed, canonical)


def differs(typed: str, canonical: str) -> bool:
    """Whether the one spelling is another than was typed, beyond white space around it and the case of A to Z."""
    return "".join(c.lower() if c.isascii() else c for c in typed.strip(_AROUND)) != canonical


def ambiguous(request: Request, refusal: Refusal) -> str:
    """What helps where two standards, or two eyes, read a domain differently; "" for any other refusal."""
    return request.say(AMBIGUOUS) if refusal.cause.endswith("is ambiguous") else ""


def field_errors(request: Request, refusal: Refusal) -> dict[str, str]:
    """What a person reads at the field that was refused; at the address, where the refusal names none."""
    field = str(refusal.facts.get("field") or "email")
    said = {
        "email": ambiguous(request, refusal) or request.say("Enter your whole email address."),
        "password": request.say("Enter your password."),
    }
    return {field: said.get(field, request.say("Please check what you entered."))}


def searched(request: Request, name: str) -> str:
    """What a search asked for, for its field again and nothing else: whoever made the link may have typed it."""
    text = request.query.get(name, "").strip()
    return text[:LONGEST_SEARCH] if text.isprintable() else ""
