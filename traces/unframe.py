"""zstd and lz4: all frames of a stream, a block at a time, so that a fault takes no other along."""

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from .faults import Damage
from .plain import SLICE, Reader

ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"
LZ4_MAGIC: Final = b"\x04\x22\x4d\x18"
SKIPPABLE: Final = tuple(bytes([0x50 + n, 0x2A, 0x4D, 0x18]) for n in range(16))  # of both

ZSTD_RLE: Final = 1  # a block of one byte, repeated
LZ4_MAX_BLOCK: Final = 4 * 1024 * 1024

ENOUGH: Final = 32 * 1024  # shorter pieces cost the walk more than their bytes


class Supply:
    """As many bytes as are asked for, out of a reader that gives what it has."""

    def __init__(self, raw: Reader) -> None:
        """Take the compressed bytes."""
        self._raw = raw
        self._rest = memoryview(b"")

    def parts(self, size: int) -> Iterator[memoryview]:
        """Give the next `size` bytes in parts, or all where there are fewer."""
        while size and (self._rest or self._more()):
            part, self._rest = self._rest[:size], self._rest[size:]
            size -= len(part)
            yield part

    def take(self, size: int) -> bytes:
        """Give the next `size` bytes, or all where there are fewer."""
        return b"".join(self.parts(size))

    def skip(self, size: int) -> bool:
        """Pass over `size` bytes; False where there are fewer."""
        return sum(map(len, self.parts(size))) == size

    @property
    def at_hand(self) -> bool:
        """Whether there is something that need not be waited for."""
        return bool(self._rest)

    def _more(self) -> bool:
        self._rest = memoryview(self._raw.read(SLICE))
        return bool(self._rest)


def zstd_pieces(supply: Supply) -> Iterator[bytes]:
    """Give a frame in pieces that end where its blocks do.  Source: RFC 8878, 3.1.1."""
    descriptor = supply.take(1)
    flags = descriptor[0] if descriptor else 0
    single, fcs, dictionary = flags >> 5 & 1, flags >> 6, flags & 3
    rest = (1 - single) + (0, 1, 2, 4)[dictionary] + (single, 2, 4, 8)[fcs]
    yield ZSTD_MAGIC + descriptor + supply.take(rest)
    last = False
    while not last:
        head = supply.take(3)
        value = int.from_bytes(head, "little")
        last = bool(value & 1) or not head
        yield head + supply.take(1 if value >> 1 & 3 == ZSTD_RLE else value >> 3)
    if flags & 4:
        yield supply.take(4)  # the checksum


def lz4_pieces(supply: Supply) -> Iterator[bytes]:
    """Give a frame in pieces that end where its blocks do.  Source: lz4_Frame_format.md."""
    descriptor = supply.take(2)
    flags = descriptor[0] if descriptor else 0
    block_checksum, content_size, content_checksum, dictionary = (
        flags >> bit & 1 for bit in (4, 3, 2, 0)
    )
    yield LZ4_MAGIC + descriptor + supply.take(8 * content_size + 4 * dictionary + 1)
    size = 1
    while size:
        head = supply.take(4)
        size = int.from_bytes(head, "little") & 0x7FFFFFFF  # the top bit: not compressed
        if size:
            yield head + supply.take(min(size, LZ4_MAX_BLOCK) + 4 * block_checksum)
    yield head + supply.take(4 * content_checksum)


class Frame(NamedTuple):
    """A frame of a format, about to be decompressed."""

    name: str
    pieces: Callable[[Supply], Iterator[bytes]]
    decompressor: Any
    options: dict[str, int]
    error: type[Exception]


def _zstd() -> Callable[[], Frame]:
    import zstandard  # not needed by most walks

    of_all = zstandard.ZstdDecompressor()  # is much dearer than what it makes for each frame

    def begin() -> Frame:
        return Frame("zstd", zstd_pieces, of_all.decompressobj(), {}, zstandard.ZstdError)

    return begin


def _lz4() -> Callable[[], Frame]:
    import lz4.frame

    of_all = lz4.frame.LZ4FrameDecompressor()
    options = {"max_length": SLICE}  # without it, nothing makes it give what it has kept

    def begin() -> Frame:
        of_all.reset()
        return Frame("lz4", lz4_pieces, of_all, options, RuntimeError)

    return begin


FRAMES: Final = {ZSTD_MAGIC: _zstd, LZ4_MAGIC: _lz4}


class FrameReader:
    """All frames of a stream, one after the other."""

    def __init__(self, raw: Reader) -> None:
        """Take the compressed bytes."""
        self.cut = False
        self._raw = raw
        self._supply = Supply(raw)
        self._begin: dict[bytes, Callable[[], Frame]] = {}
        self._blocks = self._frames()
        self._output = memoryview(b"")
        self._fault: Damage | None = None

    def read(self, size: int) -> memoryview:
        """Give some bytes, none at the end."""
        if not self._output:
            self._output = memoryview(self._next())
        data, self._output = self._output[:size], self._output[size:]
        return data

    def _next(self) -> bytes:
        """Give the next block, or of short ones those that are at hand."""
        if self._fault:
            raise self._fault
        parts: list[bytes] = []
        room = ENOUGH
        try:
            for block in self._blocks:
                if block:
                    parts.append(block)
                room -= len(block)
                if room <= 0 or (parts and not self._supply.at_hand):
                    break
        except Damage as damage:
            self._fault = damage
            if not parts:
                raise
        return b"".join(parts)

    def close(self) -> None:
        """Let go of the compressed bytes."""
        self._raw.close()

    def _frames(self) -> Iterator[bytes]:
        """Give the contents of block after block, and nothing behind each frame."""
        while magic := self._supply.take(4):
            if magic in SKIPPABLE:
                size = self._supply.take(4)
                self.cut = len(size) < 4 or not self._supply.skip(int.from_bytes(size, "little"))
            elif magic in FRAMES:
                yield from self._contents(self._frame(magic))
            elif any(known.startswith(magic) for known in (*FRAMES, *SKIPPABLE)):
                self.cut = True
            else:
                start = magic.hex(" ")
                raise Damage(f"the stream is damaged (no frame of zstd or lz4 starts with {start})")
            yield b""

    def _frame(self, magic: bytes) -> Frame:
        if magic not in self._begin:
            self._begin[magic] = FRAMES[magic]()
        return self._begin[magic]()

    def _contents(self, frame: Frame) -> Iterator[bytes]:
        decompressor = frame.decompressor
        for piece in frame.pieces(self._supply):
            try:
                while data := decompressor.decompress(piece, **frame.options):
                    yield data
                    if decompressor.eof:
                        break
                    piece = b""
            except frame.error as error:
                raise Damage(f"the {frame.name} stream is damaged ({error})") from error
        self.cut = not decompressor.eof
