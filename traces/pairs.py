"""Ethernet addresses of consecutive records: each run of one pair is written down once."""

import numpy as np
from rxreplay._jit import kernel

from .load import load64, u32, u48
from .packets import DST, NO_ADDRESS, RUN, SRC, Bytes, Int64s, Record, Word

BOTH = 12  # bytes of a destination and a source
ONE = 6


@kernel
def destination(data: Bytes, frame: Word, seen: Word) -> Word:
    """Give the destination address of the frame at byte `frame`, of which `seen` bytes are kept."""
    return u48(data, frame) if seen >= ONE else NO_ADDRESS


@kernel
def source(data: Bytes, frame: Word, seen: Word) -> Word:
    """Give the source address of the frame at byte `frame`."""
    return u48(data, frame + ONE) if seen >= BOTH else NO_ADDRESS


@kernel
def pair_key(data: Bytes, frame: Word, seen: Word) -> tuple[Word, Word]:
    """Give two words that tell one pair of addresses from another, for less than the addresses."""
    if seen >= BOTH:
        return load64(data, frame), u32(data, frame + 8, 0)
    return destination(data, frame, seen), NO_ADDRESS  # no 32 bits of a frame are negative


@kernel
def note_pair(data: Bytes, frame: Word, seen: Word, walk: Record, columns: Int64s, i: Word) -> None:
    """Begin a run at record `i`, unless its addresses are those of the record before."""
    low, high = pair_key(data, frame, seen)
    if i > 0 and low == walk["pair_low"] and high == walk["pair_high"]:
        return
    run = np.uint64(walk["runs"] if i > 0 else 0)  # unsigned: no test for an index from the end
    columns[DST, run] = destination(data, frame, seen)
    columns[SRC, run] = source(data, frame, seen)
    columns[RUN, run] = i
    walk["runs"] = np.int64(run) + 1
    walk["pair_low"], walk["pair_high"] = low, high
