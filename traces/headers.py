"""What decoding says of a packet: one record, all of it int64, so that both Pythons agree."""

from typing import Final

import numpy as np

from .packets import Records

NOT_KEPT: Final = -1

# Offsets count from the first byte of the frame; -1 stands for all that is not there or not kept.
HEADERS: Final = np.dtype(
    [
        ("ethertype", "i8"),  # after the VLAN tags; of a link type without one, what it means
        ("tag_bytes", "i8"),  # of VLAN tags, four each
        ("network", "i8"),  # offset of the network header
        ("version", "i8"),  # of IP: 4 or 6; 0 where no whole IP header was kept
        ("protocol", "i8"),  # of IP, after IPv6 extension headers
        ("transport", "i8"),  # offset of what IP carries
        ("fragment", "i8"),  # WHOLE, FIRST or LATER
        ("sport", "i8"),
        ("dport", "i8"),
        ("seq", "i8"),  # of TCP
        ("tcp_flags", "i8"),  # 12 bits: AE and three reserved ones above CWR
        ("payload", "i8"),  # offset of what the transport protocol carries
        ("payload_len", "i8"),  # its bytes on the wire, from the lengths in IP; -1: IP has none
        ("flow", "i8"),  # 64 bits of hash of sender, receiver, protocol and ports; 0: none
    ]
)

WHOLE, FIRST, LATER = range(3)

TCP: Final = 6
UDP: Final = 17
SCTP: Final = 132


def new_headers(count: int) -> Records:
    """Give room for the headers of `count` packets.

    Examples
    --------
    >>> new_headers(3)["flow"].tolist()
    [0, 0, 0]
    """
    return np.zeros(count, HEADERS)
