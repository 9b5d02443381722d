"""Numbers out of bytes; LLVM merges the byte loads into one load (and a swap)."""

import numpy as np
from rxreplay._jit import kernel

from .packets import Bytes, Word

ONE = np.uint64(1)  # unsigned, so that numba does not test for an index from the end
TWO = np.uint64(2)
THREE = np.uint64(3)


@kernel
def u32(data: Bytes, at: Word, swapped: Word) -> np.int64:
    """Read 32 bits at byte `at`; `swapped` says big-endian."""
    i = np.uint64(at)
    a = np.int64(data[i])
    b = np.int64(data[i + ONE])
    c = np.int64(data[i + TWO])
    d = np.int64(data[i + THREE])
    if swapped:
        return (a << 24) | (b << 16) | (c << 8) | d
    return (d << 24) | (c << 16) | (b << 8) | a


@kernel
def u48(data: Bytes, at: Word) -> np.int64:
    """Read an Ethernet address at byte `at`."""
    return (u32(data, at, 1) << 16) | (u32(data, at + 2, 1) & 0xFFFF)
