"""What is inside a packet, taken out slowly: slices in, slices out."""

from dataclasses import dataclass, replace

from oracles.headers import FIRST, LATER, TAGS, ipv4, ipv6, link, number

TAKEN, NO_TUNNEL, CUT, FRAGMENT, OTHER = "taken", "no_tunnel", "cut", "fragment", "other"
PLACES = {1: (12, 14), 113: (14, 16), 276: (0, 20), 104: (2, 4)}  # of a type, and of tags behind it
ETHERNET, RAW = 1, 101
MOST_DEEP = 4
MOST_OVER = 64


@dataclass(frozen=True)
class Packet:
    """What was kept of a packet, how long it was, and whether the rest of it is elsewhere."""

    kept: bytes
    wire_len: int
    link_type: int
    partial: bool = False


class StopError(Exception):
    """There is no way further in; says why, and whether that is certain."""

    def __init__(self, why, *, sure=True):
        super().__init__(why)
        self.why, self.sure = why, sure


def need(layer, size, why=CUT, *, sure=True):
    """Stop where a layer has fewer bytes than `size`."""
    if size > layer.wire_len:
        raise StopError(NO_TUNNEL)
    if size > len(layer.kept):
        raise StopError(why, sure=sure)


def shortened(layer, length):
    """End a layer after so many bytes."""
    return replace(layer, kept=layer.kept[:length], wire_len=length)


def believed(length, least, most):
    return least <= length <= most <= length + MOST_OVER


def said_by_ip(packet):
    """Give the length of an IP packet by its header, 0 where it says none."""
    if packet[0] >> 4 == 4:
        return number(packet, 2, 2)
    return number(packet, 4, 2) and number(packet, 4, 2) + 40


def without_type(packet):
    """Say why a frame has no ethertype."""
    if len(packet.kept) >= packet.wire_len:
        return StopError(NO_TUNNEL)
    if packet.link_type in PLACES:
        return StopError(CUT, sure=False)
    least = {0: 4, 108: 4, 9: 4, 50: 4, 12: 1, 14: 1, 101: 1, 228: 1, 229: 1}
    if len(packet.kept) < least.get(packet.link_type, 0):
        return StopError(CUT, sure=False)
    return StopError(NO_TUNNEL)


def ip_layer(packet):
    """Give what IP carries, with its protocol and its fragment."""
    ethertype, _, network = link(packet.kept, packet.link_type)
    if ethertype is None:
        raise without_type(packet)
    if ethertype not in (0x0800, 0x86DD):
        raise StopError(NO_TUNNEL)
    layer = replace(packet, kept=packet.kept[network:], wire_len=packet.wire_len - network)
    need(layer, 20 if ethertype == 0x0800 else 40, sure=False)
    found = (ipv4 if ethertype == 0x0800 else ipv6)(layer.kept)
    if found is None:
        raise StopError(NO_TUNNEL)
    protocol, length, fragment, _ = found
    if protocol is None:
        need(layer, length + 8, sure=False)
    total = said_by_ip(layer.kept)
    if believed(total, length, layer.wire_len):
        layer = shortened(layer, total)
    payload = replace(layer, kept=layer.kept[length:], wire_len=layer.wire_len - length)
    return payload, protocol, fragment


def inside(layer, header, link_type):
    """Give what lies behind a header, which is all there."""
    need(layer, header)
    return Packet(layer.kept[header:], layer.wire_len - header, link_type, layer.partial)


def by_ethertype(ethertype):
    if ethertype == 0x6558:
        return ETHERNET
    if ethertype in (0x0800, 0x86DD):
        return RAW
    raise StopError(OTHER)


def vxlan(header, gpe):
    """Give the length of a VXLAN header, and the link type of what it carries."""
    flags = header[0]
    if not flags & 8:
        raise StopError(OTHER)
    if gpe and flags & 0x31:
        raise StopError(OTHER)
    if not gpe or not flags & 4:
        return 8, ETHERNET
    carried = {1: RAW, 2: RAW, 3: ETHERNET}
    if header[3] not in carried:
        raise StopError(OTHER)
    return 8, carried[header[3]]


def geneve(header):
    """Give the length of a Geneve header, and the link type of what it carries."""
    if header[0] >= 0x40 or header[1] >= 0x80:
        raise StopError(OTHER)
    return 8 + 4 * header[0], by_ethertype(number(header, 2, 2))


def in_udp(layer, fragment, ports):
    """Give what a UDP datagram carries; `ports` has the kind of tunnel of each."""
    need(layer, 4, sure=False)
    kind = ports.get(number(layer.kept, 2, 2))
    if kind is None:
        raise StopError(NO_TUNNEL)
    need(layer, 16)
    length = number(layer.kept, 4, 2)
    if fragment == FIRST:
        whole = max(length, layer.wire_len)
        layer = replace(layer, wire_len=whole, partial=length < layer.wire_len)
    elif believed(length, 16, layer.wire_len):
        layer = shortened(layer, length)
    header = layer.kept[8:16]
    size, link_type = geneve(header) if kind == "geneve" else vxlan(header, kind == "gpe")
    return inside(layer, 8 + size, link_type)


def in_erspan(layer, at):
    """Give the frame behind an ERSPAN header of type II or III."""
    need(layer, at + 8)
    version = layer.kept[at] // 16
    if version not in (1, 2):
        raise StopError(OTHER)
    size = 8
    if version == 2:
        need(layer, at + 12)
        size = 20 if layer.kept[at + 11] % 2 else 12
    truncated = bool(layer.kept[at + 2] & 4)
    return inside(replace(layer, partial=layer.partial or truncated), at + size, ETHERNET)


def in_gre(layer, fragment, kinds):
    """Give what GRE carries."""
    need(layer, 4)
    flags, protocol = number(layer.kept, 0, 2), number(layer.kept, 2, 2)
    mirrored = protocol in (0x88BE, 0x22EB)
    if ("erspan" if mirrored else "gre") not in kinds:
        raise StopError(OTHER if "gre" in kinds else NO_TUNNEL)
    if flags & 0x4000 or flags % 8:
        raise StopError(OTHER)
    layer = replace(layer, partial=fragment == FIRST)
    size = 4 + 4 * sum(bool(flags & bit) for bit in (0x8000, 0x2000, 0x1000))
    if protocol == 0x88BE and size == 4:
        return inside(layer, 4, ETHERNET)
    if mirrored:
        return in_erspan(layer, size)
    return inside(layer, size, by_ethertype(protocol))


def lengthened(packet):
    """Give a packet that came in part the length that its own IP header says."""
    ethertype, _, network = link(packet.kept, packet.link_type)
    rest = packet.kept[network:]
    if ethertype in (0x0800, 0x86DD) and len(rest) >= 6:
        total = number(rest, 2, 2) if ethertype == 0x0800 else number(rest, 4, 2)
        total += 40 if ethertype == 0x86DD and total else 0
        packet = replace(packet, wire_len=max(packet.wire_len, network + total))
    return replace(packet, partial=False)


def step(packet, kinds, ports, depth):
    """Give what the next tunnel of a packet carries."""
    layer, protocol, fragment = ip_layer(packet)
    is_udp, is_gre = protocol == 17 and ports, protocol == 47 and kinds & {"gre", "erspan"}
    if not is_udp and not is_gre:
        raise StopError(NO_TUNNEL)
    if fragment == LATER:
        raise StopError(NO_TUNNEL if is_udp and depth else FRAGMENT)
    inner = in_udp(layer, fragment, ports) if is_udp else in_gre(layer, fragment, kinds)
    return lengthened(inner) if inner.partial else inner


def untagged(packet):
    """Give a packet without its VLAN tags, None where one of them was cut off."""
    if packet.link_type not in PLACES:
        return packet
    place, tags = PLACES[packet.link_type]
    types, rest = [packet.kept[place : place + 2]], packet.kept[tags:]
    while int.from_bytes(types[-1], "big") in TAGS and len(rest) >= 4:
        types.append(rest[2:4])
        rest = rest[4:]
    if int.from_bytes(types[-1], "big") in TAGS and len(packet.kept) < packet.wire_len:
        return None
    taken = 4 * (len(types) - 1)
    if not taken:
        return packet
    head = packet.kept[:place] + types[-1] + packet.kept[place + 2 : tags]
    return replace(packet, kept=head + rest, wire_len=max(packet.wire_len - taken, 0))


def take(frame, wire_len, link_type, kinds, ports):
    """Give why a packet is left out, or `taken`, and what was in it.

    `kinds` are of gre, erspan and vlan; `ports` has vxlan, gpe or geneve for ports of UDP.
    """
    packet, kinds, depth = Packet(frame, wire_len, link_type), set(kinds), 0
    try:
        while (ports or kinds - {"vlan"}) and depth < MOST_DEEP:
            packet = step(packet, kinds, ports, depth)
            depth += 1
    except StopError as stop:
        if depth == 0 or stop.why == FRAGMENT or (stop.why == CUT and stop.sure):
            return stop.why, None
    if "vlan" in kinds:
        packet = untagged(packet)
    return (TAKEN, packet) if packet else (CUT, None)
