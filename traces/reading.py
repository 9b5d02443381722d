"""The loop around a compiled walk: records out, fresh bytes in."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle, repeat
from typing import Final, Protocol

import numpy as np

from .digest import Digest, Sums
from .faults import Cut, Damage
from .packets import DST, RUN, Block, Int64s, Record, block_of
from .pcap import PcapDecoder
from .pcapng import PcapngDecoder
from .scene import Scene
from .walk import BLOCK_RECORDS, FULL, MORE
from .window import Window

LENGTHS: Final = 65_536  # worth a thread's while, and still in its cache
PIECE_RECORDS: Final = 512  # columns of 24 KiB stay in the first-level cache
BUFFERS: Final = 2

Scan = Callable[[Window, Int64s], int]


class Decoder(Protocol):
    """What a format brings along: the state of its walk, the walk, and its rare blocks."""

    walk: Record
    start: int

    def scan(self, window: Window, columns: Int64s) -> int:
        """Walk records into `columns`; give why the walk ended."""

    def digest(self, window: Window, lengths: Int64s, columns: Int64s, sums: Sums) -> int:
        """Walk records into `sums`, by way of `columns`, and their lengths into `lengths`."""

    def last_frame(self, window: Window, cap_len: int) -> bytes:
        """Give the bytes of the record that the walk has just passed."""

    def timeless(self, ts_ns: Int64s) -> int:
        """Count the records that have no time."""

    def attend(self, window: Window, status: int) -> None:
        """Read the block that the walk ended at, or raise Damage."""


def new_decoder(kind: str, head: bytes, scene: Scene) -> Decoder:
    """Give the decoder of a capture format that `sniff.capture_of` names."""
    return PcapngDecoder(head, scene) if kind == "pcapng" else PcapDecoder(head, scene)


def new_columns(addresses: bool, records: int = BLOCK_RECORDS) -> Int64s:
    """Give the array that a walk writes into, one row a column of `Block`.

    Examples
    --------
    >>> new_columns(addresses=False).shape
    (3, 16384)
    """
    return np.zeros((RUN + 1 if addresses else DST, records), np.int64)


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


def read_lengths(
    window: Window, decoder: Decoder, *, digest: Digest
) -> Iterator[tuple[int, int, Int64s]]:
    """Give lengths on the wire in place of blocks, and add all else to `digest`.

    Raises
    ------
    Damage
        As `read_blocks` does.
    """
    buffers = np.zeros((BUFFERS, LENGTHS), np.int64)
    columns = new_columns(addresses=True, records=PIECE_RECORDS)
    scan = partial(decoder.digest, columns=columns, sums=digest.sums)
    before = digest.timeless_packets
    walked = read_strides(window, decoder, cycle(buffers), scan)
    for count, buffer in zip(walked, cycle(buffers), strict=False):
        digest.note_beyond(buffer[:count])
        yield count, digest.timeless_packets - before, buffer[:count]
        before = digest.timeless_packets


def read_strides(
    window: Window, decoder: Decoder, strides: Iterator[Int64s], scan: Scan | None = None
) -> Iterator[int]:
    """Fill one array after the other, while there is one; give how many records each holds.

    Raises
    ------
    Damage
        As `read_blocks` does.
    """
    walk, scan = decoder.walk, scan or decoder.scan
    walk["pos"], walk["end"] = decoder.start, window.end
    fault: Damage | None = None
    stride = next(strides, None)
    while stride is not None:
        status = scan(window, stride)
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
