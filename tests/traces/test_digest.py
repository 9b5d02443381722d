"""`lengths` gives and adds up what `blocks` does, for any capture, in any pieces."""

import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import capture_writer as w
from oracles.summaries import summary_of
from oracles.walking import packets_of
from rxreplay.errors import TraceError
from rxreplay.traces import Digest, JoinedTrace, join_traces, open_trace, reading
from rxreplay.traces.tally import TALLY

SPAN = TALLY.names.index("span_first_ns")  # from here on a tally is of one capture only
FRAMES = st.builds(
    lambda length, dst, src: (bytes([dst] * 6 + [src] * 6) + bytes(1600))[:length],
    st.sampled_from([0, 5, 6, 11, 12, 60, 1514]),
    st.sampled_from([0, 1, 2, 0xFF]),
    st.sampled_from([1, 2]),
)
TIMES = st.tuples(st.sampled_from([0, 1, 5, 2**32 - 1]), st.sampled_from([0, 7]))
WIRE = st.none() | st.sampled_from([0, 1514, 1515, 65_599, 65_600, 2**32 - 1])
RECORDS = st.lists(st.tuples(FRAMES, TIMES, WIRE), max_size=12)
HEADERS = st.fixed_dictionaries(
    {
        "order": st.sampled_from("<>"),
        "kind": st.sampled_from(["us", "ns", "modified"]),
        "version": st.sampled_from([(2, 4), (2, 3), (2, 2)]),
        "network": st.sampled_from([1, 113]),
    }
)


def pcap_of(records, header):
    how = {"order": header["order"], "kind": header["kind"], "turned": header["version"] < (2, 3)}
    parts = [w.pcap_record(frame, wire, time, **how) for frame, time, wire in records]
    return w.pcap_header(**header) + b"".join(parts)


TICKS = st.sampled_from([0, 1, 10**6, 2**40, 2**63, 2**64 - 1])
BLOCKS = st.one_of(
    st.builds(w.section, st.sampled_from("<>")),
    st.builds(w.interface, st.sampled_from([1, 113]), st.just(0), st.sampled_from([None, 0x8A])),
    st.builds(w.enhanced, FRAMES, st.none(), TICKS),
    st.builds(w.simple, FRAMES),
    st.builds(w.old_packet, FRAMES),
    st.builds(w.block, st.sampled_from([5, 0xBAD]), st.binary(max_size=9)),
)
PCAPS = st.builds(pcap_of, RECORDS, HEADERS)
PCAPNGS = st.builds(lambda blocks: w.pcapng([60]) + b"".join(blocks), st.lists(BLOCKS, max_size=8))
CUTS = st.none() | st.integers(0, 400)
EDITS = st.lists(st.tuples(st.integers(24, 400), st.integers(0, 255)), max_size=2)


def by_blocks(trace, digest):
    for block in trace.blocks():
        digest.add(block)
        yield block.wire_len


def by_lengths(trace, digest):
    return trace.lengths(digest)


def outcome(trace, walk):
    """Give lengths, sums, warnings and error of a walk."""
    digest, lengths, error = Digest(), [], None
    try:
        for part in walk(trace, digest):
            lengths += part.tolist()
            assert digest.summary.packets == len(lengths)
    except TraceError as raised:
        error = str(raised)
    summary = digest.summary
    return (
        lengths,
        summary.as_dict(),
        [summary.percentile(percent) for percent in range(0, 101, 5)],
        summary.tally.tolist()[: SPAN if isinstance(trace, JoinedTrace) else None],
        summary.histogram.tobytes(),
        trace.warnings,
        error,
    )


def check(*captures, keep_damaged=True):
    outcomes = []
    for walk in (by_blocks, by_lengths):
        sources = [io.BytesIO(capture) for capture in captures]
        with join_traces(sources, order="given", keep_damaged=keep_damaged) as joined:
            trace = joined if len(captures) > 1 else joined.traces[0]
            outcomes.append(outcome(trace, walk))
    for one, other in zip(*outcomes, strict=True):
        assert one == other
    return outcomes[1]


def openable(data):
    try:
        open_trace(io.BytesIO(data)).close()
    except TraceError:
        return False
    return True


def edited(data, edits, size):
    changed = bytearray(data)
    for at, value in edits:
        if at < len(changed):
            changed[at] = value
    return bytes(changed)[:size]


@pytest.fixture(params=[(3, 5), (512, 65_536)], ids=["small", "real"], scope="module")
def pieces(request):
    """Pieces and arrays of a few records, so that each example has several."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "PIECE_RECORDS", request.param[0])
        patch.setattr(reading, "LENGTHS", request.param[1])
        yield request.param


@pytest.mark.usefixtures("pieces")
@given(PCAPS | PCAPNGS, EDITS, CUTS, st.booleans())
def test_lengths_are_those_of_the_blocks_and_so_is_the_digest(data, edits, size, keep):
    data = edited(data, edits, size)
    if openable(data):
        check(data, keep_damaged=keep)


@pytest.mark.usefixtures("pieces")
@given(st.lists(PCAPS | PCAPNGS, min_size=2, max_size=3), CUTS)
def test_a_join_warns_about_the_same_joints(captures, size):
    captures[0] = captures[0][:size]
    if all(map(openable, captures)):
        check(*captures)


@pytest.mark.usefixtures("pieces")
@given(PCAPS | PCAPNGS)
def test_a_compressed_capture_is_the_same(data):
    plain, packed = check(data), check(gzip.compress(data))
    assert plain[:5] == packed[:5]


@pytest.mark.usefixtures("pieces")
@pytest.mark.parametrize("make", [w.pcap, w.pcapng])
def test_a_mapped_file_is_the_same(tmp_path, make):
    path = tmp_path / "a"
    path.write_bytes(make([60, 1514, 60, 60, 96, 70_000] * 20))
    with open_trace(path) as trace:
        assert outcome(trace, by_blocks) == outcome(trace, by_lengths)


@pytest.mark.usefixtures("pieces")
@given(RECORDS)
def test_the_digest_agrees_with_the_obvious_summary(records):
    header = {"order": "<", "kind": "ns", "version": (2, 4), "network": 1}
    with open_trace(io.BytesIO(pcap_of(records, header))) as trace:
        packets = [(p.ts_ns, p.wire_len, p.cap_len) for p in packets_of(trace.blocks())]
        digest = Digest()
        list(trace.lengths(digest))
    assert digest.summary.as_dict() == summary_of(packets)


def test_an_array_is_valid_until_the_next_but_one(pieces):
    count = pieces[1]
    frames = [b"" for _ in range(3 * count)]
    record = [w.pcap_record(frame, wire_len=i // count + 1) for i, frame in enumerate(frames)]
    with open_trace(io.BytesIO(w.pcap_header() + b"".join(record))) as trace:
        walk = trace.lengths(Digest())
        first, second = next(walk), next(walk)
        assert (first.size, set(first.tolist()), set(second.tolist())) == (count, {1}, {2})
        third = next(walk)
        assert (set(second.tolist()), set(third.tolist())) == ({2}, {3})


def test_a_stream_has_its_lengths_once():
    class Pipe(io.BytesIO):
        def seekable(self):
            return False

    with open_trace(Pipe(w.pcap([60]))) as trace:
        assert [part.tolist() for part in trace.lengths(Digest())] == [[60]]
        with pytest.raises(TraceError, match="a stream can be read only once"):
            trace.lengths(Digest())
