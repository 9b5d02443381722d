"""Datalink types of snoop captures, as link types of libpcap.

Source: RFC 1761 and 3827, Wireshark, wiretap/snoop.c, and libpcap, pcap/dlt.h.
"""

from typing import Final

from .link_types import EN10MB

# What DL_ numbers are called, and their link type where there is one of the same headers.
SUN: Final[dict[int, tuple[str, int | None]]] = {
    0: ("IEEE 802.3", EN10MB),
    1: ("IEEE 802.4 token bus", None),
    2: ("IEEE 802.5 token ring", 6),
    3: ("IEEE 802.6 metro net", None),
    4: ("Ethernet", EN10MB),
    5: ("HDLC", None),
    6: ("character synchronous", None),
    7: ("IBM channel-to-channel", None),
    8: ("FDDI", 10),
    9: ("other", 0),
    10: ("frame relay LAPF", None),
    11: ("multi-protocol over frame relay", None),
    12: ("character asynchronous", None),
    13: ("X.25 classical IP", None),
    14: ("software loopback", 0),
    16: ("Fibre Channel", 122),
    17: ("ATM", None),
    18: ("ATM classical IP", 123),
    19: ("X.25 LAPB", None),
    20: ("ISDN", None),
    21: ("HIPPI", None),
    22: ("100VG-AnyLAN Ethernet", None),
    23: ("100VG-AnyLAN token ring", None),
    24: ("ISO 8802-3 and Ethernet", None),
    25: ("100BaseT", None),
    26: ("InfiniBand", None),
    0x80000001: ("IPv4 tunnel", None),
    0x80000002: ("IPv6 tunnel", None),
    0x80000003: ("virtual network interface", None),
    0x80000004: ("IEEE 802.11", None),
    0x80000005: ("ipnet", 226),
    0x80000006: ("IPMP stub", None),
    0x80000007: ("6to4 tunnel", None),
}
# Shomiti and Finisar Surveyor wrote snoop files with numbers of their own from 10 on.
SHOMITI: Final[dict[int, tuple[str, int | None]]] = {
    **{number: SUN[number] for number in range(9)},
    10: ("Fast Ethernet", EN10MB),
    11: ("IEEE 802.5 token ring of 4 Mbit/s", 6),
    12: ("Gigabit Ethernet", EN10MB),
    13: ("IEEE 802.5 Shomiti", 6),
    14: ("IEEE 802.5 Shomiti of 4 Mbit/s", 6),
    18: ("IEEE 802.11 with a radio header", None),
    19: ("10 Gigabit Ethernet", EN10MB),
}


def link_type_of(number: int, *, shomiti: bool) -> tuple[str, int | None]:
    """Give the name of a datalink type, and its link type; None where there is none.

    Examples
    --------
    >>> link_type_of(4, shomiti=False), link_type_of(5, shomiti=False)
    (('Ethernet', 1), ('HDLC', None))
    >>> link_type_of(12, shomiti=True), link_type_of(99, shomiti=True)
    (('Gigabit Ethernet', 1), ('unassigned', None))
    """
    return (SHOMITI if shomiti else SUN).get(number, ("unassigned", None))
