"""A device whose queues receive in threads, each under several strategies at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from operator import add
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from rxreplay.emulator import Figures, Strategy
from rxreplay.emulator.queue import checked_ring

from .options import Options
from .sources import Lengths
from .spreading import cores
from .vantages import Frames


class Finishing(Protocol):
    """What receives, as far as its name and its end are concerned."""

    strategy: Strategy

    def finish(self, wire_bytes: int, /) -> Figures:
        """Give the figures."""


R = TypeVar("R", bound=Finishing)


class PooledDevice(Generic[R]):
    """As many queues as the options say, each with a ring and a guest's thread of its own.

    Parameters
    ----------
    strategies : sequence of Strategy
        Those that behave alike share one receiver.
    options : Options
        How to replay.
    make : callable
        Gives a receiver under one strategy.
    own : sequence of int
        Numbers of the queues that are here; none: all.

    Attributes
    ----------
    packets : list of int
        Frames that each queue has got, here or elsewhere.
    """

    def __init__(
        self,
        strategies: Sequence[Strategy],
        options: Options,
        make: Callable[[Strategy], R],
        own: Sequence[int] = (),
    ) -> None:
        """Fill all rings."""
        self.packets = [0] * options.queues
        ring = checked_ring(options.ring)
        self._behaviours = [each.behaviour(ring) for each in strategies]
        alike = dict(zip(self._behaviours, strategies, strict=True))
        self._queues: dict[int, Mapping[object, R]] = {
            number: {behaviour: make(each) for behaviour, each in alike.items()}
            for number in own or range(options.queues)
        }
        self._pool = ThreadPoolExecutor(options.threads or cores())

    def receivers(self) -> Iterator[tuple[str, R]]:
        """Give the receivers of all queues by name."""
        for number, queue in self._queues.items():
            for receiver in queue.values():
                yield f"queue {number}, {receiver.strategy.name}", receiver

    def _count(self, frames: Frames) -> None:
        """Count what has come to each queue of the device."""
        self.packets = [*map(add, self.packets, frames.of_each(len(self.packets)))]

    def finish(self, wire_bytes: Lengths) -> list[list[Figures]]:
        """Give the figures of each strategy, queue by queue; `wire_bytes` are of each queue.

        Raises
        ------
        LedgerError
            Something does not balance.
        """
        by_queue = []
        for number, queue in self._queues.items():
            wire = int(wire_bytes[number])
            found = {behaviour: receiver.finish(wire) for behaviour, receiver in queue.items()}
            by_queue.append([found[behaviour] for behaviour in self._behaviours])
        return [list(figures) for figures in zip(*by_queue, strict=True)]

    def __enter__(self) -> Self:
        """Begin with threads that wait."""
        return self

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
