"""The headers of VXLAN, Geneve, GRE and ERSPAN; docs/decap.md has where each is laid down."""

import numpy as np
from rxreplay._jit import kernel

from .flow_key import ETH_P_IP, ETH_P_IPV6
from .headers import FIRST
from .layers import CUT, NO_TUNNEL, OTHER, TAKEN, UNKNOWN, missing, step_in, trust
from .link_layer import DLT_EN10MB, DLT_RAW, u8, u16
from .packets import Bytes, Record, Word
from .tunnels import GPE, NONE, VXLAN, Asked

UDP_HEADER, VXLAN_HEADER, GENEVE_HEADER, GRE_HEADER = 8, 8, 8, 4
ERSPAN_II, ERSPAN_III, SUBHEADER = 8, 12, 8

VXLAN_VNI = 0x08  # flags of VXLAN, and those of GPE
GPE_VERSION, GPE_NEXT_PROTOCOL, GPE_OAM = 0x30, 0x04, 0x01
GPE_IPV4, GPE_IPV6, GPE_ETHERNET = 1, 2, 3
GENEVE_OAM, GENEVE_OPTIONS = 0x80, 0x3F

GRE_CHECKSUM, GRE_ROUTING, GRE_KEY, GRE_SEQUENCE, GRE_VERSION = 0x8000, 0x4000, 0x2000, 0x1000, 7
ETH_P_TEB, ETH_P_ERSPAN, ETH_P_ERSPAN2 = 0x6558, 0x88BE, 0x22EB

ERSPAN_TRUNCATED = 0x04  # in the third byte
ERSPAN_SUBHEADER = 0x01  # in the twelfth

NOTHING = -1  # no link type


@kernel
def link_of(ethertype: Word) -> Word:
    """Give the link type of what a header carries by its ethertype."""
    if ethertype == ETH_P_TEB:
        return DLT_EN10MB
    return DLT_RAW if ethertype in (ETH_P_IP, ETH_P_IPV6) else NOTHING


@kernel
def vxlan_link(data: Bytes, at: Word, kind: Word) -> Word:
    """Give the link type of what a VXLAN header carries.

    Source: drivers/net/vxlan/vxlan_core.c, vxlan_rcv(), vxlan_parse_gpe_proto().
    """
    flags = u8(data, at)
    if not flags & VXLAN_VNI:
        return NOTHING
    if kind == VXLAN:
        return DLT_EN10MB
    if flags & (GPE_VERSION | GPE_OAM):
        return NOTHING
    if not flags & GPE_NEXT_PROTOCOL:
        return DLT_EN10MB
    protocol = u8(data, at + 3)
    if protocol == GPE_ETHERNET:
        return DLT_EN10MB
    return DLT_RAW if protocol in (GPE_IPV4, GPE_IPV6) else NOTHING


@kernel
def geneve_link(data: Bytes, at: Word) -> Word:
    """Give the link type of what a Geneve header carries; control packets carry no traffic.

    Source: drivers/net/geneve.c, geneve_udp_encap_recv().
    """
    if u8(data, at) >> 6 or u8(data, at + 1) & GENEVE_OAM:
        return NOTHING
    return link_of(u16(data, at + 2))


@kernel
def end_udp(data: Bytes, udp: Word, layer: Record) -> None:
    """End a layer where UDP says; in a first fragment that is where the whole datagram ends."""
    length = u16(data, udp + 4)
    if layer["fragment"] == FIRST:
        layer["partial"] = udp + length < layer["wire_end"]
        layer["wire_end"] = max(layer["wire_end"], udp + length)
    else:
        trust(layer, udp, length, UDP_HEADER + VXLAN_HEADER)


@kernel
def enter_udp(data: Bytes, packet: Record, layer: Record, asked: Asked) -> Word:
    """Go into what UDP carries, if the port is of a tunnel."""
    udp = layer["transport"]
    found = missing(layer, udp + 4, UNKNOWN)
    if found != TAKEN:
        return found
    kind = u8(asked.ports, u16(data, udp + 2))
    if kind == NONE:
        return NO_TUNNEL
    at = udp + UDP_HEADER
    found = missing(layer, at + VXLAN_HEADER, CUT)
    if found != TAKEN:
        return found
    end_udp(data, udp, layer)
    if kind in (VXLAN, GPE):
        link_type, length = vxlan_link(data, at, kind), np.int64(VXLAN_HEADER)
    else:
        options = (u8(data, at) & GENEVE_OPTIONS) << 2
        link_type, length = geneve_link(data, at), GENEVE_HEADER + options
    return OTHER if link_type == NOTHING else step_in(packet, layer, at + length, link_type)


@kernel
def enter_erspan(data: Bytes, packet: Record, layer: Record, at: Word) -> Word:
    """Go into the frame behind an ERSPAN header of type II or III; its version says which.

    Source: include/net/erspan.h.
    """
    found = missing(layer, at + ERSPAN_II, CUT)
    if found != TAKEN:
        return found
    version, length = u8(data, at) >> 4, np.int64(ERSPAN_II)
    if version == 2:
        found = missing(layer, at + ERSPAN_III, CUT)
        if found != TAKEN:
            return found
        subheader = u8(data, at + ERSPAN_III - 1) & ERSPAN_SUBHEADER
        length = ERSPAN_III + SUBHEADER * subheader
    elif version != 1:
        return OTHER
    layer["partial"] |= (u8(data, at + 2) & ERSPAN_TRUNCATED) != 0
    return step_in(packet, layer, at + length, DLT_EN10MB)


@kernel
def enter_gre(data: Bytes, packet: Record, layer: Record, asked: Asked) -> Word:
    """Go into what GRE carries.  Source: net/ipv4/gre_demux.c, gre_parse_header()."""
    gre = layer["transport"]
    found = missing(layer, gre + GRE_HEADER, CUT)
    if found != TAKEN:
        return found
    flags, protocol = u16(data, gre), u16(data, gre + 2)
    is_erspan = protocol in (ETH_P_ERSPAN, ETH_P_ERSPAN2)
    if not (asked.erspan if is_erspan else asked.gre):
        return OTHER if asked.gre else NO_TUNNEL
    if flags & (GRE_ROUTING | GRE_VERSION):
        return OTHER
    layer["partial"] = layer["fragment"] == FIRST
    at = gre + GRE_HEADER
    for option in (GRE_CHECKSUM, GRE_KEY, GRE_SEQUENCE):
        at += 4 if flags & option else 0
    if protocol == ETH_P_ERSPAN and at == gre + GRE_HEADER:  # type I has no header of its own
        return step_in(packet, layer, at, DLT_EN10MB)
    if is_erspan:
        return enter_erspan(data, packet, layer, at)
    link_type = link_of(protocol)
    return OTHER if link_type == NOTHING else step_in(packet, layer, at, link_type)
