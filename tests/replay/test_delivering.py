"""What a device gets of a capture: held against plain Python, for each vantage and option."""

import io

import numpy as np
import pytest
import rxreplay
from helpers.segment_captures import bulk, capture_of, frame_of
from helpers.tunnels import UDP, Inside, ethernet, ipv4, udp, vxlan
from hypothesis import given
from hypothesis import strategies as st
from oracles import capture_writer as w
from oracles import gro as oracle
from oracles.gro import Segment
from rxreplay import Options
from rxreplay.errors import OptionError, TraceError
from rxreplay.selecting import Selection
from rxreplay.traces import Digest, open_trace, reading, selecting


@pytest.fixture(autouse=True, params=[3, 4096], scope="module")
def per_block(request):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "PACKET_RECORDS", request.param)
        yield


def delivered(data, **asked):
    """Give lengths, packet numbers and queues of the frames, and what was decided."""
    with open_trace(io.BytesIO(data)) as trace:
        selection = Selection(trace, Options(**asked))
        parts = list(selection.frames(Digest()))
    columns = [np.concatenate([part[row] for part in parts]).tolist() for row in (0, 1, 3)]
    return (*columns, selection.delivery)


SEGMENTS = st.lists(
    st.builds(
        Segment,
        ts_ns=st.just(0),
        flow=st.sampled_from([1, 2]),
        seq=st.sampled_from([0, 1448, 2896]),
        payload=st.sampled_from([0, 100, 1448, 4344]),
        flags=st.sampled_from([0x10, 0x10, 0x18]),
        extra=st.sampled_from([0, 0, 4]),
    ),
    max_size=12,
)


@given(SEGMENTS)
def test_on_the_wire_the_hosts_gro_comes_first(segments):
    lengths, numbers, _, delivery = delivered(capture_of(segments), vantage="wire")
    gro = oracle.Gro()
    for segment in segments:
        gro.take(segment)
    gro.flush()
    assert sorted(lengths) == sorted(length for _, length, *_ in gro.out)
    assert delivery.packets == len(segments)
    assert delivery.wire_bytes.sum() == sum(segment.frame_len for segment in segments)
    assert all(0 <= number < len(segments) for number in numbers)


@pytest.mark.parametrize(("gap_ns", "frames"), [(1000, [14546]), (10_001, [7306, 7306])])
def test_merges_end_with_the_poll(gap_ns, frames):
    segments = bulk(1, 10, step_ns=gap_ns)
    assert delivered(capture_of(segments), vantage="wire")[0] == frames


def test_a_poll_is_as_long_as_it_is_told():
    data = capture_of(bulk(1, 10, step_ns=1000))
    assert delivered(data, vantage="wire", gro_timeout="4us")[0] == [7306, 7306]
    assert delivered(data, vantage="wire", gro_timeout="0ns")[0] == [1514] * 10


@given(SEGMENTS)
def test_in_the_guest_segments_come_out_of_what_was_merged(segments):
    lengths, numbers, _, _ = delivered(capture_of(segments), vantage="guest")
    assert list(zip(lengths, numbers, strict=True)) == oracle.segments(segments)


@given(SEGMENTS)
def test_at_the_device_frames_are_as_they_are(segments):
    told = delivered(capture_of(segments), vantage="device")[:2]
    assert told == ([segment.frame_len for segment in segments], list(range(len(segments))))


TAG = bytes.fromhex("8100 0007")
PAIR = [frame_of(Segment(0, 1, 0, 100)), frame_of(Segment(0, 1, 0, 100), TAG)]


@pytest.mark.parametrize(
    ("asked", "lengths"),
    [
        ({}, [166, 170]),
        ({"vlan": "strip"}, [166, 166]),
        ({"fcs": 4}, [162, 166]),
        ({"fcs": 4, "vlan": "strip"}, [162, 162]),
        ({"fcs": 0}, [166, 170]),
    ],
)
def test_what_no_device_passes_on_is_taken_off(asked, lengths):
    data = w.pcap_header() + b"".join(map(w.pcap_record, PAIR))
    assert delivered(data, **asked)[0] == lengths


@pytest.mark.parametrize(("asked", "taken_off"), [("auto", 4), (4, 4), (0, 0), (2, 2)])
@pytest.mark.parametrize("network", [1, 0x2400_0001])
def test_a_capture_can_say_that_it_has_an_fcs(network, asked, taken_off):
    data = w.pcap_header(network=network) + w.pcap_record(PAIR[0])
    if network == 1 and asked == "auto":
        taken_off = 0
    assert delivered(data, fcs=asked)[0] == [166 - taken_off]


def noted(flags=(None,), queues=(None,), fcs_len=None):
    """Give a pcapng of the first frame, once with each of the flags and queues."""
    notes = [w.notes(flags=f, queue=q) for f in flags for q in queues]
    packets = [w.enhanced(PAIR[0], options=each) for each in notes]
    return w.section() + w.interface(fcs_len=fcs_len) + b"".join(packets)


@pytest.mark.parametrize(
    ("flags", "fcs_len", "lengths"),
    [([0, 4 << 5], None, [166, 162]), ([0, 2 << 5], 4, [162, 164]), ([0], 4, [162])],
)
def test_a_packets_own_fcs_stands_before_its_interfaces(flags, fcs_len, lengths):
    assert delivered(noted(flags, fcs_len=fcs_len))[0] == lengths


@pytest.mark.parametrize(
    ("asked", "taken"), [({}, 2), ({"direction": "in"}, 2), ({"direction": "out"}, 1)]
)
def test_flags_of_a_pcapng_are_a_direction(asked, taken):
    data = w.section() + w.interface()
    for flags, pair in ((1, (1, 2)), (1, (1, 3)), (2, (2, 1))):
        data += w.enhanced(w.frame(60, *pair), options=w.notes(flags=flags))
    lengths, _, _, delivery = delivered(data, **asked)
    assert len(lengths) == delivery.packets == taken
    assert str(delivery.direction).startswith("flagged ")


@pytest.mark.parametrize("enough", [1, 2, 5, 7, 100])
def test_packets_that_wait_are_delivered_in_order(monkeypatch, enough):
    monkeypatch.setattr(selecting, "EVIDENCE_PACKETS", enough)
    guest, others = 0x525400000001, (0x525400000002, 0x525400000003)
    pairs = [(guest, others[0]), (others[1], guest), (guest, others[1])] * 4
    records = [w.pcap_record(w.frame(60 + n, *pair)) for n, pair in enumerate(pairs)]
    data = w.pcap_header() + b"".join(records)
    expected = [n for n, (dst, _) in enumerate(pairs) if dst == guest]
    if enough == 1:
        expected = list(range(12))  # nothing contradicts the first packet
    assert delivered(data)[1] in (expected, [])  # numbers are empty where lengths are enough
    assert delivered(data)[0] == [60 + n for n in expected]


def test_a_guest_is_named_by_its_ip():
    data = capture_of(bulk(1, 3))
    assert len(delivered(data, guest_ips=["10.0.0.2"])[0]) == 3
    assert delivered(data, guest_ips=["10.0.0.1"])[0] == []
    assert len(delivered(data, guest_ips=["10.0.0.1"], direction="out")[0]) == 3


def test_queues_are_those_that_the_capture_has_noted():
    asked = {"queues": 4, "steering": "recorded"}
    lengths, _, queues, delivery = delivered(noted(queues=[3, 0, 3]), **asked)
    assert (lengths, queues) == ([166] * 3, [3, 0, 3])
    assert delivery.wire_bytes.tolist() == [166, 0, 0, 332]


@pytest.mark.parametrize(
    ("queues", "text"),
    [
        ([0, None], "packet 2 has no epb_queue, which pcapng alone can have: --steering automq or"),
        ([0, 4], "packet 2 is of queue 4: --queues 5 or more"),
    ],
)
def test_a_queue_that_cannot_be_is_said(queues, text):
    with pytest.raises(TraceError, match=f"<stream>: {text}"):
        delivered(noted(queues=queues), queues=4, steering="recorded")


def in_vxlan(frames):
    """Give a capture of frames in VXLAN over IPv4, and one packet beside them."""
    outers = [ethernet(ipv4(UDP, udp(4789, vxlan(Inside(frame))))) for frame in frames]
    records = map(w.pcap_record, [*outers, w.frame(60)])
    return w.pcap_header() + b"".join(records), [*map(len, outers), 60]


def test_what_was_in_a_tunnel_is_as_its_inner_traffic():
    frames = [frame_of(segment) for segment in bulk(1, 3) + bulk(2, 2, payload=100)]
    data, outer = in_vxlan(frames)
    plain = w.pcap_header() + b"".join(map(w.pcap_record, frames))
    for asked in ({}, {"vantage": "wire"}, {"vantage": "guest", "mtu": 600}):
        lengths, numbers, _, delivery = delivered(data, decap=["vxlan"], **asked)
        assert (lengths, numbers) == delivered(plain, **asked)[:2] or asked == {}
        assert sum(lengths) == sum(delivered(plain, **asked)[0])
        assert delivery.wire_bytes.tolist() == [sum(outer[:-1])]
        assert delivery.left_out.no_tunnel == 1


def test_a_tunnel_has_no_fcs_inside_and_says_what_it_leaves_out():
    data, _ = in_vxlan([frame_of(Segment(0, 1, 0, 100))])
    assert delivered(data, decap=["vxlan"], fcs=4)[0] == [166]
    assert delivered(data, decap=["vlan"], fcs=4, direction="both")[0] == [212, 56]
    results = rxreplay.replay(io.BytesIO(data), "5.10/small", decap=["vxlan", "gre"])
    assert [(each.code, each.text) for each in results.warnings] == [
        ("no_tunnel", "<stream>: --decap leaves out 1 packets without vxlan, gre")
    ]
    with pytest.raises(OptionError, match="vxlan:PORT"):
        delivered(data, decap=["ipip"])


FLOWS = [segment for n in range(24) for segment in bulk(1000 + 7 * n, 3, payload=50 * n)]


@pytest.mark.parametrize("steering", ["rss", "automq"])
@pytest.mark.parametrize("vantage", ["device", "guest"])
def test_each_queue_is_as_a_replay_of_its_packets_alone(steering, vantage):
    data, asked = capture_of(FLOWS), {"vantage": vantage, "queues": 3, "steering": steering}
    names = ["5.10/mergeable", "5.10/small", "7.2/mergeable"]
    results = rxreplay.compare([io.BytesIO(data)], names, ring=64, **asked)
    lengths, _, queues, delivery = delivered(data, **asked)
    own = [[n for n, q in zip(lengths, queues, strict=True) if q == each] for each in range(3)]
    assert all(own)
    assert results.traces[0].queue_packets == [len(each) for each in own]
    for name in names:
        alone = [rxreplay.replay(each, name, ring=64).results[0].figures for each in own]
        assert results.queues(0, name) == alone
        assert sum(delivery.wire_bytes) == results.of(0)[name].wire_bytes


def test_of_several_queues_the_first_gets_all_where_nobody_steers():
    asked = {"queues": 3, "steering": "single", "direction": "both", "vantage": "device"}
    trace = rxreplay.replay(io.BytesIO(capture_of(FLOWS)), "5.10/small", **asked).traces[0]
    assert trace.queue_packets == [len(FLOWS), 0, 0]


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({"direction": "up"}, "--direction up: there are auto, in, out, both"),
        ({"vantage": "here"}, "--vantage here: there are device, wire, guest, auto"),
        ({"vlan": "drop"}, "--vlan drop: there are keep, strip"),
        ({"fcs": 16}, "--fcs 16: write auto, or 0 to 15 bytes"),
        ({"fcs": "none"}, "--fcs none: write auto"),
        ({"guest_ips": ["10.0.0"]}, "guest: '10.0.0' is not an IP address"),
        ({"vantage": "wire", "gro_timeout": "soon"}, "--gro-timeout soon: write a time span"),
        ({"rss_key": "6d5a"}, "an RSS key of 2 bytes; write 40"),
        ({"rss_key": "xyz"}, "--rss-key xyz: write bytes in hexadecimal digits"),
        ({"queues": 0}, "0 queues; a device has 1 to"),
        ({"steering": "dice"}, "no way of steering is called 'dice'"),
    ],
)
def test_what_cannot_be_asked_for(asked, text):
    with pytest.raises(OptionError, match=text):
        delivered(capture_of([]), **asked)
