"""Which packets of a capture count, by number, by time and by filter; all others are not looked at.

What is counted is what these leave. The device gets of it what `delivering` says.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from rxreplay.errors import OptionError, TraceError
from rxreplay.traces import NO_TIME, Digest, Packets
from rxreplay.traces.matching import Filter
from rxreplay.traces.packets import Mask
from rxreplay.traces.steering import SINGLE
from rxreplay.traces.vantage import DEVICE, GUEST, WIRE

from .delivering import Carried as CarriedDelivery
from .delivering import Delivery
from .moments import LATEST, Moment, parse_moment, parse_packets
from .options import STRIP, Options
from .sources import Lengths, LengthsTrace, Walkable
from .vantages import Frames

FROM_THE_START: Final = Moment(-LATEST, relative=False)
TO_THE_END: Final = Moment(LATEST, relative=False)  # half-open: the last moment has no packet


def without_bytes(options: Options) -> Options:
    """Give what can be done with lengths alone.

    Raises
    ------
    TraceError
        Something is asked for that cannot.
    """
    needs = {
        "a filter": options.filter,
        "--direction": options.direction in ("in", "out"),
        "an address of the guest": options.guest_macs or options.guest_ips,
        "--vantage": options.vantage in (WIRE, GUEST),
        "--decap": options.decap,
        "--vlan": options.vlan == STRIP,
        "--queues": options.steered().mode != SINGLE,
        "--gro": options.gro,
    }
    wanting = [name for name, asked in needs.items() if asked]
    if wanting:
        raise TraceError(f"lengths: there are no bytes for {wanting[0]} to look at; give a capture")
    return replace(options, direction="both", vantage=DEVICE)


@dataclass(frozen=True, slots=True)
class Carried:
    """What a selection takes into the next captures of a trace."""

    walked: int
    captured_bytes: int
    timeless: int
    first_ns: int  # NO_TIME where no time was wanted, or seen
    delivery: CarriedDelivery


class Selection:
    """The frames that are replayed of one trace.

    Parameters
    ----------
    trace : Walkable
        Is walked once.
    options : Options
        What is asked for.
    replaying : bool
        Whether frames are wanted, or only what there is to say.
    timed : bool
        Whether each frame is wanted with its time.

    Attributes
    ----------
    walked, captured_bytes : int
        In the trace so far, whether they count or not.
    timeless : int
        Packets left out for want of a time.
    delivery : Delivery
        What the device gets of those that count.

    Raises
    ------
    OptionError
        What is asked for cannot be.
    TraceError
        It cannot be of lengths without bytes.
    """

    def __init__(
        self, trace: Walkable, options: Options, *, replaying: bool = True, timed: bool = False
    ) -> None:
        """Read what is asked for."""
        self._wants_times = timed
        self._trace = trace
        self._first, self._last = parse_packets(options.packet_range or "1:")
        self._start = parse_moment(options.start) if options.start else FROM_THE_START
        self._end = parse_moment(options.end) if options.end else TO_THE_END
        self._timed = bool(options.start or options.end)
        self._filter = Filter(options.filter) if options.filter else None
        self._chosen = bool(options.packet_range or self._timed or options.filter)
        self._first_ns: int | None = None
        self.walked = self.captured_bytes = self.timeless = 0
        if self._start.relative == self._end.relative and self._start.ns >= self._end.ns:
            raise OptionError(f"--end {options.end} is not after --start {options.start}")
        if isinstance(trace, LengthsTrace):
            options = without_bytes(options)
        name = trace.path or trace.format
        self.delivery = Delivery(options, name, replaying=replaying)

    @property
    def carried(self) -> Carried:
        """What it takes into the next captures."""
        first_ns = NO_TIME if self._first_ns is None else self._first_ns
        counts = self.walked, self.captured_bytes, self.timeless
        return Carried(*counts, first_ns, self.delivery.carried)

    def resume(self, carried: Carried) -> None:
        """Go on with what another of the same options has carried."""
        self.walked, self.captured_bytes = carried.walked, carried.captured_bytes
        self.timeless = carried.timeless
        self._first_ns = None if carried.first_ns == NO_TIME else carried.first_ns
        self.delivery.resume(carried.delivery)

    def frames(self, digest: Digest) -> Iterator[Frames]:
        """Walk the trace for the frames to replay, and add what counts to `digest`.

        Raises
        ------
        TraceError
            The trace cannot be read to its end, or it is not clear what the guest received.
        """
        digest.keeps_times = self._wants_times
        for portion in self._trace.portions(digest, self._by_packet):
            if isinstance(portion, Packets):
                numbers = np.arange(self.walked, self.walked + portion.wire_len.size)
                self._note(portion)
                packets, numbers = self._counted(portion, numbers)
                digest.add(packets)
                yield self._given(self.delivery.take(packets, numbers), digest)
                if self._last is not None and self.walked >= self._last:
                    break
            else:
                yield self._lengths(portion, digest)
        yield self._given(self.delivery.end(), digest)

    def _given(self, frames: Frames, digest: Digest) -> Frames:
        """Put frames down that the walk has not; of lengths alone it has."""
        digest.add_frames(frames.frame_len, frames.ts_ns)
        return frames

    def _by_packet(self) -> bool:
        return self._chosen or self.delivery.by_packet

    def _note(self, packets: Packets) -> None:
        self.walked += packets.wire_len.size
        self.captured_bytes += int(packets.cap_len.sum())
        if self._timed and self._first_ns is None:  # what relative times count from
            self._first_ns = next((int(t) for t in packets.ts_ns if t != NO_TIME), None)

    def _lengths(self, lengths: Lengths, digest: Digest) -> Frames:
        """Let lengths pass, which all count; the digest has them already."""
        summary, none = digest.summary, np.zeros(0, np.int64)
        self.walked, self.captured_bytes = summary.packets, summary.captured_bytes
        self.delivery.packets, self.delivery.wire_bytes[0] = summary.packets, summary.wire_bytes
        return Frames(lengths, none, digest.ts_ns if self._wants_times else none, none)

    def _counted(self, packets: Packets, numbers: Lengths) -> tuple[Packets, Lengths]:
        """Choose by number, then by time, then by the filter."""
        for mask_of in (self._by_number, self._by_time, self._by_filter):
            mask = mask_of(packets, numbers)
            if mask is not None:
                packets, numbers = packets.only(mask), numbers[mask]
        return packets, numbers

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
