"""Permitted IP ranges (IP-01 to IP-04): closed when in doubt.

Unset means no restriction, empty means nobody, unreadable means no. May not know where an address came
from: that it is `requestContext.identity.sourceIp` and no header is the authorizer's rule.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
    summarize_address_range,
)

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network

RANGES_MAX = 100
NOTE_MAX = 60

_SHOWN_MAX = 80
_ADDRESS = "[0-9A-Fa-f:.]{2,45}"
_RANGE = rf"({_ADDRESS})(?:/(0|[1-9][0-9]{{0,2}}))?"
# What people type: an address to another, and an address with a netmask; of a mask behind a space only one that can be
# no address of anybody's. A dash may be what a word processor makes of it.
_DASH = "[-\u2010-\u2015\u2212]"
_SPAN = rf"({_ADDRESS})\s*{_DASH}\s*({_ADDRESS})"
_MASKED = r"([0-9.]{7,15})(?:/|\s+(?=255\.))((?:[0-9]{1,3}\.){3}[0-9]{1,3})"
_PART = rf"(?:{_SPAN}|{_MASKED})(?=[\s,;]|$)|[^\s,;]+"
_COMPATIBLE = range(1 << 24, 1 << 32)  # ::/96; below it are ::, ::1 and 0.0.0.0/8, which is no host's address


class InvalidSource(ValueError):
    """Not an IP address."""


class InvalidRange(ValueError):
    """An entry that is no range. Names the entry and says what is wrong with it (IP-03)."""

    def __init__(self, entry: object, text: str, **values: object) -> None:
        self.entry = entry[:_SHOWN_MAX] if isinstance(entry, str) else type(entry).__name__
        self.text, self.values = text, values  # apart, for whoever says it in another language
        self.cause = text.format(**values)
        super().__init__(f"{self.entry!r}: {self.cause}")


def parse_address(text: object) -> IPAddress:
    """A source address; IPv4 in IPv6 clothing is undressed first (IP-02).

    Attack: "::ffff:203.0.113.7" slips past a rule about 203.0.113.0/24, or matches ::/0, because it is
    compared as IPv6. Mapped and compatible addresses become IPv4; 6to4 and Teredo name a relay, so stay.
    """
    written = re.fullmatch(_ADDRESS, text) if isinstance(text, str) else None
    if written is None:
        raise InvalidSource("not an IP address")
    try:
        return _undressed(ip_address(written[0]))
    except ValueError:
        raise InvalidSource("not an IP address") from None


def parse_ranges(entries: object, limit: int = RANGES_MAX) -> tuple[str, ...]:
    """The ranges in canonical spelling, each once; raises InvalidRange for the first bad one (IP-03)."""
    if not isinstance(entries, list | tuple):
        raise InvalidRange(entries, "a list of ranges is expected")
    if len(entries) > limit:
        raise InvalidRange(entries[limit], "at most {limit} ranges are accepted", limit=limit)
    return tuple(dict.fromkeys(str(_network(entry)) for entry in entries))


def typed_ranges(entries: object, limit: int = RANGES_MAX) -> tuple[str, ...]:
    """Ranges as people type them, in CIDR: also `10.0.0.1 - 10.0.0.9`, `10.0.0.0/255.255.0.0`, several in an entry.

    What is stored and compared is CIDR alone. Raises InvalidRange for the first bad one (IP-03), and for a note.
    """
    noted = next((one for one in _listed(entries) if "#" in one), None)
    if noted is not None:
        raise InvalidRange(noted, "notes are kept for the ranges of a domain and of the portal only")
    return tuple(noted_ranges(entries, limit))


def noted_ranges(entries: object, limit: int = RANGES_MAX) -> dict[str, str]:
    """The same with whose network each is, as it was typed behind a #; "" where nothing was."""
    found: dict[str, str] = {}
    for entry in _listed(entries):
        text, _, note = entry.partition("#")
        note, parts = note.strip(), [one[0] for one in re.finditer(_PART, text)]
        if len(note) > NOTE_MAX or not note.isprintable():
            raise InvalidRange(entry, "a note is one line of up to {most} characters", most=NOTE_MAX)
        if note and not parts:
            raise InvalidRange(entry, "a range is missing before the note")
        # Else it would be part of the words, and its network shut out without a word.
        if behind := next((one for one in re.split("[,;]", note)[1:] if _reads_as_range(one)), None):
            raise InvalidRange(behind.strip(), "a range is behind a note; write it on a line of its own")
        for part in parts:
            found |= {net: note or found.get(net, "") for net in map(str, _typed(part))}
            if len(found) > limit:
                raise InvalidRange(part, "at most {limit} ranges are accepted", limit=limit)
    return found


def _reads_as_range(text: str) -> bool:
    try:
        return bool(_typed(text.partition("#")[0].strip()))
    except InvalidRange:
        return False


def _listed(entries: object) -> Sequence[str]:
    if not isinstance(entries, list | tuple):
        raise InvalidRange(entries, "a list of ranges is expected")
    for entry in entries:
        if not isinstance(entry, str):
            raise InvalidRange(
                entry, "write it as 192.0.2.0/24, 192.0.2.1 - 192.0.2.9, 2001:db8::/32 or one address"
            )
    return entries


def permitted(address: str | IPAddress, ranges: Sequence[str] | None) -> bool:
    """Whether the address may come in: None restricts nobody, an empty list permits nobody.

    An unreadable address or list permits nobody (IP-04); a net only ever matches its own family (IP-02).
    """
    try:
        source = _source(address)
        if ranges is None:
            return True
        return any(source in net for net in _networks(_stored(ranges)))
    except ValueError:
        return False


def throttle_key(address: str | IPAddress) -> str:
    """What attempts are counted by: the IPv4 address, the IPv6 /64 (LG-06).

    Attack: one customer's /64 holds more addresses than there are guesses to make.
    """
    source = _source(address)
    prefix = 32 if source.version == 4 else 64  # noqa: PLR2004 - bits that name one customer
    return str(ip_network((source.packed, prefix), strict=False))


def _source(address: str | IPAddress) -> IPAddress:
    return parse_address(address) if isinstance(address, str) else _undressed(address)


def _undressed(address: object) -> IPAddress:
    if isinstance(address, IPv4Address):
        return address
    if not isinstance(address, IPv6Address) or address.scope_id is not None:
        raise InvalidSource("not an IP address")
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return IPv4Address(int(address)) if int(address) in _COMPATIBLE else address


def _stored(ranges: object) -> tuple[str, ...]:
    if not isinstance(ranges, list | tuple) or not all(isinstance(entry, str) for entry in ranges):
        raise InvalidRange(ranges, "a list of ranges is expected")
    return tuple(ranges)


@lru_cache(maxsize=256)
def _networks(ranges: tuple[str, ...]) -> tuple[IPNetwork, ...]:
    return tuple(_network(entry) for entry in ranges)


def _network(entry: object) -> IPNetwork:
    # Attack: what ipaddress reads on its own: True as 0.0.0.1, "10.0.0.0/0.255.255.255" as a /8. Only text
    # with a numeric prefix reaches it.
    parts = re.fullmatch(_RANGE, entry) if isinstance(entry, str) else None
    if not parts:
        raise InvalidRange(
            entry, "write it as 192.0.2.0/24, 192.0.2.1 - 192.0.2.9, 2001:db8::/32 or one address"
        )
    try:
        address = ip_address(parts[1])
    except ValueError:
        raise InvalidRange(entry, "not an IP address") from None
    try:
        net = ip_network(parts[0], strict=False)
    except ValueError:
        raise InvalidRange(entry, "the prefix is too long") from None
    if net.network_address != address:
        raise InvalidRange(entry, "the address has bits beyond the prefix; did you mean {net}?", net=net)
    if _undressed(net.network_address).version != net.version:
        raise InvalidRange(entry, "write an IPv4 range as IPv4")
    return net


def _typed(part: str) -> Sequence[IPNetwork]:
    """One range as it was typed; a span can be several."""
    if span := re.fullmatch(_SPAN, part):
        return _span(part, span[1], span[2])
    masked = re.fullmatch(_MASKED, part)
    if not masked:
        return (_network(part),)
    try:
        return (_network(f"{masked[1]}/{_prefix(part, masked[2])}"),)
    except InvalidRange as error:
        raise InvalidRange(part, error.text, **error.values) from None


def _prefix(part: str, mask: str) -> int:
    """The length of a netmask; never of a host mask, whose ones are at the other end."""
    try:
        bits: int = int(IPv4Address(mask))
    except ValueError:
        raise InvalidRange(part, "the netmask is none") from None
    zeros = (~bits & 0xFFFF_FFFF) + 1
    if zeros & (zeros - 1):
        raise InvalidRange(part, "a netmask is ones and then zeros, such as 255.255.0.0")
    return 33 - zeros.bit_length()


def _span(part: str, first: str, last: str) -> Sequence[IPNetwork]:
    try:
        low, high = ip_address(first), ip_address(last)
    except ValueError:
        raise InvalidRange(part, "not an IP address") from None
    if low.version != high.version:
        raise InvalidRange(part, "both addresses must be IPv4, or both IPv6")
    if any(_undressed(one).version != one.version for one in (low, high)):
        raise InvalidRange(part, "write an IPv4 range as IPv4")
    if int(low) > int(high):
        raise InvalidRange(part, "the first address is behind the last one")
    # Of those it becomes each must be one that is read again: a list with one that is not would permit nobody (IP-04).
    return tuple(_network(str(one)) for one in summarize_address_range(low, high))
