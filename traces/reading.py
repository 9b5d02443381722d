"""The loop around a compiled walk: blocks of records out, fresh bytes in."""

from collections.abc import Iterator
from itertools import repeat
from typing import Final, Protocol

import numpy as np

from .faults import Cut, Damage
from .packets import DST, SRC, Int64s, Record
from .pcap import PcapDecoder
from .pcapng import PcapngDecoder
from .scene import Scene
from .walk import FULL, MORE
from .window import Window

BLOCK_RECORDS: Final = 16_384  # 640 KiB of columns stay in the second-level cache


class Decoder(Protocol):
    """What a format brings along: the state of its walk, the walk, and its rare blocks."""

    walk: Record
    start: int

    def scan(self, window: Window, columns: Int64s) -> int:
        """Walk records into `columns`; give why the walk ended."""

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
    return np.zeros((SRC + 1 if addresses else DST, records), np.int64)


def read_columns(window: Window, decoder: Decoder, columns: Int64s) -> Iterator[int]:
    """Fill `columns` again and again; give how many records they hold each time.

    Raises
    ------
    Damage
        The bytes cannot be a capture, or end too early (`Cut`); all records before are given.
    """
    return read_strides(window, decoder, repeat(columns))


def read_strides(window: Window, decoder: Decoder, strides: Iterator[Int64s]) -> Iterator[int]:
    """Fill one array after the other, while there is one; otherwise as `read_columns`."""
    walk = decoder.walk
    walk["pos"], walk["end"] = decoder.start, window.end
    fault: Damage | None = None
    columns = next(strides, None)
    while columns is not None:
        status = decoder.scan(window, columns)
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
            columns = next(strides, None)
    if walk["count"]:
        yield int(walk["count"])
    if fault:
        raise fault
