"""From packets as they were captured to what the tunnels that are asked for carry."""

from rxreplay._jit import kernel

from .decode import IPV4_HEADER, IPV6_HEADER, clear, decode_ipv4, decode_ipv6
from .flow_key import ETH_P_IP, ETH_P_IPV6
from .headers import LATER, NOT_KEPT, UDP
from .layers import CUT, FRAGMENT, NO_TUNNEL, OTHER, TAKEN, UNKNOWN, missing, trust
from .link_layer import RAW, network_header, u16
from .packets import Bytes, Record, Records, Word
from .tunnel_headers import enter_gre, enter_udp
from .tunnels import Asked
from .untag import find_tags, type_place

GRE = 47
DEPTH = 4  # tunnels in one another
FAMILY = 4  # bytes of an address family; no header of PPP is longer


@kernel
def without_type(packet: Record) -> Word:
    """Say what a frame without an ethertype is: it was cut off, or nothing that carries IP."""
    kept = packet["end"] - packet["at"]
    if kept >= packet["wire_len"]:
        return NO_TUNNEL
    if type_place(packet["link_type"]) != NOT_KEPT:
        return UNKNOWN
    least = 1 if packet["link_type"] in RAW else FAMILY
    return UNKNOWN if kept < least else NO_TUNNEL


@kernel
def total_len(data: Bytes, at: Word, ethertype: Word) -> Word:
    """Give the length that an IP header says, with the header; 0 where it says none."""
    if ethertype == ETH_P_IP:
        return u16(data, at + 2)
    length = u16(data, at + 4)
    return length + IPV6_HEADER if length else length


@kernel
def pass_ip(data: Bytes, at: Word, layer: Record) -> Word:
    """Pass the IP header at `at` with its extensions, and end the layer where it says."""
    is_v4 = layer["ethertype"] == ETH_P_IP
    if not is_v4 and layer["ethertype"] != ETH_P_IPV6:
        return NO_TUNNEL
    found = missing(layer, at + (IPV4_HEADER if is_v4 else IPV6_HEADER), UNKNOWN)
    if found != TAKEN:
        return found
    end = layer["end"]
    length = decode_ipv4(data, at, layer) if is_v4 else decode_ipv6(data, at, end, layer)
    if length == 0:
        return NO_TUNNEL
    if layer["protocol"] == NOT_KEPT:  # an extension header was cut off, which has 8 bytes or more
        return missing(layer, at + length + 8, UNKNOWN)
    layer["transport"] = at + length
    trust(layer, at, total_len(data, at, layer["ethertype"]), length)
    return TAKEN


@kernel
def lengthen(data: Bytes, packet: Record, layer: Record) -> None:
    """Have a packet that came in part be as long as its own IP header says."""
    layer["ethertype"] = NOT_KEPT
    at = network_header(data, packet["at"], packet["end"], packet["link_type"], layer)
    if layer["ethertype"] in (ETH_P_IP, ETH_P_IPV6) and at + 6 <= packet["end"]:
        whole = at - packet["at"] + total_len(data, at, layer["ethertype"])
        packet["wire_len"] = max(packet["wire_len"], whole)


@kernel
def enter(data: Bytes, packet: Record, layer: Record, asked: Asked) -> Word:
    """Go into the next tunnel; say what there is instead."""
    clear(layer)
    layer["end"] = packet["end"]
    layer["wire_end"] = packet["at"] + packet["wire_len"]
    layer["partial"] = 0
    at = network_header(data, packet["at"], packet["end"], packet["link_type"], layer)
    if layer["ethertype"] == NOT_KEPT:
        return without_type(packet)
    found = pass_ip(data, at, layer)
    if found != TAKEN:
        return found
    is_udp = layer["protocol"] == UDP and asked.udp
    if not is_udp and (layer["protocol"] != GRE or not (asked.gre or asked.erspan)):
        return NO_TUNNEL
    if layer["fragment"] == LATER:  # the inner one may be the guest's own, if it has ports
        return NO_TUNNEL if is_udp and packet["depth"] else FRAGMENT
    if is_udp:
        return enter_udp(data, packet, layer, asked)
    return enter_gre(data, packet, layer, asked)


@kernel
def unwrap_one(data: Bytes, packet: Record, layer: Record, asked: Asked) -> Word:
    """Go into all tunnels of a packet; what cannot be seen to be one is none, but for the first."""
    found: Word = TAKEN
    while found == TAKEN and packet["depth"] < DEPTH:
        found = enter(data, packet, layer, asked)
        if found == TAKEN and layer["partial"]:
            lengthen(data, packet, layer)
    if packet["depth"] == 0:
        return CUT if found == UNKNOWN else found
    return TAKEN if found in (NO_TUNNEL, UNKNOWN, OTHER) else found


@kernel
def unwrap(data: Bytes, packets: Records, layer: Record, asked: Asked) -> None:
    """Unwrap each of the packets, dtype INNER, and write how it was found."""
    for i in range(packets.size):
        packet = packets[i]
        found: Word = TAKEN
        if asked.udp or asked.gre or asked.erspan:
            found = unwrap_one(data, packet, layer, asked)
        if found == TAKEN and asked.vlan:
            found = find_tags(data, packet, layer)
        packet["found"] = found
