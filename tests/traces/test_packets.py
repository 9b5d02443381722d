"""Records with their bytes: what the slow reader keeps of each, in any window."""

import io

import numpy as np
import pytest
from helpers.dripping import Dripping
from helpers.mixed_captures import captures
from hypothesis import given
from hypothesis import strategies as st
from oracles import capture_writer as w
from oracles import pcap_reader
from oracles.walking import packets_of
from rxreplay.errors import TraceError
from rxreplay.traces import join_traces, open_trace, reading
from rxreplay.traces import trace as trace_module
from rxreplay.traces.window import StreamWindow


@pytest.fixture(params=[3, 4096], scope="module")
def per_block(request):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "PACKET_RECORDS", request.param)
        yield request.param


def frames_of(packets):
    """Give the bytes of each record while they are valid."""
    spans = zip(packets.at.tolist(), packets.cap_len.tolist(), strict=True)
    return [packets.data[at : at + cap_len].tobytes() for at, cap_len in spans]


def check(trace, reading_):
    """Hold what a trace gives against what the slow reader found."""
    found, frames, links, notes = [], [], [], []
    for packets in trace.packets():
        found += packets_of([packets])
        frames += frames_of(packets)
        links += packets.link_type.tolist()
        notes += zip(packets.flags.tolist(), packets.queue.tolist(), strict=True)
        assert not packets.data.flags.writeable
    assert found == reading_.packets
    assert frames == [packet.frame for packet in reading_.packets]
    assert links == [packet.link_type for packet in reading_.packets]
    assert notes == [(packet.flags, packet.queue) for packet in reading_.packets]


@pytest.mark.usefixtures("per_block")
@given(captures())
def test_every_record_comes_with_its_bytes(data):
    with open_trace(io.BytesIO(data)) as trace:
        check(trace, pcap_reader.read(data))


@given(captures(), st.sampled_from([1, 7, 33, 200]), st.sampled_from([64, 100, 1700]))
def test_bytes_stand_still_while_a_stream_moves_on(data, drip, size):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trace_module, "StreamWindow", lambda reader: StreamWindow(reader, size))
        with open_trace(Dripping(data, drip)) as trace:
            check(trace, pcap_reader.read(data))


@pytest.mark.parametrize("make", [w.pcap, w.pcapng])
@pytest.mark.parametrize("order", "<>")
def test_a_mapped_file_is_walked_where_it_lies(tmp_path, make, order):
    data = make([60, 1514, 0, 3] * 5, order=order)
    path = tmp_path / "a"
    path.write_bytes(data)
    with open_trace(path) as trace:
        check(trace, pcap_reader.read(data))
        assert {packets.swapped for packets in trace.packets()} == {order == ">"}


def test_a_fault_comes_behind_the_packets_before_it():
    data = w.pcap([60, 70]) + w.pcap_record(cap_len=2**31)
    with open_trace(io.BytesIO(data)) as trace:
        walk = trace.packets()
        assert frames_of(next(walk)) == [w.frame(60), w.frame(70)]
        with pytest.raises(TraceError, match="record 2 at byte 186"):
            next(walk)


@pytest.mark.parametrize(
    ("snaplen", "seen"), [(0, 262_144), (96, 96), (2**31 - 1, 2**31 - 1), (2**31, 262_144)]
)
def test_a_filter_sees_what_libpcap_would_show(snaplen, seen):
    with open_trace(io.BytesIO(w.pcap([60], snaplen=snaplen))) as trace:
        assert next(trace.packets()).snaplen == seen


def test_captures_that_are_joined_give_their_packets_in_turn():
    sources = [io.BytesIO(w.pcap([60, 70])), io.BytesIO(w.pcapng([50], order=">"))]
    with join_traces(sources, order="given") as trace:
        given = [(len(frames_of(packets)), packets.swapped) for packets in trace.packets()]
        assert given == [(2, False), (1, True)]
        assert [warning.code for warning in trace.warnings] == ["overlap"]


def test_only_what_a_mask_says_is_left():
    with open_trace(io.BytesIO(w.pcap([60, 70, 80]))) as trace:
        packets = next(trace.packets())
        few = packets.only(np.array([True, False, True]))
        assert few.wire_len.tolist() == [60, 80]
        assert frames_of(few) == [w.frame(60), w.frame(80)]
