"""How far into a frame the stack reads headers, and how far the driver has them linear."""

from typing import Final

import numpy as np
from rxreplay._jit import kernel

from .coalesce import ETH_HLEN
from .flow_key import ETH_P_IP, ETH_P_IPV6
from .headers import FIRST, LATER, NOT_KEPT, TCP, UDP
from .packets import Int64s, Record, Records, Word

ETH_P_ARP: Final = 0x0806
ARP_HEADER: Final = 28  # of Ethernet and IPv4: net/ipv4/arp.c, arp_hdr_len()
IPPROTO_ICMP, IPPROTO_IGMP, IPPROTO_ICMPV6 = 1, 2, 58
ICMP_HEADER: Final = 8  # net/ipv4/icmp.c, icmp_rcv(); net/ipv6/icmp.c; net/ipv4/igmp.c
TCP_HEADER, UDP_HEADER = 20, 8  # what segmentation wants linear: VIRTIO_NET_HDR_GSO_*
CSUM_FIELD_TCP, CSUM_FIELD_UDP = 18, 8  # ends of the checksum fields: csum_offset + 2

# Rows of what is found.
REACH, NEEDS = range(2)


@kernel
def network_reach(headers: Record) -> Word:
    """Give the bytes of headers from the network header on; -1 where they are not known."""
    ethertype = headers["ethertype"]
    if ethertype == ETH_P_ARP:
        return np.int64(ARP_HEADER)
    if ethertype not in (ETH_P_IP, ETH_P_IPV6):
        return np.int64(NOT_KEPT if ethertype == NOT_KEPT else 0)
    if headers["transport"] == NOT_KEPT:
        return np.int64(NOT_KEPT)
    length = headers["transport"] - headers["network"]
    protocol = headers["protocol"]
    if headers["fragment"] == LATER:
        return np.int64(length)
    if protocol in (IPPROTO_ICMP, IPPROTO_IGMP, IPPROTO_ICMPV6):
        return np.int64(length + ICMP_HEADER)
    if headers["payload"] == NOT_KEPT:
        return np.int64(NOT_KEPT)
    return np.int64(headers["payload"] - headers["network"])


@kernel
def checksum_reach(headers: Record, merged: bool) -> Word:
    """Give the bytes that the driver makes linear of a packet whose checksum is left to the guest.

    `merged` are those with segmentation left to it as well.
    Source: include/linux/virtio_net.h, virtio_net_hdr_to_skb().
    """
    protocol = headers["protocol"]
    if headers["transport"] == NOT_KEPT or headers["fragment"] in (FIRST, LATER):
        return np.int64(0)
    if protocol == TCP:
        field = TCP_HEADER if merged else CSUM_FIELD_TCP
    elif protocol == UDP:
        field = UDP_HEADER if merged else CSUM_FIELD_UDP
    else:
        return np.int64(0)
    link_len = ETH_HLEN + headers["tag_bytes"]
    return np.int64(link_len + headers["transport"] - headers["network"] + field)


@kernel
def reaches(frame_len: Int64s, headers: Records, mtu: int, partial: bool, out: Int64s) -> None:
    """Write how far the headers of frames are read.

    Parameters
    ----------
    frame_len : int64 array, shape (n,)
        Length of each with an Ethernet header and the tags that `headers` counts.
    headers : record array, shape (n,), dtype HEADERS
        What `decode` has found.
    mtu : int
        A frame whose packet is longer has been merged, or was never segmented.
    partial : bool
        Whether the others have no full checksum either, as between guests of one host.
    out : int64 array, shape (2, n)
        Is written: `REACH`, the bytes from the frame's start that the stack reads as headers, 0
        where they were not kept; `NEEDS`, those that the driver makes linear, 0 for none.

    Examples
    --------
    >>> from .headers import new_headers
    >>> headers = new_headers(1)
    >>> fields = {"ethertype": ETH_P_IP, "protocol": TCP, "network": 14, "transport": 34}
    >>> for name, value in (fields | {"payload": 66}).items():
    ...     headers[name] = value
    >>> out = np.zeros((2, 1), np.int64)
    >>> reaches(np.array([1514]), headers, 1500, True, out)
    >>> out[:, 0].tolist()
    [66, 52]
    """
    for i in range(headers.size):
        link_len = ETH_HLEN + headers[i]["tag_bytes"]
        reach = network_reach(headers[i])
        out[REACH, i] = 0 if reach == NOT_KEPT else min(link_len + reach, frame_len[i])
        out[NEEDS, i] = 0
        merged = frame_len[i] - link_len > mtu
        if merged or partial:
            out[NEEDS, i] = checksum_reach(headers[i], merged)
