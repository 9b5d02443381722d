"""Blocks of packets through the decapsulator, and beside the oracle."""

from collections import Counter

import numpy as np
from helpers.tunnels import EN10MB, FRAME, GRE, UDP, ethernet, gre, ipv4, ports_of, udp, vxlan
from oracles import decapsulation as oracle
from rxreplay.traces.decap import Decapsulator, LeftOut
from rxreplay.traces.packets import Packets

FLAGS = 0x1000081  # inbound, an FCS of 4 bytes, and a wrong one


def packets_of(rows):
    """Give rows of bytes kept, length on the wire and link type as a block, with some between.

    Nothing lies behind the last one, so that nobody can read there unseen.
    """
    filler = b"\xee" * 5
    data = b"".join(filler + kept for kept, _, _ in rows)
    cap_len = np.array([len(kept) for kept, _, _ in rows], np.int64)
    at = np.cumsum(cap_len + len(filler)) - cap_len
    wire_len = np.array([size for _, size, _ in rows], np.int64)
    link_type = np.array([link for _, _, link in rows], np.int64)
    ts_ns = np.arange(len(rows)) * 10
    ends = np.full((2, len(rows)), 7)
    flags, queue = np.full(len(rows), FLAGS), np.arange(len(rows))
    columns = ts_ns, wire_len, cap_len, *ends, at, link_type, flags, queue
    return Packets(*columns, np.frombuffer(data, np.uint8), swapped=False, snaplen=65535)


def frames_of(packets):
    """Give the bytes of each packet of a block."""
    spans = zip(packets.at.tolist(), packets.cap_len.tolist(), strict=True)
    return [packets.data[at : at + cap_len].tobytes() for at, cap_len in spans]


def rows_of(packets):
    columns = (packets.wire_len.tolist(), packets.link_type.tolist())
    return list(zip(frames_of(packets), *columns, strict=True))


def taken(rows, kinds):
    """Take packets out of rows of bytes, length and link type; give rows, records, left out."""
    decapsulator = Decapsulator(kinds)
    packets, record = decapsulator.take(packets_of(rows))
    return rows_of(packets), record.tolist(), decapsulator.left_out


def one(frame, kinds, link_type=EN10MB, *, over=0, cap_len=None):
    """Give bytes, length and link type of what is in a frame, or why it is left out."""
    kept = frame[:cap_len]
    out, _, left_out = taken([(kept, len(frame) + over, link_type)], kinds)
    reasons = [name for name in LeftOut._fields if getattr(left_out, name)]
    return out[0] if out else reasons[0]


def cuts_of(frame, link_type):
    """Give rows of a frame as captures keep it that cut it at each byte."""
    return [(frame[:size], len(frame), link_type) for size in range(len(frame) + 1)]


def check(rows, kinds):
    """Hold what comes out against the oracle."""
    rest = {kind for kind in kinds if kind in ("gre", "erspan", "vlan")}
    found = [oracle.take(*row, rest, ports_of(kinds)) for row in rows]
    out, record, left_out = taken(rows, kinds)
    assert record == [i for i, (why, _) in enumerate(found) if why == oracle.TAKEN]
    assert out == [(p.kept, p.wire_len, p.link_type) for _, p in found if p]
    counts = Counter(why for why, _ in found)
    assert left_out == LeftOut(*(counts[name] for name in LeftOut._fields))
    return counts


def in_vxlan(inside=FRAME, **how):
    return ethernet(ipv4(UDP, udp(4789, vxlan(inside)), **how))


def in_gre(inside=FRAME, flags=0, **how):
    return ethernet(ipv4(GRE, gre(inside, flags), **how))
