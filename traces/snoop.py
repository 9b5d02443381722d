"""Captures of Solaris' `snoop`: the file header, and the walk set up from it.

Source: RFC 1761, and Wireshark, wiretap/snoop.c.
"""

import struct
from typing import Final

from rxreplay.errors import DamagedError, LinkTypeError

from .datalinks import link_type_of
from .faults import Damage, too_long
from .records import RecordDecoder
from .scene import Scene
from .walk import CAP_TOO_LONG, MAXIMUM_BLOCK, MAXIMUM_SNAPLEN, WIRE_TOO_LONG
from .window import Window

HEADER_LEN: Final = 16
RECORD_HEADER_LEN: Final = 24
VERSIONS: Final = (2, 3, 4, 5)  # above 2: Shomiti, by the hardware that captured
SHOMITI_TRAILER_LEN: Final = 16  # padding is shorter
FCS_LEN: Final = 4
UNKNOWN: Final = -1


def is_shomiti(head: bytes) -> bool:
    """Say whether behind the first frame there is room for what a Shomiti Surveyor puts there.

    Examples
    --------
    >>> record = bytes(16) + struct.pack(">III", 60, 60, 24 + 60 + 16)
    >>> is_shomiti(record + bytes(12)), is_shomiti(record)
    (True, False)
    """
    if len(head) < HEADER_LEN + RECORD_HEADER_LEN:
        return False
    cap_len, length = struct.unpack_from(">II", head, HEADER_LEN + 4)
    return bool(length >= RECORD_HEADER_LEN + cap_len + SHOMITI_TRAILER_LEN)


class SnoopDecoder(RecordDecoder):
    """The walk of one snoop capture: big-endian, microseconds, and no snaplen in the file.

    Raises
    ------
    DamagedError
        The file header is cut, of an unknown version, or of packets that have no link type.
    """

    snaplen = MAXIMUM_SNAPLEN

    def __init__(self, head: bytes, scene: Scene) -> None:
        """Read the file header at the start of `head`."""
        if len(head) < HEADER_LEN:
            raise DamagedError(
                f"{scene.name}: the file header is cut: {len(head)} bytes of {HEADER_LEN}. "
                "Record or copy the capture again."
            )
        version, datalink = struct.unpack_from(">II", head, 8)
        if version not in VERSIONS:
            raise DamagedError(
                f"{scene.name}: snoop version {version} is not known (2 is). "
                "The file header is damaged, or no tool's; record or copy the capture again."
            )
        shomiti = is_shomiti(head)
        kind, link_type = link_type_of(datalink, shomiti=shomiti)
        super().__init__(scene, UNKNOWN if link_type is None else link_type, swapped=True)
        if self.link_type == UNKNOWN:
            raise LinkTypeError(
                f"{scene.name}: packets of snoop's datalink type {datalink} ({kind}) have no link "
                "type that is known here. --linktype NAME says what they are."
            )
        self.walk["pos"] = HEADER_LEN
        self.walk["header_len"] = RECORD_HEADER_LEN
        self.walk["wire_at"], self.walk["cap_at"], self.walk["length_at"] = 0, 4, 8
        self.walk["time_at"], self.walk["tick_ns"] = 16, 1000
        self.walk["cap_limit"] = MAXIMUM_SNAPLEN
        self.add_interface(scene, 0, FCS_LEN if shomiti else 0)

    def attend(self, window: Window, status: int) -> None:
        """Say why the walk cannot go on."""
        wire_len, cap_len, length = (
            self.word(window, at) for at in ("wire_at", "cap_at", "length_at")
        )
        if status == CAP_TOO_LONG:
            raise Damage(too_long(cap_len, MAXIMUM_SNAPLEN))
        if status == WIRE_TOO_LONG:
            raise Damage(
                f"length on the wire {wire_len:,} is more than snoop can see ({MAXIMUM_SNAPLEN:,})"
            )
        least = RECORD_HEADER_LEN + cap_len
        raise Damage(f"record length {length:,} is not from {least:,} to {MAXIMUM_BLOCK:,}")
