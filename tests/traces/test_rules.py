from ipaddress import ip_address

import pytest
from helpers.making_ends import BROADCAST, GUEST, IN, NOWHERE, OTHER, OUT, making_ends
from hypothesis import given
from hypothesis import strategies as st
from oracles import directions as oracle
from rxreplay.traces.decision import Decision, decision_text, read_decision
from rxreplay.traces.ends import parse_ip
from rxreplay.traces.rules import ByGuest, ByWay, Everything

MACS = st.sampled_from([-1, 0, GUEST, OTHER, 0x525400000001, BROADCAST, 0x01005E000001])
TEXTS = ["::", "0.0.0.0", "10.0.0.1", "10.0.0.2", "224.0.0.1", "255.255.255.255", "fe80::1"]
IPS = st.sampled_from([*TEXTS, "fe80:0:0:1::", "::fe80:0:0:1", "ff02::1", "::10.0.0.1"])
PACKETS = st.lists(st.tuples(MACS, MACS, IPS, IPS), max_size=20)
GUESTS = st.lists(MACS.filter(lambda mac: mac >= 0), max_size=3)
GUEST_IPS = st.lists(IPS.filter(lambda ip: int(ip_address(ip))), max_size=3)


@given(PACKETS, GUESTS, GUEST_IPS, st.sampled_from(["in", "out", "both"]))
def test_packets_of_guests_agree_with_the_oracle(packets, macs, ips, side):
    ends = making_ends(*(((dst, src), (dst_ip, src_ip)) for dst, src, dst_ip, src_ip in packets))
    rule = ByGuest(tuple(macs), tuple(map(parse_ip, ips)), side)
    known = [ip_address(ip) for ip in ips]
    expected = [
        oracle.takes((dst, src, ip_address(dst_ip), ip_address(src_ip)), macs, known, side)
        for dst, src, dst_ip, src_ip in packets
    ]
    assert rule.mask(ends).tolist() == expected


@pytest.mark.parametrize(
    ("packet", "received"),
    [
        (((GUEST, OTHER),), True),
        (((OTHER, GUEST),), False),
        (((BROADCAST, OTHER),), True),
        (((BROADCAST, GUEST),), False),
        (((BROADCAST, -1),), False),
        ((NOWHERE, ("10.0.0.1", "10.0.0.9")), True),
        ((NOWHERE, ("10.0.0.9", "10.0.0.1")), False),
        ((NOWHERE, ("224.0.0.251", "10.0.0.9")), True),
        ((NOWHERE, ("224.0.0.251", "10.0.0.1")), False),
        ((NOWHERE, ("224.0.0.251", "0.0.0.0")), False),
        (((BROADCAST, OTHER), ("10.0.0.9", "10.0.0.1")), False),
    ],
)
def test_what_a_guest_of_two_addresses_receives(packet, received):
    rule = ByGuest((GUEST,), (parse_ip("10.0.0.1"),))
    assert rule.mask(making_ends(packet)).tolist() == [received]


def test_ways_of_either_column():
    ends = making_ends(*(((1, 2), ("::", "::"), flagged, 3 - flagged) for flagged in (IN, OUT)))
    assert ByWay("flagged", IN).mask(ends).tolist() == [True, False]
    assert ByWay("cooked", IN).mask(ends).tolist() == [False, True]
    assert Everything().mask(ends).tolist() == [True, True]


RULES = st.just(Everything()) | st.builds(
    ByWay, st.sampled_from(["flagged", "cooked"]), st.sampled_from([IN, OUT])
)
RULES |= st.builds(
    ByGuest,
    GUESTS.map(tuple),
    GUEST_IPS.map(lambda ips: tuple(map(parse_ip, ips))),
    st.sampled_from(["in", "out", "both"]),
)


@given(st.none() | st.builds(Decision, RULES, st.text(), st.text()))
def test_a_decision_comes_back_from_its_text(decision):
    assert read_decision(decision_text(decision)) == decision
