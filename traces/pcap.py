"""Classic captures: the file header, and the walk set up from it.  Source: libpcap, sf-pcap.c."""

import struct
from typing import Final

from rxreplay.errors import DamagedError, NoCaptureError

from .faults import Damage, too_long
from .old_headers import whose_headers
from .records import RecordDecoder
from .scene import Scene
from .walk import EXCHANGED, MAXIMUM_SNAPLEN, cap_limit
from .window import Window

HEADER_LEN: Final = 24
BIG_ENDIAN: Final = (b"\xa1\xb2\xc3\xd4", b"\xa1\xb2\x3c\x4d", b"\xa1\xb2\xcd\x34")
NANOSECONDS: Final = (b"\xa1\xb2\x3c\x4d", b"\x4d\x3c\xb2\xa1")
MODIFIED: Final = (b"\xa1\xb2\xcd\x34", b"\x34\xcd\xb2\xa1")

DG_UX: Final = (543, 0)  # tcpdump of DG/UX
FCS_PRESENT: Final = 0x04000000
RESERVED: Final = 0x03FF0000  # libpcap, pcap-common.h, LT_RESERVED1()


class PcapDecoder(RecordDecoder):
    """The walk of one classic capture.

    Raises
    ------
    DamagedError
        The file header is cut, or of a version that nobody reads.
    NoCaptureError
        Its records have other headers than are read here.
    """

    def __init__(self, head: bytes, scene: Scene) -> None:
        """Read the file header at the start of `head`."""
        if len(head) < HEADER_LEN:
            raise DamagedError(
                f"{scene.name}: the file header is cut: {len(head)} bytes of {HEADER_LEN}. "
                "Record or copy the capture again."
            )
        magic = head[:4]
        swapped = magic in BIG_ENDIAN
        major, minor, _, _, snaplen, network = struct.unpack_from(
            ">HHIIII" if swapped else "<HHIIII", head, 4
        )
        if major != 2 and (major, minor) != DG_UX:
            raise DamagedError(
                f"{scene.name}: pcap version {major}.{minor} is not known (2.x is). "
                "The file header is damaged, or no tool's; record or copy the capture again."
            )
        header_len = 24 if magic in MODIFIED else 16
        if who := whose_headers(head, ">" if swapped else "<", header_len):
            raise NoCaptureError(
                f"{scene.name}: not a capture that is read here: its record headers are those of "
                f"{who}; convert it with editcap -F pcap first"
            )
        super().__init__(scene, network & 0xFFFF, swapped=swapped)
        self.walk["pos"] = HEADER_LEN
        self.snaplen = snaplen if 0 < snaplen < 2**31 else MAXIMUM_SNAPLEN
        self.walk["header_len"] = header_len
        self.walk["tick_ns"] = 1 if magic in NANOSECONDS else 1000
        self.walk["cap_limit"] = cap_limit(snaplen)
        # lengths in the other order: pcap_check_header(), "lengths_swapped"
        wire_first = (major, minor) < (2, 3) or (major, minor) == DG_UX
        self.walk["cap_at"], self.walk["wire_at"] = (12, 8) if wire_first else (8, 12)
        self.walk["longer_is_wire"] = (major, minor) == (2, 3)
        # LT_FCS_LENGTH() counts 16-bit words
        fcs_len = (network >> 28) * 2 if network & FCS_PRESENT else 0
        if network & RESERVED:
            fcs_len = 0
            scene.warn(
                "reserved_bits",
                f"the file header has bits set that no tool sets ({network:#010x} for a link type "
                f"of {network & 0xFFFF}); it may be damaged",
            )
        self.add_interface(scene, snaplen, fcs_len)

    def _exchange(self) -> None:
        walk = self.walk
        walk["cap_at"], walk["wire_at"] = int(walk["wire_at"]), int(walk["cap_at"])

    def attend(self, window: Window, status: int) -> None:
        """Exchange the two lengths, or say why the walk cannot go on."""
        if status == EXCHANGED:
            self._exchange()
            return
        raise Damage(too_long(self.word(window, "cap_at"), int(self.walk["cap_limit"])))
