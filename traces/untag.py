"""VLAN tags off frames: where they are, and the frames without them."""

from rxreplay._jit import kernel

from .headers import NOT_KEPT
from .layers import CUT, TAKEN
from .link_layer import (
    DLT_C_HDLC,
    DLT_EN10MB,
    DLT_LINUX_SLL,
    DLT_LINUX_SLL2,
    network_header,
)
from .packets import Bytes, Int64s, Record, Records, Word
from .pairs import destination, source


@kernel
def type_place(link_type: Word) -> Word:
    """Give where a link-layer header has its ethertype, -1 where it can have no tags."""
    if link_type == DLT_EN10MB:
        return 12
    if link_type == DLT_LINUX_SLL:
        return 14
    if link_type == DLT_LINUX_SLL2:
        return 0
    return 2 if link_type == DLT_C_HDLC else NOT_KEPT


@kernel
def tags_place(link_type: Word) -> Word:
    """Give where tags begin: behind the header, which says the type of the first of them."""
    return 20 if link_type == DLT_LINUX_SLL2 else type_place(link_type) + 2


@kernel
def find_tags(data: Bytes, packet: Record, layer: Record) -> Word:
    """Write how many bytes of tags a packet has; they may not be cut off."""
    place = type_place(packet["link_type"])
    kept = packet["end"] - packet["at"]
    if place == NOT_KEPT or place + 2 > kept:
        return TAKEN
    layer["ethertype"] = NOT_KEPT
    network_header(data, packet["at"], packet["end"], packet["link_type"], layer)
    if layer["ethertype"] == NOT_KEPT and kept < packet["wire_len"]:
        return CUT
    packet["tag_bytes"] = layer["tag_bytes"]
    return TAKEN


@kernel
def untag(data: Bytes, packets: Records) -> None:
    """Move the link-layer headers of packets forward, over their tags."""
    for i in range(packets.size):
        packet = packets[i]
        tag_bytes = packet["tag_bytes"]
        if tag_bytes:
            at, head = packet["at"], tags_place(packet["link_type"])
            last = at + head + tag_bytes - 2  # the type that the last tag says
            first, second = data[last], data[last + 1]
            for k in range(at + head - 1, at - 1, -1):
                data[k + tag_bytes] = data[k]
            packet["at"] = at + tag_bytes
            place = packet["at"] + type_place(packet["link_type"])
            data[place], data[place + 1] = first, second


@kernel
def inner_pairs(data: Bytes, packets: Records, dst: Int64s, src: Int64s) -> None:
    """Write the addresses of Ethernet frames; others keep what they have."""
    for i in range(packets.size):
        at = packets[i]["at"]
        if packets[i]["link_type"] == DLT_EN10MB:
            dst[i] = destination(data, at, packets[i]["end"] - at)
            src[i] = source(data, at, packets[i]["end"] - at)
