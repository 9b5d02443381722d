"""What comes out of tunnels: what was put in, and what the slow decapsulator takes out."""

import numpy as np
import pytest
from helpers.decapsulating import check, cuts_of, in_gre, in_vxlan, one, packets_of, rows_of, taken
from helpers.drawn_tunnels import KIND_LISTS, carriers, in_ip, insides, odd_frames
from helpers.tunnels import (
    BODIES,
    EN10MB,
    FRAME,
    GRE,
    INNER,
    LINKS,
    TAGGED,
    UDP,
    V4,
    Inside,
    ethernet,
    geneve,
    gre,
    ipv4,
    ipv6,
    linked,
    udp,
    vxlan,
)
from hypothesis import given
from hypothesis import strategies as st
from rxreplay.traces.decap import Decapsulator, LeftOut
from rxreplay.traces.framing import device_lengths
from rxreplay.traces.tunnels import KINDS

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


@pytest.mark.all_variants
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
    assert packets.queue.tolist() == [0, 2, 3, 4, 5]
    assert packets.flags.tolist() == [0x1000001] * 5  # its FCS did not come along
    assert packets.dst.tolist() == [0x020000000001, 0x020000000009, 0x020000000001, -1, -1]
    assert packets.src.tolist() == [0x020000000002, 0xFFFFFFFFFFFF, -1, -1, -1]
    assert device_lengths(packets, "x").tolist() == [74, 950, 74, 74, 14 + len(V4.data)]
    assert not packets.data.flags.writeable


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
