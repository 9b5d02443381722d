"""Gzip: all members of a stream, one after the other."""

from typing import Any, Final, Protocol, Self

from .faults import Damage
from .plain import PIECE, Reader

INPUT: Final = 256 * 1024
FIRST: Final = 4 * 1024  # zlib copies what it has not used: a member may end soon
ENOUGH: Final = 128 * 1024  # to be given as it is; what is shorter is joined, which copies it
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
        self._input = memoryview(b"")
        self._step = FIRST
        self._full = False  # there was no room for more of what zlib has
        self._member: Member = self._zlib.decompressobj(wbits=GZIP)
        self._fault: Damage | None = None

    def read(self, size: int) -> bytes:
        """Give some bytes, none at the end; of short members all that are at hand."""
        parts: list[bytes] = []
        room = min(size, PIECE)
        least = max(0, room - ENOUGH)
        while room > least and not self._fault and self._goes_on(wait=not parts):
            if data := self._decompress(room):
                parts.append(data)
                room -= len(data)
        if self._fault and not parts:
            raise self._fault
        return b"".join(parts)

    def close(self) -> None:
        """Let go of the compressed bytes."""
        self._raw.close()

    def _goes_on(self, *, wait: bool) -> bool:
        """Say whether a member is open that may give more; wait for compressed bytes if asked."""
        while self._member.eof:
            if not self._input and not (wait and self._more()):
                return False
            self._next_member()
        if self._input or self._full:
            return True
        self.cut = wait and not self._more()
        return wait and not self.cut

    def _more(self) -> bool:
        self._input = memoryview(self._raw.read(PIECE))
        return bool(self._input)

    def _decompress(self, size: int) -> bytes:
        before, part = self._member.copy(), self._input[: self._step]
        try:
            data = self._member.decompress(part, size)
        except self._zlib.error as error:
            self._fault = Damage(f"the gzip stream is damaged ({error})")
            self._fault.__cause__ = error
            return _until(self._zlib.error, before, bytes(part), size)
        left = self._member.unused_data or self._member.unconsumed_tail
        self._input = self._input[len(part) - len(left) :]
        self._step = min(2 * self._step, INPUT)
        self._full = len(data) == size
        return data

    def _next_member(self) -> None:
        """Begin a member where the padding ends that tapes and gzip(1) leave, if it ends here."""
        start = bytes(self._input[:FIRST])
        padding = len(start) - len(start.lstrip(b"\0"))
        self._input = self._input[padding:]
        if padding < len(start):
            self._step, self._full = FIRST, False
            self._member = self._zlib.decompressobj(wbits=GZIP)


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
