import io

import pytest
from oracles import capture_writer as w
from oracles.walking import packets_of
from rxreplay.errors import TraceError
from rxreplay.traces import join_traces


def capture(path, *seconds, length=60, **header):
    records = [w.pcap_record(w.frame(length), time=(second, 0)) for second in seconds]
    path.write_bytes(w.pcap_header(**header) + b"".join(records))
    return path


def seconds(joined):
    return [packet.ts_ns and packet.ts_ns // 10**9 for packet in packets_of(joined.blocks())]


def codes(joined):
    return [warning.code for warning in joined.warnings]


def test_captures_are_ordered_by_their_first_time_and_equal_ones_stay(tmp_path):
    c = capture(tmp_path / "c", 30, 31)
    a = capture(tmp_path / "a", 10, 20)
    b = capture(tmp_path / "b", 30, 30, length=61)
    with join_traces([c, a, b]) as joined:
        assert joined.path == f"{a}+{c}+{b}"
        assert [packet.wire_len for packet in packets_of(joined.blocks())] == [60] * 4 + [61] * 2
        assert seconds(joined) == [10, 20, 30, 31, 30, 30]
        assert joined.rewindable


def test_captures_as_given_keep_their_order(tmp_path):
    b, a = capture(tmp_path / "b", 30), capture(tmp_path / "a", 10)
    with join_traces([b, a], order="given") as joined:
        assert seconds(joined) == [30, 10]
        assert codes(joined) == ["overlap"]
        assert f"{a} starts 20.000000 s before {b} ends" in joined.warnings[0].text


def test_captures_without_a_time_come_last(tmp_path):
    empty = capture(tmp_path / "empty")
    timeless = tmp_path / "timeless"
    timeless.write_bytes(w.section() + w.interface() + w.simple(w.frame(60)))
    late = capture(tmp_path / "late", 10)
    damaged = tmp_path / "damaged"
    damaged.write_bytes(w.pcap_header() + w.pcap_record(cap_len=2**31))
    with join_traces([empty, timeless, damaged, late], keep_damaged=True) as joined:
        assert joined.path == f"{late}+{empty}+{timeless}+{damaged}"
        assert seconds(joined) == [10, None]
        assert codes(joined) == ["no_time", "damaged"]
    with join_traces([empty, damaged, late]) as joined:
        blocks = joined.blocks()
        assert next(blocks).ts_ns.size == 1
        with pytest.raises(TraceError, match="damaged: record 0 at byte 24"):
            next(blocks)


def test_attributes_are_joined(tmp_path):
    a = capture(tmp_path / "a", 1, snaplen=96)
    b = capture(tmp_path / "b", 2, network=113)
    (tmp_path / "c").write_bytes(w.pcapng([60]))
    with join_traces([a, b, tmp_path / "c"], order="given") as joined:
        assert (joined.format, joined.link_type, joined.snaplen) == (
            "pcap+pcapng",
            "EN10MB+LINUX_SLL",
            262_144,
        )
        assert joined.size_bytes == sum((tmp_path / name).stat().st_size for name in "abc")
        list(joined.blocks())
        assert codes(joined) == ["link_type", "gap", "gap"]
        list(joined.blocks())
        assert codes(joined) == ["link_type", "gap", "gap"]


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ((0, 2), (2, 3), []),  # no pause at all
        ((0, 2), (1, 3), ["overlap"]),
        ((0, 5, 2), (4, 6), ["overlap"]),  # the latest time counts, not the last one
        ((0, 2), (22, 23), []),  # ten times the longest pause
        ((0, 2), (23, 24), ["gap"]),
        ((0, 1), (12, 14), []),  # the longest pause is in the second one
        ((0, 1), (22, 24), ["gap"]),
        ((5,), (5,), []),
        ((5,), (6,), ["gap"]),  # the least gap
        ((5, 3, 5), (6,), ["gap"]),  # a clock that steps back makes no pause
    ],
)
def test_gaps_and_overlaps_are_told_between_neighbours(tmp_path, left, right, expected):
    a, b = capture(tmp_path / "a", *left), capture(tmp_path / "b", *right)
    with join_traces([a, b], order="given") as joined:
        list(joined.blocks())
        assert codes(joined) == expected
        assert all(f"{a}" in warning.text and f"{b}" in warning.text for warning in joined.warnings)


def test_a_gap_says_its_rule(tmp_path):
    a, b = capture(tmp_path / "a", 0, 2), capture(tmp_path / "b", 30)
    with join_traces([a, b]) as joined:
        list(joined.blocks())
    assert joined.warnings[0].text == (
        f"{b} starts 28.000000 s after {a} ends: more than 10 times the longest pause inside them "
        "(2.000000 s)"
    )


class Pipe(io.BytesIO):
    """A stream that cannot seek."""

    def seekable(self):
        return False


def test_streams_join_as_given_only(tmp_path):
    data = w.pcap([60])
    a = capture(tmp_path / "a", 1)
    with pytest.raises(TraceError, match="a stream cannot be put in the order of time"):
        join_traces([a, Pipe(data)])
    with join_traces([a, Pipe(data)], order="given") as joined:
        assert (joined.size_bytes, joined.rewindable) == (None, False)
        assert len(packets_of(joined.blocks())) == 2
    with join_traces([Pipe(data)]) as joined:
        assert len(packets_of(joined.blocks())) == 1


def test_no_capture_and_a_bad_one(tmp_path):
    with pytest.raises(TraceError, match="no capture is given"):
        join_traces([])
    with pytest.raises(TraceError, match="cannot be read"):
        join_traces([capture(tmp_path / "a", 1), tmp_path / "missing"])
