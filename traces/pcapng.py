"""Pcapng: section headers and interfaces are read here, packets by the compiled walk."""

import struct
from typing import Final

import numpy as np

from .digest import Sums
from .faults import Cut, Damage, too_long
from .interfaces import INTERFACE_DTYPE, new_interface, no_interfaces
from .packets import FCS_MASK, NO_TIME, WIRE_LEN, Int64s
from .scene import Scene
from .walk import (
    BLOCK_LENGTH,
    BLOCK_TRAILER,
    CAP_TOO_LONG,
    INTERFACE,
    MAXIMUM_BLOCK,
    NO_INTERFACE,
    SECTION,
    new_walk,
)
from .window import Window, take

SECTION_HEADER: Final = b"\x0a\x0d\x0d\x0a"
SECTION_MIN: Final = 28
INTERFACE_DESCRIPTION: Final = 1
INTERFACE_MIN: Final = 20
OLD_PACKET: Final = 2
SIMPLE_PACKET: Final = 3
MAXIMUM_INTERFACES: Final = 65_536

BYTE_ORDERS: Final = {b"\x1a\x2b\x3c\x4d": ">", b"\x4d\x3c\x2b\x1a": "<"}
VERSIONS: Final = ((1, 0), (1, 2))  # libpcap, sf-pcapng.c: 1.2 is 1.0 by another name

IF_TSRESOL: Final = 9
IF_FCSLEN: Final = 13
IF_TSOFFSET: Final = 14
MICROSECONDS: Final = 6


def padded(length: int) -> int:
    """Give the length of a block or an option with its padding, as the compiled walk has it.

    Examples
    --------
    >>> padded(165), padded(168)
    (168, 168)
    """
    return (length + 3) // 4 * 4


class PcapngDecoder:
    """The walk of one pcapng capture, of any number of sections and interfaces."""

    snaplen = MAXIMUM_BLOCK  # libpcap shows all that a block holds

    def __init__(self, head: bytes, scene: Scene) -> None:
        """Read the sections and interfaces that `head` starts with."""
        self.walk = new_walk(swapped=False)
        self._scene = scene
        self._order = "<"
        self._interfaces = no_interfaces()
        self._count = 0
        self.link_types: set[int] = set()  # of the interfaces that are described by now
        self.has_fcs = False  # whether one of them keeps a frame check sequence
        self._preview(head)

    def _preview(self, head: bytes) -> None:
        """Read the leading sections and interfaces, so that their names are known early."""
        pos = 0
        while len(head) - pos >= 12:
            is_section = head[pos : pos + 4] == SECTION_HEADER
            if is_section:
                self._order = BYTE_ORDERS.get(head[pos + 8 : pos + 12], "<")
            kind, length = struct.unpack_from(self._order + "II", head, pos)
            length = padded(length)
            if length < 12 or pos + length > len(head):
                break
            if not is_section and kind != INTERFACE_DESCRIPTION:
                break
            block = head[pos : pos + length]
            self._section(block) if is_section else self._interface(block)
            pos += length

    def scan(self, window: Window, columns: Int64s) -> int:
        """Walk packets into `columns`; numba is imported here, on the first call."""
        from .scan_pcapng import scan_pcapng

        interfaces = self._interfaces[: self._count]
        return scan_pcapng(window.data, self.walk, interfaces, columns, columns[WIRE_LEN])

    def digest(self, window: Window, lengths: Int64s, columns: Int64s, sums: Sums) -> int:
        """Walk packets into `sums`, by way of `columns`, and their lengths into `lengths`."""
        from .digesting import digest_pcapng

        interfaces = self._interfaces[: self._count]
        return digest_pcapng(window.data, self.walk, interfaces, columns, lengths, sums)

    def locate(self, columns: Int64s, count: int) -> None:
        """Do nothing: the walk has written where the bytes are."""

    def timeless(self, ts_ns: Int64s) -> int:
        """Count the records that have no time; the search for one is cheap."""
        return int((ts_ns == NO_TIME).sum()) if ts_ns.min() == NO_TIME else 0

    def attend(self, window: Window, status: int) -> None:
        """Read the block that the walk stopped at, or say why it cannot be."""
        if status == SECTION:
            self._section_at(window)
        elif status == INTERFACE:
            block = self._block(window)
            self._interface(block)
            self.walk["pos"] += len(block)
        else:
            raise Damage(self._describe(window, status))

    def _words(self, window: Window, count: int) -> tuple[int, ...]:
        pos = int(self.walk["pos"])
        data = window.data[pos : pos + 4 * count].tobytes()
        # a damaged block can be the last, with fewer words
        return struct.unpack(f"{self._order}{count}I", data.ljust(4 * count, b"\0"))

    def _block(self, window: Window) -> bytes:
        length = padded(self._words(window, 2)[1])
        if length < 12 or length > MAXIMUM_BLOCK:
            raise Damage(self._describe(window, BLOCK_LENGTH))
        block = take(window, self.walk, length)
        if block is None:
            raise Cut
        return block

    def _section_at(self, window: Window) -> None:
        head = take(window, self.walk, 12) or b""
        if head[8:] not in BYTE_ORDERS:
            raise Damage(f"a section header with the byte order mark {head[8:].hex(' ')}")
        self._order = BYTE_ORDERS[head[8:]]
        block = self._block(window)
        lengths = struct.unpack(self._order + "II", block[4:8] + block[-4:])
        if len(set(map(padded, lengths))) > 1:
            raise Damage(self._describe(window, BLOCK_TRAILER))
        self._section(block)
        self.walk["swapped"] = self._order == ">"
        self.walk["pos"] += len(block)

    def _section(self, block: bytes) -> None:
        """Begin a section: its interfaces are counted from 0 again."""
        if len(block) < SECTION_MIN or block[8:12] not in BYTE_ORDERS:
            raise Damage("a section header without a byte order and version")
        version = struct.unpack_from(self._order + "HH", block, 12)
        if version not in VERSIONS:
            raise Damage(f"a section of pcapng version {version[0]}.{version[1]} (1.0 is known)")
        self._count = 0
        self.link_types.clear()
        self.has_fcs = False

    def _interface(self, block: bytes) -> None:
        if len(block) < INTERFACE_MIN:
            raise Damage("an interface description too short for its contents")
        if self._count == MAXIMUM_INTERFACES:
            raise Damage(f"more than {MAXIMUM_INTERFACES:,} interfaces")
        given, _, snaplen = struct.unpack_from(self._order + "HHI", block, 8)
        link_type = self._scene.taken_for(given)
        options = self._options(block[16:-4])
        tsresol = options.get(IF_TSRESOL, bytes([MICROSECONDS]))[:1]
        tsoffset = options.get(IF_TSOFFSET, bytes(8))[:8]
        if len(tsresol) < 1 or len(tsoffset) < 8:
            raise Damage("an interface description whose clock options are too short")
        row = new_interface(
            link_type, snaplen, tsresol[0], struct.unpack(self._order + "q", tsoffset)[0]
        )
        fcs_len = int.from_bytes(options.get(IF_FCSLEN, b"\0")[:1]) & FCS_MASK
        row["fcs_len"] = fcs_len
        if self._count == self._interfaces.size:
            grown = np.zeros(max(4, 2 * self._count), INTERFACE_DTYPE)
            grown[: self._count] = self._interfaces
            self._interfaces = grown
        self._interfaces[self._count] = row
        self._count += 1
        self.link_types.add(link_type)
        self.has_fcs |= fcs_len > 0
        self._scene.add_interface(link_type, snaplen, fcs_len)

    def _options(self, data: bytes) -> dict[int, bytes]:
        """Read options up to their end mark; of those given twice, the last one stands."""
        options: dict[int, bytes] = {}
        pos = 0
        while len(data) - pos >= 4:
            code, length = struct.unpack_from(self._order + "HH", data, pos)
            if code == 0:
                break
            if pos + 4 + length > len(data):
                raise Damage("an interface description whose options do not fit")
            options[code] = data[pos + 4 : pos + 4 + length]
            pos += 4 + padded(length)
        return options

    def _describe(self, window: Window, status: int) -> str:
        words = self._words(window, 7)
        kind, length = words[:2]
        if status == BLOCK_LENGTH:
            return f"block length {length:,} is not from 12 to {MAXIMUM_BLOCK:,}"
        length = padded(length)
        if status == BLOCK_TRAILER:
            return f"block length {length:,} is not repeated at the end of the block"
        number = 0 if kind == SIMPLE_PACKET else words[2]
        if kind == OLD_PACKET:  # 16 bits, then a drop count
            number = number >> 16 if self._order == ">" else number & 0xFFFF
        if status == NO_INTERFACE:
            return f"a packet of interface {number:,}, where {self._count:,} are described"
        if status == CAP_TOO_LONG:
            cap_len = words[2] if kind == SIMPLE_PACKET else words[5]
            if cap_len > length - 32 and kind != SIMPLE_PACKET:
                return f"captured length {cap_len:,} does not fit its block of {length:,} bytes"
            return too_long(cap_len, int(self._interfaces[number]["cap_limit"]))
        return f"a block of type {kind} whose {length:,} bytes do not hold what it claims"
