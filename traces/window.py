"""The bytes under the walk: a whole mapped file, or the part of a stream that is at hand."""

import mmap
import os
from contextlib import suppress
from typing import BinaryIO, Final, Protocol

import numpy as np

from .ahead import BATCH
from .packets import Bytes, Record
from .plain import PIECE, Source

STREAM_BYTES: Final = BATCH + 2 * PIECE  # the piece that fills a batch goes beyond it
MAPPED_BYTES: Final = 16 * 1024 * 1024


class Window(Protocol):
    """Bytes `base` to `base + end` of a capture."""

    data: Bytes
    base: int

    @property
    def end(self) -> int:
        """How many bytes there are."""

    @property
    def cut(self) -> bool:
        """Whether the bytes ended too early: in a compressed stream, or of a file that shrank."""

    def fill(self, walk: Record, need: int) -> bool:
        """Get more bytes, `need` of them from the walk's position on; False at the end."""

    def release(self, pos: int) -> None:
        """Let go of what lies before `pos`, if that is worth it."""

    def close(self) -> None:
        """Let go of all."""


class MappedWindow:
    """A file, mapped read-only; the walk has a part of it at a time, and leaves none behind.

    What is cut off a file meanwhile, as where a rotating capture begins it again, is no memory any
    more, and to read it would kill the process. So its length is asked for again and again.
    """

    def __init__(self, stream: BinaryIO) -> None:
        """Map an open file, which must not be empty."""
        self._file = stream.fileno()
        self._map = mmap.mmap(self._file, 0, access=mmap.ACCESS_READ)
        self.data: Bytes = np.frombuffer(self._map, np.uint8)
        self._part = min(MAPPED_BYTES, self.data.size)
        self.base = 0
        self._released = 0

    @property
    def end(self) -> int:
        """Give the end of the part, or of the file where that is shorter now."""
        return min(self._part, os.fstat(self._file).st_size)

    @property
    def cut(self) -> bool:
        """Whether the file is shorter than it was."""
        return os.fstat(self._file).st_size < self.data.size

    def fill(self, walk: Record, need: int) -> bool:
        """Go on by another part; False at the end of the file."""
        pos = int(walk["pos"])
        self.release(pos)
        before = self.end
        self._part = min(pos + max(need, MAPPED_BYTES), self.data.size)
        walk["end"] = self.end
        return self.end > before

    def release(self, pos: int) -> None:
        """Let the pages before `pos` go from this process; the page cache keeps them."""
        if pos - self._released >= MAPPED_BYTES // 2:
            size = (pos - self._released) // mmap.PAGESIZE * mmap.PAGESIZE
            self._map.madvise(mmap.MADV_DONTNEED, self._released, size)
            self._released += size

    def close(self) -> None:
        """Unmap the file."""
        self.data = np.zeros(0, np.uint8)
        with suppress(BufferError):  # a traceback may hold the bytes a little longer
            self._map.close()


class StreamWindow:
    """One buffer that a stream passes through; it grows only for a record that is larger."""

    def __init__(self, reader: Source, size: int = STREAM_BYTES) -> None:
        """Take the bytes of `reader`, `size` at a time."""
        self._reader = reader
        self.end = 0
        self.base = 0
        self._allocate(size)

    def _allocate(self, size: int) -> None:
        self._buffer = np.zeros(size, np.uint8)
        self.data: Bytes = self._buffer.view()
        self.data.flags.writeable = False  # as a mapped file: one compiled walk serves both

    @property
    def cut(self) -> bool:
        """Whether the compressed stream ended inside a member or frame."""
        return self._reader.cut

    def fill(self, walk: Record, need: int) -> bool:
        """Drop what the walk has passed, and read on; False where nothing comes any more."""
        pos = int(walk["pos"])
        if need > self._buffer.size or pos + need > self._buffer.size or pos > self.end // 2:
            self._move(walk, pos, need)
        more = self._read()
        while more and self.end < self._buffer.size and self._reader.at_hand:
            self._read()
        walk["end"] = self.end
        return more

    def _read(self) -> bool:
        """Take what the reader gives next; False at its end."""
        data = self._reader.read(self._buffer.size - self.end)
        self._buffer[self.end : self.end + len(data)] = np.frombuffer(data, np.uint8)
        self.end += len(data)
        return bool(data)

    def _move(self, walk: Record, pos: int, need: int) -> None:
        """Drop what lies before `pos`, and have room for `need` bytes from there on."""
        kept = self._buffer[pos : self.end].copy()
        if need > self._buffer.size:
            self._allocate(need)
        self._buffer[: kept.size] = kept
        self.base += pos
        self.end = kept.size
        walk["pos"] = 0

    def release(self, pos: int) -> None:
        """Do nothing: `fill` drops what lies before `pos`."""

    def close(self) -> None:
        """Give the buffer back, and end the reading ahead."""
        self._reader.close()
        self._allocate(0)


def take(window: Window, walk: Record, size: int) -> bytes | None:
    """Give the `size` bytes at the walk's position without moving it; None where the end is near.

    Examples
    --------
    >>> import io
    >>> from .plain import PlainReader
    >>> from .walk import new_walk
    >>> take(StreamWindow(PlainReader(io.BytesIO(b"abcd"), "x")), new_walk(False), 3)
    b'abc'
    """
    while window.end - int(walk["pos"]) < size:
        if not window.fill(walk, size):
            return None
    pos = int(walk["pos"])
    return window.data[pos : pos + size].tobytes()
