"""Who talks to whom in one packet, in words: protocol, addresses and ports."""

from ipaddress import IPv4Address, IPv6Address
from typing import Final

# include/uapi/linux/if_ether.h
ETH_P_IP: Final = 0x0800
ETH_P_IPV6: Final = 0x86DD
ETH_P_802_3_MIN: Final = 0x0600  # less is a length
ETHERTYPES: Final = {0x0806: "ARP", 0x8035: "RARP", 0x88CC: "LLDP"}
VLAN_TAGS: Final = (0x8100, 0x88A8, 0x9100)
PROTOCOLS: Final = {
    1: "ICMP",
    2: "IGMP",
    6: "TCP",
    17: "UDP",
    47: "GRE",
    50: "ESP",
    51: "AH",
    58: "ICMPv6",
    132: "SCTP",
    136: "UDP-Lite",
}
WITH_PORTS: Final = (6, 17, 132, 136)
FRAGMENT: Final = 44
EXTENSIONS: Final = (0, 43, 60)  # IPv6: hop-by-hop options, routing, destination options

# Where the frame of a link type has its ethertype; 0 where it begins with the IP header.
TYPE_AT: Final = {"EN10MB": 12, "LINUX_SLL": 14, "LINUX_SLL2": 0}
HEADER_LEN: Final = {"EN10MB": 14, "LINUX_SLL": 16, "LINUX_SLL2": 20}
NOT_KEPT: Final = -1
RAW: Final = ("RAW", "RAW(12)", "RAW(14)", "IPV4", "IPV6")


def flow_key(frame: bytes, link_type: str) -> str | None:
    """Give protocol, addresses and ports of a packet, from the sender to the receiver.

    Parameters
    ----------
    frame : bytes
        What the capture kept of it.
    link_type : str
        By its name, as `Trace.link_type` has it.

    Returns
    -------
    str or None
        The same text for each packet of a flow in one direction; of a fragment without ports,
        `fragment` stands in their place. None where the link type is not known, or too little
        of the packet was kept.

    Examples
    --------
    >>> ip = bytes.fromhex("4500 0028 0000 0000 40 06 0000 0a000001 0a000002")
    >>> flow_key(ip + bytes.fromhex("0050 1388"), "RAW")
    'TCP 10.0.0.1:80 > 10.0.0.2:5000'
    >>> flow_key(bytes(12) + bytes.fromhex("0800") + ip, "EN10MB") is None
    True
    """
    if link_type in RAW:
        version = frame[0] >> 4 if frame else 0
        return _of_ethertype(frame, {4: ETH_P_IP, 6: ETH_P_IPV6}.get(version, NOT_KEPT))
    if link_type not in TYPE_AT:
        return None
    ethertype, at = word(frame, TYPE_AT[link_type]), HEADER_LEN[link_type]
    while ethertype in VLAN_TAGS:
        ethertype, at = word(frame, at + 2), at + 4
    return _of_ethertype(frame[at:], ethertype)


def word(data: bytes, at: int) -> int:
    """Read 16 bits at byte `at`, big-endian; -1 where they were not kept.

    Examples
    --------
    >>> word(bytes([1, 2, 3]), 1), word(bytes([1, 2, 3]), 2)
    (515, -1)
    """
    return int.from_bytes(data[at : at + 2], "big") if at + 2 <= len(data) else NOT_KEPT


def _of_ethertype(packet: bytes, ethertype: int) -> str | None:
    if ethertype == ETH_P_IP:
        return _ipv4(packet)
    if ethertype == ETH_P_IPV6:
        return _ipv6(packet)
    if ethertype == NOT_KEPT:
        return None
    if ethertype < ETH_P_802_3_MIN:
        return "LLC"
    return ETHERTYPES.get(ethertype, f"ethertype 0x{ethertype:04x}")


def _ipv4(packet: bytes) -> str | None:
    if len(packet) < 20:
        return None
    ends = [str(IPv4Address(packet[at : at + 4])) for at in (12, 16)]
    later = word(packet, 6) & 0x1FFF > 0  # a fragment that is not the first has no ports
    return _text(packet[9], ends, packet[4 * (packet[0] & 15) :], later)


def _ipv6(packet: bytes) -> str | None:
    if len(packet) < 40:
        return None
    ends = [f"[{IPv6Address(packet[at : at + 16])}]" for at in (8, 24)]
    protocol, at, later = packet[6], 40, False
    while protocol in (*EXTENSIONS, FRAGMENT) and not later:
        if at + 8 > len(packet):
            return None
        length = 8
        if protocol == FRAGMENT:
            later = word(packet, at + 2) >> 3 > 0
        else:
            length += 8 * packet[at + 1]
        protocol, at = packet[at], at + length
    return _text(protocol, ends, packet[at:], later)


def _text(protocol: int, ends: list[str], rest: bytes, later: bool) -> str | None:
    name = PROTOCOLS.get(protocol, f"IP protocol {protocol}")
    if protocol in WITH_PORTS and not later:
        if len(rest) < 4:
            return None
        return f"{name} {ends[0]}:{word(rest, 0)} > {ends[1]}:{word(rest, 2)}"
    sender, receiver = (end.strip("[]") for end in ends)
    return f"{name} {sender} > {receiver}" + (" fragment" if later else "")
