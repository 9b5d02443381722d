"""How far headers reach, by protocol, and what the driver makes linear for a checksum."""

import struct

import numpy as np
import pytest
from helpers import tunnels as w
from rxreplay.traces.decode import decode
from rxreplay.traces.headers import new_headers
from rxreplay.traces.reach import NEEDS, REACH, reaches

ETHERNET = np.array([1])
TCP = struct.pack(">HHIIHHI", 80, 5000, 7, 9, 0x8010, 512, 0) + bytes(12)  # 32 bytes
UDP = struct.pack(">HHHH", 80, 5000, 0, 0)
PAYLOAD = bytes(1000)
ARP = bytes(12) + b"\x08\x06" + bytes(46)
LLDP = bytes(12) + b"\x88\xcc" + bytes(46)
TAG = [0x8100]


def reach_of(frame, kept=None, mtu=1500, frame_len=None, *, partial=False):
    data, headers = np.frombuffer(frame, np.uint8), new_headers(1)
    cap_len = np.array([len(frame) if kept is None else kept])
    decode(data, np.zeros(1, np.int64), cap_len, ETHERNET, headers)
    out = np.full((2, 1), 99)
    reaches(np.array([frame_len or len(frame)]), headers, mtu, partial, out)
    return out[REACH, 0], out[NEEDS, 0]


@pytest.mark.parametrize(
    ("frame", "reach", "needs"),
    [
        (w.ethernet(w.ipv4(6, TCP + PAYLOAD)), 66, 52),
        (w.ethernet(w.ipv4(17, UDP + PAYLOAD)), 42, 42),
        (w.ethernet(w.ipv6(6, TCP + PAYLOAD)), 86, 72),
        (w.ethernet(w.ipv6(17, UDP + PAYLOAD)), 62, 62),
        (w.ethernet(w.ipv4(6, TCP + PAYLOAD), TAG), 70, 56),
        (w.ethernet(w.ipv4(1, PAYLOAD)), 42, 0),  # ICMP
        (w.ethernet(w.ipv4(2, PAYLOAD)), 42, 0),  # IGMP
        (w.ethernet(w.ipv6(58, PAYLOAD)), 62, 0),  # ICMPv6
        (w.ethernet(w.ipv4(50, PAYLOAD)), 34, 0),  # ESP: nobody here reads it
        (w.ethernet(w.ipv4(132, bytes(12) + PAYLOAD)), 46, 0),  # SCTP
        (w.ethernet(w.ipv4(17, UDP + PAYLOAD, fragment=0x2000)), 42, 0),
        (w.ethernet(w.ipv4(17, PAYLOAD, fragment=0x2001)), 34, 0),
        (ARP, 42, 0),
        (LLDP, 14, 0),
    ],
)
def test_headers_end_where_the_protocol_says(frame, reach, needs):
    assert reach_of(frame) == (reach, 0)
    assert reach_of(frame, partial=True) == (reach, needs)


@pytest.mark.parametrize(("above", "needs"), [(0, 0), (1, 54)])
def test_what_is_longer_than_the_mtu_was_left_to_be_segmented(above, needs):
    frame = w.ethernet(w.ipv4(6, TCP + PAYLOAD))
    assert reach_of(frame, frame_len=1514 + above) == (66, needs)
    assert reach_of(frame, mtu=1000 - above, frame_len=1014)[1] == needs


def test_udp_left_to_be_segmented_needs_its_header():
    assert reach_of(w.ethernet(w.ipv4(17, UDP + PAYLOAD)), frame_len=9000) == (42, 42)


@pytest.mark.parametrize(("kept", "reach"), [(48, 66), (47, 0), (34, 0), (33, 0), (14, 0), (13, 0)])
def test_headers_that_were_not_kept_are_not_guessed(kept, reach):
    assert reach_of(w.ethernet(w.ipv4(6, TCP + PAYLOAD)), kept)[0] == reach


def test_a_checksum_behind_what_was_kept_is_known_from_the_lengths():
    assert reach_of(w.ethernet(w.ipv4(6, TCP + PAYLOAD)), 36, partial=True) == (0, 52)
    assert reach_of(w.ethernet(w.ipv4(6, TCP + PAYLOAD)), 20, partial=True) == (0, 0)


def test_no_header_reaches_beyond_its_frame():
    assert reach_of(w.ethernet(w.ipv4(6, TCP)), frame_len=60)[0] == 60
