"""Packet headers, from the link layer to TCP, into columns; nothing beyond what was kept is read.

Of a header that was cut off, the fields that were kept count, and the others stay -1: first the
whole IP header without its options, then the two ports, TCP's sequence number, its flags. Offsets
are known from lengths, and can lie behind what was kept. `flow_key` says the same in words.
"""

import numpy as np
from rxreplay._jit import kernel

from .flow_hash import hash_flow
from .flow_key import ETH_P_IP, ETH_P_IPV6, EXTENSIONS, FRAGMENT, WITH_PORTS
from .headers import FIRST, LATER, NOT_KEPT, SCTP, TCP, WHOLE
from .link_layer import network_header, u8, u16
from .load import u32
from .packets import Bytes, Int64s, Record, Records, Word

IPV4_HEADER, IPV6_HEADER, TCP_HEADER, UDP_HEADER, SCTP_HEADER = 20, 40, 20, 8, 12
MORE_FRAGMENTS, OFFSET_V4 = 0x2000, 0x1FFF
OFFSET_V6 = 0xFFF8


@kernel
def clear(headers: Record) -> None:
    """Say that nothing is known."""
    headers["ethertype"] = NOT_KEPT
    headers["tag_bytes"] = 0
    headers["network"] = NOT_KEPT
    headers["version"] = 0
    headers["protocol"] = NOT_KEPT
    headers["transport"] = NOT_KEPT
    headers["fragment"] = WHOLE
    headers["sport"] = NOT_KEPT
    headers["dport"] = NOT_KEPT
    headers["seq"] = NOT_KEPT
    headers["tcp_flags"] = NOT_KEPT
    headers["payload"] = NOT_KEPT
    headers["payload_len"] = NOT_KEPT
    headers["flow"] = 0


@kernel
def decode_ipv4(data: Bytes, at: Word, headers: Record) -> Word:
    """Read an IPv4 header at `at`, of which 20 bytes are there; give its length, 0 if none is."""
    first = u8(data, at)
    length = (first & 15) << 2
    if first >> 4 != 4 or length < IPV4_HEADER:
        return 0
    fragment = u16(data, at + 6)
    if fragment & OFFSET_V4:
        headers["fragment"] = LATER
    elif fragment & MORE_FRAGMENTS:
        headers["fragment"] = FIRST
    headers["version"] = 4
    headers["protocol"] = u8(data, at + 9)
    return length


@kernel
def decode_ipv6(data: Bytes, at: Word, end: Word, headers: Record) -> Word:
    """Read an IPv6 header, of which 40 bytes are there; give the length with its extensions.

    Where an extension header was cut off, the protocol is not known.
    """
    if u8(data, at) >> 4 != 6:
        return 0
    headers["version"] = 6
    protocol, length = u8(data, at + 6), np.int64(IPV6_HEADER)
    while headers["fragment"] != LATER and (protocol == FRAGMENT or protocol in EXTENSIONS):
        extension = at + length
        if extension + 8 > end:
            return length
        if protocol == FRAGMENT:
            headers["fragment"] = LATER if u16(data, extension + 2) & OFFSET_V6 else FIRST
            length += 8
        else:
            length += (u8(data, extension + 1) + 1) << 3
        protocol = u8(data, extension)
    headers["protocol"] = protocol
    return length


@kernel
def decode_tcp(data: Bytes, at: Word, end: Word, headers: Record) -> Word:
    """Read what was kept of a TCP header after its ports; give its length, 0 if not known."""
    if at + 8 <= end:
        headers["seq"] = u32(data, at + 4, 1)
    if at + 14 > end:
        return 0
    word = u16(data, at + 12)
    headers["tcp_flags"] = word & 0xFFF
    length = word >> 12 << 2
    return length if length >= TCP_HEADER else 0


@kernel
def decode_transport(data: Bytes, at: Word, end: Word, headers: Record) -> Word:
    """Read what IP carries, at `at`; give the length of its header, -1 if not known."""
    protocol = headers["protocol"]
    if headers["fragment"] == LATER or protocol not in WITH_PORTS:
        return 0
    if at + 4 <= end:
        headers["sport"] = u16(data, at)
        headers["dport"] = u16(data, at + 2)
    if protocol == TCP:
        return decode_tcp(data, at, end, headers) or NOT_KEPT
    return SCTP_HEADER if protocol == SCTP else UDP_HEADER


@kernel
def decode_packet(data: Bytes, frame: Word, end: Word, link_type: Word, headers: Record) -> None:
    """Decode the frame from byte `frame` up to byte `end`."""
    clear(headers)
    at = network_header(data, frame, end, link_type, headers)
    ethertype = headers["ethertype"]
    if ethertype == NOT_KEPT:
        return
    headers["network"] = at - frame
    length: Word = np.int64(0)
    ip_len: Word = np.int64(0)
    if ethertype == ETH_P_IP and at + IPV4_HEADER <= end:
        length = decode_ipv4(data, at, headers)
        ip_len = u16(data, at + 2)
    elif ethertype == ETH_P_IPV6 and at + IPV6_HEADER <= end:
        length = decode_ipv6(data, at, end, headers)
        ip_len = u16(data, at + 4)
        ip_len += IPV6_HEADER if ip_len else 0
    if headers["protocol"] == NOT_KEPT:
        return
    headers["transport"] = at + length - frame
    header_len = decode_transport(data, at + length, end, headers)
    if header_len != NOT_KEPT:
        headers["payload"] = headers["transport"] + header_len
        if ip_len >= length + header_len:  # 0 where segmentation was left to the device
            headers["payload_len"] = ip_len - length - header_len
    headers["flow"] = hash_flow(data, at, headers)


@kernel
def decode(data: Bytes, at: Int64s, cap_len: Int64s, link_type: Int64s, headers: Records) -> None:
    """Decode records whose bytes are `data`; `link_type` is of each, or one for all.

    Parameters
    ----------
    data : uint8 array
        Where the frames lie.
    at, cap_len : int64 arrays, shape (n,)
        First byte and captured length of each.
    link_type : int64 array, shape (n,) or (1,)
        Numbers, as files have them.
    headers : record array, shape (n,), dtype HEADERS
        Is written.

    Examples
    --------
    >>> from .headers import new_headers
    >>> ip = bytes.fromhex("45000028 00000000 40060000 0a000001 0a000002")
    >>> frame = ip + bytes.fromhex("00501388 00000007 00000000 50100000")
    >>> headers = new_headers(1)
    >>> zero, length, raw = np.zeros(1, np.int64), np.array([len(frame)]), np.array([101])
    >>> decode(np.frombuffer(frame, np.uint8), zero, length, raw, headers)
    >>> headers[["version", "protocol", "transport", "sport", "dport", "seq"]].tolist()
    [(4, 6, 20, 80, 5000, 7)]
    """
    step = 1 if link_type.size > 1 else 0
    for i in range(at.size):
        decode_packet(data, at[i], at[i] + cap_len[i], link_type[i * step], headers[i])
