"""Where the bytes of a capture come from: a file that can be opened again, or a stream."""

import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, cast

from rxreplay.errors import TraceError, UnreadableError


@dataclass(frozen=True)
class Elsewhere:
    """A capture that is no file, and can be opened as often as it is walked.

    Parameters
    ----------
    name : str
        What to call it.
    size_bytes : int or None
        Its length as it lies there, where that is known.
    open : callable
        Gives its bytes from the first one on; who has walked them closes them.

    Examples
    --------
    >>> import io
    >>> Source(Elsewhere("bucket/a.pcap", 3, lambda: io.BytesIO(b"abc"))).open().read()
    b'abc'
    """

    name: str
    size_bytes: int | None
    open: Callable[[], BinaryIO]


Given = str | os.PathLike[str] | BinaryIO | Elsewhere


@contextmanager
def os_errors(name: str) -> Iterator[None]:
    """Turn what the operating system says about `name` into an UnreadableError."""
    try:
        yield
    except (OSError, ValueError) as error:  # ValueError: closed already, or NUL in a path
        text = getattr(error, "strerror", None) or error
        raise UnreadableError(f"{name}: cannot be read: {text}. Check the path.") from error


class Source:
    """A capture as the user gave it; `rewindable` says whether it can be walked twice.

    Parameters
    ----------
    given : path, "-", a binary file or an Elsewhere
        A binary file is read from where it stands, and never closed here.

    Raises
    ------
    TraceError
        The path cannot be looked at.
    """

    def __init__(self, given: Given) -> None:
        """Look at what is given; nothing is opened."""
        self.size_bytes: int | None = None
        self.regular = False  # a path to a plain file, which can be mapped
        self._stream: BinaryIO | None = None
        self._again: Callable[[], BinaryIO] | None = None
        self._start = 0
        if isinstance(given, Elsewhere):
            self.path = self.name = given.name
            self.size_bytes, self._again, self.rewindable = given.size_bytes, given.open, True
            return
        if isinstance(given, (str, os.PathLike)) and os.fspath(given) != "-":
            self.path = self.name = os.fspath(given)
            with os_errors(self.name):
                status = os.stat(given)
            self.regular = stat.S_ISREG(status.st_mode)
            self.size_bytes = status.st_size if self.regular else None
            self.rewindable = self.regular
            return
        if isinstance(given, (str, os.PathLike)):
            self.path, self.name = "-", "standard input"
            if sys.stdin is None:
                raise TraceError("standard input is closed; name a capture, or pipe one in")
            self._stream = sys.stdin.buffer
        else:
            self._stream = given
            self.path = self.name = str(getattr(given, "name", "<stream>"))
        self.rewindable = self._stream.seekable()
        if self.rewindable:
            self._start = self._stream.tell()

    def open(self) -> BinaryIO:
        """Open the path, or wind the stream back to where it stood."""
        if self._again:
            with os_errors(self.name):
                return self._again()
        if self._stream is None:
            with os_errors(self.name):
                return cast(BinaryIO, open(self.path, "rb", buffering=0))
        if self.rewindable:
            with os_errors(self.name):
                self._stream.seek(self._start)
        return self._stream

    def release(self, stream: BinaryIO) -> None:
        """Close what `open` opened; a stream of the user's stays open."""
        if self._stream is None:
            stream.close()
