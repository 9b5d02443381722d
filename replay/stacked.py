"""A device whose packets are followed through the stack, under several strategies at once."""

from collections.abc import Sequence

from rxreplay.emulator import Strategy

from .delivering import NOT_CLEAR, Delivery
from .layers import Layers
from .options import STRIP, Options
from .pooled import PooledDevice, wait_for
from .stacking import Arrived, StackedReceiver
from .timeline import Timeline, stand_still
from .vantages import Frames


class StackedDevice(PooledDevice[StackedReceiver]):
    """A device with the guest's stack behind it.

    Parameters
    ----------
    strategies : sequence of Strategy
        Those that behave alike share one receiver.
    options : Options
        How to replay; `gro` is given.
    delivery : Delivery
        Gives the frames; packets are read on their way through it.

    Attributes
    ----------
    timeline : Timeline or None
        When frames came, if there is a clock.
    """

    def __init__(
        self, strategies: Sequence[Strategy], options: Options, delivery: Delivery
    ) -> None:
        """Fill all rings."""
        super().__init__(strategies, options, lambda each: StackedReceiver(each, options))
        self.timeline = Timeline(options.timing.time) if options.timing else None
        self._stalls = options.timing.stalls().fixed if options.timing else []
        self._delivery = delivery
        self._layers = Layers(stripped=options.vlan == STRIP)
        delivery.watch = self._layers.see

    def receive(self, frames: Frames) -> None:
        """Let the next frames arrive, each at its queue."""
        times = self.timeline.times(frames.ts_ns) if self.timeline else frames.ts_ns[:0]
        if self.timeline and self._stalls and times.size:
            stand_still(self.timeline, self._stalls, [r for q in self._queues for r in q.values()])
            self._stalls = []
        arrived = Arrived(frames.frame_len, times, *self._layers.of(frames))
        parts = [arrived.of(frames.queue == number) for number in range(len(self._queues))]
        wait_for(
            self._pool.submit(receiver.receive, part)
            for part, queue in zip(parts, self._queues, strict=True)
            for receiver in queue.values()
        )
        new = (part.frame_len.size for part in parts)
        self.packets = [n + size for n, size in zip(self.packets, new, strict=True)]
        if self._delivery.direction is not NOT_CLEAR:  # else packets wait for it
            self._layers.forget()
