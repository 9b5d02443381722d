"""The walk over the record headers of a classic capture, or of a snoop one."""

import numpy as np
from rxreplay._jit import kernel

from .load import u32
from .packets import AT, CAP_LEN, DST, TS_NS, Bytes, Int64s, Record, Word
from .pairs import note_pair
from .prefetch import ask_ahead, reach_after
from .walk import (
    CAP_TOO_LONG,
    EXCHANGED,
    FULL,
    MAXIMUM_BLOCK,
    MORE,
    RECORD_LENGTH,
    WIRE_TOO_LONG,
)

NS_PER_S = 1_000_000_000


@kernel
def record_span(
    data: Bytes, walk: Record, pos: Word, least: Word, swapped: Word
) -> tuple[Word, int]:
    """Read the length of the snoop record at `pos`, whose frame ends after `least` bytes.

    Source: Wireshark, wiretap/snoop.c, snoop_read_packet().
    """
    if u32(data, pos + walk["wire_at"], swapped) > walk["cap_limit"]:
        return least, WIRE_TOO_LONG
    length = u32(data, pos + walk["length_at"], swapped)
    return length, FULL if least <= length <= MAXIMUM_BLOCK else RECORD_LENGTH


@kernel
def record_head(data: Bytes, walk: Record, pos: Word, swapped: Word) -> tuple[Word, Word, int]:
    """Read the lengths of the frame and record at `pos`, and say whether the walk can pass it.

    Source: libpcap, sf-pcap.c, pcap_next_packet().
    """
    length, status = walk["header_len"], FULL
    room = walk["end"] - pos
    if room < length:
        return 0, length, MORE
    cap_len = u32(data, pos + walk["cap_at"], swapped)
    length += cap_len
    if walk["longer_is_wire"] and cap_len > u32(data, pos + walk["wire_at"], swapped):
        return cap_len, length, EXCHANGED
    if cap_len > walk["cap_limit"]:
        return cap_len, length, CAP_TOO_LONG
    if walk["length_at"]:
        length, status = record_span(data, walk, pos, length, swapped)
    return cap_len, length, MORE if status == FULL and room < length else status


@kernel
def scan_ordered(
    data: Bytes, walk: Record, columns: Int64s, wire_len: Int64s, swapped: Word
) -> int:
    """Do as `scan_pcap` does, compiled for each byte order."""
    pos, i, header_len, tick_ns = walk["pos"], walk["count"], walk["header_len"], walk["tick_ns"]
    cap_at, wire_at, time_at = walk["cap_at"], walk["wire_at"], walk["time_at"]
    single = walk["longer_is_wire"] or walk["length_at"]  # each record is looked at by itself
    addresses, places, ethernet = columns.shape[0] > DST, columns.shape[0] > AT, walk["ethernet"]
    memory, last, reach = data.ctypes.data, walk["end"] - header_len, walk["reach"]
    start, first, asked, status, length = pos, i, pos, FULL, header_len
    while i < wire_len.size:
        cap_len, length, status = record_head(data, walk, pos, swapped)
        if status != FULL:
            break
        seen = cap_len if ethernet else 0
        while True:
            row = np.uint64(i)
            asked = ask_ahead(memory, pos, length, asked, reach)
            seconds = u32(data, pos + time_at, swapped)
            ticks = u32(data, pos + time_at + 4, swapped)
            columns[TS_NS, row] = seconds * NS_PER_S + ticks * tick_ns
            wire_len[row] = u32(data, pos + wire_at, swapped)
            columns[CAP_LEN, row] = cap_len
            if addresses:
                note_pair(data, pos + header_len, seen, walk, columns, i)
            if places:
                columns[AT, row] = pos + header_len
            i += 1
            pos += length
            # in a run of one length the next record is found without waiting for this one's
            if i == wire_len.size or last - pos < cap_len or single:
                break
            if u32(data, pos + cap_at, swapped) != cap_len:
                break
    walk["need"] = length
    walk["reach"] = reach_after(pos - start, i - first, length)
    walk["pos"], walk["count"] = pos, i
    return status


@kernel
def scan_pcap(data: Bytes, walk: Record, columns: Int64s, wire_len: Int64s) -> int:
    """Write records from `walk["pos"]` on until `wire_len` is full; give why it ended."""
    if walk["swapped"]:
        return scan_ordered(data, walk, columns, wire_len, True)
    return scan_ordered(data, walk, columns, wire_len, False)
