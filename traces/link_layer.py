"""Where the network header of a frame begins, for each link type that can carry IP."""

import numpy as np
from rxreplay._jit import kernel

from .flow_key import ETH_P_IP, ETH_P_IPV6, VLAN_TAGS
from .load import u32
from .packets import Bytes, Int64s, Record, Word

# The numbers of files.  Source: libpcap, pcap/dlt.h and pcap-common.c.
DLT_NULL, DLT_EN10MB, DLT_PPP, DLT_RAW_12, DLT_RAW_14 = 0, 1, 9, 12, 14
DLT_PPP_SERIAL, DLT_RAW, DLT_C_HDLC, DLT_LOOP = 50, 101, 104, 108
DLT_LINUX_SLL, DLT_IPV4, DLT_IPV6, DLT_LINUX_SLL2 = 113, 228, 229, 276

RAW = (DLT_RAW_12, DLT_RAW_14, DLT_RAW, DLT_IPV4, DLT_IPV6)  # 12 and 14: written for 101

PPP_IP, PPP_IPV6 = 0x21, 0x57
PPP_ALLSTATIONS, PPP_UI = 0xFF, 0x03  # address and control, which a link can leave out
AF_INET = 2


@kernel
def u8(data: Bytes, at: Word) -> np.int64:
    """Read byte `at`."""
    return np.int64(data[np.uint64(at)])


@kernel
def u16(data: Bytes, at: Word) -> np.int64:
    """Read 16 bits at byte `at`, big-endian."""
    return (u8(data, at) << 8) | u8(data, at + 1)


@kernel
def is_tag(ethertype: Word) -> bool:
    """Say whether a VLAN tag comes next: 802.1Q, 802.1ad, or what QinQ was before."""
    return ethertype in VLAN_TAGS


@kernel
def is_inet6(family: Word) -> bool:
    """Say whether an address family is IPv6's: of Linux, NetBSD and OpenBSD, FreeBSD, Darwin."""
    return family in (10, 24, 28, 30)


@kernel
def behind_tags(data: Bytes, type_at: Word, at: Word, end: Word, headers: Record) -> Word:
    """Pass the VLAN tags from `at` on; the ethertype before them stands at `type_at`."""
    if type_at + 2 > end:
        return end
    ethertype = u16(data, type_at)
    tag_bytes: Word = 0
    while is_tag(ethertype) and at + tag_bytes + 4 <= end:
        ethertype = u16(data, at + tag_bytes + 2)
        tag_bytes += 4
    headers["tag_bytes"] = tag_bytes
    if not is_tag(ethertype):  # else the last one was cut off
        headers["ethertype"] = ethertype
    return at + tag_bytes


@kernel
def after_nothing(data: Bytes, frame: Word, end: Word, headers: Record) -> Word:
    """Take a frame that begins with its IP header, which says the version."""
    if frame < end:
        version = u8(data, frame) >> 4
        if version == 4:
            headers["ethertype"] = ETH_P_IP
        elif version == 6:
            headers["ethertype"] = ETH_P_IPV6
    return frame


@kernel
def after_family(data: Bytes, frame: Word, end: Word, headers: Record) -> Word:
    """Pass an address family of 32 bits, in the byte order of the machine that captured."""
    if frame + 4 > end:
        return end
    family = u32(data, frame, 0)
    if family > 0xFFFF:
        family = u32(data, frame, 1)
    if family == AF_INET:
        headers["ethertype"] = ETH_P_IP
    elif is_inet6(family):
        headers["ethertype"] = ETH_P_IPV6
    return frame + 4


@kernel
def after_hdlc(data: Bytes, frame: Word, end: Word) -> Word:
    """Pass address and control of PPP, where they are."""
    if frame + 2 > end or u8(data, frame) != PPP_ALLSTATIONS or u8(data, frame + 1) != PPP_UI:
        return frame
    return frame + 2


@kernel
def ppp_header_lens(data: Bytes, at: Int64s, cap_len: Int64s, headers: Int64s) -> None:
    """Write how long the PPP header of each record is; a protocol that was cut off is of 2 bytes.

    Only a protocol whose first byte is odd is of one.
    """
    for i in range(at.size):
        end = at[i] + cap_len[i]
        protocol = after_hdlc(data, at[i], end)
        short = protocol < end and u8(data, protocol) & 1
        headers[i] = protocol - at[i] + (1 if short else 2)


@kernel
def after_ppp(data: Bytes, frame: Word, end: Word, headers: Record) -> Word:
    """Pass address, control and protocol of PPP.  Source: RFC 1661, 1662."""
    at = after_hdlc(data, frame, end)
    if at >= end:
        return end
    protocol, size = u8(data, at), 1
    if not protocol & 1:  # an odd byte is the whole of it: compressed
        if at + 2 > end:
            return end
        protocol, size = u16(data, at), 2
    if protocol == PPP_IP:
        headers["ethertype"] = ETH_P_IP
    elif protocol == PPP_IPV6:
        headers["ethertype"] = ETH_P_IPV6
    return at + size


@kernel
def network_header(data: Bytes, frame: Word, end: Word, link_type: Word, headers: Record) -> Word:
    """Write `ethertype` and `tag_bytes`; give where the network header begins."""
    if link_type == DLT_EN10MB:
        return behind_tags(data, frame + 12, frame + 14, end, headers)
    if link_type == DLT_LINUX_SLL:
        return behind_tags(data, frame + 14, frame + 16, end, headers)
    if link_type == DLT_LINUX_SLL2:
        return behind_tags(data, frame, frame + 20, end, headers)
    if link_type == DLT_C_HDLC:
        return behind_tags(data, frame + 2, frame + 4, end, headers)
    if link_type in (DLT_NULL, DLT_LOOP):
        return after_family(data, frame, end, headers)
    if link_type in (DLT_PPP, DLT_PPP_SERIAL):
        return after_ppp(data, frame, end, headers)
    if link_type in RAW:
        return after_nothing(data, frame, end, headers)
    return end
