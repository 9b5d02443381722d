"""State that a record walk hands from call to call, and how a call can end."""

from typing import Final

import numpy as np

from .packets import Record

WALK: Final = np.dtype(
    [
        ("pos", "i8"),  # of the next record, in the window's bytes
        ("end", "i8"),  # of the window's bytes
        ("need", "i8"),  # bytes from `pos` on without which the walk cannot go on
        ("count", "i8"),  # records written so far
        ("swapped", "i8"),  # the file is of the other byte order: big-endian
        ("header_len", "i8"),
        ("cap_at", "i8"),  # where the captured length stands in a record header
        ("wire_at", "i8"),
        ("time_at", "i8"),
        ("length_at", "i8"),  # snoop: where the length of the whole record stands; 0: nowhere
        ("longer_is_wire", "i8"),  # version 2.3 wrote the two lengths in either order
        ("tick_ns", "i8"),
        ("cap_limit", "i8"),
        ("ethernet", "i8"),
        ("runs", "i8"),  # of records with one pair of addresses, and what the last pair is
        ("pair_low", "i8"),
        ("pair_high", "i8"),
        ("reach", "i8"),  # how far to prefetch every line
    ]
)

BLOCK_RECORDS: Final = 16_384  # 640 KiB of columns stay in the second-level cache

# How a call of a walk ends.
FULL: Final = 0
MORE: Final = 1
SECTION: Final = 2  # pcapng: a block that Python reads
INTERFACE: Final = 3
EXCHANGED: Final = 4  # pcap: the two lengths stand in the other order from here on
CAP_TOO_LONG: Final = 10
BLOCK_LENGTH: Final = 11
BLOCK_TRAILER: Final = 12
BLOCK_CONTENTS: Final = 13
NO_INTERFACE: Final = 14
RECORD_LENGTH: Final = 15  # snoop
WIRE_TOO_LONG: Final = 16

MAXIMUM_SNAPLEN: Final = 262_144  # libpcap, MAXIMUM_SNAPLEN
MAXIMUM_BLOCK: Final = 16 * 1024 * 1024  # libpcap, sf-pcapng.c, MAX_BLOCKSIZE


def new_walk(swapped: bool) -> Record:
    """Give the state of a walk that starts at byte 0.

    Examples
    --------
    >>> int(new_walk(swapped=True)["swapped"])
    1
    """
    walk = np.zeros(1, WALK)[0]
    walk["swapped"] = swapped
    return walk


def cap_limit(snaplen: int) -> int:
    """Give the captured length above which a record cannot be.

    A file may announce a larger snaplen than any tool writes, and hold such records; but a
    damaged snaplen must not make a stream's buffer grow without end.

    Examples
    --------
    >>> cap_limit(96), cap_limit(300_000), cap_limit(2**32 - 1)
    (262144, 300000, 16777216)
    """
    return min(max(snaplen, MAXIMUM_SNAPLEN), MAXIMUM_BLOCK)
