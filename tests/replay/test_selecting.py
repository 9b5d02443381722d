"""Packets by number, time, filter and address: held against a list comprehension."""

import io

import numpy as np
import pytest
import rxreplay
from helpers.filter_packets import made_capture, made_packets
from helpers.filters import program_of
from hypothesis import given
from hypothesis import strategies as st
from oracles import bpf_machine, device, pcap_reader
from oracles import capture_writer as w
from rxreplay.errors import OptionError, TraceError
from rxreplay.traces import matching, open_trace, reading

GUEST, OTHER, ALL = 0x525400000001, 0x525400000002, 0xFFFFFFFFFFFF
MAC = "52:54:00:00:00:01"
NS = 10**9


@pytest.fixture(autouse=True, params=[3, 4096], scope="module")
def per_block(request):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "PACKET_RECORDS", request.param)
        patch.setattr(matching, "compile_filter", programs)
        yield


def programs(expression, link_type, *, swapped):  # noqa: ARG001
    name = {1: "EN10MB", 113: "LINUX_SLL"}[link_type]
    return np.array(program_of(name, expression), np.int64)


def replayed(data, **asked):
    """Give packets, bytes on the wire and of frames, and what was counted, of a replay."""
    if not asked.get("guest_macs"):
        asked["direction"] = "both"
    results = rxreplay.replay(io.BytesIO(data), "5.10/mergeable", ring=64, **asked)
    [result], [trace] = results.results, results.traces
    figures = result.figures
    return figures.packets, figures.wire_bytes, figures.frame_bytes, trace.packets, results


def matches(packet, expression):
    rows = program_of({1: "EN10MB", 113: "LINUX_SLL"}[packet.link_type], expression)
    return bpf_machine.run(rows, packet.frame, packet.wire_len) != 0


def reaches(packet):
    group = packet.dst >= 0 and packet.dst >> 40 & 1
    return packet.dst == GUEST or (group and packet.src >= 0 and packet.src != GUEST)


RECORDS = st.lists(
    st.tuples(
        st.sampled_from([GUEST, OTHER, ALL]),
        st.sampled_from([GUEST, OTHER]),
        st.sampled_from([0x0800, 0x0806]),
        st.integers(0, 20),
        st.sampled_from([None, 1514]),
    ),
    max_size=12,
)
NUMBERS = st.none() | st.integers(1, 14)
TIMES = st.none() | st.integers(0, 22)


def capture_of(records, make, link_type):
    made = [(dst.to_bytes(6) + src.to_bytes(6) + kind.to_bytes(2) + bytes(46), time, wire)
            for dst, src, kind, time, wire in records]  # fmt: skip
    if make == "pcap":
        rows = [w.pcap_record(frame, wire, (time, 0)) for frame, time, wire in made]
        return w.pcap_header(network=link_type) + b"".join(rows)
    rows = [w.enhanced(frame, wire, time * 10**6) for frame, time, wire in made]
    rows.insert(len(rows) // 2, w.simple(bytes(60)))
    return w.section() + w.interface(link_type) + b"".join(rows)


@given(
    RECORDS,
    st.sampled_from(["pcap", "pcapng"]),
    st.sampled_from([1, 113]),
    st.tuples(NUMBERS, NUMBERS),
    st.tuples(TIMES, TIMES, st.booleans()),
    st.sampled_from(["", "ip", "arp"]),
    st.booleans(),
)
def test_what_is_replayed_is_what_a_list_would_have(
    records, make, link_type, numbers, times, expression, guest
):
    data = capture_of(records, make, link_type)
    packets = pcap_reader.read(data).packets
    (first, last), (start, end, relative) = numbers, times
    if (first and last and last < first) or (None not in (start, end) and end <= start):
        return
    zero = next((p.ts_ns for p in packets if p.ts_ns is not None), 0) if relative else 0
    counted = [
        p
        for n, p in enumerate(packets, 1)
        if (first or 1) <= n <= (last or 99)
        and ((start, end) == (None, None) or p.ts_ns is not None)
        and (start is None or p.ts_ns >= zero + start * NS)
        and (end is None or p.ts_ns < zero + end * NS)
        and (not expression or matches(p, expression))
    ]
    reached = [p for p in counted if not guest or reaches(p)]
    sign = "+" if relative else ""
    found = replayed(
        data,
        packet_range=f"{first or ''}:{last or ''}" if first or last else "",
        start="" if start is None else f"{sign}{start}",
        end="" if end is None else f"{sign}{end}",
        filter=expression,
        guest_macs=[MAC] if guest else [],
    )
    frames = [device.device_len(p.wire_len, p.link_type, p.frame) for p in reached]
    wire = sum(p.wire_len for p in reached)
    assert found[:4] == (len(reached), wire, sum(frames), len(counted))
    codes = [warning.code for warning in found[4].warnings]
    assert ("no_packets" in codes) == (not reached)


def test_a_selection_of_everything_is_the_replay_of_everything():
    data = made_capture("EN10MB")
    whole, chosen = replayed(data), replayed(data, packet_range="1:")
    assert whole[4].results == chosen[4].results
    assert whole[4].traces == chosen[4].traces


@pytest.mark.parametrize("link", ["EN10MB", "LINUX_SLL"])
def test_only_packets_that_match_are_counted(link):
    expected = [
        (len(frame), size)
        for frame, size in made_packets(link)
        if bpf_machine.run(program_of(link, "tcp"), frame, size)
    ]
    [trace] = rxreplay.info([io.BytesIO(made_capture(link))], filter="tcp").traces
    sums = tuple(map(sum, zip(*expected, strict=True)))
    assert (trace.packets, trace.captured_bytes, trace.wire_bytes) == (len(expected), *sums)


def test_a_walk_ends_behind_the_last_packet_that_is_asked_for():
    damaged = w.pcap([60] * 8) + w.pcap_record(cap_len=2**31)
    assert replayed(damaged, packet_range=":2")[:2] == (2, 120)
    with pytest.raises(TraceError, match="record 8"):
        replayed(damaged, packet_range="2:")


def test_packets_without_a_time_are_left_out_with_a_warning():
    data = w.pcapng([60, 70]) + w.section() + w.interface() + w.simple(bytes(80))
    packets, *_, results = replayed(data, end="2100-01-01")
    assert packets == 2
    [warning] = [each for each in results.warnings if each.code == "left_out"]
    assert warning.text == "<stream>: 1 packets have no time, and were left out"


@pytest.mark.parametrize(
    ("start", "end"), [("5", "5"), ("+2s", "+1s"), ("2024-01-02", "2024-01-01")]
)
def test_a_time_span_of_nothing_is_refused(start, end):
    with pytest.raises(OptionError, match=r"--end .* is not after --start"):
        replayed(w.pcap([60]), start=start, end=end)


def test_lengths_have_numbers_but_no_bytes():
    [result] = rxreplay.replay([60, 70, 80], "5.10/small", packet_range="2:").results
    assert (result.figures.packets, result.figures.wire_bytes) == (2, 150)
    with pytest.raises(TraceError, match="lengths: there are no bytes for a filter to look at"):
        rxreplay.replay([60], "5.10/small", filter="tcp")


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        (
            {"guest_macs": [MAC]},
            f"none of 1 packets is received by {MAC} (the guest's addresses were given); "
            "nothing was replayed",
        ),
        ({"packet_range": "9:"}, "--packets left no packet; nothing was replayed"),
        ({"filter": "tcp", "end": "1"}, "--end, --filter left no packet; nothing was replayed"),
    ],
)
def test_why_nothing_was_replayed_is_said(asked, text):
    data = w.pcap_header() + w.pcap_record(w.frame(60, dst=OTHER))
    *_, results = replayed(data, **asked)
    assert [each.text for each in results.warnings] == [f"<stream>: {text}"]


@pytest.mark.parametrize("link_type", ["CAN_SOCKETCAN", 227, "227", "linktype_can_socketcan"])
def test_a_capture_of_another_link_type_is_refused_but_described(link_type):
    data = w.pcap([60])
    with pytest.raises(TraceError, match="packets of link type CAN_SOCKETCAN cannot be"):
        replayed(data, link_type=link_type)
    [trace] = rxreplay.info([io.BytesIO(data)], link_type=link_type).traces
    assert (trace.packets, trace.link_type) == (1, "CAN_SOCKETCAN")


def test_packets_that_a_filter_leaves_out_can_be_of_any_link_type():
    blocks = [w.section(), w.interface(1), w.interface(227), w.enhanced(bytes(60))]
    data = b"".join([*blocks, w.enhanced(bytes(16), number=1)])
    assert replayed(data, packet_range=":1")[0] == 1
    with pytest.raises(TraceError, match="CAN_SOCKETCAN"):
        replayed(data, packet_range="2:")


def test_wire_bytes_are_the_captures_own_where_frames_are_not():
    packets, wire, frames, *_ = replayed(w.pcap([60, 100], network=113))
    assert (packets, wire, frames) == (2, 160, 156)


def test_an_open_trace_is_as_it_is():
    with open_trace(io.BytesIO(w.pcap([60])), link_type=101) as trace:
        assert (
            rxreplay.replay(trace, "5.10/small", direction="both").results[0].figures.frame_bytes
            == 74
        )


def test_what_decides_the_figures_is_in_the_config():
    asked = {"filter": "tcp", "packet_range": "1:9", "start": "1", "end": "9", "link_type": "1"}
    config = rxreplay.info([io.BytesIO(made_capture("EN10MB"))], **asked).config
    names = ("filter", "packets", "start", "end", "linktype")
    assert [config[name] for name in names] == ["tcp", "1:9", "1", "9", "EN10MB"]
    whole = rxreplay.info([[60]]).config
    assert {whole[name] for name in names} == {None}
