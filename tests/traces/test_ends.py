from ipaddress import ip_address

import numpy as np
import pytest
from helpers.capture_ends import ends_of
from helpers.frames import LINK_TYPES, frames
from hypothesis import given
from hypothesis import strategies as st
from oracles import directions as oracle
from rxreplay.traces.ends import (
    flagged_ways,
    format_ip,
    ip_number,
    is_group_ip,
    is_known_ip,
    join_ends,
    no_ends,
    parse_ip,
    words,
)

EDGES = ["0.0.0.0", "10.0.0.1", "223.255.255.255", "224.0.0.0", "239.255.255.255", "240.0.0.0"]
EDGES += [
    "255.255.255.254",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "feff::1",
    "ff00::",
    "ff02::1",
]
EDGES += ["8000::", "7fff::", "::8000:0:0:0", "2001:db8::ffff:224.0.0.1"]
ADDRESSES = st.sampled_from(EDGES) | st.ip_addresses().map(str)
ARP = (
    bytes(12)
    + b"\x08\x06\0\1\x08\0\x06\x04\0\1"
    + bytes(6)
    + b"\x0a\0\0\1"
    + bytes(6)
    + b"\x0a\0\0\2"
)


def number_of(address):
    """Give what stands for an address, or for none."""
    return 0 if address is None else parse_ip(str(address))


def check(frames_of_one, link_type):
    got = ends_of([(frame, link_type, 0) for frame in frames_of_one])
    pairs = [oracle.ends(frame, link_type) for frame in frames_of_one]
    for end in (0, 1):
        found = [ip_number(*pair) for pair in got.ip[2 * end : 2 * end + 2].T.tolist()]
        assert found == [number_of(pair[end]) for pair in pairs]
    assert got.cooked.tolist() == [oracle.way(frame, link_type) for frame in frames_of_one]


@pytest.mark.parametrize("link_type", LINK_TYPES)
@given(st.data())
def test_ends_of_frames_cut_at_each_byte_agree_with_the_oracle(link_type, data):
    frame = data.draw(frames(link_type))
    check([frame[:cut] for cut in range(len(frame) + 1)], link_type)


@pytest.mark.parametrize("changed", [0, 14, 15, 16, 17, 18, 19])
def test_arp_counts_where_it_is_of_ipv4_over_ethernet(changed):
    frame = bytearray(ARP)
    frame[changed] ^= 1
    check([bytes(frame[:cut]) for cut in range(len(frame) + 1)], 1)


def test_arp_says_who_asks_and_who_is_asked_for():
    dst_high, dst_low, src_high, src_low = ends_of([(ARP, 1, 0)]).ip[:, 0].tolist()
    assert format_ip(ip_number(dst_high, dst_low)) == "10.0.0.2"
    assert format_ip(ip_number(src_high, src_low)) == "10.0.0.1"


@pytest.mark.parametrize(("link_type", "at"), [(113, 1), (276, 10)])
def test_packet_types_of_cooked_frames(link_type, at):
    made = [bytes(at) + bytes([kind]) + bytes(20) for kind in (0, 1, 2, 3, 4, 5, 6, 7, 255)]
    check(made, link_type)
    ways = ends_of([(frame, link_type, 0) for frame in made]).cooked.tolist()
    assert ways == [1, 1, 1, 1, 2, 0, 0, 0, 0]
    check([made[4][:cut] for cut in range(len(made[4]) + 1)], link_type)


def test_flags_of_two_bits_have_two_ways():
    flags = np.array([0, 1, 2, 3, 0xFFFFFFFD, 0xFFFFFFFE, 0xFFFFFFFC])
    assert flagged_ways(flags).tolist() == [0, 1, 2, 0, 1, 2, 0]


@given(ADDRESSES)
def test_addresses_keep_their_text_and_their_kind(text):
    number = parse_ip(text)
    high, low = words([number])
    assert ip_number(int(high[0]), int(low[0])) == number
    assert parse_ip(format_ip(number)) == number
    assert bool(is_known_ip(high, low)[0]) == (int(ip_address(text)) != 0)
    mapped = getattr(ip_address(text), "ipv4_mapped", None)
    assert bool(is_group_ip(high, low)[0]) == oracle.is_group_ip(mapped or ip_address(text))


@pytest.mark.parametrize("text", ["", "10.0.0", "10.0.0.1/8", "52:54:00:12:34:56", "::g"])
def test_what_is_no_address_is_said(text):
    with pytest.raises(ValueError, match="is not an IP address; write it as "):
        parse_ip(text)


def test_joined_ends_share_nothing_with_their_parts():
    part = no_ends(2)
    joined = join_ends([part, part])
    part.dst[:] = 7
    assert joined.dst.tolist() == [-1] * 4
    assert joined.ip.shape == (4, 4)
    assert join_ends([]).ip.shape == (4, 0)
