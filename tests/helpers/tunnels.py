"""Packets in tunnels, built by hand: sound ones, and such as nobody should send."""

import struct
from dataclasses import dataclass

import numpy as np
from helpers.frames import ETHERTYPES, PACKETS, WORDS, tagged
from hypothesis import strategies as st
from rxreplay.traces.packets import Packets

EN10MB, RAW = 1, 101
GRE, UDP = 47, 17
ETHERNET, IPV4, IPV6 = 0x6558, 0x0800, 0x86DD
USUAL = {4789: "vxlan", 8472: "vxlan", 4790: "gpe", 6081: "geneve"}

KINDS = ("vxlan", "geneve", "gre", "erspan", "vlan")
KIND_LISTS = st.lists(st.sampled_from(KINDS), min_size=1, max_size=5, unique=True)


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


@st.composite
def carriers(draw, inside, kinds):
    """Give protocol and bytes of what carries a packet in IP, and the kind of tunnel."""
    able = [kind for kind in kinds if kind in ("vxlan", "geneve", "gre")]
    if inside.link_type == EN10MB and "erspan" in kinds:
        able.append("erspan")
    kind = draw(st.sampled_from(able))
    if kind == "vxlan":
        if inside.link_type == RAW or draw(st.booleans()):
            return UDP, udp(4790, gpe(inside))
        return UDP, udp(draw(st.sampled_from([4789, 8472])), vxlan(inside))
    if kind == "geneve":
        return UDP, udp(6081, geneve(inside, bytes(4 * draw(st.sampled_from([0, 1, 63])))))
    if kind == "gre":
        return GRE, gre(inside, draw(st.sampled_from([0, 0x8000, 0x2000, 0x1000, 0xB000])))
    subheader = draw(st.booleans())
    return GRE, erspan(inside, draw(st.sampled_from([1, 2, 3])), subheader=subheader)


@st.composite
def in_ip(draw, protocol, body):
    """Give an IP packet of either version, with options or extension headers at times."""
    if draw(st.booleans()):
        return ipv4(protocol, body, draw(st.sampled_from([b"", b"", bytes(8)])))
    return ipv6(protocol, body, draw(st.lists(st.sampled_from([0, 43, 60]), max_size=2)))


TAGS = st.lists(st.sampled_from([0x8100, 0x88A8, 0x9100]), max_size=2)


@st.composite
def insides(draw):
    """Give a packet that is in no tunnel, as a frame or as it is."""
    packet = draw(PACKETS.filter(lambda packet: packet[0] >> 4 in ETHERTYPES))
    if draw(st.booleans()):
        return Inside(packet, RAW)
    return Inside(ethernet(packet, draw(TAGS)))


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


@st.composite
def odd_carriers(draw, inside):
    """Give what no sender sends, or another kind of tunnel: flags, versions, lengths, types."""
    kind = draw(st.sampled_from(["vxlan", "geneve", "gre", "erspan", "other"]))
    byte = st.sampled_from([0, 1, 4, 8, 9, 12, 0x0D, 0x1C, 0x2C, 0x40, 0x80, 0xFF])
    ethertype = st.sampled_from([ETHERNET, IPV4, IPV6, 0x88BE, 0x22EB, 0x8200, 0, 0x880B])
    if kind == "vxlan":
        last = bytes([0, 0, draw(st.sampled_from([0, 1, 2, 3, 4]))])
        body = vxlan(inside, draw(byte), last)
    elif kind == "geneve":
        body = geneve(inside, b"", draw(byte), draw(byte), draw(ethertype))
    elif kind == "gre":
        flags = st.sampled_from([0, 1, 7, 0x4000, 0x1000, 0x3001, 0xB000, 0x0800])
        return GRE, gre(inside, draw(flags), draw(ethertype))
    elif kind == "erspan":
        words = struct.pack(">HH", draw(st.sampled_from([0, 0x1000, 0x2000, 0x3000])), draw(WORDS))
        rest = draw(st.binary(min_size=0, max_size=16))
        flags = draw(st.sampled_from([0, 0x1000, 0x2000, 0x4000]))
        mirrored = Inside(words + rest + inside.data)
        return GRE, gre(mirrored, flags, draw(st.sampled_from([0x88BE, 0x22EB])))
    else:
        return draw(st.sampled_from([(6, bytes(20)), (1, bytes(8)), (GRE, b""), (UDP, b"")]))
    size = 8 + len(body)
    length = st.sampled_from([None, None, 0, 8, 15, 16, size - 1, size - 64, size - 65, 0xFFFF])
    port = draw(st.sampled_from([4789, 8472, 4790, 6081, 53]))
    length = draw(length)
    return UDP, udp(port, body, None if length is None else max(length, 0))


@st.composite
def odd_ip(draw, protocol, body):
    """Give an IP packet whose lengths and fragments can be anything."""
    size = len(body)
    over = draw(st.sampled_from([0, 0, 0, 0, 1, 64, 65, -1, -size, -70_000, -4]))
    if draw(st.booleans()):
        fragment = draw(st.sampled_from([0, 0, 0, 0x4000, 0x2000, 1, 0x2001]))
        options = draw(st.sampled_from([b"", b"", bytes(8)]))
        total = min(max(20 + len(options) + size - over, 0), 0xFFFF)
        return ipv4(protocol, body, options, fragment, total)
    fragment = st.sampled_from([bytes(8), b"\0\0\0\1" + bytes(4), b"\0\0\0\x08" + bytes(4)])
    chain = draw(st.lists(st.sampled_from([0, 43, 60]) | fragment, max_size=2))
    total = 8 * len(chain) + size - over
    return ipv6(protocol, body, chain, min(max(total, 0), 0xFFFF))


@st.composite
def odd_frames(draw, link_type):
    """Give a frame of a link type with up to five tunnels in one another, sound or not."""
    inside = draw(insides())
    for _ in range(draw(st.sampled_from([0, 1, 1, 1, 2, 2, 3, 5]))):
        odd = draw(st.sampled_from([False, False, True]))
        carrier = odd_carriers(inside) if odd else carriers(inside, KINDS)
        protocol, body = draw(carrier)
        packet = draw(odd_ip(protocol, body) if draw(st.booleans()) else in_ip(protocol, body))
        raw = draw(st.booleans())
        inside = Inside(packet, RAW) if raw else Inside(ethernet(packet, draw(TAGS)))
    packet = inside.data
    if inside.link_type == EN10MB:
        if link_type == EN10MB:
            return packet
        packet = draw(in_ip(*draw(carriers(inside, KINDS))))
    return linked(packet, link_type, draw(TAGS))


def packets_of(rows):
    """Give rows of bytes kept, length on the wire and link type as a block, with some between.

    Nothing lies behind the last one, so that nobody can read there unseen.
    """
    filler = b"\xee" * 5
    data = b"".join(filler + kept for kept, _, _ in rows)
    cap_len = np.array([len(kept) for kept, _, _ in rows], np.int64)
    at = np.cumsum(cap_len + len(filler)) - cap_len
    wire_len = np.array([size for _, size, _ in rows], np.int64)
    link_type = np.array([link for _, _, link in rows], np.int64)
    ts_ns = np.arange(len(rows)) * 10
    ends = np.full((2, len(rows)), 7)
    return Packets(
        ts_ns, wire_len, cap_len, *ends, at, link_type, np.frombuffer(data, np.uint8), False, 65535
    )


def frames_of(packets):
    """Give the bytes of each packet of a block."""
    spans = zip(packets.at.tolist(), packets.cap_len.tolist(), strict=True)
    return [packets.data[at : at + cap_len].tobytes() for at, cap_len in spans]
