import struct

import numpy as np
import pytest
from rxreplay.traces.decode import decode
from rxreplay.traces.gro_fields import gro_fields
from rxreplay.traces.headers import new_headers

RAW = np.array([101])
OPTIONS = bytes.fromhex("0101080a 00000001 00000002")


def tcp(options=OPTIONS, ack=9, window=512, seq=7, flags=0x10):
    words = (20 + len(options)) // 4
    return struct.pack(">HHIIHHI", 80, 5000, seq, ack, words << 12 | flags, window, 0) + options


def v4(payload, tos=0, df=0x4000, ttl=64, ip_id=0, protocol=6):
    length = 20 + len(payload)
    head = struct.pack(">BBHHHBBH", 0x45, tos, length, ip_id, df, ttl, protocol, 0)
    return head + bytes([10, 0, 0, 1, 10, 0, 0, 2]) + payload


def v6(payload, first=0x60000000, hop_limit=64):
    return struct.pack(">IHBB", first, len(payload), 6, hop_limit) + bytes(32) + payload


def hashes(packets, kept=None):
    lengths = np.array([len(packet) for packet in packets], np.int64)
    at, headers = lengths.cumsum() - lengths, new_headers(len(packets))
    cap_len = lengths if kept is None else np.minimum(lengths, kept)
    data, alike = np.frombuffer(b"".join(packets), np.uint8), np.full(len(packets), 99)
    decode(data, at, cap_len, RAW, headers)
    gro_fields(data, at, cap_len, headers, alike)
    return alike.tolist()


def of(packet, kept=None):
    return hashes([packet], kept)[0]


@pytest.mark.parametrize(
    "other",
    [
        v4(tcp(ack=10)),
        v4(tcp(window=511)),
        v4(tcp(options=OPTIONS[:-1] + b"\3")),
        v4(tcp(options=b"")),
        v4(tcp(), tos=2),
        v4(tcp(), df=0),
        v4(tcp(), ttl=63),
    ],
    ids=["ack", "window", "timestamp", "options", "tos", "df", "ttl"],
)
def test_what_must_be_the_same(other):
    assert of(v4(tcp())) != of(other)


@pytest.mark.parametrize(
    "other",
    [v4(tcp(seq=8)), v4(tcp() + bytes(100)), v4(tcp(flags=0x18)), v4(tcp(), ip_id=1)],
    ids=["seq", "payload", "flags", "id"],
)
def test_what_may_differ(other):
    assert of(v4(tcp())) == of(other) != 0


@pytest.mark.parametrize(
    "other",
    [v6(tcp(), first=0x60000001), v6(tcp(), first=0x60200000), v6(tcp(), hop_limit=63)],
    ids=["flow label", "traffic class", "hop limit"],
)
def test_what_must_be_the_same_in_ipv6(other):
    assert of(v6(tcp())) == of(v6(tcp(seq=8))) != of(other)


@pytest.mark.parametrize("kept", [0, 20, 34, 39])
def test_too_little_was_kept(kept):
    assert of(v4(tcp()), kept) == 0


def test_not_tcp():
    assert of(v4(bytes(40), protocol=17)) == 0


@pytest.mark.parametrize("kept", range(40, 53))
def test_options_count_as_far_as_they_were_kept(kept):
    other = v4(tcp(options=OPTIONS[:8] + bytes(4)))
    assert (of(v4(tcp()), kept) == of(other, kept)) == (kept < 52)
