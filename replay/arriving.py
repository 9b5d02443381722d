"""Packets with their bytes become arrivals: how long the device has them, and on which queue."""

from dataclasses import dataclass

import numpy as np
from rxreplay.errors import TraceError
from rxreplay.traces import Packets
from rxreplay.traces.decap import Decapsulator, LeftOut
from rxreplay.traces.framing import device_lengths
from rxreplay.traces.headers import new_headers
from rxreplay.traces.link_types import CARRIED
from rxreplay.traces.packets import FCS_MASK, FCS_SHIFT, Int64s, Records
from rxreplay.traces.steering import RECORDED, SINGLE, Steering, steer
from rxreplay.traces.tunnels import VLAN
from rxreplay.traces.vantage import AUTO, DEVICE, WIRE, without_fcs, without_tags

from .arrivals import Arrivals
from .options import STRIP, Options


@dataclass(frozen=True, slots=True)
class Carried:
    """What reading takes into the next captures of a trace."""

    plain: bool
    left_out: Int64s


class Arriving:
    """Reads packets as far as what is asked for needs it.

    Parameters
    ----------
    options : Options
        What is asked for.
    name : str
        Of the capture, for errors.
    replaying : bool
        Whether lengths are wanted as a device would have got them.

    Attributes
    ----------
    plain : bool
        Whether nothing but the length of a packet has mattered so far.
    """

    def __init__(self, options: Options, name: str, *, replaying: bool) -> None:
        """Read what is asked for."""
        self._options, self._name, self._replaying = options, name, replaying
        self._steering: Steering = options.steered()
        stripped = options.vlan == STRIP
        moved = options.vantage not in (DEVICE, AUTO)
        hashed = self._steering.mode not in (SINGLE, RECORDED)
        self.reads_headers = stripped or moved or hashed
        one = options.queues == 1  # else the queue of each frame is asked for, also where it is 0
        self.plain = one and not self.reads_headers and self._steering.mode == SINGLE
        self.plain &= options.fcs in (AUTO, 0) and not options.decap
        self._decapsulator = Decapsulator(options.decap) if options.decap else None
        self._tunnels = bool(set(options.decap) - {VLAN})

    def opened(self, packets: Packets, numbers: Int64s) -> tuple[Packets, Int64s, Int64s]:
        """Take packets out of what they are in; give also their numbers and bytes on the wire."""
        if self._decapsulator is None:
            return packets, numbers, packets.wire_len
        inner = self._decapsulator.take(packets)
        return inner.packets, numbers[inner.record], packets.wire_len[inner.record]

    @property
    def carried(self) -> Carried:
        """What it takes into the next captures."""
        counts = self._decapsulator.carried if self._decapsulator else np.zeros(0, np.int64)
        return Carried(self.plain, counts)

    def resume(self, carried: Carried) -> None:
        """Go on with what another of the same options has carried."""
        self.plain = carried.plain
        if self._decapsulator:
            self._decapsulator.resume(carried.left_out)

    @property
    def left_out(self) -> LeftOut:
        """What could not be taken out of anything."""
        return self._decapsulator.left_out if self._decapsulator else LeftOut()

    def headers_of(self, packets: Packets) -> Records:
        """Decode the headers of packets."""
        from rxreplay.traces.decode import decode  # numba comes with it

        headers = new_headers(packets.at.size)
        decode(packets.data, packets.at, packets.cap_len, packets.link_type, headers)
        return headers

    def device_len(self, packets: Packets) -> Int64s:
        """Give lengths with an Ethernet header in place of any other link layer's.

        Raises
        ------
        TraceError
            One is replayed that cannot have been a guest's.
        """
        if self._replaying or CARRIED.issuperset(packets.kinds()):
            return device_lengths(packets, self._name)
        return packets.wire_len

    def arrivals(
        self, packets: Packets, numbers: Int64s, wire_len: Int64s, headers: Records | None
    ) -> Arrivals:
        """Give packets as a device would get them, without a choice among them.

        Raises
        ------
        TraceError
            One cannot have been a guest's, or says nothing of its queue.
        """
        queue = self._queue(packets, numbers, headers)
        frame_len = self._trimmed(self.device_len(packets), packets, headers)
        moved = headers is not None and self._options.vantage not in (DEVICE, AUTO)
        return Arrivals(
            number=numbers,
            ts_ns=packets.ts_ns,
            wire_len=wire_len,
            frame_len=frame_len,
            queue=queue,
            headers=headers if moved and headers is not None else new_headers(0),
            alike=self._alike(packets, headers),
        )

    def _trimmed(self, frame_len: Int64s, packets: Packets, headers: Records | None) -> Int64s:
        """Take off what a device does not pass on."""
        fcs_len = self._fcs_len(packets)
        if fcs_len.any():
            self.plain = False
            frame_len = without_fcs(frame_len, fcs_len)
        if headers is not None and self._options.vlan == STRIP:
            frame_len = without_tags(frame_len, headers)
        return frame_len

    def _fcs_len(self, packets: Packets) -> Int64s:
        if self._options.fcs == AUTO or self._tunnels:  # a tunnel holds no FCS
            return np.asarray(packets.flags >> FCS_SHIFT & FCS_MASK, np.int64)
        return np.full(packets.flags.size, self._options.fcs, np.int64)

    def _queue(self, packets: Packets, numbers: Int64s, headers: Records | None) -> Int64s:
        steering = self._steering
        if steering.mode == RECORDED:
            return self._recorded(packets.queue, numbers)
        if headers is None or steering.mode == SINGLE:
            return np.zeros(numbers.size, np.int64)
        return steer(steering, packets.data, packets.at, headers)

    def _recorded(self, queue: Int64s, numbers: Int64s) -> Int64s:
        """Give the queues that the capture has noted."""
        wrong = (queue < 0) | (queue >= self._steering.n_queues)
        if wrong.any():
            first = int(np.argmax(wrong))
            where = f"{self._name}: packet {numbers[first] + 1:,}"
            if queue[first] < 0:
                raise TraceError(
                    f"{where} has no epb_queue, which pcapng alone can have: --steering automq or "
                    "rss chooses queues"
                )
            least = int(queue.max()) + 1
            raise TraceError(f"{where} is of queue {queue[first]}: --queues {least} or more")
        return queue

    def _alike(self, packets: Packets, headers: Records | None) -> Int64s:
        alike = np.zeros(0, np.int64)
        if headers is not None and self._options.vantage == WIRE:
            from rxreplay.traces.gro_fields import gro_fields

            alike = np.zeros(packets.at.size, np.int64)
            gro_fields(packets.data, packets.at, packets.cap_len, headers, alike)
        return alike
