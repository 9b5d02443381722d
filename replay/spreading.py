"""One walk, many receivers: batches of lengths for as many threads as there are cores."""

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Final

import numpy as np
from rxreplay.emulator import Receiver
from rxreplay.emulator.batch import Batch, batch_of

from .sources import Lengths

BATCH_PACKETS: Final = 65_536  # worth a thread's while, and still in its cache


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
    """

    def __init__(self, receivers: Iterable[Receiver], threads: int) -> None:
        """Begin with an empty batch."""
        self._receivers: Sequence[Receiver] = list(receivers)
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None
        self._buffers = [np.empty(BATCH_PACKETS, np.int64) for _ in range(2)]
        self._held = self._sent = 0
        self._running: list[Future[None]] = []

    def add(self, lengths: Lengths) -> None:
        """Take the next lengths, which may be gone afterwards."""
        while lengths.size:
            part = lengths[: BATCH_PACKETS - self._held]
            self._buffers[0][self._held : self._held + part.size] = part
            self._held += part.size
            lengths = lengths[part.size :]
            if self._held == BATCH_PACKETS:
                self._send()

    def finish(self) -> None:
        """Wait until every receiver has had everything."""
        self._send()
        self._join()

    def _send(self) -> None:
        self._join()
        batch = batch_of(self._buffers[0][: self._held], self._sent)
        for group in self._groups():
            if self._pool is None:
                receive(group, batch)
            else:
                self._running.append(self._pool.submit(receive, group, batch))
        self._buffers.reverse()
        self._sent += self._held
        self._held = 0

    def _groups(self) -> list[list[Receiver]]:
        """Give the receivers by the counter that they share; those without one, the slow, first."""
        groups: dict[object, list[Receiver]] = {}
        for receiver in sorted(self._receivers, key=lambda each: each.counter is not None):
            groups.setdefault(receiver.counter or receiver, []).append(receiver)
        return list(groups.values())

    def _join(self) -> None:
        wait(self._running)
        for done in self._running:
            done.result()
        self._running = []

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the threads."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


def receive(receivers: Sequence[Receiver], batch: Batch) -> None:
    """Let some receivers have a batch, one after the other."""
    for receiver in receivers:
        receiver.receive(batch)
