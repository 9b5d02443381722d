"""Decompression in a thread of its own, a few pieces ahead of the walk."""

from queue import SimpleQueue
from threading import Event, Thread
from typing import Final

from .faults import Damage
from .plain import PIECE, PlainReader, Reader
from .sniff import HEAD

BATCH: Final = 4 * PIECE  # handed over at once: threads that meet wait for Python's lock
BATCHES: Final = 4  # as many wait for the walk at most: kernels load while the first ones come
SHORT: Final = 64 * 1024  # a piece that shows that no more is at hand
KEPT: Final = BATCHES * BATCH  # bytes that malloc() is to keep for the next pieces

Pieces = list[bytes | memoryview]


class Ahead:
    """What another reader gives, read ahead by a thread.

    The thread starts after the head of the capture: what is only looked at needs none. Neither
    does a stream whose reads cannot be ended from here get one, for it could not be closed.
    """

    def __init__(self, reader: Reader, raw: PlainReader) -> None:
        """Take a reader on top of `raw`, which is where it may have to wait."""
        self._reader = reader
        self._raw = raw
        self._given = 0
        self._ended = False
        self._output = memoryview(b"")
        self._thread: Thread | None = None
        self._stop = Event()
        self._room: SimpleQueue[None] = SimpleQueue()
        self._batches: SimpleQueue[tuple[Pieces, BaseException | None]] = SimpleQueue()
        self._error: BaseException | None = None
        self._handed: Pieces = []  # what is left of a batch

    @property
    def cut(self) -> bool:
        """Whether the compressed stream ended inside a member or frame."""
        return self._reader.cut

    @property
    def at_hand(self) -> bool:
        """Whether the next bytes need not be waited for."""
        return bool(self._output or self._handed)

    def read(self, size: int) -> memoryview:
        """Give some bytes, none at the end.

        Raises
        ------
        Damage
            They cannot be decompressed, or end before anything could be.
        """
        if not self._output and not self._ended:
            self._output = memoryview(self._next())
            self._given += len(self._output)
            self._ended = not self._output
            if self.cut and not self._given:
                raise Damage("the compressed stream is cut before anything can be read from it")
        data, self._output = self._output[:size], self._output[size:]
        return data

    def _next(self) -> bytes | memoryview:
        if not self._thread:
            if self._given < HEAD or not self._raw.prompt:
                return self._reader.read(PIECE)
            self._start()
        if not self._handed and self._error is None:
            self._handed, self._error = self._batches.get()
            self._room.put(None)
        if self._handed:
            return self._handed.pop(0)
        self._ended = True
        raise self._error or AssertionError("a batch has pieces, or says why not")

    def _start(self) -> None:
        self._raw.watch()
        # glibc gives blocks back to the kernel, whose pages then fault in anew, until one as large
        # as this has been freed: mallopt(3), M_MMAP_THRESHOLD
        bytes(KEPT)
        for _ in range(BATCHES):
            self._room.put(None)
        self._thread = Thread(target=self._run, name="rxreplay-inflate", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        more = True
        while more:
            self._room.get()
            if self._stop.is_set():
                return
            pieces, error = self._batch()
            more = error is None and len(pieces[0]) > 0
            self._batches.put((pieces, error))  # from here on the walk takes pieces away

    def _batch(self) -> tuple[Pieces, BaseException | None]:
        """Read pieces until they are many or no more is at hand, or up to what ends the reading."""
        pieces: Pieces = []
        try:
            while sum(map(len, pieces)) < BATCH:
                pieces.append(self._reader.read(PIECE))
                if len(pieces[-1]) < SHORT:
                    break
        except BaseException as error:  # it is raised where the bytes are awaited
            return pieces, error
        return pieces, None

    def close(self) -> None:
        """Stop the thread, whatever it is waiting for."""
        self._ended = True
        self._output = memoryview(b"")
        if self._thread:
            self._stop.set()
            self._room.put(None)
            self._raw.interrupt()
            self._thread.join()
            self._thread = None
        self._reader.close()
