"""Which lengths a row of frames has, looked at once for all who count them."""

from bisect import bisect_left
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rxreplay._jit import kernel

from .abi import RX_PKT_WEIGHT_SHIFT
from .state import Int64s

Mask = NDArray[np.bool_]

LONGEST: Final = 1 << 17  # frames of it and above are sorted instead
NONE_MET: Final = 2**63 - 1


@kernel
def mark(frames: Int64s, seen: Mask) -> None:
    """Mark the length of each frame, or the last place."""
    for frame in frames:
        seen[np.uint64(min(frame, seen.size - 1))] = True


@kernel
def follow(frames: Int64s, avg_pkt_len: int) -> int:
    """Let an average that is not 0 follow frames.  Source: as `ewma_pkt_len_add`."""
    avg = np.int64(avg_pkt_len)
    for frame in frames:
        avg += (frame - avg) >> RX_PKT_WEIGHT_SHIFT  # as the kernel's, and sooner there
    return int(avg)


class Look:
    """What a row of frames has.

    Attributes
    ----------
    lengths : list of int
        The lengths that occur, in order.

    Examples
    --------
    >>> look = Look(np.array([1514, 60, 1514]))
    >>> look.lengths, look.any_of(61, 1514), look.least_from(61), look.most_below(1514)
    ([60, 1514], False, 1514, 60)
    """

    def __init__(self, frames: Int64s) -> None:
        """Look at frames, none of which is shorter than 0."""
        seen = np.zeros(LONGEST + 1, np.bool_)
        mark(frames, seen)
        lengths = np.unique(frames) if seen[LONGEST] else np.flatnonzero(seen)
        self.lengths: list[int] = lengths.tolist()
        self._frames = frames
        self._averages: dict[int, int] = {}
        self._lock = Lock()

    def any_of(self, least: int, end: int) -> bool:
        """Say whether a length from `least` to below `end` occurs."""
        return self.least_from(least) < end

    def least_from(self, least: int) -> int:
        """Give the least length from `least` on, NONE_MET where there is none."""
        at = bisect_left(self.lengths, least)
        return self.lengths[at] if at < len(self.lengths) else NONE_MET

    def most_below(self, end: int) -> int:
        """Give the greatest length below `end`, 0 where there is none."""
        at = bisect_left(self.lengths, end)
        return self.lengths[at - 1] if at else 0

    def average(self, avg_pkt_len: int) -> int:
        """Give what an average is after all frames."""
        with self._lock:
            if avg_pkt_len not in self._averages:
                self._averages[avg_pkt_len] = follow(self._frames, avg_pkt_len)
            return self._averages[avg_pkt_len]


class Looks:
    """The last look at a row of frames: who counts the same ones need not look again."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = Lock()
        self._row = -1, 0
        self._last = Look(np.zeros(0, np.int64))

    def of(self, start: int, frames: Int64s) -> Look:
        """Look at frames, before which there were `start` others, to the end of a batch."""
        with self._lock:
            if self._row != (start, frames.size):
                self._row, self._last = (start, frames.size), Look(frames)
            return self._last
