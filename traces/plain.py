"""The bytes of a file or a pipe as they come, and how to stop waiting for them."""

import io
import os
import select
from collections.abc import Callable
from typing import BinaryIO, Final, Protocol

from .sources import os_errors

AHEAD: Final = 64 * 1024
SLICE: Final = 256 * 1024
PIECE: Final = 1024 * 1024  # of decompressed bytes: each call costs zlib a copy of its window


class Reader(Protocol):
    """Gives up to `size` bytes, and none at the end; `cut` says that the end came too early."""

    @property
    def cut(self) -> bool:
        """Whether the bytes ended inside a member or frame."""

    def read(self, size: int) -> bytes | memoryview:
        """Give some bytes, none at the end."""

    def close(self) -> None:
        """Let go of all but the stream itself."""


class Source(Reader, Protocol):
    """A reader that a window is filled from."""

    @property
    def at_hand(self) -> bool:
        """Whether the next bytes need not be waited for."""


class PlainReader:
    """The bytes of a stream as they come; a look at the first ones takes none away."""

    cut = False
    at_hand = False  # who knows what a pipe holds

    def __init__(self, stream: BinaryIO, name: str) -> None:
        """Take an open stream; `name` is for errors."""
        # read1() gives what a pipe holds now, where read() would wait for all
        self._read = getattr(stream, "read1", stream.read)
        self._name = name
        self._ahead = b""
        raw = getattr(stream, "raw", stream)
        self._seekable = stream.seekable()
        self._pollable = isinstance(raw, io.FileIO) and not self._seekable
        self._drained = raw is stream
        self._stream = stream
        # what comes over a network has a way of its own to end a read
        self._end_read: Callable[[], None] | None = getattr(stream, "interrupt", None)
        self._whole = self._seekable or self._end_read is not None
        self._poll: select.poll | None = None
        self._wake = -1

    @property
    def prompt(self) -> bool:
        """Whether no read has to wait, or each can be ended by `interrupt`."""
        return self._whole or (self._pollable and self._drained)

    def watch(self) -> None:
        """Let `interrupt` end the reads of a pipe from now on."""
        if self._pollable and self._poll is None:
            self._wake = os.eventfd(0)
            self._poll = select.poll()
            self._poll.register(self._wake, select.POLLIN)
            self._poll.register(self._stream.fileno(), select.POLLIN)

    def interrupt(self) -> None:
        """End a read that waits in another thread, and all later ones: they give no bytes."""
        if self._poll:
            os.eventfd_write(self._wake, 1)
        elif self._end_read:
            self._end_read()

    def close(self) -> None:
        """Let go of what `watch` has made."""
        if self._poll:
            self._poll = None
            os.close(self._wake)

    def _interrupted(self) -> bool:
        return self._poll is not None and any(fd == self._wake for fd, _ in self._poll.poll())

    def _next(self, size: int) -> bytes:
        asked = min(size, PIECE if self._whole else SLICE)  # it allocates what it is asked for
        with os_errors(self._name):
            if self._interrupted():
                return b""
            data = self._read(asked)
        if data is None:
            with os_errors(self._name):
                raise BlockingIOError("the stream does not block, and has nothing to give now")
        # what is left in Python's buffer would not wake poll(); a short read leaves nothing there
        self._drained |= len(data) < asked
        return bytes(data)

    def peek(self, size: int) -> bytes:
        """Give the first `size` bytes, or all where there are fewer."""
        while len(self._ahead) < size and (data := self._next(AHEAD)):
            self._ahead += data
        return self._ahead[:size]

    def read(self, size: int) -> bytes:
        """Give some bytes, none at the end."""
        if self._ahead:
            data, self._ahead = self._ahead[:size], self._ahead[size:]
            return data
        return self._next(size)
