"""One walk, many receivers: batches of lengths for as many threads as there are cores."""

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Final

import numpy as np
from rxreplay.emulator import Receiver

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
    depend on the number of threads.

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
        self._batches = [np.empty(2 * BATCH_PACKETS, np.int64) for _ in range(2)]
        self._held = 0
        self._running: list[Future[None]] = []

    def add(self, lengths: Lengths) -> None:
        """Take the next lengths, which may be gone afterwards."""
        if self._pool is None:
            for receiver in self._receivers:
                receiver.receive(lengths)
            return
        for start in range(0, lengths.size, BATCH_PACKETS):
            part = lengths[start : start + BATCH_PACKETS]
            self._batches[0][self._held : self._held + part.size] = part
            self._held += part.size
            if self._held >= BATCH_PACKETS:
                self._send()

    def finish(self) -> None:
        """Wait until every receiver has had everything."""
        if self._pool is not None:
            self._send()
            self._join()

    def _send(self) -> None:
        self._join()
        batch = self._batches[0][: self._held]
        self._running = [self._submit(receiver, batch) for receiver in self._receivers]
        self._batches.reverse()
        self._held = 0

    def _submit(self, receiver: Receiver, batch: Lengths) -> "Future[None]":
        assert self._pool is not None
        return self._pool.submit(receiver.receive, batch)

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
