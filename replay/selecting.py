"""Which packets of a capture are replayed, and how long a device would have found them.

First come numbers, then times, then the filter: what they leave is what is counted. Of that, the
packets that reach the guest's addresses are replayed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from rxreplay.errors import OptionError, TraceError
from rxreplay.traces import NO_TIME, Digest, Packets
from rxreplay.traces.directions import for_guest
from rxreplay.traces.framing import device_lengths
from rxreplay.traces.matching import Filter
from rxreplay.traces.packets import Int64s, Mask

from .moments import LATEST, Moment, parse_moment, parse_packets
from .options import Options, mac_numbers
from .sources import Lengths, LengthsTrace, Walkable

FROM_THE_START: Final = Moment(-LATEST, relative=False)
TO_THE_END: Final = Moment(LATEST, relative=False)  # half-open: the last moment has no packet


@dataclass(frozen=True, slots=True)
class Part:
    """Consecutive packets of a trace, and which of them are replayed.

    Attributes
    ----------
    wire_len : int64 array, shape (n,)
        Of all packets; valid until the next part is asked for.
    chosen : int64 array, shape (m,)
        Which of all packets of the trace are replayed, from 0.
    frames : int64 array, shape (m,)
        Their lengths as a device would have got them.
    """

    wire_len: Lengths
    chosen: Lengths
    frames: Lengths


class Selection:
    """The frames that are replayed; everything where nothing is asked for.

    Parameters
    ----------
    options : Options
        What is asked for.
    replaying : bool
        Whether lengths are wanted as a device would have got them.

    Attributes
    ----------
    packets, wire_bytes : int
        Replayed so far.
    walked, captured_bytes : int
        In the trace so far, whether replayed or not.
    timeless : int
        Packets left out for want of a time.

    Raises
    ------
    OptionError
        What is asked for cannot be.
    """

    def __init__(self, options: Options, *, replaying: bool = True) -> None:
        """Read what is asked for."""
        self._macs: Int64s = np.array(mac_numbers(options.guest_macs), np.int64)
        self._first, self._last = parse_packets(options.packet_range or "1:")
        self._start = parse_moment(options.start) if options.start else FROM_THE_START
        self._end = parse_moment(options.end) if options.end else TO_THE_END
        self._timed = bool(options.start or options.end)
        self._filter = Filter(options.filter) if options.filter else None
        self._asked = bool(options.selecting())
        self._replaying = replaying
        self._first_ns: int | None = None
        self.packets = self.wire_bytes = self.walked = self.captured_bytes = self.timeless = 0
        if self._start.relative == self._end.relative and self._start.ns >= self._end.ns:
            raise OptionError(f"--end {options.end} is not after --start {options.start}")

    def of(self, trace: Walkable, digest: Digest) -> Iterator[Lengths]:
        """Walk a trace for the frames to replay, and add what is counted to `digest`."""
        if self._asked:
            yield from (part.frames for part in self.parts(trace, digest))
            return
        summary = digest.summary
        for lengths in trace.device_lengths(digest) if self._replaying else trace.lengths(digest):
            self.packets = self.walked = summary.packets
            self.wire_bytes, self.captured_bytes = summary.wire_bytes, summary.captured_bytes
            yield lengths

    def parts(self, trace: Walkable, digest: Digest) -> Iterator[Part]:
        """Walk a trace packet by packet, whatever is asked for."""
        if self._filter and isinstance(trace, LengthsTrace):
            raise TraceError("lengths: there are no bytes for a filter to look at; give a capture")
        for packets in trace.packets():
            numbers = np.arange(self.walked, self.walked + packets.wire_len.size)
            self.walked += packets.wire_len.size
            self.captured_bytes += int(packets.cap_len.sum())
            self._note_first(packets.ts_ns)
            yield self._part(packets, numbers, digest, trace.path or trace.format)
            if self._last is not None and self.walked >= self._last:
                return

    def _part(self, packets: Packets, numbers: Lengths, digest: Digest, name: str) -> Part:
        wire_len = packets.wire_len
        for mask_of in (self._by_number, self._by_time, self._by_filter):
            mask = mask_of(packets, numbers)
            if mask is not None:
                packets, numbers = packets.only(mask), numbers[mask]
        digest.add(packets)
        if self._macs.size:
            mask = for_guest(packets, self._macs)
            packets, numbers = packets.only(mask), numbers[mask]
        self.packets += numbers.size
        self.wire_bytes += int(packets.wire_len.sum())
        frames = device_lengths(packets, name) if self._replaying else packets.wire_len
        return Part(wire_len, numbers, frames)

    def _note_first(self, ts_ns: Lengths) -> None:
        """Note the time that relative ones count from: that of the first packet that has one."""
        if self._timed and self._first_ns is None:
            self._first_ns = next((int(time) for time in ts_ns if time != NO_TIME), None)

    def _by_number(self, _packets: Packets, numbers: Lengths) -> Mask | None:
        last = LATEST if self._last is None else self._last
        if self._first == 1 and last >= self.walked:
            return None
        return np.asarray((numbers >= self._first - 1) & (numbers < last))

    def _by_time(self, packets: Packets, _numbers: Lengths) -> Mask | None:
        if not self._timed:
            return None
        ts_ns = packets.ts_ns
        timed = ts_ns != NO_TIME
        self.timeless += int(ts_ns.size - timed.sum())
        start, end = (each.from_first(self._first_ns or 0) for each in (self._start, self._end))
        return np.asarray(timed & (ts_ns >= start) & (ts_ns < end))

    def _by_filter(self, packets: Packets, _numbers: Lengths) -> Mask | None:
        return self._filter.matches(packets) if self._filter else None
