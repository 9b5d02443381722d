"""Packets in tunnels, built by hand."""

import struct
from dataclasses import dataclass

from helpers.frames import ETHERTYPES, tagged

EN10MB, RAW = 1, 101
GRE, UDP = 47, 17
ETHERNET, IPV4, IPV6 = 0x6558, 0x0800, 0x86DD
USUAL = {4789: "vxlan", 8472: "vxlan", 4790: "gpe", 6081: "geneve"}

KINDS = ("vxlan", "geneve", "gre", "erspan", "vlan")


def ports_of(kinds):
    """Give the table of ports that the oracle wants."""
    wanted = {"vxlan": ("vxlan", "gpe"), "geneve": ("geneve",)}
    named = {each for kind in kinds for each in wanted.get(kind, ())}
    return {port: kind for port, kind in USUAL.items() if kind in named}


@dataclass(frozen=True)
class Inside:
    """A packet to be put in a tunnel."""

    data: bytes
    link_type: int = EN10MB

    @property
    def ethertype(self):
        return ETHERNET if self.link_type == EN10MB else ETHERTYPES[self.data[0] >> 4]


def ethernet(packet, tags=()):
    addresses = bytes.fromhex("020000000001 020000000002")
    return addresses + tagged(ETHERTYPES[packet[0] >> 4], tags) + packet


def ipv4(protocol, body, options=b"", fragment=0, total=None):
    length = 20 + len(options) + len(body) if total is None else total
    first = 0x45 + len(options) // 4
    head = struct.pack(">BBHHHBBH", first, 0, length, 7, fragment, 64, protocol, 0)
    return head + b"\x0a\0\0\1\x0a\0\0\2" + options + body


def ipv6(protocol, body, extensions=(), total=None):
    """Give an IPv6 packet; extensions are numbers, of 8 bytes each, or bytes of a fragment's."""
    for extension in reversed(extensions):
        if isinstance(extension, bytes):
            body, protocol = bytes([protocol]) + extension[1:] + body, 44
        else:
            body, protocol = bytes([protocol, 0]) + bytes(6) + body, extension
    length = len(body) if total is None else total
    return struct.pack(">IHBB", 6 << 28, length, protocol, 64) + bytes(32) + body


def udp(port, body, length=None):
    return struct.pack(">HHHH", 50000, port, 8 + len(body) if length is None else length, 0) + body


def vxlan(inside, flags=8, last=b"\0\0\0"):
    return bytes([flags]) + last + b"\0\0\7\0" + inside.data


def gpe(inside):
    protocol = {ETHERNET: 3, IPV4: 1, IPV6: 2}[inside.ethertype]
    return vxlan(inside, 0x0C, bytes([0, 0, protocol]))


def geneve(inside, options=b"", first=None, second=0, ethertype=None):
    first = len(options) // 4 if first is None else first
    kind = inside.ethertype if ethertype is None else ethertype
    return struct.pack(">BBHI", first, second, kind, 7 << 8) + options + inside.data


def gre(inside, flags=0, protocol=None, options=None):
    size = 4 * sum(bool(flags & bit) for bit in (0x8000, 0x2000, 0x1000))
    words = bytes(range(1, 1 + size)) if options is None else options
    kind = inside.ethertype if protocol is None else protocol
    return struct.pack(">HH", flags, kind) + words + inside.data


def erspan(inside, kind, *, truncated=False, subheader=False):
    """Give a mirrored frame in GRE, of type 1, 2 or 3."""
    if kind == 1:
        return gre(inside, 0, 0x88BE)
    word = struct.pack(">HH", (kind - 1) << 12 | 7, truncated << 10 | 5)
    rest = bytes(4)
    if kind == 3:
        rest += struct.pack(">HH", 9, 0x8000 | subheader) + bytes(8 * subheader)
    mirrored = Inside(word + rest + inside.data)
    return gre(mirrored, 0x1000, 0x88BE if kind == 2 else 0x22EB)


INNER = ethernet(ipv4(6, bytes(range(40))))
FRAME = Inside(INNER)
V4, V6 = Inside(ipv4(17, bytes(30)), RAW), Inside(ipv6(17, bytes(30)), RAW)
TAGGED = Inside(ethernet(ipv4(6, bytes(range(40))), [0x88A8, 0x8100]))

# By name: the kind of tunnel, what is in it, IP protocol and what IP carries.
BODIES = {
    "VXLAN": ("vxlan", FRAME, UDP, udp(4789, vxlan(FRAME))),
    "VXLAN of Linux": ("vxlan", FRAME, UDP, udp(8472, vxlan(FRAME))),
    "VXLAN with a policy": ("vxlan", FRAME, UDP, udp(4789, vxlan(FRAME, 0x88, b"\0\1\2"))),
    "GPE, Ethernet": ("vxlan", FRAME, UDP, udp(4790, gpe(FRAME))),
    "GPE, IPv4": ("vxlan", V4, UDP, udp(4790, gpe(V4))),
    "GPE, IPv6": ("vxlan", V6, UDP, udp(4790, gpe(V6))),
    "GPE without a next protocol": ("vxlan", FRAME, UDP, udp(4790, vxlan(FRAME))),
    "Geneve": ("geneve", FRAME, UDP, udp(6081, geneve(FRAME))),
    "Geneve with options": ("geneve", FRAME, UDP, udp(6081, geneve(FRAME, bytes(252)))),
    "Geneve, critical": ("geneve", FRAME, UDP, udp(6081, geneve(FRAME, second=0x40))),
    "Geneve, IPv4": ("geneve", V4, UDP, udp(6081, geneve(V4))),
    "Geneve, IPv6": ("geneve", V6, UDP, udp(6081, geneve(V6))),
    "GRE, Ethernet": ("gre", FRAME, GRE, gre(FRAME)),
    "GRE, IPv4": ("gre", V4, GRE, gre(V4)),
    "GRE, IPv6": ("gre", V6, GRE, gre(V6)),
    "GRE with a checksum": ("gre", V4, GRE, gre(V4, 0x8000)),
    "GRE with a sequence": ("gre", V4, GRE, gre(V4, 0x1000)),
    "NVGRE": ("gre", FRAME, GRE, gre(FRAME, 0x2000)),
    "ERSPAN I": ("erspan", FRAME, GRE, erspan(FRAME, 1)),
    "ERSPAN II": ("erspan", FRAME, GRE, erspan(FRAME, 2)),
    "ERSPAN III": ("erspan", FRAME, GRE, erspan(FRAME, 3)),
    "ERSPAN III without a sequence": (
        "erspan",
        FRAME,
        GRE,
        gre(Inside(b"\x20" + bytes(11) + INNER), 0, 0x22EB),
    ),
    "ERSPAN III with a subheader": ("erspan", FRAME, GRE, erspan(FRAME, 3, subheader=True)),
}


def linked(packet, link_type, tags):
    """Give an IP packet with a header of a link type, and tags where it can have some."""
    types = tagged(ETHERTYPES[packet[0] >> 4], tags)
    if link_type == EN10MB:
        return bytes(12) + types + packet
    if link_type == 113:
        return bytes(range(14)) + types + packet
    if link_type == 276:
        return types[:2] + bytes(range(18)) + types[2:] + packet
    if link_type == 104:
        return b"\x0f\0" + types + packet
    if link_type in (0, 108):
        return (2 if packet[0] >> 4 == 4 else 28).to_bytes(4, "big") + packet
    if link_type in (9, 50):
        return b"\xff\x03" + (b"\0\x21" if packet[0] >> 4 == 4 else b"\0\x57") + packet
    return packet


LINKS = (0, 1, 9, 12, 14, 50, 101, 104, 108, 113, 228, 229, 276)
