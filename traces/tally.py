"""The sums of a summary, piece by piece; what a piece has in common is added at once."""

import numpy as np
from rxreplay._jit import kernel

from .packets import NO_TIME, Int64s, Record, Word

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
        ("timeless_packets", "i8"),
        ("beyond_packets", "i8"),  # too long for the histogram
        # of one capture, where several are joined
        ("span_first_ns", "i8"),
        ("span_latest_ns", "i8"),
        ("longest_pause_ns", "i8"),
    ]
)

FRAME_MAX = 1514  # a full frame of MTU 1500, without FCS
INT64_MAX = 2**63 - 1


def new_tally() -> Record:
    """Give the tally of nothing.

    Examples
    --------
    >>> int(new_tally()["packets"])
    0
    """
    tally = np.zeros(1, TALLY)[0]
    tally["first_ns"] = INT64_MAX
    tally["last_ns"] = tally["previous_ns"] = NO_TIME
    begin_span(tally)
    return tally


def begin_span(tally: Record) -> None:
    """Begin another capture.

    Examples
    --------
    >>> tally = new_tally()
    >>> add_times(np.array([5, 8]), tally)
    >>> begin_span(tally)
    >>> int(tally["longest_pause_ns"]), int(tally["last_ns"])
    (0, 8)
    """
    tally["span_first_ns"] = tally["span_latest_ns"] = NO_TIME
    tally["longest_pause_ns"] = 0


@kernel
def add_lengths(wire_len: Int64s, cap_len: Int64s, tally: Record, histogram: Int64s) -> None:
    """Add lengths on the wire and of the capture."""
    if wire_len.size == 0:
        return
    wire_bytes, captured_bytes = np.int64(0), np.int64(0)
    truncated, above = 0, 0
    shortest, longest = wire_len[0], wire_len[0]
    for i in range(wire_len.size):
        wire_bytes += wire_len[i]
        captured_bytes += cap_len[i]
        truncated += cap_len[i] < wire_len[i]
        above += wire_len[i] > FRAME_MAX
        shortest = min(shortest, wire_len[i])
        longest = max(longest, wire_len[i])
    tally["packets"] += wire_len.size
    tally["wire_bytes"] += wire_bytes
    tally["captured_bytes"] += captured_bytes
    tally["truncated_packets"] += truncated
    tally["above_mtu_packets"] += above
    if shortest == longest and longest < histogram.size:
        histogram[longest] += wire_len.size
    else:
        tally["beyond_packets"] += add_each(wire_len, histogram)


@kernel
def add_each(wire_len: Int64s, histogram: Int64s) -> Word:
    """Count length by length; give how many are too long for the histogram."""
    beyond = 0
    for length in wire_len:
        if length < histogram.size:
            histogram[np.uint64(length)] += 1
        else:
            beyond += 1
    return beyond


@kernel
def add_times(ts_ns: Int64s, tally: Record) -> None:
    """Add times; the earliest and the latest, and how often a time is below the one before."""
    if ts_ns.size and ascend(ts_ns, max(tally["previous_ns"], tally["span_latest_ns"])):
        add_ascending(ts_ns, tally)
        return
    for time in ts_ns:
        if time == NO_TIME:
            tally["timeless_packets"] += 1
            continue
        tally["ts_backwards"] += time < tally["previous_ns"]  # NO_TIME is below all
        tally["previous_ns"] = time
        tally["first_ns"] = min(tally["first_ns"], time)
        tally["last_ns"] = max(tally["last_ns"], time)
        add_to_span(time, tally)


@kernel
def ascend(ts_ns: Int64s, before: Word) -> bool:
    """Say whether the times are of this age, and none is below the one before it."""
    backwards = 0
    for i in range(ts_ns.size - 1):
        backwards += ts_ns[i + 1] < ts_ns[i]
    return ts_ns[0] >= max(0, before) and backwards == 0


@kernel
def add_ascending(ts_ns: Int64s, tally: Record) -> None:
    """Add times that ascend: the first and the last one say it all, but for the pauses."""
    add_to_span(ts_ns[0], tally)
    pause = np.int64(0)
    for i in range(ts_ns.size - 1):
        pause = max(pause, ts_ns[i + 1] - ts_ns[i])
    tally["longest_pause_ns"] = max(tally["longest_pause_ns"], pause)
    tally["first_ns"] = min(tally["first_ns"], ts_ns[0])
    last = ts_ns[ts_ns.size - 1]
    tally["last_ns"] = max(tally["last_ns"], last)
    tally["previous_ns"] = tally["span_latest_ns"] = last


@kernel
def add_to_span(time: Word, tally: Record) -> None:
    """Add a time to the span of its capture: clocks that step back end no pause."""
    latest = tally["span_latest_ns"]
    if latest == NO_TIME:
        tally["span_first_ns"] = tally["span_latest_ns"] = time
    elif time > latest:
        far = latest < 0 and time > latest + INT64_MAX  # their distance is no int64
        pause = np.int64(INT64_MAX) if far else time - latest
        tally["longest_pause_ns"] = max(tally["longest_pause_ns"], pause)
        tally["span_latest_ns"] = time
