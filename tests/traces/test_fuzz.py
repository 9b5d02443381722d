"""Any bytes give packets or a TraceError; the packets are those of the slow reader."""

import gzip
import io

from hypothesis import given
from hypothesis import strategies as st
from oracles import capture_writer as w
from oracles import pcap_reader
from oracles.walking import packets_of, walk
from rxreplay.errors import TraceError
from rxreplay.traces import join_traces, open_trace

LENGTHS = st.lists(st.sampled_from([0, 5, 6, 11, 12, 60, 1514]), max_size=5)
ORDERS = st.sampled_from("<>")
VERSIONS = st.sampled_from([(2, 4), (2, 3), (2, 2), (1, 0)])
LINKS = st.sampled_from([1, 113])
PCAPS = st.builds(
    lambda lengths, order, kind, version, network: w.pcap(
        lengths, order, kind, version=version, network=network
    ),
    LENGTHS,
    ORDERS,
    st.sampled_from(["us", "ns", "modified"]),
    VERSIONS,
    LINKS,
)
BLOCKS = st.one_of(
    st.builds(w.section, ORDERS),
    st.builds(w.interface, LINKS, st.sampled_from([0, 6, 96]), st.sampled_from([None, 9, 0x8A])),
    st.builds(w.enhanced, st.builds(w.frame, st.integers(0, 20)), st.none(), st.integers(0, 2**40)),
    st.builds(w.simple, st.builds(w.frame, st.integers(0, 20))),
    st.builds(w.old_packet, st.builds(w.frame, st.integers(0, 20))),
    st.builds(w.block, st.sampled_from([0, 4, 5, 0xBAD]), st.binary(max_size=9)),
)
PCAPNGS = st.builds(lambda blocks: w.pcapng([60]) + b"".join(blocks), st.lists(BLOCKS, max_size=6))
SNOOPS = st.builds(
    lambda lengths, datalink, padding: (
        w.snoop_header(datalink=datalink)
        + b"".join(w.snoop_record(w.frame(n), time=(n, n), padding=padding) for n in lengths)
    ),
    LENGTHS,
    st.sampled_from([4, 4, 9, 10, 5]),
    st.sampled_from([None, 0, 15, 16]),
)
CAPTURES = PCAPS | PCAPNGS | SNOOPS
MAGICS = [*pcap_reader.MAGICS, b"\n\r\r\n", w.snoop_header(), b"\x1f\x8b", b""]
EDITS = st.lists(
    st.tuples(st.integers(0, 400), st.sampled_from([0, 1, 4, 12, 0x7F, 0x80, 0xFF])), max_size=3
)


def edited(data, edits):
    changed = bytearray(data)
    for at, value in edits:
        if at < len(changed):
            changed[at] = value
    return bytes(changed)


def check(data):
    reading = pcap_reader.read(data)
    try:
        trace = open_trace(io.BytesIO(data))
    except TraceError:
        assert reading.packets == []
        assert reading.end != "whole" or not data
        return
    assert walk(trace, TraceError) == (reading.packets, reading.end)


@given(CAPTURES, EDITS, st.none() | st.integers(0, 300))
def test_edited_captures_read_as_the_slow_reader_reads_them(data, edits, size):
    check(edited(data, edits)[:size])


@given(st.sampled_from(MAGICS), st.binary())
def test_any_bytes_give_packets_or_a_trace_error(magic, data):
    try:
        with open_trace(io.BytesIO(magic + data), keep_damaged=True) as trace:
            packets_of(trace.blocks())
    except TraceError as error:
        assert "\n" not in str(error)  # noqa: PT017


@given(CAPTURES, EDITS, st.sampled_from([gzip.compress]))
def test_edited_compressed_captures_give_packets_or_a_trace_error(data, edits, compress):
    source = io.BytesIO(edited(compress(data), edits))
    try:
        with join_traces([source], keep_damaged=True) as joined:
            packets_of(joined.blocks())
    except TraceError:
        pass
