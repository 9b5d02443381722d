"""What a capture holds, in constant memory: counts, times, exact percentiles of length."""

from dataclasses import dataclass

import numpy as np

from .length_counts import Carried as CarriedLengths
from .length_counts import LengthCounts
from .packets import NO_TIME, Block, Int64s, Record

Number = int | None


@dataclass(frozen=True, slots=True)
class Carried:
    """What a summary takes into the next captures of a trace."""

    tally: Record
    noted: int
    lengths: CarriedLengths


class Summary:
    """Counts of a capture, fed with its blocks.

    Examples
    --------
    >>> summary = Summary()
    >>> lengths = np.array([60, 1514, 9014])
    >>> none = np.zeros(0, np.int64)
    >>> summary.add(Block(np.array([5, 6, 9]), lengths, np.array([60, 96, 96]), none, none))
    >>> summary.packets, summary.wire_bytes, summary.duration_ns, summary.percentile(50)
    (3, 10588, 4, 1514)
    """

    def __init__(self) -> None:
        """Start from nothing."""
        from .tally import new_tally  # numba is imported with the first summary

        self.tally = new_tally()
        self.lengths = LengthCounts()
        self._noted = 0

    def add(self, block: Block) -> None:
        """Count the records of a block."""
        from .tally import add_lengths, add_times

        add_lengths(block.wire_len, block.cap_len, self.tally, self.histogram)
        self.note_beyond(block.wire_len)
        add_times(block.ts_ns, self.tally)

    def note_beyond(self, wire_len: Int64s) -> None:
        """Note the lengths, just added, that the histogram has no room for."""
        if self.tally["beyond_packets"] != self._noted:
            self._noted += self.lengths.note_beyond(wire_len)

    @property
    def histogram(self) -> Int64s:
        """Packets of each length below `HISTOGRAM`."""
        return self.lengths.histogram

    @property
    def carried(self) -> Carried:
        """What it takes into the next captures."""
        return Carried(self.tally, self._noted, self.lengths.carried)

    def resume(self, carried: Carried) -> None:
        """Go on with what another has carried."""
        self.tally, self._noted = carried.tally, carried.noted
        self.lengths.resume(carried.lengths)

    @property
    def packets(self) -> int:
        """Number of packets."""
        return int(self.tally["packets"])

    @property
    def wire_bytes(self) -> int:
        """Sum of original lengths."""
        return int(self.tally["wire_bytes"])

    @property
    def captured_bytes(self) -> int:
        """Sum of captured lengths."""
        return int(self.tally["captured_bytes"])

    @property
    def truncated_packets(self) -> int:
        """Packets of which fewer bytes were captured than were on the wire."""
        return int(self.tally["truncated_packets"])

    @property
    def above_mtu_packets(self) -> int:
        """Packets longer than 1,514 bytes on the wire."""
        return int(self.tally["above_mtu_packets"])

    @property
    def beyond_packets(self) -> int:
        """Packets of `HISTOGRAM` bytes or more on the wire, which no device hands to a guest."""
        return int(self.tally["beyond_packets"])

    @property
    def ts_backwards(self) -> int:
        """How often a time is lower than the one before it."""
        return int(self.tally["ts_backwards"])

    @property
    def first_ns(self) -> Number:
        """Earliest time; None where no packet has one."""
        return None if self.tally["last_ns"] == NO_TIME else int(self.tally["first_ns"])

    @property
    def last_ns(self) -> Number:
        """Latest time; None where no packet has one."""
        return None if self.tally["last_ns"] == NO_TIME else int(self.tally["last_ns"])

    @property
    def duration_ns(self) -> Number:
        """Latest less earliest time; None where no packet has one."""
        if self.first_ns is None or self.last_ns is None:
            return None
        return self.last_ns - self.first_ns

    def percentile(self, percent: int) -> Number:
        """Give the nearest-rank percentile of the length on the wire; None without packets.

        The smallest length that at least `percent` % of all packets do not exceed; 0 gives the
        shortest, 100 the longest.
        """
        if not self.packets:
            return None
        longest = self.lengths.longest() or 0
        if percent == 100:
            return longest
        rank = max(1, -(-percent * self.packets // 100))
        running = np.cumsum(self.histogram)
        if rank <= running[-1]:
            return int(np.searchsorted(running, rank))
        beyond = sorted(self.lengths.beyond)
        running = running[-1] + np.cumsum([self.lengths.beyond[length] for length in beyond])
        return min(beyond[int(np.searchsorted(running, rank))], longest)

    def as_dict(self) -> dict[str, Number | dict[str, Number]]:
        """Give all of it, ready for JSON."""
        return {
            "packets": self.packets,
            "wire_bytes": self.wire_bytes,
            "captured_bytes": self.captured_bytes,
            "wire_len": {
                "min": self.percentile(0),
                "median": self.percentile(50),
                "p99": self.percentile(99),
                "max": self.percentile(100),
            },
            "first_ns": self.first_ns,
            "last_ns": self.last_ns,
            "duration_ns": self.duration_ns,
            "truncated_packets": self.truncated_packets,
            "above_mtu_packets": self.above_mtu_packets,
            "ts_backwards": self.ts_backwards,
        }
