"""GRO of the host: which segments it merges before it hands them on; docs/vantage.md has the facts.

One NAPI context. A flow's open merge is held in one of eight lists of eight, and handed on when a
segment does not fit, when one ends it, when its list is full, and at the end of each poll.
"""

from typing import Final

import numpy as np
from rxreplay._jit import kernel

from .headers import NOT_KEPT, TCP, WHOLE
from .packets import NO_TIME, Int64s, Record, Records, Word

GRO_HASH_BUCKETS: Final = 8  # include/linux/netdevice.h
MAX_GRO_SKBS: Final = 8  # net/core/gro.c
GRO_LEGACY_MAX_SIZE: Final = 65536  # include/linux/netdevice.h
ETH_HLEN: Final = 14
LAST_TIME: Final = 2**63 - 1

FIN, SYN, RST, PSH, URG, CWR = 0x01, 0x02, 0x04, 0x08, 0x20, 0x80
MAY_DIFFER: Final = FIN | PSH | CWR
ENDS_IT: Final = FIN | SYN | RST | PSH | URG
HEAD_V4: Final = 20  # longer ones have options, and are not merged

# One packet, held or arriving.
SKB = np.dtype(
    [
        ("number", "i8"),  # of the held ones, in the order of their arrival; 0: a free place
        ("flow", "i8"),
        ("seq", "i8"),
        ("next_seq", "i8"),
        ("flags", "i8"),
        ("alike", "i8"),
        ("payload_len", "i8"),
        ("mss", "i8"),  # gso_size: payload of the first segment
        ("ip_len", "i8"),
        ("frame_len", "i8"),
        ("segments", "i8"),
        ("carried", "i8"),
        ("record", "i8"),  # the packet, from 0, that it begins with, or was merged into
        ("flush", "i8"),  # NAPI_GRO_CB(skb)->flush: can neither be held nor added
    ]
)

# One NAPI context: what it was told, and what it has come to.
NAPI = np.dtype(
    [
        ("timeout_ns", "i8"),
        ("budget", "i8"),
        ("mtu", "i8"),
        ("polled", "i8"),  # packets of this poll
        ("begin_ns", "i8"),
        ("end_ns", "i8"),
        ("number", "i8"),  # the last that a held packet got
        ("record", "i8"),  # the one at hand, from 0
        ("ts_ns", "i8"),  # its time
        ("written", "i8"),  # frames handed on, in this block
    ]
)

# Rows of what comes in, the last of which is written, and of what is handed on.
IN_TS_NS, IN_FRAME_LEN, IN_ALIKE, IN_CARRIED, MERGED_INTO = range(5)
TS_NS, FRAME_LEN, CARRIED, RECORD, SEGMENTS = range(5)


@kernel
def hand_on(napi: Record, skb: Record, out: Int64s) -> None:
    """Give a packet to the stack, now.  Source: net/core/gro.c, napi_gro_complete()."""
    i = napi["written"]
    out[TS_NS, i] = napi["ts_ns"]
    out[FRAME_LEN, i] = skb["frame_len"]
    out[CARRIED, i] = skb["carried"]
    out[RECORD, i] = napi["record"]
    out[SEGMENTS, i] = skb["segments"]
    napi["written"] += 1
    skb["number"] = 0


@kernel
def oldest(held: Records, bucket: Word) -> np.int64:
    """Give the place of the packet that its list has held longest, -1 where it holds none."""
    found = np.int64(-1)
    for i in range(bucket * MAX_GRO_SKBS, (bucket + 1) * MAX_GRO_SKBS):
        if held[i]["number"] and (found < 0 or held[i]["number"] < held[found]["number"]):
            found = np.int64(i)
    return found


@kernel
def napi_gro_flush(napi: Record, held: Records, out: Int64s) -> None:
    """Hand on all that is held, list by list, oldest first.  Source: net/core/gro.c."""
    for bucket in range(GRO_HASH_BUCKETS):
        place = oldest(held, bucket)
        while place >= 0:
            hand_on(napi, held[place], out)
            place = oldest(held, bucket)


@kernel
def tcp_gro_lookup(held: Records, flow: Word) -> np.int64:
    """Give the place of a flow's packet, -1 where none is held."""
    bucket = flow & (GRO_HASH_BUCKETS - 1)
    for i in range(bucket * MAX_GRO_SKBS, (bucket + 1) * MAX_GRO_SKBS):
        if held[i]["number"] and held[i]["flow"] == flow:
            return np.int64(i)
    return np.int64(-1)


@kernel
def can_merge(p: Record, skb: Record) -> bool:
    """Say whether `skb` goes on where `p` ends.

    Source: net/ipv4/tcp_offload.c, tcp_gro_receive(); net/core/gro.c, skb_gro_receive().
    """
    if skb["flags"] & CWR or (skb["flags"] ^ p["flags"]) & ~MAY_DIFFER:
        return False
    if skb["alike"] != p["alike"] or skb["seq"] != p["next_seq"]:
        return False
    if not 0 < skb["payload_len"] <= p["mss"]:
        return False
    return bool(not skb["flush"] and p["ip_len"] + skb["payload_len"] < GRO_LEGACY_MAX_SIZE)


@kernel
def merge(p: Record, skb: Record) -> None:
    """Add the payload of `skb` to `p`; there is no limit but that of length.

    What finds no place among 17 frags is chained.  Source: net/core/gro.c, skb_gro_receive().
    """
    p["next_seq"] = skb["next_seq"]
    p["flags"] |= skb["flags"] & (FIN | PSH)
    p["ip_len"] += skb["payload_len"]
    p["frame_len"] += skb["payload_len"]
    p["segments"] += 1
    skb["record"] = p["record"]


@kernel
def hold(napi: Record, held: Records, skb: Record, out: Int64s) -> None:
    """Keep a segment that others may be added to; a full list hands on its oldest.

    Source: net/core/gro.c, gro_flush_oldest().
    """
    bucket = skb["flow"] & (GRO_HASH_BUCKETS - 1)
    place = bucket * MAX_GRO_SKBS
    last = place + MAX_GRO_SKBS
    while place < last and held[place]["number"]:
        place += 1
    if place == last:
        place = oldest(held, bucket)
        hand_on(napi, held[place], out)
    napi["number"] += 1
    skb["number"] = napi["number"]
    held[place] = skb


@kernel
def dev_gro_receive(napi: Record, held: Records, skb: Record, out: Int64s) -> None:
    """Merge, hold or hand on one TCP segment.  Source: net/core/gro.c, same name."""
    ends = skb["flags"] & ENDS_IT
    place = tcp_gro_lookup(held, skb["flow"])
    if place >= 0:
        p = held[place]
        if can_merge(p, skb):
            merge(p, skb)
            if ends or skb["payload_len"] < p["mss"]:
                hand_on(napi, p, out)
            return
        hand_on(napi, p, out)
    if skb["flush"] or ends or skb["payload_len"] < 1:
        hand_on(napi, skb, out)
        return
    hold(napi, held, skb, out)


@kernel
def is_tcp(headers: Record) -> bool:
    """Say whether GRO reads as far as TCP.  Source: net/ipv4/af_inet.c, inet_gro_receive()."""
    if headers["protocol"] != TCP or headers["fragment"] != WHOLE or not headers["flow"]:
        return False
    if headers["seq"] == NOT_KEPT or headers["payload"] == NOT_KEPT:
        return False
    header_len = headers["transport"] - headers["network"]
    return bool(headers["version"] == 6 or header_len == HEAD_V4)


@kernel
def read_packet(napi: Record, frame: Int64s, headers: Record, skb: Record) -> None:
    """Fill `skb` from a TCP packet; `frame` is its column of what comes in."""
    link_len = ETH_HLEN + headers["tag_bytes"]
    header_len = headers["payload"] - headers["network"]
    skb["payload_len"] = headers["payload_len"]
    if headers["payload_len"] == NOT_KEPT:
        skb["payload_len"] = skb["frame_len"] - link_len - header_len
    skb["ip_len"] = header_len + skb["payload_len"]
    # Padded and cut ones, as inet_gro_receive() does; and what has been merged before, which must
    # be left.
    unlike = skb["frame_len"] != link_len + skb["ip_len"]
    skb["flush"] = unlike or skb["ip_len"] > napi["mtu"]
    skb["flow"] = headers["flow"]
    skb["seq"] = headers["seq"]
    skb["next_seq"] = (headers["seq"] + skb["payload_len"]) & 0xFFFFFFFF
    skb["flags"] = headers["tcp_flags"]
    skb["alike"] = frame[IN_ALIKE]
    skb["mss"] = skb["payload_len"]


@kernel
def begin_poll(napi: Record, held: Records, ts_ns: Word, out: Int64s) -> None:
    """End the poll where it is over, and begin one.

    Its packets arrive within the time that a device waits before it interrupts, and are no more
    than the budget.  Source: net/core/dev.c, __napi_poll(), napi_complete_done().
    """
    if napi["polled"] > 0:
        in_time = ts_ns == NO_TIME or napi["begin_ns"] <= ts_ns <= napi["end_ns"]
        if in_time and napi["polled"] < napi["budget"]:
            return
        napi_gro_flush(napi, held, out)
        napi["polled"] = 0
    napi["begin_ns"] = ts_ns
    napi["end_ns"] = min(ts_ns, LAST_TIME - napi["timeout_ns"]) + napi["timeout_ns"]


@kernel
def coalesce(
    napi: Record, held: Records, frames: Int64s, headers: Records, skb: Record, out: Int64s
) -> None:
    """Take packets, the rows of `frames`; write the rows of `out`, of which `written` get full.

    Row `MERGED_INTO` of `frames` is written as well: the packet that each was merged into.
    """
    napi["written"] = 0
    for i in range(headers.size):
        begin_poll(napi, held, frames[IN_TS_NS, i], out)
        napi["polled"] += 1
        napi["record"] += 1
        napi["ts_ns"] = frames[IN_TS_NS, i]
        skb["frame_len"] = frames[IN_FRAME_LEN, i]
        skb["carried"] = frames[IN_CARRIED, i]
        skb["segments"] = 1
        skb["record"] = napi["record"]
        if is_tcp(headers[i]):
            read_packet(napi, frames[:, i], headers[i], skb)
            dev_gro_receive(napi, held, skb, out)
        else:
            hand_on(napi, skb, out)
        frames[MERGED_INTO, i] = skb["record"]


@kernel
def end(napi: Record, held: Records, out: Int64s) -> None:
    """Hand on what is still held."""
    napi["written"] = 0
    napi_gro_flush(napi, held, out)
