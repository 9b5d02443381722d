"""A device with its receive queues by the clock, under several strategies at once."""

from collections.abc import Sequence

from rxreplay.emulator import Strategy
from rxreplay.emulator.timed_receiver import TimedReceiver

from .options import Options
from .pooled import PooledDevice, wait_for
from .timeline import Timeline
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

    Attributes
    ----------
    timeline : Timeline
        When frames came.
    """

    def __init__(self, strategies: Sequence[Strategy], options: Options, timing: Timing) -> None:
        """Fill all rings."""
        service, sizes = timing.as_service(), {"ring": options.ring, "rcvbuf": options.rcvbuf}
        self.timeline = Timeline(timing.time)
        super().__init__(strategies, options, lambda each: TimedReceiver(each, service, **sizes))

    def receive(self, frames: Frames) -> None:
        """Let the next frames arrive, each at its queue."""
        times = self.timeline.times(frames.ts_ns)
        if len(self._queues) == 1:
            parts = [(frames.frame_len, times)]
        else:
            masks = [frames.queue == number for number in range(len(self._queues))]
            parts = [(frames.frame_len[mask], times[mask]) for mask in masks]
        wait_for(
            self._pool.submit(receiver.receive, *part)
            for part, queue in zip(parts, self._queues, strict=True)
            for receiver in queue.values()
        )
        self.packets = [n + part[0].size for n, part in zip(self.packets, parts, strict=True)]
