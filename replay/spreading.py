"""One walk, many receivers, in as many threads as there are cores."""

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from types import TracebackType

from rxreplay.emulator import Receiver
from rxreplay.emulator.batch import Batch, batch_of

from .sources import Lengths


def cores() -> int:
    """Give the cores that this process may use.

    Examples
    --------
    >>> cores() >= 1
    True
    """
    return len(os.sched_getaffinity(0))


class Spreader(AbstractContextManager["Spreader"]):
    """Hands lengths to receivers, which run in threads while the next batch is walked.

    Each receiver gets every batch in order, in one thread at a time: what it computes does not
    depend on the number of threads. Those that share a counter run one after the other, so that
    none waits for another one's count.

    Parameters
    ----------
    receivers : sequence of Receiver
        Who gets the lengths.
    threads : int
        How many threads receive; with 1 it is the caller's.

    Attributes
    ----------
    sent : int
        Lengths so far, by which errors number packets.
    """

    def __init__(self, receivers: Iterable[Receiver], threads: int) -> None:
        """Begin with nothing."""
        self._receivers: Sequence[Receiver] = list(receivers)
        threads = min(threads, len(self._receivers))  # more would have nothing to do
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None
        self.sent = 0
        self._running: list[Future[None]] = []

    def add(self, lengths: Lengths) -> None:
        """Take the next lengths, which have to stay until the next but one are taken."""
        if not self._receivers:  # who only wants to know what a capture holds
            return
        self.finish()
        batch = batch_of(lengths, self.sent)
        self.sent += lengths.size
        groups = iter(self._groups())
        if self._pool is None:
            receive(groups, batch)
        else:
            threads = range(self._threads)
            self._running = [self._pool.submit(receive, groups, batch) for _ in threads]

    def finish(self) -> None:
        """Wait until every receiver has had everything."""
        wait(self._running)
        for done in self._running:
            done.result()
        self._running = []

    def _groups(self) -> list[list[Receiver]]:
        """Give the receivers by the counter that they share; those without one, the slow, first."""
        groups: dict[object, list[Receiver]] = {}
        for receiver in sorted(self._receivers, key=lambda each: each.counter is not None):
            groups.setdefault(receiver.counter or receiver, []).append(receiver)
        return list(groups.values())

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the threads."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


def receive(groups: Iterator[list[Receiver]], batch: Batch) -> None:
    """Let groups of receivers have a batch; threads with the same iterator share them."""
    for group in groups:
        for receiver in group:
            receiver.receive(batch)
