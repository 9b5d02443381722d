"""A slow reader of pcap, pcapng and snoop, one object a packet; it imports nothing it checks."""

import struct
from dataclasses import dataclass, field
from fractions import Fraction

MAGICS = {  # magic: byte order, ticks a second, bytes of a record header
    b"\xd4\xc3\xb2\xa1": ("<", 10**6, 16),
    b"\xa1\xb2\xc3\xd4": (">", 10**6, 16),
    b"\x4d\x3c\xb2\xa1": ("<", 10**9, 16),
    b"\xa1\xb2\x3c\x4d": (">", 10**9, 16),
    b"\x34\xcd\xb2\xa1": ("<", 10**6, 24),
    b"\xa1\xb2\xcd\x34": (">", 10**6, 24),
}

BYTE_ORDERS = {b"\x1a\x2b\x3c\x4d": ">", b"\x4d\x3c\x2b\x1a": "<"}


@dataclass(frozen=True)
class Packet:
    ts_ns: int | None
    wire_len: int
    cap_len: int
    dst: int
    src: int
    frame: bytes = field(default=b"", compare=False)
    link_type: int = field(default=1, compare=False)
    flags: int = field(default=0, compare=False)
    queue: int = field(default=-1, compare=False)


@dataclass
class Reading:
    packets: list[Packet] = field(default_factory=list)
    end: str = "whole"  # or cut, damaged, refused


def addresses(frame, ethernet):
    dst = int.from_bytes(frame[:6], "big") if ethernet and len(frame) >= 6 else -1
    src = int.from_bytes(frame[6:12], "big") if ethernet and len(frame) >= 12 else -1
    return dst, src


def cap_limit(snaplen):
    return min(max(262_144, snaplen), 16 * 2**20)


def read(data):
    if data[:4] == b"\n\r\r\n":
        return read_pcapng(data)
    if data[:4] in MAGICS and len(data) >= 24:
        return read_pcap(data)
    if data[:8] == b"snoop\0\0\0" and len(data) >= 16:
        return read_snoop(data)
    return Reading(end="refused")


def read_pcap(data):
    reading = Reading()
    order, ticks, header_len = MAGICS[data[:4]]
    major, minor, _, _, snaplen, network = struct.unpack(order + "HHIIII", data[4:24])
    if major != 2 and (major, minor) != (543, 0):
        return Reading(end="refused")
    pos = 24
    while pos < len(data):
        header = data[pos : pos + header_len]
        if len(header) < header_len:
            reading.end = "cut"
            break
        seconds, fraction, cap_len, wire_len = struct.unpack(order + "IIII", header[:16])
        turned = (major, minor) in [(2, 0), (2, 1), (2, 2), (543, 0)]
        if turned or ((major, minor) == (2, 3) and cap_len > wire_len):
            cap_len, wire_len = wire_len, cap_len
        if cap_len > cap_limit(snaplen):
            reading.end = "damaged"
            break
        frame = data[pos + header_len : pos + header_len + cap_len]
        if len(frame) < cap_len:
            reading.end = "cut"
            break
        ns = seconds * 10**9 + fraction * (10**9 // ticks)
        pair = addresses(frame, network & 0xFFFF == 1)
        reading.packets.append(Packet(ns, wire_len, cap_len, *pair, frame, network & 0xFFFF))
        pos += header_len + cap_len
    return reading


def fits(ns):
    return ns if ns is not None and -(2**63) < ns < 2**63 else None


def to_ns(ticks, tsresol, tsoffset):
    base = 2 if tsresol & 0x80 else 10
    return int(Fraction(ticks * 10**9, base ** (tsresol & 0x7F))) + tsoffset * 10**9


def read_options(order, data):
    options = {}
    while len(data) >= 4:
        code, length = struct.unpack(order + "HH", data[:4])
        if code == 0:
            break
        if len(data) < 4 + length:
            return None
        options[code] = data[4 : 4 + length]
        data = data[4 + (length + 3) // 4 * 4 :]
    return options


def read_interface(order, body):
    if len(body) < 8:
        return None
    link_type, _, snaplen = struct.unpack(order + "HHI", body[:8])
    options = read_options(order, body[8:])
    if options is None:
        return None
    tsresol, tsoffset = options.get(9, b"\x06"), options.get(14, bytes(8))
    if len(tsresol) < 1 or len(tsoffset) < 8:
        return None
    fcs_len = int.from_bytes(options.get(13, b"")[:1], "big") & 15
    return link_type, snaplen, tsresol[0], struct.unpack(order + "q", tsoffset[:8])[0], fcs_len


def read_notes(order, data, fcs_len):
    """Give flags and queue of a packet; of options that do not fit, those before them count."""
    flags, queue = 0, -1
    while len(data) >= 4:
        code, length = struct.unpack(order + "HH", data[:4])
        if code == 0 or len(data) < 4 + length:
            break
        if length == 4 and code == 2:
            flags |= struct.unpack(order + "I", data[4:8])[0]
        if length == 4 and code == 6:
            queue = struct.unpack(order + "I", data[4:8])[0]
        data = data[4 + (length + 3) // 4 * 4 :]
    return flags if flags >> 5 & 15 else flags | fcs_len << 5, queue


def read_packet(order, kind, body, interfaces, claimed):
    if kind == 3:
        if claimed < 16 or not interfaces:
            return None
        link_type, snaplen, *_ = interfaces[0]
        (wire_len,) = struct.unpack(order + "I", body[:4])
        cap_len = min(wire_len, claimed - 16, snaplen or wire_len)  # what pads it is no packet's
        number, ticks, frame, options = 0, None, body[4 : 4 + cap_len], b""
    else:
        if len(body) < 20:
            return None
        number, high, low, cap_len, wire_len = struct.unpack(order + "IIIII", body[:20])
        if kind == 2:
            (number,) = struct.unpack(order + "H", body[:2])
        ticks, frame = (high << 32) | low, body[20 : 20 + cap_len]
        options = body[20 + (cap_len + 3) // 4 * 4 :]
    if number >= len(interfaces) or len(frame) < cap_len:
        return None
    link_type, snaplen, tsresol, tsoffset, fcs_len = interfaces[number]
    if cap_len > cap_limit(snaplen):
        return None
    ns = None if ticks is None else fits(to_ns(ticks, tsresol, tsoffset))
    pair = addresses(frame, link_type == 1)
    notes = read_notes(order, options, fcs_len)
    return Packet(ns, wire_len, cap_len, *pair, frame, link_type, *notes)


def read_pcapng(data):
    reading, pos, order, interfaces = Reading(), 0, "<", []
    while pos < len(data):
        if len(data) - pos < 12:
            reading.end = "cut"
            return reading
        is_section = data[pos : pos + 4] == b"\n\r\r\n"
        if is_section:
            order = BYTE_ORDERS.get(data[pos + 8 : pos + 12])
        reading.end = "damaged"
        if order is None:
            return reading
        kind, claimed = struct.unpack(order + "II", data[pos : pos + 8])
        length = -(-claimed // 4) * 4
        if length < 12 or length > 16 * 2**20:
            return reading
        block = data[pos : pos + length]
        if len(block) < length:
            reading.end = "cut"
            return reading
        if -(-struct.unpack(order + "I", block[-4:])[0] // 4) * 4 != length:
            return reading
        body = block[8:-4]
        if is_section:
            if len(body) < 16 or struct.unpack(order + "HH", body[4:8]) not in [(1, 0), (1, 2)]:
                return reading
            interfaces = []
        elif kind == 1:
            interface = read_interface(order, body)
            if interface is None:
                return reading
            interfaces.append(interface)
        elif kind in (2, 3, 6):
            packet = read_packet(order, kind, body, interfaces, claimed)
            if packet is None:
                return reading
            reading.packets.append(packet)
        reading.end = "whole"
        pos += length
    return reading


SNOOP_LINKS = {0: 1, 2: 6, 4: 1, 8: 10, 9: 0, 14: 0, 16: 122, 18: 123, 2**31 + 5: 226}
SHOMITI_LINKS = {0: 1, 2: 6, 4: 1, 8: 10, 10: 1, 11: 6, 12: 1, 13: 6, 14: 6, 19: 1}


def read_snoop(data):
    version, datalink = struct.unpack(">II", data[8:16])
    first = struct.unpack(">6I", data[16:40]) if len(data) >= 40 else (0, 0, 0)
    shomiti = first[2] - 24 - first[1] >= 16
    link_type = (SHOMITI_LINKS if shomiti else SNOOP_LINKS).get(datalink)
    if version not in (2, 3, 4, 5) or link_type is None:
        return Reading(end="refused")
    reading, data = Reading(), data[16:]
    while data:
        if len(data) < 24:
            reading.end = "cut"
            break
        wire_len, cap_len, length, _drops, seconds, micros = struct.unpack(">6I", data[:24])
        if max(wire_len, cap_len) > 262_144 or not 24 + cap_len <= length <= 16 * 2**20:
            reading.end = "damaged"
            break
        if len(data) < length:
            reading.end = "cut"
            break
        frame = data[24 : 24 + cap_len]
        pair = addresses(frame, link_type == 1)
        ns = seconds * 10**9 + micros * 1000
        reading.packets.append(Packet(ns, wire_len, cap_len, *pair, frame, link_type))
        data = data[length:]
    return reading
