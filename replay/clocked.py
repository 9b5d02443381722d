"""A device with its receive queues by the clock, under several strategies at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from rxreplay.emulator import Figures, Strategy
from rxreplay.emulator.bins import Bins, new_bins
from rxreplay.emulator.carrying import Carrier
from rxreplay.emulator.series import Series
from rxreplay.emulator.timed_receiver import TimedReceiver
from rxreplay.emulator.traffic import Traffic

from .consumers import parse_consumer
from .options import Options
from .pooled import PooledDevice, wait_for
from .socket_keys import SocketKeys
from .sources import Lengths
from .timeline import Carried as CarriedTimeline
from .timeline import Timeline, stand_still
from .timing import Timing
from .vantages import Frames, Nothing


@dataclass(frozen=True, slots=True)
class Carried:
    """What a device takes into the next captures of a trace, beside receivers and traffic."""

    packets: Lengths
    timeline: CarriedTimeline
    stalls_placed: bool
    keys: Any  # as SocketKeys has it, if there are sockets


class ClockedDevice(PooledDevice[TimedReceiver]):
    """A device whose guest takes time.

    Parameters
    ----------
    strategies : sequence of Strategy
        Those that behave alike share one receiver.
    options : Options
        How to replay.
    timing : Timing
        How time passes.
    keys : SocketKeys or None
        Gives the keys of sockets that frames are for.
    own : sequence of int
        As `PooledDevice` has it.

    Attributes
    ----------
    timeline : Timeline
        When frames came.
    """

    def __init__(
        self,
        strategies: Sequence[Strategy],
        options: Options,
        timing: Timing,
        keys: SocketKeys | None = None,
        own: Sequence[int] = (),
    ) -> None:
        """Fill all rings."""
        service, points = timing.as_service(), options.points
        consumer = parse_consumer(options.consumer, options.rcvbuf)
        self._lifetime, self._keys, self._points = options.consumer, keys, points
        self.timeline = Timeline(timing.time)
        self._stalls = timing.stalls().fixed
        super().__init__(
            strategies,
            options,
            lambda each: TimedReceiver(
                each,
                service,
                ring=options.ring,
                rcvbuf=options.rcvbuf,
                bins=self._bins(),
                consumer=consumer,
            ),
            own,
        )
        self._traffic = {number: Traffic(points) for number in self._queues if points}

    def _bins(self) -> Bins | None:
        return new_bins(self._points) if self._points else None

    @property
    def carried(self) -> Carried:
        """What it takes into the next captures."""
        keys = self._keys.carried if self._keys else Nothing()
        packets = np.array(self.packets, np.int64)
        return Carried(packets, self.timeline.carried, not self._stalls, keys)

    def resume(self, carried: Carried) -> None:
        """Go on with what another of the same options has carried."""
        self.packets = carried.packets.tolist()
        self.timeline.resume(carried.timeline)
        if carried.stalls_placed:
            self._stalls = []
        if self._keys:
            self._keys.resume(carried.keys)

    def carriers(self) -> dict[str, Carrier]:
        """Give the receivers of all queues by name, and what has come to each queue."""
        traffic = {f"traffic of queue {n}": each for n, each in self._traffic.items()}
        return {**dict(self.receivers()), **traffic}

    def receive(self, frames: Frames) -> None:
        """Let the next frames arrive, each at its queue."""
        times = self.timeline.times(frames.ts_ns)
        if self._stalls and times.size:
            stand_still(self.timeline, self._stalls, [each for _, each in self.receivers()])
            self._stalls = []
        columns = (frames.frame_len, times, *([self._keys.of(frames)] if self._keys else []))
        parts = dict.fromkeys(self._queues, columns)
        if len(self.packets) > 1:
            masks = {number: frames.queue == number for number in self._queues}
            parts = {n: tuple(column[mask] for column in columns) for n, mask in masks.items()}
        wait_for(
            self._pool.submit(receiver.receive, *parts[number])
            for number, queue in self._queues.items()
            for receiver in queue.values()
        )
        for number, traffic in self._traffic.items():
            traffic.receive(*parts[number][:2])
        self._count(frames)

    def finish(self, wire_bytes: Lengths) -> list[list[Figures]]:
        """Give the figures of each strategy, queue by queue, with the name of the consumer."""
        found = super().finish(wire_bytes)
        return [[replace(each, lifetime=self._lifetime) for each in queues] for queues in found]

    def series(self) -> list[list[Series]]:
        """Give memory and traffic over time, as `finish` does figures; all end together."""
        if not self._points:
            return []
        end = max(receiver.ended for _, receiver in self.receivers())
        by_queue = []
        for number, queue in self._queues.items():
            arrived = self._traffic[number].until(end)
            found = {
                behaviour: replace(receiver.series(end), traffic=arrived)
                for behaviour, receiver in queue.items()
            }
            by_queue.append([found[behaviour] for behaviour in self._behaviours])
        return [list(series) for series in zip(*by_queue, strict=True)]
