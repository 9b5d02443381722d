"""Classic captures: the file header, and the walk set up from it.  Source: libpcap, sf-pcap.c."""

import struct
from typing import Final, Literal

import numpy as np
from rxreplay.errors import TraceError

from .digest import Sums
from .faults import Damage, too_long
from .link_types import EN10MB
from .packets import (
    AT,
    CAP_LEN,
    FCS_MASK,
    FCS_SHIFT,
    FLAGS,
    LINK,
    NO_QUEUE,
    QUEUE,
    WIRE_LEN,
    Int64s,
)
from .scene import Scene
from .walk import EXCHANGED, MAXIMUM_SNAPLEN, cap_limit, new_walk
from .window import Window

HEADER_LEN: Final = 24
BIG_ENDIAN: Final = (b"\xa1\xb2\xc3\xd4", b"\xa1\xb2\x3c\x4d", b"\xa1\xb2\xcd\x34")
NANOSECONDS: Final = (b"\xa1\xb2\x3c\x4d", b"\x4d\x3c\xb2\xa1")
MODIFIED: Final = (b"\xa1\xb2\xcd\x34", b"\x34\xcd\xb2\xa1")

DG_UX: Final = (543, 0)  # tcpdump of DG/UX
FCS_PRESENT: Final = 0x04000000


class PcapDecoder:
    """The walk of one classic capture.

    Raises
    ------
    TraceError
        The file header is cut, or of a version that nobody reads.
    """

    def __init__(self, head: bytes, scene: Scene) -> None:
        """Read the file header at the start of `head`."""
        if len(head) < HEADER_LEN:
            raise TraceError(
                f"{scene.name}: the file header is cut: {len(head)} bytes of {HEADER_LEN}. "
                "Record or copy the capture again."
            )
        magic = head[:4]
        swapped = magic in BIG_ENDIAN
        major, minor, _, _, snaplen, network = struct.unpack_from(
            ">HHIIII" if swapped else "<HHIIII", head, 4
        )
        if major != 2 and (major, minor) != DG_UX:
            raise TraceError(
                f"{scene.name}: pcap version {major}.{minor} is not known (2.x is). "
                "The file header is damaged, or written by no tool of ours; "
                "convert it with editcap -F pcap."
            )
        self.walk = new_walk(swapped)
        self.walk["pos"] = HEADER_LEN
        self.snaplen = snaplen if 0 < snaplen < 2**31 else MAXIMUM_SNAPLEN
        self.walk["header_len"] = 24 if magic in MODIFIED else 16
        self.walk["tick_ns"] = 1 if magic in NANOSECONDS else 1000
        self.walk["cap_limit"] = cap_limit(snaplen)
        # lengths in the other order: pcap_check_header(), "lengths_swapped"
        wire_first = (major, minor) < (2, 3) or (major, minor) == DG_UX
        self.walk["cap_at"], self.walk["wire_at"] = (12, 8) if wire_first else (8, 12)
        self.walk["longer_is_wire"] = (major, minor) == (2, 3)
        link_type = scene.taken_for(network & 0xFFFF)
        self.link_types = {link_type}
        self.walk["ethernet"] = link_type == EN10MB
        # LT_FCS_LENGTH() counts 16-bit words
        self._fcs_len = (network >> 28) * 2 if network & FCS_PRESENT else 0
        scene.add_interface(link_type, snaplen, self._fcs_len)

    def _exchange(self) -> None:
        walk = self.walk
        walk["cap_at"], walk["wire_at"] = int(walk["wire_at"]), int(walk["cap_at"])

    def scan(self, window: Window, columns: Int64s) -> int:
        """Walk records into `columns`; numba is imported here, on the first call."""
        from .scan_pcap import scan_pcap

        return scan_pcap(window.data, self.walk, columns, columns[WIRE_LEN])

    def digest(self, window: Window, lengths: Int64s, columns: Int64s, sums: Sums) -> int:
        """Walk records into `sums`, by way of `columns`, and their lengths into `lengths`."""
        from .digesting import digest_pcap

        return digest_pcap(window.data, self.walk, columns, lengths, sums)

    @property
    def has_fcs(self) -> bool:
        """Whether the file says that frames have a frame check sequence."""
        return self._fcs_len > 0

    def locate(self, columns: Int64s, count: int) -> None:
        """Write where the bytes of the records are that the walk has just passed, and what."""
        cap_len = columns[CAP_LEN, :count]
        ends = np.cumsum(cap_len + int(self.walk["header_len"]))
        columns[AT, :count] = ends - cap_len + (int(self.walk["pos"]) - ends[-1])
        columns[LINK, :count] = [*self.link_types]
        columns[FLAGS, :count] = min(self._fcs_len, FCS_MASK) << FCS_SHIFT
        columns[QUEUE, :count] = NO_QUEUE

    def last_frame(self, window: Window, cap_len: int) -> bytes:
        """Give the bytes of the record that the walk has just passed."""
        end = int(self.walk["pos"])
        return window.data[end - cap_len : end].tobytes()

    def timeless(self, _ts_ns: Int64s) -> int:
        """Give 0: every record has its time."""
        return 0

    def attend(self, window: Window, status: int) -> None:
        """Exchange the two lengths, or say why the walk cannot go on."""
        if status == EXCHANGED:
            self._exchange()
            return
        pos = int(self.walk["pos"] + self.walk["cap_at"])
        order: Literal["big", "little"] = "big" if self.walk["swapped"] else "little"
        cap_len = int.from_bytes(window.data[pos : pos + 4].tobytes(), order)
        raise Damage(too_long(cap_len, int(self.walk["cap_limit"])))
