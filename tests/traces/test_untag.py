"""VLAN tags off frames."""

import pytest
from helpers.decapsulating import FLAGS, check, cuts_of, one, packets_of, rows_of, taken
from helpers.tunnels import EN10MB, INNER, TAGGED, UDP, ethernet, ipv4, ipv6, linked, udp, vxlan
from rxreplay.traces.decap import Decapsulator


@pytest.mark.parametrize(
    ("kinds", "got"),
    [
        (["vlan"], "untagged"),
        (["vlan", "vxlan"], "no_tunnel"),
        (["vxlan"], "no_tunnel"),
    ],
)
def test_tags_alone_are_no_tunnel(kinds, got):
    for frame in (INNER, TAGGED.data):
        expected = (INNER, len(INNER), EN10MB) if got == "untagged" else got
        assert one(frame, kinds) == expected


def test_tags_come_off_what_is_inside():
    outer = ethernet(ipv4(UDP, udp(4789, vxlan(TAGGED))), [0x8100])
    assert one(outer, ["vxlan"]) == (TAGGED.data, len(INNER) + 8, EN10MB)
    assert one(outer, ["vlan", "vxlan"]) == (INNER, len(INNER), EN10MB)


@pytest.mark.parametrize("link_type", [1, 113, 276, 104])
@pytest.mark.parametrize(
    "tags", [[], [0x8100], [0x88A8, 0x8100], [0x9100, 0x9100, 0x8100]], ids=len
)
def test_tags_come_off_each_link_type_that_has_some(link_type, tags):
    packet = ipv6(6, bytes(range(40)))
    frame, bare = linked(packet, link_type, tags), linked(packet, link_type, [])
    cuts = cuts_of(frame, link_type)
    check(cuts, ["vlan"])
    whole = len(frame) - len(packet)  # all of the header and the tags
    kept = range(whole - 4 * len(tags), len(bare) + 1)
    expected = [(bare[:size], len(bare), link_type) for size in kept]
    assert taken(cuts[whole:], ["vlan"])[0] == expected


def test_a_tag_that_was_cut_off_is_not_guessed():
    frame = TAGGED.data
    assert one(frame, ["vlan"], cap_len=13) == (frame[:13], len(frame), EN10MB)
    assert [one(frame, ["vlan"], cap_len=size) for size in (14, 17, 18, 21)] == ["cut"] * 4
    assert one(frame, ["vlan"], cap_len=22) == (INNER[:14], len(INNER), EN10MB)
    assert one(frame[:18], ["vlan"]) == (frame[:12] + frame[16:18], 14, EN10MB)  # was so short


def test_untagged_packets_lie_in_bytes_of_their_own_and_keep_their_addresses():
    outer = packets_of([(INNER, 90, 1), (TAGGED.data, 99, 1), (TAGGED.data, 7, 1), (b"", 0, 1)])
    before = outer.data.copy()
    packets, record = Decapsulator(["vlan"]).take(outer)
    assert rows_of(packets) == [(INNER, 90, 1), (INNER, 91, 1), (INNER, 0, 1), (b"", 0, 1)]
    assert (record.tolist(), packets.dst.tolist()) == ([0, 1, 2, 3], [7] * 4)
    assert packets.flags.tolist() == [FLAGS] * 4
    assert not packets.data.flags.writeable
    assert (outer.data == before).all()
    assert Decapsulator(["vlan"]).take(packets).packets.data is packets.data  # nothing to take off
