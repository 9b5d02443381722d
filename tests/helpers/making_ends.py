"""Ends of packets as tests write them down: pairs of Ethernet addresses, pairs of IP addresses."""

import numpy as np
from rxreplay.traces.ends import Ends, parse_ip, words

NOWHERE = (-1, -1)
NO_IPS = ("::", "::")
IN, OUT = 1, 2
GUEST, OTHER, THIRD = 0x001122000001, 0x001122000002, 0x001122000003
KVM, KVM_2, BROADCAST = 0x525400000001, 0x525400000002, 2**48 - 1


def making_ends(*packets):
    """Give ends of packets, each ((dst, src), (dst IP, src IP), flagged, cooked) or a part."""
    rows = [(*packet, *(NOWHERE, NO_IPS, 0, 0)[len(packet) :]) for packet in packets]
    macs = np.array([row[0] for row in rows], np.int64).reshape(-1, 2).T.copy()
    dst, src = ([parse_ip(row[1][end]) for row in rows] for end in (0, 1))
    flagged, cooked = (np.array([row[at] for row in rows], np.int64) for at in (2, 3))
    return Ends(flagged, cooked, *macs, np.array([*words(dst), *words(src)]))
