"""The walk over the record headers of a classic capture."""

import numpy as np
from rxreplay._jit import kernel

from .load import u32
from .packets import CAP_LEN, DST, TS_NS, Bytes, Int64s, Record, Word
from .pairs import note_pair
from .prefetch import ask_ahead, reach_after
from .walk import CAP_TOO_LONG, EXCHANGED, FULL, MORE

NS_PER_S = 1_000_000_000


@kernel
def record_head(data: Bytes, walk: Record, pos: Word, swapped: Word) -> tuple[Word, int]:
    """Read the captured length of the record at `pos`, and say whether the walk can pass it.

    Source: libpcap, sf-pcap.c, pcap_next_packet().
    """
    room = walk["end"] - pos - walk["header_len"]
    if room < 0:
        return 0, MORE
    cap_len = u32(data, pos + walk["cap_at"], swapped)
    if walk["longer_is_wire"] and cap_len > u32(data, pos + walk["wire_at"], swapped):
        return cap_len, EXCHANGED
    if cap_len > walk["cap_limit"]:
        return cap_len, CAP_TOO_LONG
    return cap_len, FULL if cap_len <= room else MORE


@kernel
def scan_ordered(
    data: Bytes, walk: Record, columns: Int64s, wire_len: Int64s, swapped: Word
) -> int:
    """Do as `scan_pcap` does, compiled for each byte order."""
    pos, i, header_len, tick_ns = walk["pos"], walk["count"], walk["header_len"], walk["tick_ns"]
    cap_at, wire_at, turning = walk["cap_at"], walk["wire_at"], walk["longer_is_wire"]
    addresses, ethernet = columns.shape[0] > DST, walk["ethernet"]
    memory, last, reach = data.ctypes.data, walk["end"] - header_len, walk["reach"]
    start, first, asked, status = pos, i, pos, FULL
    cap_len: Word = 0
    while i < wire_len.size:
        cap_len, status = record_head(data, walk, pos, swapped)
        if status != FULL:
            break
        length, seen = header_len + cap_len, cap_len if ethernet else 0
        while True:
            row = np.uint64(i)
            asked = ask_ahead(memory, pos, length, asked, reach)
            seconds, ticks = u32(data, pos, swapped), u32(data, pos + 4, swapped)
            columns[TS_NS, row] = seconds * NS_PER_S + ticks * tick_ns
            wire_len[row] = u32(data, pos + wire_at, swapped)
            columns[CAP_LEN, row] = cap_len
            if addresses:
                note_pair(data, pos + header_len, seen, walk, columns, i)
            i += 1
            pos += length
            # in a run of one length the next record is found without waiting for this one's
            if i == wire_len.size or last - pos < cap_len or turning:
                break
            if u32(data, pos + cap_at, swapped) != cap_len:
                break
    walk["need"] = header_len + cap_len
    walk["reach"] = reach_after(pos - start, i - first, header_len + cap_len)
    walk["pos"], walk["count"] = pos, i
    return status


@kernel
def scan_pcap(data: Bytes, walk: Record, columns: Int64s, wire_len: Int64s) -> int:
    """Write records from `walk["pos"]` on until `wire_len` is full; give why it ended."""
    if walk["swapped"]:
        return scan_ordered(data, walk, columns, wire_len, True)
    return scan_ordered(data, walk, columns, wire_len, False)
