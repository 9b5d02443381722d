"""The walk over the blocks of a pcapng section.  Source: IETF draft-ietf-opsawg-pcapng."""

import numpy as np
from rxreplay._jit import kernel

from .interfaces import DIVIDED, HALVED, TIMES
from .load import u32
from .packets import (
    AT,
    CAP_LEN,
    DST,
    FCS_MASK,
    FCS_SHIFT,
    FLAGS,
    LINK,
    NO_QUEUE,
    NO_TIME,
    QUEUE,
    TS_NS,
    Bytes,
    Int64s,
    Record,
    Records,
    Word,
)
from .pairs import note_pair
from .prefetch import ask_ahead, reach_after
from .scan_pcap import NS_PER_S
from .walk import (
    BLOCK_CONTENTS,
    BLOCK_LENGTH,
    BLOCK_TRAILER,
    CAP_TOO_LONG,
    FULL,
    INTERFACE,
    MAXIMUM_BLOCK,
    MORE,
    NO_INTERFACE,
    SECTION,
)

SECTION_HEADER = 0x0A0D0D0A
INTERFACE_DESCRIPTION = 1
OLD_PACKET = 2
SIMPLE_PACKET = 3
ENHANCED_PACKET = 6

BLOCK_MIN = 12  # type, length, and the length again
SIMPLE_MIN = 16
ENHANCED_MIN = 32

PACKET_FLAGS, PACKET_QUEUE = 2, 6  # options of a packet, of 4 bytes; those of old packets agree


@kernel
def to_ns(high: Word, low: Word, interface: Record) -> np.int64:
    """Give a time in nanoseconds; the two words are the ticks of the interface's clock."""
    if high > interface["high_max"]:
        return np.int64(NO_TIME)
    rule, factor = interface["rule"], interface["factor"]
    if rule == TIMES:
        ns = ((high << 32) | low) * factor
    elif rule == DIVIDED:
        ns = ((high << 31) | (low >> 1)) // factor
    elif rule == HALVED:
        seconds = (high << (32 - factor)) | (low >> factor)
        fraction = low & ((1 << factor) - 1)
        ns = seconds * NS_PER_S + ((fraction * NS_PER_S) >> factor)
    else:
        ns = (high * NS_PER_S + ((low * NS_PER_S) >> 32)) >> factor
    return np.int64(ns + interface["offset_ns"])


@kernel
def note_options(data: Bytes, at: Word, end: Word, swapped: Word, columns: Int64s, i: Word) -> None:
    """Write what the options from `at` up to `end` say; one that does not fit ends them."""
    while at + 4 <= end:
        word = u32(data, at, swapped)
        code, size = (word >> 16, word & 0xFFFF) if swapped else (word & 0xFFFF, word >> 16)
        if code == 0 or at + 4 + size > end:
            return
        if size == 4 and code == PACKET_FLAGS:
            columns[FLAGS, i] |= u32(data, at + 4, swapped)
        elif size == 4 and code == PACKET_QUEUE:
            columns[QUEUE, i] = u32(data, at + 4, swapped)
        at += 4 + ((size + 3) & ~3)


@kernel
def note_place(at: Word, interface: Record, columns: Int64s, i: Word) -> None:
    """Write where the bytes of a packet are, and what its interface says of all."""
    columns[AT, i], columns[LINK, i] = at, interface["link_type"]
    columns[FLAGS, i], columns[QUEUE, i] = 0, NO_QUEUE


@kernel
def note_fcs(interface: Record, columns: Int64s, i: Word) -> None:
    """Write the interface's FCS where the packet has said nothing of its own."""
    if not columns[FLAGS, i] >> FCS_SHIFT & FCS_MASK:
        columns[FLAGS, i] |= interface["fcs_len"] << FCS_SHIFT


@kernel
def simple_packet(
    data: Bytes, pos: Word, walk: Record, interfaces: Records, columns: Int64s, i: Word
) -> int:
    """Write all but the length of the simple packet at `pos`: no time, always interface 0."""
    swapped = walk["swapped"]
    length = u32(data, pos + 4, swapped)
    if length < SIMPLE_MIN:
        return BLOCK_CONTENTS
    if interfaces.size == 0:
        return NO_INTERFACE
    interface = interfaces[0]
    cap_len = min(u32(data, pos + 8, swapped), length - SIMPLE_MIN)
    if interface["snaplen"] > 0:
        cap_len = min(cap_len, interface["snaplen"])
    if cap_len > interface["cap_limit"]:
        return CAP_TOO_LONG
    columns[TS_NS, i] = NO_TIME
    columns[CAP_LEN, i] = cap_len
    if columns.shape[0] > DST:
        note_pair(data, pos + 12, cap_len if interface["ethernet"] else 0, walk, columns, i)
    if columns.shape[0] > AT:
        note_place(pos + 12, interface, columns, i)
        note_fcs(interface, columns, i)
    return FULL


@kernel
def interface_number(data: Bytes, pos: Word, swapped: Word) -> Word:
    """Read which interface the packet block at `pos` is of."""
    number = u32(data, pos + 8, swapped)
    if u32(data, pos, swapped) == OLD_PACKET:  # 16 bits, then a drop count
        return number >> 16 if swapped else number & 0xFFFF
    return number


@kernel
def padded(length: np.int64) -> np.int64:
    """Give the length of a block with its padding, which some writers have left out.

    Source: Wireshark, wiretap/pcapng.c, pcapng_read_block().
    """
    return (length + 3) & ~3


@kernel
def block_head(data: Bytes, pos: Word, end: Word, swapped: Word) -> tuple[Word, Word, int]:
    """Read type and length of the block at `pos`, and say whether the walk can pass it.

    Where it lacks bytes, the length is how many it needs.
    """
    if end - pos < BLOCK_MIN:
        return np.int64(0), np.int64(BLOCK_MIN), MORE
    kind, length = u32(data, pos, swapped), u32(data, pos + 4, swapped)
    if kind == SECTION_HEADER:  # its length has a byte order of its own
        return kind, length, SECTION
    length = padded(length)
    if length < BLOCK_MIN or length > MAXIMUM_BLOCK:
        return kind, length, BLOCK_LENGTH
    if end - pos < length:
        return kind, length, MORE
    if padded(u32(data, pos + length - 4, swapped)) != length:
        return kind, length, BLOCK_TRAILER
    if kind == INTERFACE_DESCRIPTION:
        return kind, length, INTERFACE
    if kind in (ENHANCED_PACKET, OLD_PACKET) and length < ENHANCED_MIN:
        return kind, length, BLOCK_CONTENTS
    return kind, length, FULL


@kernel
def scan_pcapng(
    data: Bytes, walk: Record, interfaces: Records, columns: Int64s, wire_len: Int64s
) -> int:
    """Write packets from `walk["pos"]` on until `wire_len` is full; give why it ended.

    Enhanced packet blocks are read in the loop itself: a call with arrays costs as much as they.
    """
    pos, end, i, swapped = walk["pos"], walk["end"], walk["count"], walk["swapped"]
    addresses, places = columns.shape[0] > DST, columns.shape[0] > AT
    memory, start, first, asked, reach = data.ctypes.data, pos, i, pos, walk["reach"]
    length: Word = BLOCK_MIN
    status = FULL
    while i < wire_len.size:
        kind, length, status = block_head(data, pos, end, swapped)
        if status != FULL:
            break
        asked = ask_ahead(memory, pos, length, asked, reach)
        if kind in (ENHANCED_PACKET, OLD_PACKET):
            number, cap_len = interface_number(data, pos, swapped), u32(data, pos + 20, swapped)
            if number >= interfaces.size:
                status = NO_INTERFACE
                break
            interface = interfaces[np.uint64(number)]
            if cap_len > min(length - ENHANCED_MIN, interface["cap_limit"]):
                status = CAP_TOO_LONG
                break
            high, low = u32(data, pos + 12, swapped), u32(data, pos + 16, swapped)
            row = np.uint64(i)  # unsigned: no test for an index from the end
            columns[TS_NS, row] = to_ns(high, low, interface)
            wire_len[row] = u32(data, pos + 24, swapped)
            columns[CAP_LEN, row] = cap_len
            if addresses:
                note_pair(data, pos + 28, cap_len if interface["ethernet"] else 0, walk, columns, i)
            if places:
                note_place(pos + 28, interface, columns, i)
                options = pos + 28 + ((cap_len + 3) & ~3)
                note_options(data, options, pos + length - 4, swapped, columns, i)
                note_fcs(interface, columns, i)
            i += 1
        elif kind == SIMPLE_PACKET:
            status = simple_packet(data, pos, walk, interfaces, columns, i)
            if status != FULL:
                break
            wire_len[i] = u32(data, pos + 8, swapped)
            i += 1
        pos += length
    walk["pos"], walk["count"], walk["need"] = pos, i, length
    walk["reach"] = reach_after(pos - start, i - first, length)
    return status
