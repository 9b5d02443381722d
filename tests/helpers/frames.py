"""Strategies of packets that are built by hand, layer by layer, sound ones and odd ones."""

import struct

from hypothesis import strategies as st

WORDS = st.sampled_from([0, 1, 80, 255, 256, 0xFFFF]) | st.integers(0, 0xFFFF)
PROTOCOLS = st.sampled_from([6, 6, 6, 17, 17, 132, 136, 1, 58, 0, 255])
ADDRESSES = st.sampled_from([bytes(4), b"\x0a\0\0\1", b"\x0a\0\0\2", b"\xff\xff\xff\xff"])
LINK_TYPES = (0, 1, 9, 12, 14, 50, 101, 104, 105, 108, 113, 228, 229, 276)
ETHERTYPES = {4: 0x0800, 6: 0x86DD}


@st.composite
def transports(draw, protocol):
    """Give a transport header of a protocol with a few bytes after it."""
    ports = struct.pack(">HH", draw(WORDS), draw(WORDS))
    if protocol != 6:
        return ports + draw(st.binary(max_size=12))
    words = draw(st.sampled_from([5, 5, 6, 15, 4, 0]))
    flags = draw(st.sampled_from([0x010, 0x018, 0x1C2, 0xFFF, 0]))
    seq = draw(st.sampled_from([0, 1, 2**31, 2**32 - 1]))
    head = ports + struct.pack(">IIHHI", seq, 0, words << 12 | flags, 512, 0)
    return head + draw(st.binary(max_size=50))


@st.composite
def ipv4_packets(draw):
    """Give an IPv4 packet; its total length can be 0, right, or too small."""
    protocol = draw(PROTOCOLS)
    body = draw(transports(protocol))
    words = draw(st.sampled_from([5, 5, 5, 6, 15, 4, 0]))
    options = bytes(max(4 * words - 20, 0))
    total = draw(st.sampled_from([20 + len(options) + len(body), 0, 20, 0xFFFF]))
    fragment = draw(st.sampled_from([0, 0, 0x4000, 0x2000, 1, 0x1FFF, 0x2001, 0x8000]))
    version = draw(st.sampled_from([4, 4, 4, 4, 6]))
    head = struct.pack(">BBHHHBBH", version << 4 | words, 0, total, 7, fragment, 64, protocol, 0)
    return head + draw(ADDRESSES) + draw(ADDRESSES) + options + body


@st.composite
def ipv6_packets(draw):
    """Give an IPv6 packet with up to three extension headers."""
    protocol = draw(PROTOCOLS)
    body = draw(transports(protocol))
    for kind in draw(st.lists(st.sampled_from([0, 43, 60, 44]), max_size=3)):
        if kind == 44:
            word = draw(st.sampled_from([0, 1, 8, 9, 0xFFF8]))
            body = struct.pack(">BBHI", protocol, 255, word, 1) + body
        else:
            units = draw(st.sampled_from([0, 0, 1, 3]))
            body = bytes([protocol, units]) + bytes(6 + 8 * units) + body
        protocol = kind
    total = draw(st.sampled_from([len(body), 0, 0xFFFF]))
    first = draw(st.sampled_from([0x60, 0x60, 0x60, 0x6F, 0x40]))
    head = struct.pack(">BBHHBB", first, 0, 7, total, protocol, 64)
    return head + 4 * draw(ADDRESSES) + 4 * draw(ADDRESSES) + body


PACKETS = ipv4_packets() | ipv6_packets()
TAG_LISTS = st.lists(st.sampled_from([0x8100, 0x88A8, 0x9100]), max_size=3)


def tagged(ethertype, tags):
    """Give tags and ethertype as they follow the addresses."""
    return b"".join(struct.pack(">HH", tag, 7) for tag in tags) + struct.pack(">H", ethertype)


@st.composite
def frames(draw, link_type):
    """Give a frame of a link type, mostly with IP in it."""
    packet = draw(PACKETS)
    version = draw(st.sampled_from([packet[0] >> 4] * 6 + [4, 6]))
    ethertype = ETHERTYPES[version]
    types = tagged(draw(st.sampled_from([ethertype] * 6 + [0x0806, 38])), draw(TAG_LISTS))
    if link_type == 1:
        return bytes(12) + types + packet
    if link_type == 113:
        return bytes(14) + types + packet
    if link_type == 276:
        return types[:2] + bytes(18) + types[2:] + packet
    if link_type == 104:
        return b"\x0f\0" + types + packet
    if link_type in (0, 108):
        family = draw(st.sampled_from([2] if version == 4 else [10, 24, 28, 30]) | st.just(7))
        return family.to_bytes(4, draw(st.sampled_from(["big", "little"]))) + packet
    if link_type in (9, 50):
        protocol = draw(st.sampled_from([0x21 if version == 4 else 0x57, 0xC021]))
        short = draw(st.booleans()) and protocol < 256
        head = draw(st.sampled_from([b"\xff\x03", b""]))
        return head + protocol.to_bytes(1 if short else 2, "big") + packet
    return packet
