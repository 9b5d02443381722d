"""From where to where a packet went: what the capture noted of that, and its addresses."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

import numpy as np

from .packets import NO_ADDRESS, Int64s, Mask, Packets, Records

# Ways of a packet on the interface that captured it.  Source: pcapng draft, epb_flags, bits 0-1.
UNKNOWN, IN, OUT = range(3)

# Rows of IP addresses, each of 128 bits in two numbers; IPv4 as ::ffff:a.b.c.d, none as ::.
DST_HIGH, DST_LOW, SRC_HIGH, SRC_LOW = range(4)
V4_PREFIX: Final = 0xFFFF << 32
LIMITED_BROADCAST: Final = V4_PREFIX | 0xFFFFFFFF
MULTICAST_MAC: Final = 1 << 40  # the group bit; broadcast has it too


@dataclass(frozen=True, slots=True)
class Ends:
    """What says where packets come from and go to, column by column.

    Parameters
    ----------
    flagged : int64 array, shape (n,)
        `IN` or `OUT` by the flags of a pcapng, `UNKNOWN` where they do not say.
    cooked : int64 array, shape (n,)
        The same by the packet type of Linux cooked captures.
    dst, src : int64 array, shape (n,)
        Ethernet addresses, `NO_ADDRESS` where there are none.
    ip : int64 array, shape (4, n)
        IP addresses in rows, of ARP too.

    Examples
    --------
    >>> no_ends(2).dst.tolist()
    [-1, -1]
    """

    flagged: Int64s
    cooked: Int64s
    dst: Int64s
    src: Int64s
    ip: Int64s


def no_ends(count: int) -> Ends:
    """Give the ends of packets of which nothing is known."""
    flagged, cooked = np.zeros((2, count), np.int64)
    dst, src = np.full((2, count), NO_ADDRESS, np.int64)
    return Ends(flagged, cooked, dst, src, np.zeros((4, count), np.int64))


def ends_of(packets: Packets, headers: Records | None) -> Ends:
    """Give the ends of packets; IP addresses only where `headers` were decoded."""
    from .scan_ends import cooked_ways, ip_ends

    count = packets.at.size
    cooked, ip = np.zeros(count, np.int64), np.zeros((4, count), np.int64)
    cooked_ways(packets.data, packets.at, packets.cap_len, packets.link_type, cooked)
    if headers is not None:
        ip_ends(packets.data, packets.at, packets.cap_len, headers, ip)
    return Ends(flagged_ways(packets.flags), cooked, packets.dst, packets.src, ip)


def flagged_ways(flags: Int64s) -> Int64s:
    """Give the ways that the flags of pcapng packets say; two of four values are ways.

    Examples
    --------
    >>> flagged_ways(np.array([0, 1, 2, 3, 0x0E])).tolist()
    [0, 1, 2, 0, 2]
    """
    ways = flags & 3
    return np.where(ways == 3, UNKNOWN, ways)


def join_ends(parts: Sequence[Ends]) -> Ends:
    """Put ends of consecutive packets together; the result shares nothing with its parts."""
    names = [field.name for field in fields(Ends)]
    if not parts:
        return no_ends(0)
    return Ends(*(np.concatenate([getattr(part, name) for part in parts], -1) for name in names))


def first_ends(ends: Ends, count: int) -> Ends:
    """Give the ends of the first packets.

    Examples
    --------
    >>> first_ends(no_ends(3), 2).dst.size
    2
    """
    return Ends(*(getattr(ends, field.name)[..., :count] for field in fields(Ends)))


def is_group_mac(mac: Int64s) -> Mask:
    """Say which destinations are broadcast or multicast."""
    group: Mask = (mac >= 0) & (mac & MULTICAST_MAC != 0)
    return group


def is_group_ip(high: Int64s, low: Int64s) -> Mask:
    """Say which destinations are multicast, or IPv4's 255.255.255.255.

    Examples
    --------
    >>> numbers = [parse_ip(ip) for ip in ("10.0.0.255", "224.0.0.1", "ff02::1", "fe80::1")]
    >>> is_group_ip(*words(numbers)).tolist()
    [False, True, True, False]
    """
    group_v4 = (low >> 28 & 0xF == 0xE) | (low == LIMITED_BROADCAST)
    group: Mask = (is_v4(high, low) & group_v4) | (high >> 56 & 0xFF == 0xFF)
    return group


def is_v4(high: Int64s, low: Int64s) -> Mask:
    """Say which addresses are of IPv4."""
    v4: Mask = (high == 0) & (low >> 32 == 0xFFFF)
    return v4


def is_known_ip(high: Int64s, low: Int64s) -> Mask:
    """Say where there is an address that somebody can have: not `::`, not 0.0.0.0."""
    known: Mask = (high != 0) | ((low != 0) & (low != V4_PREFIX))
    return known


def parse_ip(text: str) -> int:
    """Read an IP address as a number of 128 bits.

    Raises
    ------
    ValueError
        It is none.

    Examples
    --------
    >>> hex(parse_ip("10.0.0.1")), parse_ip("::1")
    ('0xffff0a000001', 1)
    """
    try:
        address = ip_address(text)
    except ValueError:
        raise ValueError(
            f"{text!r} is not an IP address; write it as 192.0.2.1 or 2001:db8::1"
        ) from None
    return int(address) | (V4_PREFIX if address.version == 4 else 0)


def format_ip(number: int) -> str:
    """Write an address as people do.

    Examples
    --------
    >>> format_ip(0xFFFF0A000001), format_ip(1 << 127)
    ('10.0.0.1', '8000::')
    """
    is_v4 = number >> 32 == 0xFFFF
    return str(IPv4Address(number & 0xFFFFFFFF) if is_v4 else IPv6Address(number))


def ip_number(high: int, low: int) -> int:
    """Give one number for the two of a column."""
    return (int(high) & (2**64 - 1)) << 64 | (int(low) & (2**64 - 1))


def words(numbers: Sequence[int]) -> tuple[Int64s, Int64s]:
    """Give addresses as columns have them.

    Examples
    --------
    >>> [column.tolist() for column in words([1 << 127 | 5])]
    [[-9223372036854775808], [5]]
    """
    mask = 2**64 - 1
    high = np.array([number >> 64 for number in numbers], np.uint64)
    low = np.array([number & mask for number in numbers], np.uint64)
    return high.view(np.int64), low.view(np.int64)
