"""What the device gets of the packets that count: which of them, and as which frames.

Where that has to be learnt from the capture, its first packets wait until it is known.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from rxreplay.traces import Packets
from rxreplay.traces.decap import LeftOut
from rxreplay.traces.decision import Decision as DirectionDecision
from rxreplay.traces.decision import DirectionError, decision_text, read_decision
from rxreplay.traces.ends import Ends, ends_of, join_ends
from rxreplay.traces.length_counts import Carried as CarriedLengths
from rxreplay.traces.length_counts import LengthCounts
from rxreplay.traces.packets import Int64s, Record, Records
from rxreplay.traces.rules import Everything
from rxreplay.traces.selecting import EVIDENCE_PACKETS, Selector
from rxreplay.traces.vantage import Decision, Seen, decide, remarks, told

from .arrivals import Arrivals, joined
from .arriving import Arriving
from .arriving import Carried as CarriedArriving
from .options import Options
from .vantages import Frames, no_frames, vantage_of

if TYPE_CHECKING:
    from rxreplay.traces.observing import Observer

UNCLEAR: Final = "not clear"
NOT_CLEAR: Final = DirectionDecision(Everything(), UNCLEAR, "which packets the guest received")


@dataclass(frozen=True, slots=True)
class Carried:
    """What a delivery takes into the next captures of a trace.

    Attributes
    ----------
    decision : str
        Which packets are delivered, "" where that is still to be learnt.
    held : Arrivals
        Packets that wait for it.
    ends : Ends
        What there is to learn it from.
    """

    decision: str
    held: Arrivals
    ends: Ends
    observed: Record
    to_observe: int
    arriving: CarriedArriving
    vantage: Any  # each has its own
    packets: int
    wire_bytes: Int64s
    lengths: CarriedLengths


class Delivery:
    """Takes the packets that count, and gives the frames that the device gets.

    Parameters
    ----------
    options : Options
        What is asked for.
    name : str
        Of the capture, for errors.
    replaying : bool
        Whether frames are wanted; else nothing is refused, and it is only said what is known.

    Attributes
    ----------
    replaying : bool
        As it was asked for.
    packets : int
        Of the capture, delivered so far.
    wire_bytes : int64 array, shape (queues,)
        Bytes on the wire of those that went to each queue.
    lengths : LengthCounts
        Their lengths on the wire; of all that was walked by lengths alone, the summary has them.
    unclear : str
        Why it is not clear what the guest received; "" where it is.
    watch : callable or None
        Is shown the packets that count, out of their tunnels, with their numbers.
    """

    def __init__(self, options: Options, name: str, *, replaying: bool = True) -> None:
        """Read what is asked for."""
        self._options, self.replaying = options, replaying
        self._selector = Selector(options.side, *options.guest_numbers(), name)
        self._arriving = Arriving(options, name, replaying=replaying)
        self._told = told(options.vantage)
        self._vantage = vantage_of(options)
        self._to_observe = 0 if self._told else EVIDENCE_PACKETS
        self._observer: Observer | None = None
        self._held: list[tuple[Arrivals, Ends]] = []
        self.unclear = ""
        self.watch: Callable[[Packets, Int64s], None] | None = None
        self.packets = 0
        self.wire_bytes: Int64s = np.zeros(options.queues, np.int64)
        self.lengths = LengthCounts()

    @property
    def by_packet(self) -> bool:
        """Whether lengths alone would not do for the packets that come next."""
        if self._to_observe or self.watch or self._selector.decision is None:
            return True
        if not self.replaying:
            return False
        everything = isinstance(self._selector.decision.rule, Everything)
        return not (everything and self._arriving.plain)

    @property
    def decided(self) -> bool:
        """Whether it is known which packets are delivered."""
        return self._selector.decision is not None

    @property
    def carried(self) -> Carried:
        """What it takes into the next captures."""
        return Carried(
            decision=decision_text(self._selector.decision),
            held=joined(arrivals for arrivals, _ in self._held),
            ends=join_ends([ends for _, ends in self._held]),
            observed=self._observing().carried,
            to_observe=self._to_observe,
            arriving=self._arriving.carried,
            vantage=self._vantage.carried,
            packets=self.packets,
            wire_bytes=self.wire_bytes,
            lengths=self.lengths.carried,
        )

    def resume(self, carried: Carried) -> None:
        """Go on with what another of the same options has carried."""
        self._selector.decision = read_decision(carried.decision)
        if not self.decided and carried.ends.dst.size:
            self._held = [(carried.held, carried.ends)]
            self._selector.hear(carried.ends)
        self._observing().resume(carried.observed)
        self._to_observe = carried.to_observe
        self._arriving.resume(carried.arriving)
        self._vantage.resume(carried.vantage)
        self.packets, self.wire_bytes = carried.packets, carried.wire_bytes
        self.lengths.resume(carried.lengths)

    def take(self, packets: Packets, numbers: Int64s) -> Frames:
        """Give the frames that are known when these packets have come.

        Parameters
        ----------
        packets : Packets
            Those that count.
        numbers : int64 array
            Of each in the capture, from 0.

        Raises
        ------
        TraceError
            It is not clear which of them the guest received, or one cannot have been a guest's.
        """
        packets, numbers, wire_len = self._arriving.opened(packets, numbers)
        if self.watch:
            self.watch(packets, numbers)
        reads = self._to_observe or self._arriving.reads_headers
        decoded = reads or self._selector.reads_headers(packets)
        headers = self._arriving.headers_of(packets) if decoded else None
        if headers is not None and self._to_observe:
            self._observe(packets, headers[: self._to_observe])
        arrivals = self._arriving.arrivals(packets, numbers, wire_len, headers)
        ends = ends_of(packets, headers)
        if self._selector.decision:
            return self._deliver(arrivals.only(self._selector.mask(ends)))
        self._held.append((joined([arrivals]), join_ends([ends])))
        self._decide(ends)
        return self._release() if self._selector.decision else no_frames()

    def end(self) -> Frames:
        """Give the rest, after the last packet.

        Raises
        ------
        TraceError
            It is not clear which packets the guest received.
        """
        self._to_observe = 0
        if self._selector.decision is None:
            self._decide(None)
        return self._release().followed_by(self._vantage.end())

    @property
    def direction(self) -> DirectionDecision:
        """Which packets are delivered, and on what evidence; after the end."""
        return self._selector.decision or NOT_CLEAR

    @property
    def vantage(self) -> Decision:
        """Where the capture was taken, and why that is believed."""
        return self._told or decide(self.seen)

    @property
    def seen(self) -> Seen:
        """What the first packets have shown; nothing where the vantage was told."""
        return self._observer.seen if self._observer else Seen()

    @property
    def left_out(self) -> LeftOut:
        """Packets of which `decap` has made nothing."""
        return self._arriving.left_out

    @property
    def remarks(self) -> list[str]:
        """What packets carry that a device may not get."""
        return remarks(self.seen, fcs=self._options.fcs, vlan=self._options.vlan)

    def _observing(self) -> "Observer":
        from rxreplay.traces.observing import Observer  # numba comes with it

        self._observer = self._observer or Observer()
        return self._observer

    def _observe(self, packets: Packets, headers: Records) -> None:
        observer = self._observing()
        observer.take(self._arriving.device_len(packets)[: headers.size], headers)
        self._to_observe -= headers.size

    def _decide(self, ends: Ends | None) -> None:
        try:
            self._selector.hear(ends) if ends else self._selector.decide()
        except DirectionError as error:
            if self.replaying:
                raise
            self.unclear = str(error)
            self._selector.decision = NOT_CLEAR

    def _release(self) -> Frames:
        """Give what has waited."""
        held, self._held = self._held, []
        waiting = joined(arrivals for arrivals, _ in held)
        ends = join_ends([ends for _, ends in held])
        return self._deliver(waiting.only(self._selector.mask(ends)))

    def _deliver(self, arrivals: Arrivals) -> Frames:
        self.packets += arrivals.number.size
        self.lengths.add(arrivals.wire_len)
        np.add.at(self.wire_bytes, arrivals.queue, arrivals.wire_len)
        return self._vantage.take(arrivals)
