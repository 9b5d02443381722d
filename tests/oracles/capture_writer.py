"""Writes small captures of every kind, with struct; sound ones and others."""

import struct

MAGIC = {"us": 0xA1B2C3D4, "ns": 0xA1B23C4D, "modified": 0xA1B2CD34}


def pcap_header(order="<", kind="us", version=(2, 4), snaplen=262_144, network=1):
    return struct.pack(order + "IHHIIII", MAGIC[kind], *version, 0, 0, snaplen, network)


def pcap_record(
    frame=b"", wire_len=None, time=(0, 0), order="<", kind="us", cap_len=None, turned=False
):
    size = len(frame)
    lengths = [size if cap_len is None else cap_len, size if wire_len is None else wire_len]
    if turned:
        lengths.reverse()
    extra = bytes(8) if kind == "modified" else b""
    return struct.pack(order + "IIII", *time, *lengths) + extra + frame


def pcap(lengths=(60, 1514, 0), order="<", kind="us", **header):
    version = header.get("version", (2, 4))
    records = [
        pcap_record(frame(n), time=(n, n), order=order, kind=kind, turned=version < (2, 3))
        for n in lengths
    ]
    return pcap_header(order, kind, **header) + b"".join(records)


def frame(length, dst=0x525400000001, src=0x525400000002):
    return (dst.to_bytes(6, "big") + src.to_bytes(6, "big") + bytes(length))[:length]


def block(kind, body, order="<"):
    body += bytes(-len(body) % 4)
    length = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + length + body + length


def section(order="<", version=(1, 0)):
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, *version, -1), order)


def option(code, value, order="<"):
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def interface(link_type=1, snaplen=0, tsresol=None, tsoffset=None, fcs_len=None, order="<"):
    body = struct.pack(order + "HHI", link_type, 0, snaplen) + option(2, b"eth0", order)
    if tsresol is not None:
        body += option(9, bytes([tsresol]), order)
    if fcs_len is not None:
        body += option(13, bytes([fcs_len]), order)
    if tsoffset is not None:
        body += option(14, struct.pack(order + "q", tsoffset), order)
    return block(1, body + option(0, b"", order), order)


def enhanced(frame=b"", wire_len=None, ticks=0, number=0, order="<", cap_len=None, options=b""):
    words = struct.pack(
        order + "IIIII",
        number,
        ticks >> 32,
        ticks & 0xFFFFFFFF,
        len(frame) if cap_len is None else cap_len,
        len(frame) if wire_len is None else wire_len,
    )
    padded = frame + bytes(-len(frame) % 4)
    return block(6, words + padded + (options or option(0, b"", order)), order)


def notes(order="<", flags=None, queue=None):
    """Give options of a packet."""
    pairs = [(code, value) for code, value in ((2, flags), (6, queue)) if value is not None]
    return b"".join(option(code, struct.pack(order + "I", value), order) for code, value in pairs)


def old_packet(frame=b"", wire_len=None, ticks=0, number=0, order="<", options=b""):
    words = struct.pack(
        order + "HHIIII",
        number,
        7,
        ticks >> 32,
        ticks & 0xFFFFFFFF,
        len(frame),
        len(frame) if wire_len is None else wire_len,
    )
    return block(2, words + frame + (bytes(-len(frame) % 4) + options if options else b""), order)


def simple(frame=b"", wire_len=None, order="<"):
    length = len(frame) if wire_len is None else wire_len
    return block(3, struct.pack(order + "I", length) + frame, order)


def pcapng(lengths=(60, 1514, 0), order="<"):
    packets = [enhanced(frame(n), ticks=n * 1_000_001, order=order) for n in lengths]
    return section(order) + interface(order=order) + b"".join(packets)
