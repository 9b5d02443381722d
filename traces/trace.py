"""One capture that is open: its head, its walk, and the warnings that the walk leaves."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import BinaryIO, Final, TypeVar

from rxreplay.errors import DamagedError, NoCaptureError, TraceError

from .closing import Closing
from .digest import Digest
from .faults import Cut, Damage, what_counts, what_to_do
from .frames import read_frames
from .inflate import PlainReader, inflate
from .packets import Block, Int64s, Packets
from .reading import (
    Asked,
    Decoder,
    new_decoder,
    read_blocks,
    read_lengths,
    read_packets,
    read_portions,
)
from .scene import Scene, TraceWarning
from .sniff import HEAD, capture_of, compression_of, stranger
from .sources import Source, os_errors
from .walk import new_walk
from .window import MappedWindow, StreamWindow, Window, take

PREVIEW: Final = 64 * 1024

Given = TypeVar("Given")
Read = Callable[[Window, Decoder], Iterator[tuple[int, int, Given]]]


class Trace(Closing):
    """A capture whose head has been read; `open_trace` makes it.

    Attributes
    ----------
    path : str
        As the user gave it, `-` for standard input.
    format : str
        `pcap`, `pcap-modified`, `pcapng` or `snoop`, with `.gz`, `.zst` or `.lz4` where compressed.
    size_bytes : int or None
        Of the file as it lies there; None for a stream.
    warnings : list of TraceWarning
        Grows during the walk.
    """

    def __init__(
        self, source: Source, *, keep_damaged: bool = False, link_type: int | None = None
    ) -> None:
        """Read the head."""
        self.path = source.path
        self.size_bytes = source.size_bytes
        self._source = source
        self._keep_damaged = keep_damaged
        self._scene = Scene(source.name, link_type)
        self.warnings: list[TraceWarning] = self._scene.warnings
        self._opened: tuple[Window, BinaryIO] | None = None  # a stream that awaits its walk
        window, stream = self._open(None)
        try:
            self._decoder(window)
        except BaseException:
            source.release(stream)
            raise
        if source.rewindable:
            source.release(stream)
        else:
            self._opened = window, stream

    def _open(self, kind: str | None) -> tuple[Window, BinaryIO]:
        """Open the source and put a window over it; `kind` is what its head said before."""
        stream = self._source.open()
        try:
            if kind and self._source.regular and "." not in kind:
                with os_errors(self._source.name):
                    return MappedWindow(stream), stream
            plain = PlainReader(stream, self._source.name)
            self._compression = compression_of(plain.peek(HEAD))
            return StreamWindow(inflate(plain, self._compression)), stream
        except BaseException:
            self._source.release(stream)
            raise

    def _decoder(self, window: Window) -> Decoder:
        """Read the head of the capture."""
        name = self._source.name
        try:
            take(window, new_walk(swapped=False), HEAD)
            head = window.data[: min(window.end, PREVIEW)].tobytes()
            kind = capture_of(head)
            if kind is None:
                raise NoCaptureError(f"{name}: not a capture: {stranger(head)}")
            self.format = f"{kind}.{self._compression}" if self._compression else kind
            return new_decoder(kind, head, self._scene)
        except Damage as damage:
            raise DamagedError(
                f"{name}: before the first packet: {damage}. The file is damaged; copy it again."
            ) from damage

    @property
    def link_type(self) -> str:
        """Link types by their DLT names, joined by `+`; all of them only after the walk."""
        return self._scene.link_type

    @property
    def snaplen(self) -> int:
        """Snaplen of the file header, or 0; of a pcapng, the largest of its interfaces' so far."""
        return self._scene.snaplen

    @property
    def rewindable(self) -> bool:
        """Whether `blocks` can be asked for again."""
        return self._source.rewindable

    def blocks(self, *, addresses: bool = True) -> Iterator[Block]:
        """Walk the capture from its first record to its last.

        Parameters
        ----------
        addresses : bool
            Whether blocks carry Ethernet addresses; a walk without them is faster.

        Raises
        ------
        TraceError
            Something impossible stands in the file (after the blocks before it have been given),
            or a stream is walked a second time.
        """
        self._check_unread()
        return self._walk(partial(read_blocks, addresses=addresses))

    def lengths(self, digest: Digest) -> Iterator[Int64s]:
        """Walk the capture for its lengths on the wire; faster than `blocks`.

        Parameters
        ----------
        digest : Digest
            All else is added to it, before the lengths that it goes with are given.

        Returns
        -------
        iterator of int64 arrays
            65,536 lengths each but for the last one; an array is valid until the next but one
            is asked for.

        Raises
        ------
        TraceError
            As `blocks` does.
        """
        self._check_unread()
        return self._walk(partial(read_lengths, digest=digest))

    def portions(self, digest: Digest, by_packet: Asked) -> Iterator[Int64s | Packets]:
        """Walk the capture for the lengths of frames as a device would have got them.

        Parameters
        ----------
        digest : Digest
            What belongs to lengths that are given is added to it; nothing of packets.
        by_packet : callable
            Asked again and again: as long as it says so, packets are given in place of lengths. So
            they are where link layers or frame check sequences differ from packet to packet.

        Returns
        -------
        iterator of int64 arrays and Packets
            Lengths have an Ethernet header in place of any other link layer's.

        Raises
        ------
        TraceError
            As `blocks` does.
        """
        self._check_unread()
        return self._walk(partial(read_portions, digest=digest, by_packet=by_packet))

    def packets(self) -> Iterator[Packets]:
        """Walk the capture for its records with their bytes.

        Raises
        ------
        TraceError
            As `blocks` does.
        """
        self._check_unread()
        return self._walk(read_packets)

    def frames(self, numbers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """Give what the capture kept of some records, as far as it can be read.

        Parameters
        ----------
        numbers : sequence of int
            Records from 0, in ascending order, each once.

        Raises
        ------
        TraceError
            A stream is walked a second time.
        """
        self._check_unread()
        window, stream = self._opened or self._open(self.format)
        self._opened = None
        try:
            with suppress(Damage):  # `blocks` says so
                yield from read_frames(window, self._decoder(window), numbers)
        finally:
            window.close()
            self._source.release(stream)

    def _check_unread(self) -> None:
        if not self._source.rewindable and self._opened is None:
            raise TraceError(
                f"{self._source.name}: a stream can be read only once. "
                "Save it to a file to read it again."
            )

    def _walk(self, read: Read[Given]) -> Iterator[Given]:
        self._check_unread()
        window, stream = self._opened or self._open(self.format)
        self._opened = None
        self._scene.clear()
        try:
            yield from self._read(window, read)
        finally:
            window.close()
            self._source.release(stream)

    def _read(self, window: Window, read: Read[Given]) -> Iterator[Given]:
        decoder = self._decoder(window)
        records = timeless = 0
        try:
            for count, without_time, given in read(window, decoder):
                records += count
                timeless += without_time
                yield given
        except Damage as damage:
            self._fault(damage, records, window.base + int(decoder.walk["pos"]))
        if timeless:
            self._scene.warn("no_time", f"{timeless:,} packets have no time before 2262")

    def _fault(self, fault: Damage, records: int, offset: int) -> None:
        where = f"record {records:,} at byte {offset:,}"
        if self._compression:
            where += " of the decompressed stream"
        counts = f"; {what_counts(records)}"
        if isinstance(fault, Cut):
            self._scene.warn("cut", f"cut inside {where}{counts}")
        elif self._keep_damaged:
            self._scene.warn("damaged", f"{where}: {fault}{counts}")
        else:
            raise DamagedError(
                f"{self._source.name}: {where}: {fault}. The file is damaged there. "
                f"{what_to_do(records)}"
            ) from fault

    def close(self) -> None:
        """Close a stream that has not been walked; files are open only while they are walked."""
        if self._opened:
            self._source.release(self._opened[1])
            self._opened = None
