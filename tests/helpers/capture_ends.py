"""The ends of the first packets of a capture file, read slowly: frames, link types and flags."""

import struct
from itertools import islice

import numpy as np
from oracles.pcap_reader import read_snoop
from rxreplay.traces.decode import decode
from rxreplay.traces.ends import Ends, find_ends, flagged_ways
from rxreplay.traces.headers import new_headers
from rxreplay.traces.inflate import PlainReader, inflate
from rxreplay.traces.sniff import HEAD, compression_of

BIG = (b"\xa1\xb2\xc3\xd4", b"\xa1\xb2\x3c\x4d", b"\xa1\xb2\xcd\x34")
MODIFIED = (b"\x34\xcd\xb2\xa1", b"\xa1\xb2\xcd\x34")
EPB_FLAGS = 2


def contents(path):
    """Give the decompressed bytes of a file."""
    with path.open("rb", buffering=0) as stream:
        plain = PlainReader(stream, str(path))
        reader = inflate(plain, compression_of(plain.peek(HEAD)))
        parts = []
        while part := reader.read(1 << 20):
            parts.append(bytes(part))
        reader.close()
    return b"".join(parts)


def packets(data):
    """Give frame, link type and flags of each packet."""
    if data[:5] == b"snoop":
        return ((packet.frame, packet.link_type, 0) for packet in read_snoop(data).packets)
    return pcapng_packets(data) if data[:4] == b"\n\r\r\n" else pcap_packets(data)


def pcap_packets(data):
    order = ">" if data[:4] in BIG else "<"
    major, minor, *_, network = struct.unpack_from(order + "HHIIII", data, 4)
    header_len, at = 24 if data[:4] in MODIFIED else 16, 24
    while at + header_len <= len(data):
        lengths = struct.unpack_from(order + "II", data, at + 8)
        cap_len = lengths[(major, minor) < (2, 3)]
        at += header_len
        if cap_len > 262_144 or at + cap_len > len(data):
            return
        yield data[at : at + cap_len], network & 0xFFFF, 0
        at += cap_len


def flags_of(order, options):
    """Find the flags among the options of a packet."""
    while len(options) >= 4:
        code, length = struct.unpack_from(order + "HH", options)
        if code == EPB_FLAGS and length == 4 and len(options) >= 8:
            return struct.unpack_from(order + "I", options, 4)[0]
        options = options[4 + (length + 3) // 4 * 4 :] if code else b""
    return 0


def pcapng_packets(data):
    at, order, links = 0, "<", []
    while at + 12 <= len(data):
        if data[at : at + 4] == b"\n\r\r\n":
            order, links = ">" if data[at + 8] == 0x1A else "<", []
        kind, length = struct.unpack_from(order + "II", data, at)
        if length < 12 or length % 4 or at + length > len(data):
            return
        body = data[at + 8 : at + length - 4]
        at += length
        if kind == 1:
            links.append(struct.unpack_from(order + "H", body)[0])
        elif kind == 3:
            yield body[4:][: struct.unpack_from(order + "I", body)[0]], links[0], 0
        elif kind in (2, 6):
            number = struct.unpack_from(order + ("I" if kind == 6 else "H"), body)[0]
            cap_len = struct.unpack_from(order + "I", body, 12)[0]
            flags = flags_of(order, body[20 + (cap_len + 3) // 4 * 4 :])
            yield body[20 : 20 + cap_len], links[number], flags


def ends_of(found):
    """Give the ends of packets, each a frame, its link type and its flags."""
    frames, links, flags = (
        (list(column) for column in zip(*found, strict=True)) if found else 3 * [[]]
    )
    cap_len = np.array([len(frame) for frame in frames], np.int64)
    where = (
        np.frombuffer(b"".join(frames) + b"\0", np.uint8),
        cap_len.cumsum() - cap_len,
        cap_len,
        np.array(links or [0], np.int64),
    )
    headers = new_headers(len(frames))
    decode(*where, headers)
    macs = [
        [
            int.from_bytes(frame[at : at + 6], "big") if link == 1 and len(frame) >= at + 6 else -1
            for frame, link in zip(frames, links, strict=True)
        ]
        for at in (0, 6)
    ]
    ways = flagged_ways(np.array(flags, np.int64))
    cooked, ip = find_ends(*where, headers)
    return Ends(ways, cooked, *np.array(macs, np.int64).reshape(2, -1), ip)


def ends_of_file(path, count=65_536):
    """Give the ends of the first packets of a capture."""
    return ends_of(list(islice(packets(contents(path)), count)))
