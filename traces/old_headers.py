"""Record headers that share a magic number with pcap's, but are longer: patches of long ago.

Source: Wireshark, wiretap/libpcap.c, libpcap_try_variants(). libpcap itself reads none of them.
"""

import struct
from collections.abc import Iterator
from itertools import islice
from typing import Final, NamedTuple

from .walk import MAXIMUM_SNAPLEN

FILE_HEADER_LEN: Final = 24
MICROSECONDS: Final = 1_000_000
YEAR_1980: Final = 315_532_800
ENOUGH: Final = 3  # records that go on well are no chance

# by the length that the magic number promises: the real one, and who wrote such headers
OTHERS: Final = {
    16: {24: "Red Hat 6.1's tcpdump", 20: "Nokia's IPSO"},
    24: {28: "SuSE 6.3's tcpdump"},
}


class Fields(NamedTuple):
    """What all record headers begin with."""

    seconds: int
    ticks: int
    cap_len: int
    wire_len: int

    def are_sound(self) -> bool:
        """Say whether they are as nearly every tool writes them."""
        in_time = self.seconds >= YEAR_1980 and self.ticks < MICROSECONDS
        return in_time and self.cap_len <= min(self.wire_len, MAXIMUM_SNAPLEN)

    def are_doubtful(self) -> bool:
        """Say whether they may be what stands elsewhere: seconds in the place of ticks, or so."""
        return self.ticks >= MICROSECONDS or self.cap_len > MAXIMUM_SNAPLEN


FIELDS_LEN: Final = 4 * len(Fields._fields)


def first_records(head: bytes, order: str, header_len: int) -> list[Fields]:
    """Give the first records of a capture whose record headers are so long.

    Examples
    --------
    >>> first_records(bytes(24) + struct.pack("<4I", 1, 2, 3, 4), "<", 16)
    [Fields(seconds=1, ticks=2, cap_len=3, wire_len=4)]
    """

    def each() -> Iterator[Fields]:
        at = FILE_HEADER_LEN
        while at + FIELDS_LEN <= len(head):
            fields = Fields(*struct.unpack_from(order + "4I", head, at))
            yield fields
            at += header_len + fields.cap_len

    return list(islice(each(), ENOUGH))


def whose_headers(head: bytes, order: str, header_len: int) -> str | None:
    """Name who wrote records with longer headers than `header_len`; None where these fit.

    Examples
    --------
    >>> record = struct.pack("<4I", 1_700_000_000, 5, 6, 6) + bytes(4) + b"abcdef"
    >>> whose_headers(bytes(24) + 3 * record, "<", 16)
    "Nokia's IPSO"
    >>> whose_headers(bytes(24) + 2 * record, "<", 16) is None
    True
    """
    if not any(fields.are_doubtful() for fields in first_records(head, order, header_len)):
        return None
    for longer, who in OTHERS[header_len].items():
        records = first_records(head, order, longer)
        if len(records) == ENOUGH and all(fields.are_sound() for fields in records):
            return who
    return None
