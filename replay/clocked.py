"""A device with its receive queues by the clock, under several strategies at once."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from rxreplay.emulator import Figures, Strategy
from rxreplay.emulator.bins import Bins, new_bins
from rxreplay.emulator.series import Series
from rxreplay.emulator.timed_receiver import TimedReceiver
from rxreplay.emulator.traffic import Traffic
from rxreplay.traces.packets import Int64s

from .consumers import parse_consumer
from .options import Options
from .pooled import PooledDevice, wait_for
from .sources import Lengths
from .timeline import Timeline, stand_still
from .timing import Timing
from .vantages import Frames


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
    keys : callable or None
        Gives the keys of sockets that frames are for.

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
        keys: Callable[[Frames], Int64s] | None = None,
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
        )
        self._traffic = [Traffic(points) for _ in self.packets if points]

    def _bins(self) -> Bins | None:
        return new_bins(self._points) if self._points else None

    def receive(self, frames: Frames) -> None:
        """Let the next frames arrive, each at its queue."""
        times = self.timeline.times(frames.ts_ns)
        if self._stalls and times.size:
            stand_still(self.timeline, self._stalls, [r for q in self._queues for r in q.values()])
            self._stalls = []
        columns = (frames.frame_len, times, *([self._keys(frames)] if self._keys else []))
        parts = [columns]
        if len(self._queues) > 1:
            masks = [frames.queue == number for number in range(len(self._queues))]
            parts = [tuple(column[mask] for column in columns) for mask in masks]
        wait_for(
            self._pool.submit(receiver.receive, *part)
            for part, queue in zip(parts, self._queues, strict=True)
            for receiver in queue.values()
        )
        for traffic, part in zip(self._traffic, parts, strict=bool(self._traffic)):
            traffic.receive(*part[:2])
        self.packets = [n + part[0].size for n, part in zip(self.packets, parts, strict=True)]

    def finish(self, wire_bytes: Lengths) -> list[list[Figures]]:
        """Give the figures of each strategy, queue by queue, with the name of the consumer."""
        found = super().finish(wire_bytes)
        return [[replace(each, lifetime=self._lifetime) for each in queues] for queues in found]

    def series(self) -> list[list[Series]]:
        """Give memory and traffic over time, as `finish` does figures; all end together."""
        if not self._points:
            return []
        end = max(receiver.ended for queue in self._queues for receiver in queue.values())
        by_queue = []
        for queue, traffic in zip(self._queues, self._traffic, strict=True):
            arrived = traffic.until(end)
            found = {
                behaviour: replace(receiver.series(end), traffic=arrived)
                for behaviour, receiver in queue.items()
            }
            by_queue.append([found[behaviour] for behaviour in self._behaviours])
        return [list(series) for series in zip(*by_queue, strict=True)]
