"""How long packets inside others are: padding, wrong lengths, fragments."""

import pytest
from helpers.decapsulating import check, cuts_of, in_gre, in_vxlan, one, taken
from helpers.tunnels import (
    EN10MB,
    FRAME,
    GRE,
    INNER,
    RAW,
    UDP,
    V4,
    V6,
    Inside,
    erspan,
    ethernet,
    gre,
    ipv4,
    ipv6,
    udp,
    vxlan,
)
from oracles import decapsulation as oracle


@pytest.mark.parametrize(("over", "extra"), [(0, 0), (1, 0), (64, 0), (65, 65), (9000, 9000)])
def test_padding_and_fcs_do_not_count_and_more_is_no_padding(over, extra):
    for frame in (in_vxlan(), in_gre()):
        got = one(frame, ["vxlan", "gre"], over=over, cap_len=len(frame))
        assert got == (INNER, len(INNER) + extra, EN10MB)


@pytest.mark.parametrize("total", [0, 19, 20 + 30, 0xFFFF])
def test_where_lengths_are_wrong_what_is_left_counts(total):
    """Such as 0 of a super-packet."""
    inside = Inside(ethernet(ipv4(6, bytes(range(90)))))
    padded = (inside.data + b"\xdd" * 4, len(inside.data) + 4, EN10MB)
    frame = ethernet(ipv4(GRE, gre(inside), total=total)) + b"\xdd" * 4
    assert one(frame, ["gre"]) == padded
    unsaid = ethernet(ipv4(UDP, udp(4789, vxlan(inside), 0), total=total)) + b"\xdd" * 4
    assert one(unsaid, ["vxlan"]) == padded
    said = ethernet(ipv4(UDP, udp(4789, vxlan(inside)), total=total)) + b"\xdd" * 4
    assert one(said, ["vxlan"]) == (inside.data, len(inside.data), EN10MB)


@pytest.mark.parametrize(("total", "got"), [(19, (V4.data, 50, RAW)), (20, "no_tunnel")])
def test_ip_is_believed_where_its_header_fits(total, got):
    assert one(ethernet(ipv4(GRE, gre(V4), total=total)), ["gre"]) == got


SIZE = 16 + len(INNER)  # of a datagram


@pytest.mark.parametrize(
    ("said", "padding", "extra"),
    [
        (SIZE, 0, 0),
        (SIZE, 64, 0),
        (SIZE, 65, 65),
        (SIZE - 1, 64, 64),
        (SIZE - 1, 63, -1),
        (SIZE + 1, 0, 0),
        (0, 30, 30),
    ],
)
def test_udp_is_believed_where_it_leaves_64_bytes_or_less(said, padding, extra):
    datagram = udp(4789, vxlan(FRAME), said) + b"\xdd" * padding
    size = len(INNER) + extra
    expected = ((INNER + b"\xdd" * padding)[:size], size, EN10MB)
    assert one(ethernet(ipv4(UDP, datagram)), ["vxlan"]) == expected


@pytest.mark.parametrize(("said", "size"), [(15, 2), (16, 0), (17, 1)])
def test_udp_is_believed_where_the_header_of_the_tunnel_fits(said, size):
    datagram = udp(4789, vxlan(Inside(b"\x02\0")), said)
    assert one(ethernet(ipv4(UDP, datagram)), ["vxlan"]) == (b"\x02\0"[:size], size, EN10MB)


PIECE = 16 + 40  # bytes that a fragment carries: not all of the frame


@pytest.mark.parametrize("more", [lambda data: data, lambda data: data + b"\xdd" * 4])
def test_the_first_fragment_stands_for_the_datagram(more):
    datagram = udp(4789, vxlan(FRAME))[:PIECE]
    first = more(ethernet(ipv4(UDP, datagram, fragment=0x2000)))
    assert one(first, ["vxlan"]) == (INNER[:40], len(INNER), EN10MB)
    sixth = more(ethernet(ipv6(UDP, datagram, [b"\0\0\0\1" + bytes(4)])))
    assert one(sixth, ["vxlan"]) == (INNER[:40], len(INNER), EN10MB)
    unsaid = ethernet(ipv4(UDP, udp(4789, vxlan(FRAME), 0)[:PIECE], fragment=0x2000))
    assert one(unsaid, ["vxlan"]) == (INNER[:40], len(INNER), EN10MB)
    mirrored = more(ethernet(ipv4(GRE, gre(FRAME)[:44], fragment=0x2000)))
    assert one(mirrored, ["gre"]) == (INNER[:40], len(INNER), EN10MB)


def test_first_fragments_cut_at_each_byte_agree_with_the_oracle():
    for protocol, body in ((UDP, udp(4789, vxlan(FRAME), 0)), (GRE, gre(FRAME)), (GRE, gre(V6))):
        frame = ethernet(ipv4(protocol, body[:PIECE], fragment=0x2000))
        assert check(cuts_of(frame, EN10MB), ["vxlan", "gre"])[oracle.TAKEN] >= 40


def test_a_mirrored_frame_in_fragments_is_as_long_as_its_ip_header_says():
    first = ethernet(ipv4(GRE, erspan(FRAME, 2)[:PIECE], fragment=0x2000))
    assert one(first, ["erspan"]) == (INNER[:40], len(INNER), EN10MB)


@pytest.mark.parametrize(("less", "size"), [(0, 54), (1, 114)])
def test_ip_inside_is_asked_only_where_udp_says_too_little(less, size):
    datagram = udp(4789, vxlan(Inside(ethernet(ipv4(6, bytes(20), total=100)))))
    said = datagram[:4] + (len(datagram) - less).to_bytes(2, "big") + datagram[6:]
    frame = ethernet(ipv6(UDP, said, [bytes(8)]))  # the only fragment
    assert one(frame, ["vxlan"])[1] == size


def test_a_whole_packet_behind_a_first_fragment_is_not_made_longer():
    first = ethernet(ipv4(GRE, gre(FRAME)[:44], fragment=0x2000))
    whole = in_vxlan(Inside(ethernet(ipv4(6, bytes(20), total=100))))
    rows = [(frame, len(frame), EN10MB) for frame in (first, whole, whole)]
    assert [row[1] for row in taken(rows, ["gre", "vxlan"])[0]] == [len(INNER), 54, 54]


def test_a_first_fragment_whose_frame_says_no_length_is_as_long_as_it_came():
    arp = Inside(bytes(12) + b"\x08\x06" + bytes(46))
    for inside in (
        arp,
        Inside(INNER[:14] + bytes(60)),
        Inside(ethernet(ipv6(6, bytes(40), total=0))),
    ):
        first = ethernet(ipv4(GRE, gre(inside)[:44], fragment=0x2000))
        assert one(first, ["gre"]) == (inside.data[:40], 40, EN10MB)


@pytest.mark.parametrize("ip_len", [-1, 0, 1])
def test_what_ip_inside_says_counts_where_it_is_more(ip_len):
    packet = ipv4(6, bytes(40), total=26 + ip_len)
    first = ethernet(ipv4(GRE, gre(Inside(ethernet(packet)))[:44], fragment=0x2000))
    assert one(first, ["gre"])[1] == 40 + max(ip_len, 0)


@pytest.mark.parametrize(
    ("protocol", "kinds"), [(UDP, ["vxlan"]), (GRE, ["gre"]), (GRE, ["erspan"])]
)
def test_later_fragments_are_left_out_and_are_no_tunnel_where_none_could_be(protocol, kinds):
    later = [ipv4(protocol, bytes(64), fragment=word) for word in (1, 0x2001)]
    later.append(ipv6(protocol, bytes(64), [b"\0\0\0\x08" + bytes(4)]))
    for packet in later:
        assert one(ethernet(packet), kinds) == "fragment"
        assert one(ethernet(packet), ["geneve"] if protocol == GRE else ["gre"]) == "no_tunnel"


def test_later_fragments_inside_are_the_guests_unless_they_are_of_gre():
    for protocol, kept in ((UDP, True), (6, True), (GRE, False)):
        inside = Inside(ethernet(ipv4(protocol, bytes(64), fragment=1)))
        got = one(in_vxlan(inside), ["vxlan", "gre"])
        assert got == ((inside.data, len(inside.data), EN10MB) if kept else "fragment")
        assert one(in_vxlan(inside), ["vxlan"])[0] == inside.data


@pytest.mark.parametrize("kind", [2, 3])
def test_a_mirrored_frame_that_was_cut_is_as_long_as_its_ip_header_says(kind):
    for truncated in (False, True):
        frame = ethernet(ipv4(GRE, erspan(Inside(INNER[:40]), kind, truncated=truncated)))
        assert one(frame, ["erspan"]) == (INNER[:40], len(INNER) if truncated else 40, EN10MB)
