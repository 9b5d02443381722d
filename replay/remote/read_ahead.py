"""Bytes that come in large blocks from far away, the next ones on their way while one is used."""

import io
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from queue import SimpleQueue
from threading import Thread
from typing import Any, Final

from rxreplay.errors import UnreadableError

BLOCK: Final = 8 * 1024 * 1024
IN_FLIGHT: Final = 4  # blocks on their way beside the one that is waited for

Fetch = Callable[[int, int], bytes]
Request = tuple["Future[bytes]", int, int]


class ReadAhead(io.RawIOBase):
    """A stream over a function that fetches bytes `start` to `end`.

    Threads fetch; whoever reads waits for them. `interrupt` ends that wait from another thread,
    for a network may be silent for long.

    Parameters
    ----------
    name : str
        For errors.
    fetch : callable
        From the bytes' start and end to the bytes; fewer only where they end.
    size : int or None
        How many there are; where that is not known, a block without bytes is their end.
    first : int
        Bytes of the first block. Where it is shorter than the others, it is for a look at the
        head, and nothing is fetched ahead until it has been used up.
    threads : int
        One for what can only be read in order.
    ended : callable
        Called by each thread when it ends.

    Examples
    --------
    >>> with ReadAhead("x", lambda start, end: b"abcdef"[start:end], 6) as stream:
    ...     stream.read(4), stream.read(4), stream.read(4)
    (b'abcd', b'ef', b'')
    """

    def __init__(
        self,
        name: str,
        fetch: Fetch,
        size: int | None,
        *,
        first: int = BLOCK,
        threads: int = 1 + IN_FLIGHT,
        ended: Callable[[], object] = bool,
    ) -> None:
        """Fetch nothing yet."""
        self.name = name
        self._fetch = fetch
        self._ended = ended
        self._size = size
        self._step = first
        self._threads = threads
        self._started = 0
        self._requests: SimpleQueue[Request | None] = SimpleQueue()
        self._asked: deque[Request] = deque()
        self._next = 0  # byte where the next request starts
        self._block = memoryview(b"")
        self._stopped: Future[None] = Future()

    def readable(self) -> bool:
        """Say yes."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """Give some bytes, none at the end; all that are left if `size` is negative.

        Raises
        ------
        UnreadableError
            They cannot be fetched, or end before they should.
        """
        if size < 0:
            return b"".join(iter(lambda: self.read(BLOCK), b""))
        if not self._block:
            self._block = memoryview(self._take())
        data, self._block = self._block[:size], self._block[size:]
        return bytes(data)

    def _take(self) -> bytes:
        """Wait for the next block; have others on their way meanwhile."""
        only_a_look = self._step < BLOCK
        self._ask()
        self._step = BLOCK
        while not only_a_look and len(self._asked) <= IN_FLIGHT and self._ask():
            pass
        if not self._asked:
            return b""
        block, start, end = self._asked.popleft()
        either: list[Future[Any]] = [block, self._stopped]
        wait(either, return_when=FIRST_COMPLETED)
        if self._stopped.done():
            return b""
        data = block.result()
        if self._size is not None and len(data) != end - start:
            raise UnreadableError(
                f"{self.name}: cut at byte {start + len(data):,} of {self._size:,}: no more came. "
                "Run it again; if it ends there again, copy the capture again."
            )
        return data

    def _ask(self) -> bool:
        """Ask for another block; False where there is none, or one is asked for already."""
        end = self._next + self._step
        end = end if self._size is None else min(end, self._size)
        if end == self._next:
            return False
        if self._started < self._threads:
            self._started += 1
            arguments = self._requests, self._fetch, self._ended
            Thread(target=_work, args=arguments, name="rxreplay-fetch", daemon=True).start()
        request: Request = Future(), self._next, end
        self._asked.append(request)
        self._requests.put(request)
        self._next = end
        return True

    def interrupt(self) -> None:
        """End a read that waits in another thread, and all later ones: they give no bytes."""
        if not self._stopped.done():
            self._stopped.set_result(None)

    def close(self) -> None:
        """Let the threads end, each after the block that it is fetching."""
        if not self.closed:
            self.interrupt()
            self._block = memoryview(b"")
            for block, _, _ in self._asked:
                block.cancel()
            for _ in range(self._started):
                self._requests.put(None)
        super().close()


def _work(
    requests: "SimpleQueue[Request | None]", fetch: Fetch, ended: Callable[[], object]
) -> None:
    """Fetch what is asked for, until told to stop."""
    while request := requests.get():
        block, start, end = request
        if block.set_running_or_notify_cancel():
            try:
                block.set_result(fetch(start, end))
            except BaseException as error:  # it is raised where the block is awaited
                block.set_exception(error)
    ended()
