"""How many packets there are of each length: exactly where lengths are real, in buckets beyond."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from .buckets import least_of, leasts, most_of
from .packets import Int64s

HISTOGRAM: Final = 65_536 + 64  # the longest real frame seen is 65,550 bytes
EXACT_BEYOND: Final = 65_536  # distinct longer lengths, which only damaged headers claim
LEASTS: Final = leasts(HISTOGRAM)


@dataclass(frozen=True, slots=True)
class Carried:
    """What counts take into the next captures of a trace."""

    histogram: Int64s
    beyond: Int64s  # rows of a length and how often it came
    longest: int


class LengthCounts:
    """Counts of lengths.

    Attributes
    ----------
    histogram : int64 array, shape (HISTOGRAM,)
        Packets of each length.
    beyond : dict of int to int
        Packets of each length that it has no room for; of very many, some are rounded up.

    Examples
    --------
    >>> counts = LengthCounts()
    >>> counts.add(np.array([60, 1514, 65_000, 65_024, 65_226, 2**31]))
    >>> counts.buckets()
    {60: 1, 1514: 1, 64768: 1, 65024: 2, 2147483648: 1}
    >>> counts.longest()
    2147483648
    """

    def __init__(self) -> None:
        """Start from nothing."""
        self.histogram = np.zeros(HISTOGRAM, np.int64)
        self.beyond: dict[int, int] = {}
        self._longest = 0

    def add(self, lengths: Int64s) -> None:
        """Count lengths."""
        from .tally import add_each  # numba comes with it

        if add_each(lengths, self.histogram):
            self.note_beyond(lengths)

    def note_beyond(self, lengths: Int64s) -> int:
        """Count those that the histogram has no room for; give how many they are."""
        long = lengths[lengths >= HISTOGRAM]
        for length, count in zip(*np.unique(long, return_counts=True), strict=True):
            key = int(length)
            self._longest = max(self._longest, key)
            if key not in self.beyond and len(self.beyond) >= EXACT_BEYOND:
                key = most_of(key)  # bounded: up to 2^32 there are not many buckets
            self.beyond[key] = self.beyond.get(key, 0) + int(count)
        return int(long.size)

    def longest(self) -> int | None:
        """Give the greatest length; None of no packet."""
        some = np.flatnonzero(self.histogram)
        return self._longest or (int(some[-1]) if some.size else None)

    def buckets(self) -> dict[int, int]:
        """Give the packets of each bucket that has some, by its least length."""
        counted = np.add.reduceat(self.histogram, LEASTS)
        some = np.flatnonzero(counted)
        found = dict(zip(LEASTS[some].tolist(), counted[some].tolist(), strict=True))
        for length, count in sorted(self.beyond.items()):
            least = least_of(length)
            found[least] = found.get(least, 0) + count
        return found

    @property
    def carried(self) -> Carried:
        """What it takes into the next captures."""
        beyond = np.array(list(self.beyond.items()), np.int64).reshape(-1, 2)
        return Carried(self.histogram, beyond, self._longest)

    def resume(self, carried: Carried) -> None:
        """Go on with what another has carried."""
        self.histogram = carried.histogram
        self.beyond = dict(carried.beyond.tolist())
        self._longest = carried.longest
