"""Packet types of cooked captures and IP addresses, out of the bytes of frames."""

import numpy as np
from rxreplay._jit import kernel

from .ends import DST_HIGH, DST_LOW, IN, OUT, SRC_HIGH, SRC_LOW, UNKNOWN, V4_PREFIX
from .flow_key import ETH_P_IP
from .link_layer import DLT_LINUX_SLL, DLT_LINUX_SLL2, u8, u16
from .load import u32
from .packets import Bytes, Int64s, Records, Word

# include/uapi/linux/if_packet.h: HOST, BROADCAST, MULTICAST and OTHERHOST came in; 5 and above
# are no packets of a device.
PACKET_OUTGOING = 4

ETH_P_ARP = 0x0806
ARP_LEN = 28
ARP_LENGTHS = 0x0604  # of an Ethernet and an IPv4 address


@kernel
def way_of_type(packet_type: Word) -> np.int64:
    """Say which way a packet type stands for."""
    if packet_type == PACKET_OUTGOING:
        return np.int64(OUT)
    return np.int64(IN) if packet_type < PACKET_OUTGOING else np.int64(UNKNOWN)


@kernel
def cooked_ways(data: Bytes, at: Int64s, cap_len: Int64s, link_type: Int64s, ways: Int64s) -> None:
    """Write the ways of cooked packets; others keep what they have."""
    step = 1 if link_type.size > 1 else 0
    for i in range(at.size):
        kind = link_type[i * step]
        if kind == DLT_LINUX_SLL and cap_len[i] >= 2:
            ways[i] = way_of_type(u16(data, at[i]))
        elif kind == DLT_LINUX_SLL2 and cap_len[i] >= 11:
            ways[i] = way_of_type(u8(data, at[i] + 10))


@kernel
def u64(data: Bytes, at: Word) -> np.int64:
    """Read half of an IPv6 address; the top bit becomes the sign."""
    return (u32(data, at, 1) << 32) | u32(data, at + 4, 1)


@kernel
def is_arp(data: Bytes, at: Word, end: Word) -> bool:
    """Say whether a whole ARP packet is about IPv4 over Ethernet.  Source: RFC 826."""
    if at + ARP_LEN > end:
        return False
    return bool(u16(data, at + 2) == ETH_P_IP and u16(data, at + 4) == ARP_LENGTHS)


@kernel
def ip_ends(data: Bytes, at: Int64s, cap_len: Int64s, headers: Records, ip: Int64s) -> None:
    """Write the addresses of IP packets, and of ARP who asks and who is asked for."""
    for i in range(at.size):
        start = at[i] + headers[i]["network"]
        if headers[i]["version"] == 4:
            ip[SRC_LOW, i] = V4_PREFIX | u32(data, start + 12, 1)
            ip[DST_LOW, i] = V4_PREFIX | u32(data, start + 16, 1)
        elif headers[i]["version"] == 6:
            ip[SRC_HIGH, i], ip[SRC_LOW, i] = u64(data, start + 8), u64(data, start + 16)
            ip[DST_HIGH, i], ip[DST_LOW, i] = u64(data, start + 24), u64(data, start + 32)
        elif headers[i]["ethertype"] == ETH_P_ARP and is_arp(data, start, at[i] + cap_len[i]):
            ip[SRC_LOW, i] = V4_PREFIX | u32(data, start + 14, 1)
            ip[DST_LOW, i] = V4_PREFIX | u32(data, start + 24, 1)
