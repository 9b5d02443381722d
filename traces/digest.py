"""What a walk adds up on its way: all of a capture but the lengths, which somebody replays."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .packets import Block, Int64s, Record
from .span import Span
from .summary import Carried as CarriedSummary
from .summary import Summary
from .walk import BLOCK_RECORDS


class Sums(NamedTuple):
    """What the compiled walk adds to."""

    tally: Record
    histogram: Int64s
    fingerprint: Record
    ts_ns: Int64s  # of the lengths that are written; empty where nobody wants them


@dataclass(frozen=True, slots=True)
class Carried:
    """What a digest takes into the next captures of a trace."""

    summary: CarriedSummary
    fingerprint: Record


class Digest:
    """A summary, fed by `Trace.lengths` or with blocks.

    Attributes
    ----------
    summary : Summary
        Counts, times and lengths.
    fingerprint : record
        Of the frames that were given; those of blocks and packets are added by `add_frames`.
    keeps_times : bool
        Whether a walk for lengths is to leave their times in `ts_ns`.
    ts_ns : int64 array
        Times of the lengths that were given last, as `Block` has them; empty where none are kept.

    Examples
    --------
    >>> import io
    >>> from .opening import open_trace
    >>> header = bytes.fromhex("d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000")
    >>> record = bytes.fromhex("00000000 00000000 00000000 3c000000")
    >>> digest = Digest()
    >>> [lengths.tolist() for lengths in open_trace(io.BytesIO(header + record)).lengths(digest)]
    [[60]]
    >>> digest.summary.packets
    1
    """

    def __init__(self) -> None:
        """Start from nothing."""
        from .fingerprint import new_fingerprint  # numba comes with it

        self.summary = Summary()
        self.fingerprint = new_fingerprint()
        self.keeps_times = False
        self.ts_ns = np.zeros(0, np.int64)

    def add(self, block: Block) -> None:
        """Add a block."""
        self.summary.add(block)

    def add_frames(self, frame_len: Int64s, ts_ns: Int64s) -> None:
        """Add frames to the fingerprint, in the order in which they are replayed."""
        from .fingerprint import add_frames

        add_frames(frame_len, ts_ns, self.fingerprint)

    @property
    def fingerprint_text(self) -> str:
        """The fingerprint in letters and digits."""
        from .fingerprint import fingerprint_text

        return fingerprint_text(self.fingerprint)

    def sums(self, ts_ns: Int64s) -> Sums:
        """Give what a compiled walk adds to, other than by `add`, and where it writes times."""
        return Sums(self.summary.tally, self.summary.histogram, self.fingerprint, ts_ns)

    def note_beyond(self, wire_len: Int64s) -> None:
        """Note the long ones of the lengths that the walk has just added, in parts like blocks."""
        for start in range(0, wire_len.size, BLOCK_RECORDS):
            self.summary.note_beyond(wire_len[start : start + BLOCK_RECORDS])

    @property
    def carried(self) -> Carried:
        """What it takes into the next captures."""
        return Carried(self.summary.carried, self.fingerprint)

    def resume(self, carried: Carried) -> None:
        """Go on with what another has carried."""
        self.summary.resume(carried.summary)
        self.fingerprint = carried.fingerprint

    @property
    def timeless_packets(self) -> int:
        """Packets that have no time."""
        return int(self.summary.tally["timeless_packets"])

    def begin_capture(self) -> None:
        """Have `span` speak of what comes from here on."""
        from .tally import begin_span

        begin_span(self.summary.tally)

    @property
    def span(self) -> Span:
        """First and latest time of a capture, and its longest pause."""
        return Span(self.summary.tally)
