"""A device whose packets are followed through the stack, under several strategies at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rxreplay.emulator import Strategy
from rxreplay.emulator.carrying import Carrier

from .delivering import NOT_CLEAR, Delivery
from .layers import Carried as CarriedLayers
from .layers import Layers
from .options import STRIP, Options
from .pooled import PooledDevice, wait_for
from .sources import Lengths
from .stacking import Arrived, StackedReceiver
from .timeline import Timeline, stand_still
from .vantages import Frames, Nothing


@dataclass(frozen=True, slots=True)
class Carried:
    """What a device takes into the next captures of a trace, beside its receivers."""

    packets: Lengths
    timeline: Any  # as Timeline has it, if there is a clock
    stalls_placed: bool
    layers: CarriedLayers


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
    own : sequence of int
        As `PooledDevice` has it.

    Attributes
    ----------
    timeline : Timeline or None
        When frames came, if there is a clock.
    """

    def __init__(
        self,
        strategies: Sequence[Strategy],
        options: Options,
        delivery: Delivery,
        own: Sequence[int] = (),
    ) -> None:
        """Fill all rings."""
        super().__init__(strategies, options, lambda each: StackedReceiver(each, options), own)
        self.timeline = Timeline(options.timing.time) if options.timing else None
        self._stalls = options.timing.stalls().fixed if options.timing else []
        self._delivery = delivery
        self._layers = Layers(stripped=options.vlan == STRIP)
        delivery.watch = self._layers.see

    @property
    def carried(self) -> Carried:
        """What it takes into the next captures."""
        timeline = self.timeline.carried if self.timeline else Nothing()
        packets = np.array(self.packets, np.int64)
        return Carried(packets, timeline, not self._stalls, self._layers.carried)

    def resume(self, carried: Carried) -> None:
        """Go on with what another of the same options has carried."""
        self.packets = carried.packets.tolist()
        if self.timeline:
            self.timeline.resume(carried.timeline)
        if carried.stalls_placed:
            self._stalls = []
        self._layers.resume(carried.layers)

    def carriers(self) -> dict[str, Carrier]:
        """Give the receivers of all queues by name, and the stacks behind them."""
        named = ((name, receiver.carriers()) for name, receiver in self.receivers())
        return {f"{name}, {part}": each for name, parts in named for part, each in parts.items()}

    def receive(self, frames: Frames) -> None:
        """Let the next frames arrive, each at its queue."""
        times = self.timeline.times(frames.ts_ns) if self.timeline else frames.ts_ns[:0]
        if self.timeline and self._stalls and times.size:
            stand_still(self.timeline, self._stalls, [each for _, each in self.receivers()])
            self._stalls = []
        arrived = Arrived(frames.frame_len, times, *self._layers.of(frames))
        parts = {number: arrived.of(frames.queue == number) for number in self._queues}
        wait_for(
            self._pool.submit(receiver.receive, parts[number])
            for number, queue in self._queues.items()
            for receiver in queue.values()
        )
        self._count(frames)
        if self._delivery.direction is not NOT_CLEAR:  # else packets wait for it
            self._layers.forget()
