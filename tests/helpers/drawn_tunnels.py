"""Strategies of packets in tunnels: sound ones, and such as nobody should send."""

import struct

from helpers.frames import ETHERTYPES, PACKETS, WORDS
from helpers.tunnels import (
    EN10MB,
    ETHERNET,
    GRE,
    IPV4,
    IPV6,
    KINDS,
    RAW,
    UDP,
    Inside,
    erspan,
    ethernet,
    geneve,
    gpe,
    gre,
    ipv4,
    ipv6,
    linked,
    udp,
    vxlan,
)
from hypothesis import strategies as st

KIND_LISTS = st.lists(st.sampled_from(KINDS), min_size=1, max_size=5, unique=True)


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
