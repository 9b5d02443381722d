"""The loop around a compiled walk: records out, fresh bytes in."""

from collections.abc import Callable, Container, Iterator
from itertools import cycle, repeat
from typing import Final, Protocol

import numpy as np

from .digest import Digest, Sums
from .faults import Cut, Damage
from .framing import header_of_all, in_ethernet
from .link_types import ETH_HLEN
from .packets import (
    AT,
    DST,
    FLAGS,
    LINK,
    QUEUE,
    RUN,
    Block,
    Int64s,
    Packets,
    Record,
    block_of,
)
from .pcap import PcapDecoder
from .pcapng import PcapngDecoder
from .scene import Scene
from .snoop import SnoopDecoder
from .walk import BLOCK_RECORDS, FULL, INTERFACE, MORE, SECTION
from .window import Window

LENGTHS: Final = 65_536  # worth a thread's while, and still in its cache
PACKET_RECORDS: Final = 4_096  # with their bytes
PIECE_RECORDS: Final = 512  # columns of 24 KiB stay in the first-level cache
BUFFERS: Final = 2

Scan = Callable[[Window, Int64s], int]
Asked = Callable[[], bool]


class Decoder(Protocol):
    """What a format brings along: the state of its walk, the walk, and its rare blocks."""

    walk: Record
    snaplen: int

    @property
    def link_types(self) -> set[int]:
        """Link types that the next packets can be of."""

    @property
    def has_fcs(self) -> bool:
        """Whether the next packets can have a frame check sequence, as far as the file says."""

    def scan(self, window: Window, columns: Int64s) -> int:
        """Walk records into `columns`; give why the walk ended."""

    def digest(self, window: Window, lengths: Int64s, columns: Int64s, sums: Sums) -> int:
        """Walk records into `sums`, by way of `columns`, and their lengths into `lengths`."""

    def locate(self, columns: Int64s, count: int) -> None:
        """Write rows LINK, FLAGS and QUEUE of the records just walked, where the walk has not."""

    def timeless(self, ts_ns: Int64s) -> int:
        """Count the records that have no time."""

    def attend(self, window: Window, status: int) -> None:
        """Read the block that the walk ended at, or raise Damage."""


DECODERS: Final[dict[str, Callable[[bytes, Scene], Decoder]]] = {
    "pcap": PcapDecoder,
    "pcap-modified": PcapDecoder,
    "pcapng": PcapngDecoder,
    "snoop": SnoopDecoder,
}


def new_decoder(kind: str, head: bytes, scene: Scene) -> Decoder:
    """Give the decoder of a capture format that `sniff.capture_of` names."""
    return DECODERS[kind](head, scene)


def new_columns(addresses: bool, records: int = BLOCK_RECORDS, *, places: bool = False) -> Int64s:
    """Give the array that a walk writes into, one row a column of `Block` or `Packets`.

    Examples
    --------
    >>> new_columns(addresses=False).shape
    (3, 16384)
    """
    rows = QUEUE + 1 if places else RUN + 1 if addresses else DST
    return np.zeros((rows, records), np.int64)


def read_blocks(
    window: Window, decoder: Decoder, *, addresses: bool
) -> Iterator[tuple[int, int, Block]]:
    """Give block after block, behind the number of its records and of those without a time.

    Raises
    ------
    Damage
        The bytes cannot be a capture, or end too early (`Cut`); all records before are given.
    """
    columns = new_columns(addresses)
    for count in read_strides(window, decoder, repeat(columns)):
        block = block_of(columns, count, int(decoder.walk["runs"]))
        yield count, decoder.timeless(block.ts_ns), block


def read_packets(
    window: Window, decoder: Decoder, *, go_on: Asked | None = None
) -> Iterator[tuple[int, int, Packets]]:
    """Give records with their bytes, as `read_blocks` gives them without.

    Raises
    ------
    Damage
        As `read_blocks` does.
    """
    columns = new_columns(addresses=True, places=True, records=PACKET_RECORDS)
    split = (MORE, SECTION, INTERFACE)
    for count in read_strides(window, decoder, repeat(columns), split=split, go_on=go_on):
        decoder.locate(columns, count)
        block = block_of(columns, count, int(decoder.walk["runs"]))
        packets = Packets(
            **{name: getattr(block, name) for name in Block.__slots__},
            at=columns[AT, :count],
            link_type=columns[LINK, :count],
            flags=columns[FLAGS, :count],
            queue=columns[QUEUE, :count],
            data=window.data,
            swapped=bool(decoder.walk["swapped"]),
            snaplen=decoder.snaplen,
        )
        yield count, decoder.timeless(block.ts_ns), packets


def read_portions(
    window: Window, decoder: Decoder, *, digest: Digest, by_packet: Asked
) -> Iterator[tuple[int, int, Int64s | Packets]]:
    """Give the lengths of frames as a device would have got them, and add all else to `digest`.

    While `by_packet` asks for it, and where one frame's link layer differs from another's, give
    packets in their place, of which nothing is added to `digest`.

    Raises
    ------
    Damage
        As `read_blocks` does.
    """

    def all_alike() -> bool:
        alike = header_of_all(decoder.link_types) is not None and not decoder.has_fcs
        return alike and not by_packet()

    def some_differ() -> bool:
        return not all_alike()

    ended = False
    while not ended:
        if all_alike():
            read = read_lengths(window, decoder, digest=digest, go_on=all_alike)
            for count, timeless, lengths in read:
                header = header_of_all(decoder.link_types) or 0
                frames = lengths if header == ETH_HLEN else in_ethernet(lengths, header)
                yield count, timeless, frames
            ended = all_alike()
        else:
            yield from read_packets(window, decoder, go_on=some_differ)
            ended = some_differ()


def read_lengths(
    window: Window, decoder: Decoder, *, digest: Digest, go_on: Asked | None = None
) -> Iterator[tuple[int, int, Int64s]]:
    """Give lengths on the wire in place of blocks, and add all else to `digest`.

    Raises
    ------
    Damage
        As `read_blocks` does.
    """
    buffers = np.zeros((BUFFERS, 1 + digest.keeps_times, LENGTHS), np.int64)
    columns = new_columns(addresses=False, records=PIECE_RECORDS)
    framed = go_on is not None

    def times_of(buffer: Int64s) -> Int64s:
        return buffer[1] if digest.keeps_times else buffer[0, :0]

    def scan(window: Window, buffer: Int64s) -> int:
        sums = digest.sums(times_of(buffer))
        header = header_of_all(decoder.link_types) if framed else ETH_HLEN
        sums.fingerprint["header"] = header or 0
        return decoder.digest(window, buffer[0], columns, sums)

    before = digest.timeless_packets
    split = (SECTION, INTERFACE) if framed else ()
    walked = read_strides(window, decoder, cycle(buffers), scan, split=split, go_on=go_on)
    for count, buffer in zip(walked, cycle(buffers), strict=False):
        digest.note_beyond(buffer[0, :count])
        digest.ts_ns = times_of(buffer)[:count]
        yield count, digest.timeless_packets - before, buffer[0, :count]
        before = digest.timeless_packets


def read_strides(
    window: Window,
    decoder: Decoder,
    strides: Iterator[Int64s],
    scan: Scan | None = None,
    *,
    split: Container[int] = (),
    go_on: Asked | None = None,
) -> Iterator[int]:
    """Fill one array after the other, while there is one; give how many records each holds.

    An array ends early where the walk ends for a reason that is in `split`: what happens then,
    none of its records has to see. The walk is over where `go_on` denies it.

    Raises
    ------
    Damage
        As `read_blocks` does.
    """
    walk, scan = decoder.walk, scan or decoder.scan
    fault: Damage | None = None
    stride = next(strides, None)
    while stride is not None and (go_on is None or go_on()):
        walk["end"] = window.end  # a file can have become shorter
        status = scan(window, stride)
        if walk["count"] and status in split:
            yield int(walk["count"])
            walk["count"] = 0
            stride = next(strides, None)
            continue
        try:
            if status == MORE and not window.fill(walk, int(walk["need"])):
                if window.cut or walk["pos"] < walk["end"]:
                    fault = Cut()
                break
            if status > MORE:
                decoder.attend(window, status)
        except Damage as damage:
            fault = damage
            break
        if status == FULL:
            yield int(walk["count"])
            walk["count"] = 0
            window.release(int(walk["pos"]))
            stride = next(strides, None)
    if walk["count"]:
        yield int(walk["count"])
    if fault:
        raise fault
