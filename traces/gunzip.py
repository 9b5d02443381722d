"""Gzip: all members of a stream, one after the other."""

from typing import Any, Final, Protocol, Self

from .faults import Damage
from .plain import SLICE, Reader

INPUT: Final = 128 * 1024
GZIP: Final = 31  # zlib: a window of 32 KiB, with the header and the trailer of gzip


class Member(Protocol):
    """What zlib makes of one member."""

    eof: bool
    unconsumed_tail: bytes
    unused_data: bytes

    def decompress(self, data: bytes | memoryview, size: int) -> bytes:
        """Give `size` bytes at most."""

    def copy(self) -> Self:
        """Give another one that stands where this one does."""


class GzipReader:
    """All members of a gzip stream, one after the other."""

    def __init__(self, raw: Reader) -> None:
        """Take the compressed bytes."""
        from zlib_ng import zlib_ng  # not needed by most walks

        self.cut = False
        self._raw = raw
        self._zlib: Any = zlib_ng
        self._input: bytes | memoryview = b""
        self._member: Member = self._zlib.decompressobj(wbits=GZIP)
        self._fault: Damage | None = None

    def read(self, size: int) -> bytes:
        """Give some bytes, none at the end."""
        while not self._fault:
            if self._member.eof and not self._next_member():
                return b""
            data = self._decompress(min(size, SLICE))
            if data:
                return data
            if not self._member.eof and not self._input:
                self._input = self._raw.read(INPUT)
                if not self._input:
                    self.cut = True
                    return b""
        raise self._fault

    def close(self) -> None:
        """Let go of the compressed bytes."""
        self._raw.close()

    def _decompress(self, size: int) -> bytes:
        before = self._member.copy()
        try:
            data = self._member.decompress(self._input, size)
        except self._zlib.error as error:
            self._fault = Damage(f"the gzip stream is damaged ({error})")
            self._fault.__cause__ = error
            return _until(self._zlib.error, before, bytes(self._input), size)
        self._input = self._member.unconsumed_tail
        return data

    def _next_member(self) -> bool:
        rest = self._member.unused_data.lstrip(b"\0")  # padding, as tapes and gzip(1) have it
        while not rest:
            if not (more := self._raw.read(INPUT)):
                return False
            rest = bytes(more).lstrip(b"\0")
        self._input = rest
        self._member = self._zlib.decompressobj(wbits=GZIP)
        return True


def _until(error: type[Exception], member: Member, data: bytes, size: int) -> bytes:
    """Decompress `data` up to the byte at which its fault shows; zlib itself forgets that part."""
    good, bad, given = 0, len(data), b""
    while bad - good > 1:
        middle = (good + bad) // 2
        try:
            given = member.copy().decompress(data[:middle], size)
            good = middle
        except error:
            bad = middle
    return given
