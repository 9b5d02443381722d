"""The walk with its sums in one piece of code: what it writes is added while it is at hand."""

from rxreplay._jit import kernel

from .digest import Sums
from .fingerprint import add_frames
from .framing import LONGEST
from .link_types import ETH_HLEN
from .packets import CAP_LEN, TS_NS, Bytes, Int64s, Record, Records, Word
from .scan_pcap import scan_pcap
from .scan_pcapng import scan_pcapng
from .tally import add_lengths, add_times
from .walk import FULL


@kernel
def put_in_ethernet(wire_len: Int64s, header: Word, frame_len: Int64s) -> None:
    """Do as `framing.in_ethernet` does."""
    for i in range(wire_len.size):
        frame_len[i] = min(max(wire_len[i] - header, 0) + ETH_HLEN, LONGEST)


@kernel
def keep_times(ts_ns: Int64s, kept: Int64s) -> None:
    """Write times where they stay longer."""
    for i in range(ts_ns.size):
        kept[i] = ts_ns[i]


@kernel
def add_piece(walk: Record, columns: Int64s, wire_len: Int64s, given: Word, sums: Sums) -> Word:
    """Add the records of a piece, before which others were given; give how many they are."""
    count: Word = walk["count"]
    if count:
        add_lengths(wire_len[:count], columns[CAP_LEN, :count], sums.tally, sums.histogram)
        add_times(columns[TS_NS, :count], sums.tally)
        if sums.ts_ns.size:
            keep_times(columns[TS_NS, :count], sums.ts_ns[given : given + count])
        frame_len, header = wire_len[:count], sums.fingerprint["header"]
        if header != ETH_HLEN:
            frame_len = columns[CAP_LEN, :count]  # which has been added: there is room
            put_in_ethernet(wire_len[:count], header, frame_len)
        add_frames(frame_len, columns[TS_NS, :count], sums.fingerprint)
    walk["count"] = 0
    return count


@kernel
def digest_pcap(data: Bytes, walk: Record, columns: Int64s, lengths: Int64s, sums: Sums) -> int:
    """Walk records into `lengths` and `sums`, `columns` being the scratch; give why it ended."""
    given, status = walk["count"], FULL
    walk["count"] = 0
    while status == FULL and given < lengths.size:
        piece = lengths[given : min(given + columns.shape[1], lengths.size)]
        status = scan_pcap(data, walk, columns, piece)
        given += add_piece(walk, columns, piece, given, sums)
    walk["count"] = given
    return status


@kernel
def digest_pcapng(
    data: Bytes,
    walk: Record,
    interfaces: Records,
    columns: Int64s,
    lengths: Int64s,
    sums: Sums,
) -> int:
    """Do for a pcapng section what `digest_pcap` does."""
    given, status = walk["count"], FULL
    walk["count"] = 0
    while status == FULL and given < lengths.size:
        piece = lengths[given : min(given + columns.shape[1], lengths.size)]
        status = scan_pcapng(data, walk, interfaces, columns, piece)
        given += add_piece(walk, columns, piece, given, sums)
    walk["count"] = given
    return status
