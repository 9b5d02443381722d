"""Captures of TCP segments that are drawn as the oracle of GRO has them."""

import struct

from oracles import capture_writer as w
from oracles.gro import Segment

OPTIONS = b"\1\1\x08\x0a" + bytes(8)  # 52 bytes of IP and TCP, as a segment has unless told
OTHER_END = 0x525400000099


def frame_of(segment, tag=b""):
    """Give the bytes of an Ethernet frame; flow n is from port n to port 80."""
    kept = max(segment.header_len - 40, 0)
    total = segment.header_len + segment.payload
    ip = struct.pack(
        ">BBHHHBBH4s4s", 0x45, 0, total, 0, 0x4000, 64, 6, 0, b"\x0a\0\0\1", b"\x0a\0\0\2"
    )
    words = (20 + kept) // 4 << 12 | segment.flags
    tcp = struct.pack(">HHIIHHHH", segment.flow, 80, segment.seq, 7, words, 512, 0, 0)
    macs = w.frame(12, dst=0x525400000001, src=OTHER_END)
    head = macs + tag + b"\x08\0" + ip + tcp + OPTIONS[:kept]
    return head + bytes(segment.payload + segment.extra)


def record_of(segment, cut=96, **how):
    frame = frame_of(segment)
    return w.pcap_record(frame[:cut], len(frame), divmod(segment.ts_ns, 10**9), kind="ns", **how)


def capture_of(segments):
    """Give a classic capture in nanoseconds, cut at 96 bytes."""
    return w.pcap_header(kind="ns") + b"".join(map(record_of, segments))


def bulk(flow, count, payload=1448, step_ns=1000, start_ns=0):
    """Give consecutive segments of a flow."""
    return [
        Segment(start_ns + n * step_ns, flow, n * payload % 2**32, payload) for n in range(count)
    ]
