"""What crosses over from a capture: consecutive records, column by column."""

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Int64s = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Word = int | np.int64  # a number inside a kernel: numpy's in plain Python
Mask = npt.NDArray[np.bool_]
Record = Any  # one element of a record array: numpy.void in plain Python, a record in a kernel
Records = npt.NDArray[np.void]

NO_TIME: Final = -(2**63)  # a simple packet block has no time, and some times fit no int64
NO_ADDRESS: Final = -1

# The rows of a walk's output; a walk without addresses has the first three. Addresses are written
# once for each run of records that share them; RUN has the record where a run begins. Where bytes
# are wanted, AT has where those of a record begin, LINK their link type, FLAGS and QUEUE what a
# pcapng notes of them.
TS_NS, WIRE_LEN, CAP_LEN, DST, SRC, RUN, AT, LINK, FLAGS, QUEUE = range(10)

# In FLAGS, as in epb_flags: bytes of frame check sequence; the interface's where none are given.
FCS_SHIFT, FCS_MASK = 5, 0xF
NO_QUEUE: Final = -1


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive records of a trace; the arrays are valid until the next block is asked for.

    Parameters
    ----------
    ts_ns : int64 array, shape (n,)
        Nanoseconds since the epoch, `NO_TIME` where the record has no time.
    wire_len : int64 array, shape (n,)
        Bytes on the wire.
    cap_len : int64 array, shape (n,)
        Bytes that the capture kept; may be more than `wire_len` in good captures.
    dst, src : int64 array, shape (n,), or (0,) where the walk left addresses out
        Ethernet addresses as 48-bit numbers, `NO_ADDRESS` where they were not captured.

    Examples
    --------
    >>> columns = np.array([[5, 6], [60, 1514], [60, 96]])
    >>> block_of(columns, 2).wire_len.tolist()
    [60, 1514]
    """

    ts_ns: Int64s
    wire_len: Int64s
    cap_len: Int64s
    dst: Int64s
    src: Int64s


@dataclass(frozen=True, slots=True)
class Packets(Block):
    """Consecutive records with their bytes; all of it valid until the next ones are asked for.

    Parameters
    ----------
    at : int64 array, shape (n,)
        Where the captured bytes of each record begin in `data`.
    link_type : int64 array, shape (n,)
        Numbers, as files have them.
    flags : int64 array, shape (n,)
        `epb_flags` of a pcapng, 0 where there are none; the bits of the FCS are the interface's
        where it alone tells.
    queue : int64 array, shape (n,)
        `epb_queue` of a pcapng, `NO_QUEUE` where there is none.
    data : uint8 array
        Read-only.
    swapped : bool
        Whether the file, or this section of it, is big-endian.
    snaplen : int
        Bytes of a record that a filter sees, as libpcap would show it.
    """

    at: Int64s
    link_type: Int64s
    flags: Int64s
    queue: Int64s
    data: Bytes
    swapped: bool
    snaplen: int

    def kinds(self) -> list[int]:
        """Give the link types that occur; most often there is one."""
        first = self.link_type[:1]
        one = bool((self.link_type == first).all())
        kinds: list[int] = (first if one else np.unique(self.link_type)).tolist()
        return kinds

    def only(self, mask: Mask) -> "Packets":
        """Give the records for which `mask` is true."""
        kept = {name: getattr(self, name)[mask] for name in COLUMNS if getattr(self, name).size}
        return replace(self, **kept)


COLUMNS: Final = (*Block.__slots__, "at", "link_type", "flags", "queue")


def block_of(columns: Int64s, count: int, runs: int = 0) -> Block:
    """Wrap the first `count` records of a walk's output; only addresses are copied."""
    ts_ns, wire_len, cap_len = columns[:DST, :count]
    dst = src = columns[0, :0]
    if len(columns) > DST:
        packets = np.diff(columns[RUN, :runs], append=count)
        dst, src = (np.repeat(columns[row, :runs], packets) for row in (DST, SRC))
    return Block(ts_ns, wire_len, cap_len, dst, src)
