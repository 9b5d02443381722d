"""Bytes out of plain, gzip and zstd streams: a few at a time, all members, all frames."""

import zlib
from typing import Any, BinaryIO, Final, Protocol

from .faults import Damage
from .sources import os_errors

AHEAD: Final = 64 * 1024
SLICE: Final = 128 * 1024
ZSTD_SLICE: Final = 2048  # a hostile one gives 64 MiB at most: 512 blocks of 128 KiB


class Reader(Protocol):
    """Gives up to `size` bytes, and none at the end; `cut` says that the end came too early."""

    cut: bool

    def read(self, size: int) -> bytes:
        """Give some bytes, none at the end."""


class PlainReader:
    """The bytes of a stream as they come; a look at the first ones takes none away."""

    cut = False

    def __init__(self, stream: BinaryIO, name: str) -> None:
        """Take an open stream; `name` is for errors."""
        # read1() gives what a pipe holds now, where read() would wait for all
        self._read = getattr(stream, "read1", stream.read)
        self._name = name
        self._ahead = b""

    def _next(self, size: int) -> bytes:
        with os_errors(self._name):
            data = self._read(min(size, SLICE))  # it allocates what it is asked for
            if data is None:
                raise BlockingIOError("the stream does not block, and has nothing to give now")
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


class GzipReader:
    """All members of a gzip stream, one after the other."""

    def __init__(self, raw: Reader) -> None:
        """Take the compressed bytes."""
        self.cut = False
        self._raw = raw
        self._input = b""
        self._member = zlib.decompressobj(wbits=31)

    def read(self, size: int) -> bytes:
        """Give some bytes, none at the end."""
        while True:
            if self._member.eof and not self._next_member():
                return b""
            try:
                data = self._member.decompress(self._input, min(size, SLICE))
            except zlib.error as error:
                raise Damage(f"the gzip stream is damaged ({error})") from error
            self._input = self._member.unconsumed_tail
            if data:
                return data
            if not self._member.eof and not self._input:
                self._input = self._raw.read(SLICE)
                if not self._input:
                    self.cut = True
                    return b""

    def _next_member(self) -> bool:
        rest = self._member.unused_data.lstrip(b"\0")  # padding, as tapes and gzip(1) have it
        while not rest:
            if not (more := self._raw.read(SLICE)):
                return False
            rest = more.lstrip(b"\0")
        self._input = rest
        self._member = zlib.decompressobj(wbits=31)
        return True


class ZstdReader:
    """All frames of a zstd stream, one after the other."""

    def __init__(self, raw: Reader) -> None:
        """Take the compressed bytes."""
        import zstandard  # not needed by most walks

        self.cut = False
        self._raw = raw
        self._error = zstandard.ZstdError
        self._decompressor = zstandard.ZstdDecompressor()
        self._frame: Any = None
        self._input = b""
        self._output = memoryview(b"")

    def read(self, size: int) -> bytes:
        """Give some bytes, none at the end."""
        while not self._output:
            if not self._input:
                self._input = self._raw.read(SLICE)
            if not self._input:
                self.cut = self._frame is not None
                return b""
            self._output = memoryview(self._decompress())
        data, self._output = self._output[:size], self._output[size:]
        return bytes(data)

    def _decompress(self) -> bytes:
        if self._frame is None:
            self._frame = self._decompressor.decompressobj()
        piece, self._input = self._input[:ZSTD_SLICE], self._input[ZSTD_SLICE:]
        try:
            data: bytes = self._frame.decompress(piece)
        except self._error as error:
            raise Damage(f"the zstd stream is damaged ({error})") from error
        if self._frame.eof:
            self._input = self._frame.unused_data + self._input
            self._frame = None
        return data


def inflate(raw: Reader, compression: str | None) -> Reader:
    """Put the right reader on top of `raw`.

    Examples
    --------
    >>> import io
    >>> raw = PlainReader(io.BytesIO(zlib.compress(b"abc", wbits=31)), "x")
    >>> inflate(raw, "gz").read(9)
    b'abc'
    """
    if compression == "gz":
        return GzipReader(raw)
    return ZstdReader(raw) if compression == "zst" else raw
