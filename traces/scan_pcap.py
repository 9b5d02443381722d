"""The walk over the record headers of a classic capture."""

import numpy as np
from rxreplay._jit import kernel

from .load import u32, u48
from .packets import CAP_LEN, DST, NO_ADDRESS, SRC, TS_NS, WIRE_LEN, Bytes, Int64s, Record, Word
from .prefetch import AHEAD_SHIFT, prefetch
from .walk import CAP_TOO_LONG, EXCHANGED, FULL, MORE

NS_PER_S = 1_000_000_000


@kernel
def destination(data: Bytes, frame: Word, cap_len: Word) -> np.int64:
    """Give the destination address of the frame at byte `frame`."""
    return u48(data, frame) if cap_len >= 6 else np.int64(NO_ADDRESS)


@kernel
def source(data: Bytes, frame: Word, cap_len: Word) -> np.int64:
    """Give the source address of the frame at byte `frame`."""
    return u48(data, frame + 6) if cap_len >= 12 else np.int64(NO_ADDRESS)


@kernel
def scan_pcap(data: Bytes, walk: Record, columns: Int64s) -> int:
    """Write records from `walk["pos"]` on; give why it ended.

    Source: libpcap, sf-pcap.c, pcap_next_packet().
    """
    pos, end, i = walk["pos"], walk["end"], walk["count"]
    swapped, header_len, tick_ns = walk["swapped"], walk["header_len"], walk["tick_ns"]
    cap_at, wire_at, cap_limit = walk["cap_at"], walk["wire_at"], walk["cap_limit"]
    ethernet, longer_is_wire = walk["ethernet"], walk["longer_is_wire"]
    addresses = columns.shape[0] > DST
    ts_column, wire_column, cap_column = columns[TS_NS], columns[WIRE_LEN], columns[CAP_LEN]
    need, status = header_len, FULL
    memory = data.ctypes.data
    while i < ts_column.size:
        if end - pos < header_len:
            status = MORE
            break
        cap_len = u32(data, pos + cap_at, swapped)
        wire_len = u32(data, pos + wire_at, swapped)
        if cap_len > wire_len and longer_is_wire:
            status = EXCHANGED
            break
        if cap_len > cap_limit:
            status = CAP_TOO_LONG
            break
        frame = pos + header_len
        prefetch(memory + pos + ((header_len + cap_len) << AHEAD_SHIFT))
        if end - frame < cap_len:
            status = MORE
            need = header_len + cap_len
            break
        row = np.uint64(i)  # unsigned: no test for an index from the end
        seconds, ticks = u32(data, pos, swapped), u32(data, pos + 4, swapped)
        ts_column[row] = seconds * NS_PER_S + ticks * tick_ns
        wire_column[row] = wire_len
        cap_column[row] = cap_len
        if addresses:
            seen = cap_len if ethernet else np.int64(0)
            columns[DST, row] = destination(data, frame, seen)
            columns[SRC, row] = source(data, frame, seen)
        i += 1
        pos = frame + cap_len
    walk["pos"], walk["count"], walk["need"] = pos, i, need
    return status
