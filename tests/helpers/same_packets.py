"""The same packets in other files: cut, split, compressed, of another format, through a pipe."""

import gzip
import io
from functools import partial
from typing import NamedTuple

import lz4.frame
import zstandard
from helpers.dripping import Dripping
from oracles import capture_writer as w


class Packet(NamedTuple):
    """A packet, whole; `micros` is its time."""

    frame: bytes
    micros: int


class Shape(NamedTuple):
    """How a file keeps packets: its format, bytes of each, compression, and how it is given."""

    format: str
    snaplen: int | None
    packing: str
    way: str


def as_pcap(packets, link_type, snaplen, order, kind):
    records = [
        w.pcap_record(
            packet.frame[:snaplen],
            len(packet.frame),
            (packet.micros // 10**6, packet.micros % 10**6 * (1000 if kind == "ns" else 1)),
            order,
            kind,
        )
        for packet in packets
    ]
    head = w.pcap_header(order, kind, snaplen=snaplen or 262_144, network=link_type)
    return head + b"".join(records)


def as_pcapng(packets, link_type, snaplen, order, tsresol):
    ticks = 1000 if tsresol == 9 else 1
    blocks = [
        w.enhanced(packet.frame[:snaplen], len(packet.frame), packet.micros * ticks, order=order)
        for packet in packets
    ]
    head = w.section(order) + w.interface(link_type, snaplen or 0, tsresol, order=order)
    return head + b"".join(blocks)


def as_snoop(packets, link_type, snaplen):
    records = [
        w.snoop_record(packet.frame[:snaplen], len(packet.frame), divmod(packet.micros, 10**6))
        for packet in packets
    ]
    return w.snoop_header(datalink={1: 4, 0: 14}[link_type]) + b"".join(records)


FORMATS = {
    **{f"pcap {o} {k}": partial(as_pcap, order=o, kind=k) for o in "<>" for k in w.MAGIC},
    **{f"pcapng {o} us": partial(as_pcapng, order=o, tsresol=None) for o in "<>"},
    **{f"pcapng {o} ns": partial(as_pcapng, order=o, tsresol=9) for o in "<>"},
    "snoop": as_snoop,
}
PACKINGS = {
    "plain": bytes,
    "gzip": gzip.compress,
    "zstd": lambda data: zstandard.ZstdCompressor().compress(data),
    "lz4": lz4.frame.compress,
}
PLAIN = Shape("pcap < us", None, "plain", "path")


def sources(packets, link_type, parts, folder):
    """Give what `compare` is to be given: `parts` are shapes, each with where its packets end."""
    given, start = [], 0
    for number, (shape, end) in enumerate(parts):
        data = FORMATS[shape.format](packets[start:end], link_type, shape.snaplen)
        start = end
        data = PACKINGS[shape.packing](data)
        if shape.way == "path":
            path = folder / f"{number}.whatever"
            path.write_bytes(data)
            given.append(path)
        else:
            given.append(io.BytesIO(data) if shape.way == "seekable" else Dripping(data, 1000))
    return given
