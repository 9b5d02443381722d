"""What comes out of tunnels: what was put in, and what the slow decapsulator takes out."""

from collections import Counter

import numpy as np
import pytest
from helpers.tunnels import (
    BODIES,
    EN10MB,
    FRAME,
    GRE,
    INNER,
    KIND_LISTS,
    LINKS,
    RAW,
    TAGGED,
    UDP,
    V4,
    V6,
    Inside,
    carriers,
    erspan,
    ethernet,
    frames_of,
    geneve,
    gpe,
    gre,
    in_ip,
    insides,
    ipv4,
    ipv6,
    linked,
    odd_frames,
    packets_of,
    ports_of,
    udp,
    vxlan,
)
from hypothesis import given
from hypothesis import strategies as st
from oracles import decapsulation as oracle
from rxreplay.errors import OptionError
from rxreplay.traces.decap import Decapsulator, LeftOut
from rxreplay.traces.framing import device_lengths
from rxreplay.traces.tunnels import KINDS


def rows_of(packets):
    columns = (packets.wire_len.tolist(), packets.link_type.tolist())
    return list(zip(frames_of(packets), *columns, strict=True))


def taken(rows, kinds):
    """Take packets out of rows of bytes, length and link type; give rows, records, left out."""
    decapsulator = Decapsulator(kinds)
    packets, record = decapsulator.take(packets_of(rows))
    return rows_of(packets), record.tolist(), decapsulator.left_out


def one(frame, kinds, link_type=EN10MB, *, over=0, cap_len=None):
    """Give bytes, length and link type of what is in a frame, or why it is left out."""
    kept = frame[:cap_len]
    out, _, left_out = taken([(kept, len(frame) + over, link_type)], kinds)
    reasons = [name for name in LeftOut.__slots__ if getattr(left_out, name)]
    return out[0] if out else reasons[0]


def cuts_of(frame, link_type):
    """Give rows of a frame as captures keep it that cut it at each byte."""
    return [(frame[:size], len(frame), link_type) for size in range(len(frame) + 1)]


def check(rows, kinds):
    """Hold what comes out against the oracle."""
    rest = {kind for kind in kinds if kind in ("gre", "erspan", "vlan")}
    found = [oracle.take(*row, rest, ports_of(kinds)) for row in rows]
    out, record, left_out = taken(rows, kinds)
    assert record == [i for i, (why, _) in enumerate(found) if why == oracle.TAKEN]
    assert out == [(p.kept, p.wire_len, p.link_type) for _, p in found if p]
    counts = Counter(why for why, _ in found)
    assert left_out == LeftOut(*(counts[name] for name in LeftOut.__slots__))
    return counts


SOME = st.lists(st.sampled_from(KINDS[:4]), min_size=1, max_size=4, unique=True)


@pytest.mark.parametrize("link_type", LINKS)
@given(st.data())
def test_what_was_put_in_comes_out_at_any_snaplen(link_type, data):
    inside = data.draw(insides())
    kinds = data.draw(SOME.filter(lambda kinds: inside.link_type == EN10MB or kinds != ["erspan"]))
    outer = data.draw(in_ip(*data.draw(carriers(inside, kinds))))
    frame = linked(outer, link_type, data.draw(st.sampled_from([(), (0x88A8, 0x8100)])))
    over = data.draw(st.sampled_from([0, 1, 4, 64]))
    at, whole = frame.rindex(inside.data), frame + b"\xdd" * over
    out, record, left_out = taken(cuts_of(whole, link_type), kinds)
    sizes = range(len(whole) + 1 - at)
    assert out == [(inside.data[:size], len(inside.data), inside.link_type) for size in sizes]
    assert record == list(range(at, len(whole) + 1))
    assert left_out == LeftOut(no_tunnel=0, cut=at, fragment=0, other=0)


@pytest.mark.parametrize("link_type", LINKS)
@given(st.data(), KIND_LISTS)
def test_odd_packets_cut_anywhere_agree_with_the_oracle(link_type, data, kinds):
    frame = data.draw(odd_frames(link_type)) + bytes(data.draw(st.sampled_from([0, 2, 64, 65])))
    wire_len = len(frame) + data.draw(st.sampled_from([0, 0, 1, 64, 65, 70_000, -1, -60]))
    cuts = [*data.draw(st.lists(st.integers(0, len(frame)), max_size=30)), len(frame)]
    check([(frame[:cut], max(wire_len, 0), link_type) for cut in cuts], kinds)


@given(KIND_LISTS, st.lists(odd_frames(EN10MB), min_size=2, max_size=6))
def test_packets_of_a_block_have_nothing_to_do_with_each_other(kinds, frames):
    check([(frame, len(frame), EN10MB) for frame in frames], kinds)


@given(KIND_LISTS, st.lists(st.tuples(st.binary(max_size=90), st.integers(0, 200)), max_size=9))
def test_any_bytes_agree_with_the_oracle(kinds, junk):
    links = [*LINKS, 105]
    check([(kept, size, links[i % 14]) for i, (kept, size) in enumerate(junk)], kinds)


def in_vxlan(inside=FRAME, **how):
    return ethernet(ipv4(UDP, udp(4789, vxlan(inside)), **how))


def in_gre(inside=FRAME, flags=0, **how):
    return ethernet(ipv4(GRE, gre(inside, flags), **how))


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("ip", [ipv4, ipv6], ids=["IPv4", "IPv6"])
def test_each_kind_of_tunnel_is_opened_where_it_is_asked_for(name, ip):
    kind, inside, protocol, body = BODIES[name]
    frame = ethernet(ip(protocol, body))
    for kinds in ([kind], ["vlan", kind], list(KINDS)):
        assert one(frame, kinds) == (inside.data, len(inside.data), inside.link_type)
    others = [other for other in KINDS[:4] if other != kind]
    assert one(frame, others) == ("other" if kind == "erspan" else "no_tunnel")
    check(cuts_of(frame, EN10MB), [kind])


@pytest.mark.parametrize(
    "body",
    [
        udp(4789, vxlan(FRAME, 0xF7)),
        udp(4790, vxlan(FRAME, 0x0D)),
        udp(4790, vxlan(FRAME, 0x1C, b"\0\0\3")),
        udp(4790, vxlan(FRAME, 0x2C, b"\0\0\3")),
        udp(4790, vxlan(FRAME, 0x0C, b"\0\0\4")),
        udp(6081, geneve(FRAME, first=0x40)),
        udp(6081, geneve(FRAME, second=0x80)),
        udp(6081, geneve(FRAME, ethertype=0x8847)),
        gre(FRAME, 0x4000),
        gre(FRAME, 1, 0x880B),
        gre(FRAME, 4),
        gre(FRAME, 0, 0x8200),
        gre(Inside(b"\x30" + bytes(90)), 0x1000, 0x22EB),
        gre(Inside(bytes(90)), 0x1000, 0x88BE),
        gre(Inside(b"\x10" + bytes(90)), 0x5000, 0x88BE),
    ],
    ids=[
        "VXLAN without an identifier",
        "GPE control",
        "GPE of version 1",
        "GPE of version 2",
        "GPE, NSH",
        "Geneve of another version",
        "Geneve control",
        "Geneve, MPLS",
        "GRE with routing",
        "PPTP",
        "GRE of another version",
        "GRE, 802.11",
        "ERSPAN of a later version",
        "ERSPAN of version 0",
        "ERSPAN with routing",
    ],
)
def test_what_carries_no_frame_is_left_out_but_not_inside_a_tunnel(body):
    protocol = UDP if body[:2] == b"\xc3\x50" else GRE
    frame = ethernet(ipv4(protocol, body))
    assert one(frame, KINDS) == "other"
    assert one(in_vxlan(Inside(frame)), KINDS) == (frame, len(frame), EN10MB)


def test_tunnels_are_opened_four_deep():
    frames = [INNER]
    for wrap in (in_vxlan, in_gre, in_vxlan, in_gre, in_vxlan):
        frames.append(wrap(Inside(frames[-1])))
    assert [one(frame, ["vxlan", "gre"])[0] for frame in frames[1:]] == [INNER] * 4 + [frames[1]]


def test_a_packet_in_another_tunnel_stays_in_it():
    assert one(in_vxlan(Inside(in_gre())), ["vxlan"])[0] == in_gre()
    assert one(in_vxlan(Inside(in_gre())), ["gre"]) == "no_tunnel"


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


def test_what_cannot_be_seen_to_be_a_tunnel_is_none_inside_one():
    frame = in_vxlan(Inside(in_gre()))
    inner = len(frame) - len(in_gre())
    for size in range(len(in_gre())):
        got = one(frame, ["vxlan", "gre"], cap_len=inner + size)
        if size < 34:
            assert got == (in_gre()[:size], len(in_gre()), EN10MB)
        else:
            assert got == "cut" if size < 38 else got == (INNER[: size - 38], len(INNER), EN10MB)


def test_a_packet_too_short_for_a_tunnel_is_none():
    bodies = [(GRE, b""), (GRE, b"\0\0\x65"), (UDP, b""), (UDP, udp(4789, bytes(7)))]
    bodies += [(UDP, udp(6081, b"\1\0\x65\x58" + bytes(4))), (GRE, b"\x20\0\x65\x58\0\0")]
    bodies += [(GRE, gre(Inside(b"\x10" + bytes(6)), 0x1000, 0x88BE))]
    bodies += [(GRE, gre(Inside(b"\x20" + bytes(10)), 0x1000, 0x22EB))]
    short = ethernet(ipv6(43, bytes([UDP, 0]) + bytes(6)))
    for cap_len in range(54, 62):
        assert one(short, KINDS, cap_len=cap_len) == "cut"
        assert one(short[:61], KINDS, cap_len=cap_len) == "no_tunnel"
    for protocol, body in bodies:
        for frame in (ethernet(ipv4(protocol, body)), ethernet(ipv4(protocol, body)) + bytes(4)):
            assert one(frame, KINDS) == "no_tunnel"


@pytest.mark.parametrize("link_type", [105, 127, 147])
def test_link_types_that_carry_no_ip_are_no_tunnel(link_type):
    assert one(in_vxlan(), ["vxlan"], link_type, over=9) == "no_tunnel"


@pytest.mark.parametrize(
    ("link_type", "frame", "got"),
    [
        (0, b"\0\0\0", "cut"),
        (0, b"\0\0\0\x07", "no_tunnel"),
        (9, b"\xff\x03\xc0", "cut"),
        (9, b"\xff\x03\xc0\x21", "no_tunnel"),
        (101, b"", "cut"),
        (101, b"\x55", "no_tunnel"),
        (1, bytes(13), "cut"),
        (1, bytes(12) + b"\x08\x06", "no_tunnel"),
        (1, bytes(12) + b"\x81\0\0\7\x08", "cut"),
    ],
)
def test_a_cut_is_told_from_what_carries_no_ip(link_type, frame, got):
    assert one(frame, ["vxlan"], link_type, over=90, cap_len=len(frame)) == got
    assert one(frame, ["vxlan"], link_type) == "no_tunnel"  # that was all of it


def test_columns_go_with_the_packets():
    other = Inside(b"\x02\0\0\0\0\x09\xff\xff\xff\xff\xff\xff" + INNER[12:])
    rows = [
        (in_vxlan(), len(in_vxlan()), EN10MB),
        (INNER, len(INNER), EN10MB),
        (in_vxlan(other), 1000, EN10MB),
        (in_vxlan()[:57], len(in_vxlan()), EN10MB),
        (in_vxlan()[:50], len(in_vxlan()), EN10MB),
        (in_gre(V4), len(in_gre(V4)), EN10MB),
    ]
    packets, record = Decapsulator(["vxlan", "gre"]).take(packets_of(rows))
    assert record.tolist() == [0, 2, 3, 4, 5]
    assert packets.ts_ns.tolist() == [0, 20, 30, 40, 50]
    assert packets.dst.tolist() == [0x020000000001, 0x020000000009, 0x020000000001, -1, -1]
    assert packets.src.tolist() == [0x020000000002, 0xFFFFFFFFFFFF, -1, -1, -1]
    assert device_lengths(packets, "x").tolist() == [74, 950, 74, 74, 14 + len(V4.data)]
    assert not packets.data.flags.writeable


def test_untagged_packets_lie_in_bytes_of_their_own_and_keep_their_addresses():
    outer = packets_of([(INNER, 90, 1), (TAGGED.data, 99, 1), (TAGGED.data, 7, 1), (b"", 0, 1)])
    before = outer.data.copy()
    packets, record = Decapsulator(["vlan"]).take(outer)
    assert rows_of(packets) == [(INNER, 90, 1), (INNER, 91, 1), (INNER, 0, 1), (b"", 0, 1)]
    assert (record.tolist(), packets.dst.tolist()) == ([0, 1, 2, 3], [7] * 4)
    assert not packets.data.flags.writeable
    assert (outer.data == before).all()
    assert Decapsulator(["vlan"]).take(packets).packets.data is packets.data  # nothing to take off


def test_blocks_are_counted_together_and_one_may_be_longer():
    decapsulator = Decapsulator(["vxlan", "vlan"])
    tagged = (in_vxlan(TAGGED), len(in_vxlan(TAGGED)), 1)
    for rows in ([tagged], [(INNER, 54, 1)] * 2 + [tagged] * 3, [], [tagged]):
        packets, record = decapsulator.take(packets_of(rows))
        assert rows_of(packets) == [(INNER, len(INNER), 1)] * record.size
    assert decapsulator.left_out == LeftOut(2, 0, 0, 0)


def test_a_walk_without_addresses_gives_none():
    outer = packets_of([(in_vxlan(), len(in_vxlan()), 1)])
    none = np.zeros(0, np.int64)
    bare = type(outer)(
        **{n: getattr(outer, n) for n in outer.__dataclass_fields__} | {"dst": none, "src": none}
    )
    packets, _ = Decapsulator(["vxlan"]).take(bare)
    assert (packets.dst.size, packets.src.size, packets.wire_len.tolist()) == (0, 0, [len(INNER)])


def test_nothing_asked_for_is_nothing_taken_off():
    assert one(in_vxlan(TAGGED), []) == (in_vxlan(TAGGED), len(in_vxlan(TAGGED)), EN10MB)


@pytest.mark.parametrize(
    ("kinds", "opened"),
    [
        (["vxlan"], [4789, 8472, 4790]),
        (["vxlan:7000"], [7000]),
        ([" VXLAN:7000", "vxlan:4789"], [4789, 7000]),
        (["vxlan:7000", "vxlan"], [4789, 8472, 4790, 7000]),
        (["vxlan:65535"], [65535]),
        (["vxlan:1", "vxlan:1"], [1]),
    ],
)
def test_ports(kinds, opened):
    ports = (1, 4789, 8472, 4790, 7000, 6081, 65535)
    frames = {port: ethernet(ipv4(UDP, udp(port, vxlan(FRAME)))) for port in ports}
    assert [p for p, frame in frames.items() if one(frame, kinds) != "no_tunnel"] == sorted(
        opened, key=ports.index
    )


def test_geneve_has_ports_too_and_gpe_only_its_own():
    assert one(ethernet(ipv4(UDP, udp(7000, geneve(V4)))), ["geneve:7000"])[0] == V4.data
    assert one(ethernet(ipv4(UDP, udp(4790, gpe(V4)))), ["vxlan:4790"])[0] == V4.data
    frame = Inside(INNER)
    assert one(ethernet(ipv4(UDP, udp(4790, geneve(frame)))), ["geneve:4790"])[0] == INNER


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        (["mpls"], "--decap mpls: no tunnel is known by this name; write one of vxlan, geneve, "),
        (["gre:47"], "--decap gre:47: no tunnel"),
        ([""], "--decap : no tunnel"),
        (["vxlan:"], "--decap vxlan:: '' is no port; write 1 to 65,535"),
        (["vxlan:0"], "'0' is no port"),
        (["vxlan:65536"], "'65536' is no port"),
        (["vxlan:²"], "is no port"),
        (["geneve", "vxlan:6081"], "port 6081 cannot be of VXLAN and of Geneve"),
        (["vxlan", "geneve:4790"], "port 4790 cannot be"),
    ],
)
def test_what_is_no_tunnel_is_said(kinds, said):
    with pytest.raises(OptionError) as raised:
        Decapsulator(kinds)
    assert said in str(raised.value)
