"""Permitted IP ranges (IP-01 to IP-04) and what is throttled (LG-06)."""

from ipaddress import IPv6Address, ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.networks import (
    InvalidRange,
    InvalidSource,
    noted_ranges,
    parse_address,
    parse_ranges,
    permitted,
    throttle_key,
    typed_ranges,
)


@pytest.mark.parametrize(
    ("address", "net", "inside"),
    [
        ("203.0.113.7", "203.0.113.0/24", True),
        ("203.0.114.7", "203.0.113.0/24", False),
        ("::ffff:203.0.113.7", "203.0.113.0/24", True),
        ("::ffff:cb00:7107", "203.0.113.0/24", True),
        ("::203.0.113.7", "203.0.113.0/24", True),
        ("::ffff:203.0.113.7", "::/0", False),
        ("203.0.113.7", "::/0", False),
        ("2001:db8::1", "0.0.0.0/0", False),
        ("2001:db8::1", "2001:db8::/32", True),
        ("2001:db9::1", "2001:db8::/32", False),
        ("::1", "0.0.0.0/0", False),
        ("2002:cb00:7107::1", "203.0.113.0/24", False),
    ],
)
def test_ip_02_twelve_pairs(address: str, net: str, inside: bool) -> None:
    assert permitted(address, (net,)) is inside
    assert permitted(ip_address(address), [net]) is inside


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("203.0.112.255", False),
        ("203.0.113.0", True),
        ("203.0.113.1", True),
        ("203.0.113.255", True),
        ("203.0.114.0", False),
    ],
)
def test_ip_03_a_range_ends_exactly_where_it_says(address: str, inside: bool) -> None:
    assert permitted(address, ("203.0.113.0/24",)) is inside


def test_ip_03_unset_is_everybody_and_empty_is_nobody() -> None:
    for address in ("203.0.113.7", "2001:db8::1", "127.0.0.1"):
        assert permitted(address, None)
        assert not permitted(address, ())
        assert not permitted(address, [])


HOSTILE_SOURCES = [
    "",
    " ",
    "garbage",
    "203.0.113",
    "203.0.113.7.1",
    "203.0.113.256",
    "203.0.113.07",
    " 203.0.113.7",
    "203.0.113.7\n",
    "203.0.113.7, 198.51.100.1",
    "203.0.113.7:443",
    "[2001:db8::1]",
    "fe80::1%eth0",
    "2001:db8::1%0",
    "0x7f000001",
    "2130706433",
    "\u0662\u0660\u0663.0.113.7",
    "203.0.113.0/24",
    "localhost",
    "1" * 1_000_000,
]


@pytest.mark.parametrize("source", HOSTILE_SOURCES)
def test_ip_04_a_hostile_source_is_refused_even_without_a_restriction(source: str) -> None:
    with pytest.raises(InvalidSource):
        parse_address(source)
    assert not permitted(source, None)
    assert not permitted(source, ("0.0.0.0/0", "::/0"))


@pytest.mark.parametrize("source", [None, True, 1, b"\x7f\0\0\1", [], {}, IPv6Address("fe80::1%eth0")])
def test_ip_04_what_is_no_text_is_no_address(source: Any) -> None:
    assert not permitted(source, None)
    with pytest.raises(InvalidSource):
        throttle_key(source)
    with pytest.raises(InvalidSource):
        parse_address(source)


@pytest.mark.parametrize(
    "ranges",
    [
        "0.0.0.0/0",
        "",
        {},
        {"0.0.0.0/0"},
        0,
        False,
        True,
        [None],
        [0],
        [True],
        ["0.0.0.0/0", "garbage"],
        [["0.0.0.0/0"]],
    ],
)
def test_ip_04_unreadable_ranges_permit_nobody(ranges: Any) -> None:
    assert not permitted("203.0.113.7", ranges)


@pytest.mark.parametrize(
    ("entry", "canonical"),
    [
        ("203.0.113.0/24", "203.0.113.0/24"),
        ("203.0.113.7", "203.0.113.7/32"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("2001:DB8::/32", "2001:db8::/32"),
        ("2001:0db8:0:0::/64", "2001:db8::/64"),
        ("2001:db8::1", "2001:db8::1/128"),
        ("::/0", "::/0"),
        ("::1", "::1/128"),
    ],
)
def test_ip_03_a_range_is_kept_in_its_canonical_spelling(entry: str, canonical: str) -> None:
    assert parse_ranges([entry, entry]) == (canonical,)
    assert parse_ranges(parse_ranges([entry])) == (canonical,)


@pytest.mark.parametrize(
    "entry",
    [
        "",
        " ",
        "garbage",
        "203.0.113.7/24",
        "2001:db8::1/32",
        "203.0.113.0/33",
        "2001:db8::/129",
        "203.0.113.0/-1",
        "203.0.113.0/",
        "/24",
        "203.0.113.0/024",
        "203.0.113.0/+24",
        "203.0.113.0/24 ",
        " 203.0.113.0/24",
        "203.0.113.0/24\n",
        "10.0.0.0/0.255.255.255",
        "10.0.0.0/255.0.0.0",
        "10.0.0.*",
        "10.0.0",
        "010.0.0.0/8",
        "203.0.113.0-203.0.113.9",
        "fe80::1%eth0",
        "fe80::%eth0/64",
        "::ffff:203.0.113.0/120",
        "::ffff:203.0.113.7",
        "::203.0.113.7",
        "203.0.113.0/\u0662\u0664",
        "\uff11\uff10.0.0.0/8",
        "x" * 100_000,
        True,
        False,
        None,
        0,
        1,
        3405803776,
        b"\x0a\0\0\0",
        ["10.0.0.0/8"],
        ("10.0.0.0", 8),
        {"10.0.0.0/8": 1},
    ],
)
def test_ip_03_the_bad_entry_is_named(entry: object) -> None:
    with pytest.raises(InvalidRange) as refusal:
        parse_ranges(["192.0.2.0/24", entry])
    assert refusal.value.cause
    assert refusal.value.entry == (entry[:80] if isinstance(entry, str) else type(entry).__name__)


def test_ip_03_the_refusal_says_what_was_probably_meant() -> None:
    with pytest.raises(InvalidRange, match=r"did you mean 203\.0\.113\.0/24"):
        parse_ranges(["203.0.113.7/24"])


@pytest.mark.parametrize("entries", [None, "203.0.113.0/24", {"203.0.113.0/24"}, {}, 0, True, b""])
def test_ip_03_only_a_list_is_a_list(entries: object) -> None:
    with pytest.raises(InvalidRange):
        parse_ranges(entries)


def test_ip_03_a_list_has_a_limit() -> None:
    ranges = [f"10.0.{third}.0/24" for third in range(101)]
    assert len(parse_ranges(ranges[:99])) == 99
    assert len(parse_ranges(ranges[:100])) == 100
    with pytest.raises(InvalidRange) as refusal:
        parse_ranges(ranges)
    assert refusal.value.entry == ranges[100]
    assert parse_ranges([]) == ()


@given(st.lists(st.text(max_size=50)))
def test_ip_03_no_random_text_does_more_than_be_refused(entries: list[str]) -> None:
    try:
        ranges = parse_ranges(entries)
    except InvalidRange:
        return
    assert parse_ranges(ranges) == ranges


@given(st.ip_addresses(v=4))
def test_ip_02_a_mapped_address_is_its_ipv4_address(address: Any) -> None:
    assert parse_address(f"::ffff:{address}") == address


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ("::0.255.255.255", "::ff:ffff"),
        ("::1.0.0.0", "1.0.0.0"),
        ("::255.255.255.255", "255.255.255.255"),
        ("::1:0:0", "::1:0:0"),
    ],
)
def test_ip_02_compatible_address_is_its_ipv4_address_and_no_other_is(address: str, meant: str) -> None:
    assert parse_address(address) == ip_address(meant)


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("203.0.113.7", "203.0.113.7/32"),
        ("::ffff:203.0.113.7", "203.0.113.7/32"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("2001:db8:0:1:ffff:ffff:ffff:ffff", "2001:db8:0:1::/64"),
        ("2001:db8:0:2::1", "2001:db8:0:2::/64"),
    ],
)
def test_lg_06_two_hosts_of_one_64_share_a_count(address: str, key: str) -> None:
    assert throttle_key(address) == key


@pytest.mark.parametrize(
    ("entry", "ranges"),
    [
        ("203.0.113.0/24", ["203.0.113.0/24"]),
        ("203.0.113.7", ["203.0.113.7/32"]),
        ("203.0.113.0/24, 2001:db8::/32; 203.0.113.0/24", ["203.0.113.0/24", "2001:db8::/32"]),
        ("203.0.113.7 203.0.113.8", ["203.0.113.7/32", "203.0.113.8/32"]),
        ("10.0.0.0 - 10.0.0.255", ["10.0.0.0/24"]),
        ("10.0.0.0-10.0.0.255", ["10.0.0.0/24"]),
        ("10.0.0.0 \u2013 10.0.0.255", ["10.0.0.0/24"]),
        ("10.0.0.5 - 10.0.0.5", ["10.0.0.5/32"]),
        ("10.0.0.1 - 10.0.0.6", ["10.0.0.1/32", "10.0.0.2/31", "10.0.0.4/31", "10.0.0.6/32"]),
        ("10.0.0.0 - 10.0.0.255 10.0.1.0/24", ["10.0.0.0/24", "10.0.1.0/24"]),
        ("0.0.0.0 - 255.255.255.255", ["0.0.0.0/0"]),
        ("2001:db8:: - 2001:db8::ffff", ["2001:db8::/112"]),
        ("2001:DB8::1-2001:db8::2", ["2001:db8::1/128", "2001:db8::2/128"]),
        ("10.0.0.0/255.255.0.0", ["10.0.0.0/16"]),
        ("10.0.0.0 255.255.0.0", ["10.0.0.0/16"]),
        ("10.0.0.0   255.255.255.255", ["10.0.0.0/32"]),
        ("0.0.0.0/0.0.0.0", ["0.0.0.0/0"]),
        ("128.0.0.0/128.0.0.0", ["128.0.0.0/1"]),
        ("10.0.0.0 128.0.0.0", ["10.0.0.0/32", "128.0.0.0/32"]),
        ("", []),
        (" , ; ", []),
    ],
)
def test_ranges_are_typed_as_people_have_them_and_kept_as_cidr(entry: str, ranges: list[str]) -> None:
    assert list(typed_ranges([entry])) == ranges
    assert list(parse_ranges(ranges)) == ranges


@pytest.mark.parametrize(
    ("entry", "cause"),
    [
        ("10.0.0.9 - 10.0.0.1", "the first address is behind the last one"),
        ("10.0.0.1 - 2001:db8::1", "both addresses must be IPv4, or both IPv6"),
        ("::ffff:10.0.0.1 - ::ffff:10.0.0.9", "write an IPv4 range as IPv4"),
        ("::1 - ::ffff:10.0.0.9", "write an IPv4 range as IPv4"),
        ("::ffff:10.0.0.1 - 2001:db8::1", "write an IPv4 range as IPv4"),
        ("10.0.0.1 - 10.0.0.256", "not an IP address"),
        ("10.0.0.1 - 010.0.0.9", "not an IP address"),
        ("10.0.0.1/255.255.0.0", "the address has bits beyond the prefix; did you mean 10.0.0.0/16?"),
        ("10.0.0.0/0.0.255.255", "a netmask is ones and then zeros, such as 255.255.0.0"),
        ("10.0.0.0 255.0.255.0", "a netmask is ones and then zeros, such as 255.255.0.0"),
        ("10.0.0.0/255.255.256.0", "the netmask is none"),
        ("0.0.0.1 - 255.255.255.254", "at most 20 ranges are accepted"),
    ],
)
def test_what_was_typed_wrong_is_named_with_what_is_wrong_with_it(entry: str, cause: str) -> None:
    with pytest.raises(InvalidRange) as refused:
        typed_ranges(["192.0.2.0/24", entry], 20)
    assert (refused.value.entry, refused.value.cause) == (entry, cause)


@pytest.mark.parametrize(
    "entry",
    [
        *("garbage", "10.0.0.1 -", "- 10.0.0.1", "10.0.0.*", "10.0.0.0/33", "10.0.0.0/", "fe80::1%eth0"),
        *(
            "2001:db8::/ffff::",
            "10.0.0.1--10.0.0.2",
            "x" * 100_000,
            "1" * 100_000,
            True,
            None,
            0,
            ["10.0.0.0/8"],
        ),
    ],
    ids=lambda entry: repr(entry)[:20],
)
def test_what_is_no_range_however_typed_is_refused(entry: object) -> None:
    with pytest.raises(InvalidRange):
        typed_ranges([entry])


@pytest.mark.parametrize("entries", [None, "203.0.113.0/24", {}, 0])
def test_only_a_list_is_a_list_of_typed_ones(entries: object) -> None:
    with pytest.raises(InvalidRange):
        typed_ranges(entries)


def test_note_says_whose_network_each_range_of_its_line_is() -> None:
    lines = ["10.0.0.1 - 10.0.0.2 # Berlin, 3rd floor", "2001:db8::/32", "192.0.2.0/24#VPN", "192.0.2.0/24"]
    assert noted_ranges(lines) == {
        "10.0.0.1/32": "Berlin, 3rd floor",
        "10.0.0.2/32": "Berlin, 3rd floor",
        "2001:db8::/32": "",
        "192.0.2.0/24": "VPN",
    }


@pytest.mark.parametrize(
    "entry", ["# Berlin", "10.0.0.0/8 # " + "x" * 61, "10.0.0.0/8 # a\x00b", "10.0.0.0/8 # a\nb"]
)
def test_note_without_a_range_or_with_more_than_a_line_is_refused(entry: str) -> None:
    with pytest.raises(InvalidRange) as refused:
        noted_ranges(["192.0.2.0/24", entry])
    assert refused.value.entry == entry[:80]


@pytest.mark.parametrize(
    ("entry", "behind"),
    [
        ("10.1.0.0/16 # Bern, 10.2.0.0/16 # Basel", "10.2.0.0/16 # Basel"),
        ("10.1.0.0/16 # Bern; 10.2.0.1 - 10.2.0.9", "10.2.0.1 - 10.2.0.9"),
        ("10.1.0.0/16 # Bern,2001:db8::1", "2001:db8::1"),
        ("10.1.0.0/16 #, 10.2.0.0 255.255.0.0", "10.2.0.0 255.255.0.0"),
    ],
)
def test_a_range_behind_a_note_is_no_part_of_it(entry: str, behind: str) -> None:
    with pytest.raises(InvalidRange, match="behind a note") as refused:
        noted_ranges([entry])
    assert refused.value.entry == behind


@pytest.mark.parametrize("note", ["Bern, 3rd floor", "was 10.2.0.0/16", "Bern, was 10.2.0.0/16", "Bern; 2"])
def test_a_note_may_speak_of_networks_and_numbers(note: str) -> None:
    assert noted_ranges([f"10.1.0.0/16 # {note}"]) == {"10.1.0.0/16": note}


def test_note_where_none_is_kept_is_refused_and_not_dropped() -> None:
    with pytest.raises(InvalidRange, match="notes are kept"):
        typed_ranges(["192.0.2.0/24 # Berlin"])


@pytest.mark.parametrize("listed", [list, tuple])
def test_typed_ranges_are_a_list_of_either_kind(listed: type[list[str]] | type[tuple[str, ...]]) -> None:
    assert typed_ranges(listed(["192.0.2.0/24"])) == ("192.0.2.0/24",)


def test_as_many_ranges_as_are_accepted_and_not_one_more() -> None:
    entry = " ".join(f"192.0.2.{one}" for one in range(4))
    assert len(noted_ranges([entry], 4)) == 4
    with pytest.raises(InvalidRange, match="at most 3"):
        noted_ranges([entry], 3)


def test_a_note_is_as_long_as_is_said_and_no_longer() -> None:
    assert noted_ranges([f"192.0.2.0/24 # {'x' * 60}"]) == {"192.0.2.0/24": "x" * 60}
    with pytest.raises(InvalidRange, match="up to 60 characters"):
        noted_ranges([f"192.0.2.0/24 # {'x' * 61}"])


@pytest.mark.parametrize("entry", ["::ff:0 - ::1:0:0:0", "::ff:0-::2:0:0:0"])
def test_ip_04_no_span_becomes_a_list_that_is_read_as_none(entry: str) -> None:
    """Parts of it would be IPv4 addresses in the clothing of IPv6: what reads a list takes none of these."""
    with pytest.raises(InvalidRange, match="write an IPv4 range as IPv4"):
        typed_ranges([entry])
