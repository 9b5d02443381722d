"""A device with its receive queues, under several strategies at once."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from operator import add
from types import TracebackType

import numpy as np
from rxreplay.emulator import Figures, Receiver, Strategy
from rxreplay.emulator.carrying import Carrier
from rxreplay.emulator.queue import checked_ring

from .options import Options
from .sources import Lengths
from .spreading import Spreader, cores
from .vantages import Frames


class Queue:
    """One receive queue, under several strategies.

    Parameters
    ----------
    strategies : sequence of Strategy
        Those that behave alike share one receiver.
    options : Options
        How to replay.
    """

    def __init__(self, strategies: Sequence[Strategy], options: Options) -> None:
        """Fill its rings."""
        from rxreplay.emulator.counting import Counters  # numba comes with it

        ring, counters = checked_ring(options.ring), Counters()
        self._behaviours = [strategy.behaviour(ring) for strategy in strategies]
        self._receivers = {
            behaviour: Receiver(
                strategy,
                ring=ring,
                polls=options.polls,
                rcvbuf=options.rcvbuf,
                strides=counters,
            )
            for behaviour, strategy in dict(zip(self._behaviours, strategies, strict=True)).items()
        }
        self.spreader = Spreader(self._receivers.values(), options.threads or cores())

    def carriers(self) -> dict[str, Carrier]:
        """Give the receivers by the names of their strategies."""
        return {receiver.strategy.name: receiver for receiver in self._receivers.values()}

    def finish(self, wire_bytes: int) -> list[Figures]:
        """Give the figures of each strategy."""
        self.spreader.finish()
        found = {key: receiver.finish(wire_bytes) for key, receiver in self._receivers.items()}
        return [found[behaviour] for behaviour in self._behaviours]


@dataclass(frozen=True, slots=True)
class Carried:
    """What a device takes into the next captures of a trace, beside its receivers."""

    packets: Lengths


class Device(AbstractContextManager["Device"]):
    """As many queues as the options say, each with a ring of its own.

    Parameters
    ----------
    strategies : sequence of Strategy
        What receives.
    options : Options
        How to replay.
    own : sequence of int
        Numbers of the queues that are here; none: all.

    Attributes
    ----------
    packets : list of int
        Frames that each queue has got, here or elsewhere.
    """

    def __init__(
        self, strategies: Sequence[Strategy], options: Options, own: Sequence[int] = ()
    ) -> None:
        """Fill all rings."""
        from .compiling import compile_together  # numba comes with it

        compile_together(strategies, options)
        self.packets = [0] * options.queues
        numbers = own or range(options.queues)
        self._queues = {number: Queue(strategies, options) for number in numbers}
        self._threads = ExitStack()
        for queue in self._queues.values():
            self._threads.enter_context(queue.spreader)

    @property
    def carried(self) -> Carried:
        """What it takes into the next captures; its receivers have done then what they have got."""
        for queue in self._queues.values():
            queue.spreader.finish()
        return Carried(np.array(self.packets, np.int64))

    def resume(self, carried: Carried) -> None:
        """Go on with what another of the same options has carried."""
        self.packets = carried.packets.tolist()
        for number, queue in self._queues.items():
            queue.spreader.sent = self.packets[number]

    def carriers(self) -> dict[str, Carrier]:
        """Give the receivers of all queues by name."""
        named = [(n, queue.carriers()) for n, queue in self._queues.items()]
        return {f"queue {n}, {name}": each for n, queue in named for name, each in queue.items()}

    def receive(self, frames: Frames) -> None:
        """Let each queue have its own of the next frames."""
        several = len(self.packets) > 1
        for number, queue in self._queues.items():
            mine = frames.frame_len[frames.queue == number] if several else frames.frame_len
            queue.spreader.add(mine)
        self.packets = [*map(add, self.packets, frames.of_each(len(self.packets)))]

    def finish(self, wire_bytes: Lengths) -> list[list[Figures]]:
        """Give the figures of each strategy, queue by queue; `wire_bytes` are of each queue.

        Raises
        ------
        LedgerError
            The memory of one does not balance.
        """
        by_queue = [queue.finish(int(wire_bytes[n])) for n, queue in self._queues.items()]
        return [list(figures) for figures in zip(*by_queue, strict=True)]

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the threads."""
        self._threads.close()
