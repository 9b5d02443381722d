"""A device with its receive queues by the clock, under several strategies at once."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from types import TracebackType

import numpy as np
from rxreplay.emulator import Figures, Strategy
from rxreplay.emulator.bins import Bins, new_bins
from rxreplay.emulator.series import Series
from rxreplay.emulator.timed_receiver import TimedReceiver
from rxreplay.emulator.traffic import Traffic
from rxreplay.traces.packets import Int64s

from .consumers import parse_consumer
from .options import Options
from .sources import Lengths
from .spreading import cores
from .stalls import FixedStall
from .timeline import Timeline
from .timing import Timing
from .vantages import Frames


class ClockedDevice(AbstractContextManager["ClockedDevice"]):
    """As many queues as the options say, each with a ring and a guest's thread of its own.

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
    packets : list of int
        Frames that each queue has got.
    timeline : Timeline
        When they came.
    """

    def __init__(
        self,
        strategies: Sequence[Strategy],
        options: Options,
        timing: Timing,
        keys: Callable[[Frames], Int64s] | None = None,
    ) -> None:
        """Fill all rings."""
        ring, service = options.ring, timing.as_service()
        consumer = parse_consumer(options.consumer, options.rcvbuf)
        self._lifetime, self._keys = options.consumer, keys
        self.timeline = Timeline(timing.time)
        self._stalls = timing.stalls().fixed
        self.packets = [0] * options.queues
        self._behaviours = [each.behaviour(ring) for each in strategies]
        alike = dict(zip(self._behaviours, strategies, strict=True))
        self._points = options.points
        self._traffic = [Traffic(options.points) for _ in self.packets if options.points]
        self._queues = [
            {
                behaviour: TimedReceiver(
                    each,
                    service,
                    ring=ring,
                    rcvbuf=options.rcvbuf,
                    bins=self._bins(),
                    consumer=consumer,
                )
                for behaviour, each in alike.items()
            }
            for _ in range(options.queues)
        ]
        self._pool = ThreadPoolExecutor(options.threads or cores())

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
        """Give the figures of each strategy, queue by queue; `wire_bytes` are of each queue."""
        by_queue = []
        for queue, wire in zip(self._queues, np.asarray(wire_bytes).tolist(), strict=True):
            found = {behaviour: receiver.finish(wire) for behaviour, receiver in queue.items()}
            by_queue.append(
                [replace(found[each], lifetime=self._lifetime) for each in self._behaviours]
            )
        return [list(figures) for figures in zip(*by_queue, strict=True)]

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

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the threads."""
        self._pool.shutdown(cancel_futures=True)


def wait_for(running: Iterable[Future[None]]) -> None:
    """Wait until all is done; raise what one has raised."""
    for done in list(running):
        done.result()


def stand_still(
    timeline: Timeline, stalls: Sequence[FixedStall], receivers: Sequence[TimedReceiver]
) -> None:
    """Let guests stand still at times of the capture, whose first packets have been timed."""
    placed = timeline.placed(stalls)
    for receiver in receivers:
        receiver.stand_still(placed)
