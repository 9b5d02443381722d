"""The sums of a summary, one pass over each block."""

import numpy as np
from rxreplay._jit import kernel

from .packets import NO_TIME, Int64s, Record

TALLY = np.dtype(
    [
        ("packets", "i8"),
        ("wire_bytes", "i8"),
        ("captured_bytes", "i8"),
        ("first_ns", "i8"),
        ("last_ns", "i8"),
        ("previous_ns", "i8"),
        ("truncated_packets", "i8"),
        ("above_mtu_packets", "i8"),
        ("ts_backwards", "i8"),
    ]
)

FRAME_MAX = 1514  # a full frame of MTU 1500, without FCS


@kernel
def add_lengths(wire_len: Int64s, cap_len: Int64s, tally: Record, histogram: Int64s) -> int:
    """Add lengths; give how many are too long for the histogram."""
    wire_bytes, captured_bytes = np.int64(0), np.int64(0)
    truncated, above, beyond = 0, 0, 0
    for i in range(wire_len.size):
        length = wire_len[i]
        wire_bytes += length
        captured_bytes += cap_len[i]
        truncated += cap_len[i] < length
        above += length > FRAME_MAX
        if length < histogram.size:
            histogram[np.uint64(length)] += 1
        else:
            beyond += 1
    tally["packets"] += wire_len.size
    tally["wire_bytes"] += wire_bytes
    tally["captured_bytes"] += captured_bytes
    tally["truncated_packets"] += truncated
    tally["above_mtu_packets"] += above
    return beyond


@kernel
def add_times(ts_ns: Int64s, tally: Record) -> None:
    """Add times; the earliest and the latest, and how often a time is below the one before."""
    first, last, previous = tally["first_ns"], tally["last_ns"], tally["previous_ns"]
    backwards = 0
    for time in ts_ns:
        if time == NO_TIME:
            continue
        backwards += time < previous  # NO_TIME, below all, stands before the first
        previous = time
        if time < first:
            first = time
        if time > last:
            last = time
    tally["first_ns"], tally["last_ns"], tally["previous_ns"] = first, last, previous
    tally["ts_backwards"] += backwards
