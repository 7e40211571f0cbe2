"""Identity input: one spelling for each address (IN-01, IN-02)."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.addresses import (
    ACCOUNT_ID_LENGTH,
    InvalidAddress,
    account_id,
    canonical_address,
    canonical_domain,
    domain_id,
    domain_id_of,
    domain_of,
)


def cause_of(text: str) -> str:
    with pytest.raises(InvalidAddress) as refusal:
        canonical_address(text)
    return refusal.value.cause


@pytest.mark.parametrize(
    "typed",
    ["user@x.test", "User@X.Test", "USER@X.TEST", "  user@x.test", "user@x.test\r\n", "\tuser@x.test "],
)
def test_in_01_case_and_surrounding_space_make_no_difference(typed: str) -> None:
    assert canonical_address(typed) == "user@x.test"


@pytest.mark.parametrize(
    "look_alike",
    [
        "m\u0131ke@x.test",  # dotless i: I under upper()
        "\u212aate@x.test",  # Kelvin sign: k under lower()
        "gro\u00df@x.test",  # sharp s: ss under casefold()
        "\u017fam@x.test",  # long s: s under casefold()
        "\ufb01@x.test",  # the ligature fi, under NFKC
        "\uff41@x.test",  # full-width a
        "jos\u00e9@x.test",
        "jose\u0301@x.test",
        "\u0430lice@x.test",  # Cyrillic a
        "alice\u200b@x.test",
        "alice\u00a0@x.test",
    ],
)
def test_in_01_a_non_ascii_local_part_is_refused(look_alike: str) -> None:
    assert cause_of(look_alike) == "only ASCII is accepted before the @"


@pytest.mark.parametrize(
    ("typed", "domain"),
    [
        ("a@b\u00fccher.test", "xn--bcher-kva.test"),
        ("a@B\u00dcCHER.test", "xn--bcher-kva.test"),
        ("a@bu\u0308cher.test", "xn--bcher-kva.test"),
        ("a@XN--BCHER-KVA.test", "xn--bcher-kva.test"),
        ("a@\u4f8b\u3048.test", "xn--r8jz45g.test"),
        ("a@xn--fa-hia.test", "xn--fa-hia.test"),
    ],
)
def test_in_01_a_non_ascii_domain_becomes_punycode(typed: str, domain: str) -> None:
    assert domain_of(canonical_address(typed)) == domain


@pytest.mark.parametrize(
    "domain",
    [
        "\uff50ortal.test",  # full-width p
        "\u212aortal.test",  # Kelvin sign
        "\ufb01rm.test",
        "portal\u3002test",  # ideographic full stop, a dot in IDNA 2003
        "portal\uff0etest",
        "fa\u00df.test",  # with sharp s and with ss: two domains in IDNA 2008, one in IDNA 2003
        "portal\u00ad.test",
        "por\u200dtal.test",
        "xn--portal-.test",  # decodes to plain "portal"
        "xn--.test",
        "xn--a.test",  # decodes to a control character
        "xn--99999999.test",
        "\u0130stanbul.test",
        "\U0001f600.test",
        "a\ud800.test",
    ],
)
def test_in_01_a_domain_that_could_be_taken_for_another_is_refused(domain: str) -> None:
    with pytest.raises(InvalidAddress):
        canonical_domain(domain)


@given(st.text(alphabet=st.characters(min_codepoint=0x80), min_size=1, max_size=20))
def test_in_01_no_non_ascii_label_ever_becomes_ascii(label: str) -> None:
    try:
        domain = canonical_domain(f"{label}.test")
    except InvalidAddress:
        return
    assert domain.startswith("xn--")


@given(st.text(max_size=300))
def test_in_01_a_canonical_address_is_its_own_canonical_address(text: str) -> None:
    try:
        address = canonical_address(text)
    except InvalidAddress:
        return
    assert canonical_address(address) == address
    assert address.isascii()
    assert address == address.lower()


def test_in_02_the_whole_address_may_have_254_bytes() -> None:
    local, tail = "l" * 64, ".test"

    def sized(size: int) -> str:
        rest = size - len(local) - 1 - len(tail)
        labels = "d" * 60 + "." + "d" * 60 + "."
        return f"{local}@{labels}{'e' * (rest - len(labels))}{tail}"

    assert len(canonical_address(sized(253))) == 253
    assert len(canonical_address(sized(254))) == 254
    assert cause_of(sized(255)) == "the address is too long"
    assert len(canonical_address(f"   {sized(254)}   ")) == 254


def test_in_02_bytes_are_counted_not_characters() -> None:
    assert cause_of("a@" + "\u4f8b" * 100 + ".test") == "the address is too long"


def test_in_02_an_address_that_grows_past_254_in_punycode_is_refused() -> None:
    address = "l" * 64 + "@" + ".".join(["\u00fc"] * 30)
    assert len(address.encode()) < 254
    assert cause_of(address) == "the address is too long"


def test_in_02_three_kilobytes_are_refused() -> None:
    assert cause_of("a" * 3000 + "@x.test") == "the address is too long"
    assert cause_of("\u0301\u0323" * 50_000) == "the address is too long"


def test_in_02_the_local_part_may_have_64_characters() -> None:
    assert canonical_address("l" * 63 + "@x.test")
    assert canonical_address("l" * 64 + "@x.test")
    assert cause_of("l" * 65 + "@x.test") == "the part before the @ is too long"


def test_in_02_a_label_may_have_63_characters() -> None:
    assert canonical_address("a@" + "d" * 62 + ".test")
    assert canonical_address("a@" + "d" * 63 + ".test")
    assert cause_of("a@" + "d" * 64 + ".test") == "a label of the domain is too long"


@pytest.mark.parametrize(
    "text", ["", "   ", "user", "x.test", "a@@x.test", "a@b@x.test", "a@x.test,b@x.test"]
)
def test_in_02_exactly_one_at_sign(text: str) -> None:
    assert cause_of(text) == "an address has exactly one @"


@pytest.mark.parametrize(
    "local",
    [
        "",
        ".a",
        "a.",
        "a..b",
        "a b",
        "a,b",
        "a;b",
        "a:b",
        "<a",
        "a>",
        "(a)",
        '"a"',
        "a\\b",
        "[a]",
        "a\rb",
        "a\nb",
        "a\r\nBcc: b",
        "a\0",
        "a\x1f",
        "a\x7f",
        "a\tb",
    ],
)
def test_in_02_control_space_comma_angle_and_quote_are_refused_before_the_at(local: str) -> None:
    assert cause_of(f"{local}@x.test") == "a character before the @ is not accepted"


@pytest.mark.parametrize("local", ["a.b", "o'brien", "a+b", "a_b", "a-b", "!#$%&'*+-/=?^_`{|}~", "1"])
def test_in_02_every_dot_atom_is_accepted(local: str) -> None:
    assert canonical_address(f"{local}@x.test") == f"{local}@x.test"


@pytest.mark.parametrize(
    "domain",
    [
        "",
        "localhost",
        ".test",
        "x.",
        "x..test",
        "-x.test",
        "x-.test",
        "x_y.test",
        "x y.test",
        "x\ny.test",
        "x\0.test",
        "[192.0.2.1]",
        "192.0.2.1",
        "x.test,y.test",
        "x.test>",
        "x.1",
    ],
)
def test_in_02_a_malformed_domain_is_refused(domain: str) -> None:
    with pytest.raises(InvalidAddress):
        canonical_address(f"a@{domain}")


def test_in_02_the_refusal_never_repeats_what_was_typed() -> None:
    assert "secret" not in cause_of("secret word@x.test")


def test_account_id_begins_with_its_domain_s_id() -> None:
    address = canonical_address("alice@portal.test")
    account = account_id(address)
    assert len(account) == ACCOUNT_ID_LENGTH
    assert domain_id_of(account) == domain_id(domain_of(address)) == account[:12]
    assert set(account) <= set("abcdefghijklmnopqrstuvwxyz234567")


def test_account_id_is_the_published_digest() -> None:
    account = account_id(canonical_address("Alice@Portal.Test"))
    bits = int.from_bytes(hashlib.sha256(b"alice@portal.test").digest()[:5], "big")
    first = "".join("abcdefghijklmnopqrstuvwxyz234567"[bits >> shift & 31] for shift in range(35, -1, -5))
    assert account[12:20] == first


def test_account_ids_differ_within_one_domain_and_share_its_id() -> None:
    alice, bob = (account_id(canonical_address(f"{name}@x.test")) for name in ("alice", "bob"))
    assert alice != bob
    assert domain_id_of(alice) == domain_id_of(bob)
    assert domain_id_of(account_id(canonical_address("alice@y.test"))) != domain_id_of(alice)
