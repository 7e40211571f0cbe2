"""E-mail addresses (IN-01, IN-02): one spelling for each, and the account id made from it.

Decides before any look-up whether something is an address at all. May not read anything: whether an
account exists is not known here, so known and unknown addresses take the same path.
"""

import base64
import hashlib
import re
import unicodedata
from typing import NewType

CanonicalAddress = NewType("CanonicalAddress", str)
DomainName = NewType("DomainName", str)
DomainId = NewType("DomainId", str)
AccountId = NewType("AccountId", str)

ADDRESS_MAX_BYTES = 254
LOCAL_PART_MAX = 64
DOMAIN_MAX = 253
LABEL_MAX = 63
DOMAIN_ID_LENGTH = 12
ACCOUNT_ID_LENGTH = 40
# Of SES's mailbox simulator: its addresses are nobody's, and what is mailed to them counts against no sender.
SIMULATOR = DomainName("simulator.amazonses.com")

_LIMIT = "limit:"
_SURROUNDING = " \t\r\n\f\v"
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_DOT_ATOM = rf"{_ATOM}(?:\.{_ATOM})*"
_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_ACE = "xn--"
_LETTERS_MARKS_DIGITS = frozenset({"Ll", "Lo", "Lm", "Mn", "Mc", "Nd"})


class InvalidAddress(ValueError):
    """Not an address this portal accepts. The cause is precise and never repeats what was typed."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


def canonical_address(text: str) -> CanonicalAddress:
    """The one spelling of an address: ASCII, lower case, domain in punycode (IN-01, IN-02)."""
    stripped = text.strip(_SURROUNDING)
    _refuse_oversize(stripped)
    if stripped.count("@") != 1:
        raise InvalidAddress("an address has exactly one @")
    local, domain = stripped.split("@")
    address = f"{_local_part(local)}@{canonical_domain(domain)}"
    _refuse_oversize(address)
    return CanonicalAddress(address)


def canonical_domain(text: str) -> DomainName:
    """A domain as DNS spells it: lower case, punycode, at least two labels."""
    if len(text) > DOMAIN_MAX:
        raise InvalidAddress("the domain is too long")
    labels = [_label(label) for label in text.split(".")]
    domain = ".".join(labels)
    if len(domain) > DOMAIN_MAX:
        raise InvalidAddress("the domain is too long")
    if len(labels) < 2:  # noqa: PLR2004 - a name and its domain
        raise InvalidAddress("the domain needs a dot")
    if labels[-1].isdigit():
        raise InvalidAddress("an IP address is not a domain")
    return DomainName(domain)


def domain_of(address: CanonicalAddress) -> DomainName:
    """The part after the @."""
    return DomainName(address.partition("@")[2])


def domain_id(domain: DomainName) -> DomainId:
    """The key of a domain's policy: 12 base32 characters."""
    return DomainId(_base32_digest(domain)[:DOMAIN_ID_LENGTH])


def account_id(address: CanonicalAddress) -> AccountId:
    """The key of an account: its domain's id, then 28 characters of the address's own digest.

    The domain's id leads so that whoever holds an account id (from a session token, say) can read the
    account and its domain's policy in the same trip. The address's 140 bits alone tell accounts apart.
    """
    rest = ACCOUNT_ID_LENGTH - DOMAIN_ID_LENGTH
    return AccountId(domain_id(domain_of(address)) + _base32_digest(address)[:rest])


def domain_id_of(account: AccountId) -> DomainId:
    """The domain's id inside an account id."""
    return DomainId(account[:DOMAIN_ID_LENGTH])


def limit_key(account: AccountId) -> str:
    """Where the domains lie that a limited account looks after, in the table of domains (ADR 58)."""
    return f"{_LIMIT}{account}"


def synthetic(account: AccountId) -> bool:
    """Whether an account is no person's: the canary's, and any other whose mails SES's simulator takes (ADR 43)."""
    return domain_id_of(account) == domain_id(SIMULATOR)


def _refuse_oversize(text: str) -> None:
    # Attack: megabytes of text that every later rule would walk. The size is asked first (IN-02).
    # "surrogatepass" because a lone surrogate is refused below, and must not raise something else here.
    if len(text.encode("utf-8", "surrogatepass")) > ADDRESS_MAX_BYTES:
        raise InvalidAddress("the address is too long")


def _local_part(text: str) -> str:
    # Attack: a look-alike ("mike@" with a dotless i, "kate@" with a Kelvin sign) that some case mapping
    # folds onto somebody's ASCII address (CVE-2019-19844). Refused before any case is changed.
    if not text.isascii():
        raise InvalidAddress("only ASCII is accepted before the @")
    if len(text) > LOCAL_PART_MAX:
        raise InvalidAddress("the part before the @ is too long")
    # Attack: CR, LF, comma, space or angle brackets that a mail header would read as a second
    # recipient or a second header. Only RFC 5321's dot-atom gets through; quoted strings do not.
    if not re.fullmatch(_DOT_ATOM, text):
        raise InvalidAddress("a character before the @ is not accepted")
    return text.lower()


def _label(text: str) -> str:
    label = text.lower() if text.isascii() else _to_ace(text)
    if not label:
        raise InvalidAddress("the domain has an empty label")
    if len(label) > LABEL_MAX:
        raise InvalidAddress("a label of the domain is too long")
    if not re.fullmatch(_LABEL, label):
        raise InvalidAddress("a character of the domain is not accepted")
    if label.startswith(_ACE):
        _refuse_false_ace(label)
    return label


def _to_ace(text: str) -> str:
    """A non-ASCII label as punycode, or a refusal where two standards or two eyes could disagree.

    IDNA 2003 maps first (ß to ss, full-width to ASCII), IDNA 2008 does not. Attack: such a label reads
    as one domain here and as another at the mail server. Defence: only labels that no mapping but
    lower case changes are accepted (RFC 5892's stability rule), so nothing non-ASCII becomes ASCII.
    """
    lowered = "".join(_lower(character) for character in unicodedata.normalize("NFC", text))
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", lowered).casefold())
    if folded != lowered:
        raise InvalidAddress("a character of the domain is ambiguous")
    return _ACE + lowered.encode("punycode").decode("ascii")


def _lower(character: str) -> str:
    lower = character.lower()
    if character.isascii():
        return lower
    if len(lower) != 1 or lower.isascii():
        raise InvalidAddress("a character of the domain is ambiguous")
    if unicodedata.category(lower) not in _LETTERS_MARKS_DIGITS:
        raise InvalidAddress("a character of the domain is not accepted")
    return lower


def _refuse_false_ace(label: str) -> None:
    # Attack: "xn--portal-" decodes to plain "portal": a second spelling of somebody's domain.
    encoded = label.removeprefix(_ACE)
    try:
        decoded = encoded.encode("ascii").decode("punycode")
        honest = decoded.encode("punycode").decode("ascii") == encoded and _is_foreign(decoded)
    except (ValueError, OverflowError):
        honest = False
    if not honest:
        raise InvalidAddress("a label of the domain is not valid punycode")


def _is_foreign(label: str) -> bool:
    foreign = [character for character in label if not character.isascii()]
    return bool(foreign) and all(unicodedata.category(c) in _LETTERS_MARKS_DIGITS for c in foreign)


def _base32_digest(text: str) -> str:
    return base64.b32encode(hashlib.sha256(text.encode("ascii")).digest()).decode("ascii").lower()
