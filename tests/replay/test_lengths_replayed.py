"""Lengths of what was replayed, against sorted lists of them."""

import numpy as np
import pytest
import rxreplay
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import capture_writer as writer
from oracles.summaries import bucket_edges, quantile
from rxreplay.corpus.over_packets import OverPackets
from rxreplay.length_quantiles import length_quantiles
from rxreplay.traces.length_counts import LengthCounts

GUEST, OTHER = 0x525400000001, 0x525400000002
EDGES = [edge for edge in bucket_edges() if edge >= 2000]
AROUND = [edge + step for edge in EDGES for step in (-1, 0, 1)]
LENGTHS = st.sampled_from(AROUND) | st.sampled_from([0, 60, 1514]) | st.integers(0, 2**32 - 1)
MANY = st.lists(st.tuples(LENGTHS, st.integers(1, 2000)), min_size=1, max_size=30)
SHARES = {"p50": 500, "p90": 900, "p99": 990, "p999": 999}  # of a thousand


def counted(lengths):
    """Give lengths as a trace of a result has them."""
    counts = LengthCounts()
    counts.add(np.array(lengths, np.int64))
    buckets = {str(least): count for least, count in counts.buckets().items()}
    return {"packets": len(lengths), "replayed_len": {"max": counts.longest(), "counts": buckets}}


@given(MANY)
def test_a_quantile_lies_where_it_is_said_to_lie(runs):
    lengths = [length for length, many in runs for _ in range(many)]
    of = counted(lengths)["replayed_len"]
    found = length_quantiles(of["counts"], of["max"])
    assert found.pop("max") == max(lengths)
    assert found.keys() == SHARES.keys()
    for name, between in found.items():
        true = quantile(lengths, SHARES[name])
        assert between["least"] <= true <= between["most"] <= max(lengths)
        if -(-SHARES[name] * len(lengths) // 1000) == len(lengths):
            assert between == {"least": true, "most": true}
        width = between["most"] - between["least"]
        assert width == 0 if true < 2048 else 128 * width < between["least"]


@pytest.mark.parametrize(("packets", "expected"), [(999, 60), (1000, 60), (1001, 1514)])
def test_one_packet_in_more_than_a_thousand_is_not_seen_by_the_last_quantile(packets, expected):
    """Of 1,000 packets the 999th counts, of 1,001 the 1,000th."""
    lengths = [60] * 999 + [1514] * (packets - 999)
    of, between = counted(lengths)["replayed_len"], {"least": expected, "most": expected}
    assert length_quantiles(of["counts"], of["max"])["p999"] == between


@given(st.lists(st.lists(LENGTHS, max_size=8), min_size=1, max_size=6), st.randoms())
def test_traces_are_added_in_any_order_and_as_if_they_were_one(traces, random):
    one, other, whole = OverPackets(), OverPackets(), OverPackets()
    for lengths in traces:
        one.add(counted(lengths))
    random.shuffle(traces)
    for lengths in traces:
        other.add(counted(lengths))
    whole.add(counted([length for lengths in traces for length in lengths]))
    assert list(one.lengths() or ()) == list(whole.lengths() or ())
    assert one.lengths() == other.lengths() == whole.lengths()
    if found := one.lengths():
        assert list(found["counts"]) == sorted(found["counts"], key=int)


def test_without_a_packet_there_is_no_quantile():
    over = OverPackets()
    over.add(counted([]))
    assert over.lengths() is None


def test_of_a_trace_that_does_not_say_the_whole_is_not_known():
    over = OverPackets()
    over.add(counted([60]))
    over.add({"packets": 0})
    assert over.lengths() is not None
    over.add({"packets": 1})
    over.add(counted([60]))
    assert over.lengths() is None


@settings(max_examples=10)
@given(st.lists(st.tuples(st.sampled_from([60, 1514, 2047, 2048, 9014]), st.booleans())))
def test_only_what_the_guest_received_is_counted(tmp_path_factory, packets):
    """By its bytes on the wire, of which the device does not get the last four."""
    frames = [
        writer.frame(length, *((GUEST, OTHER) if received else (OTHER, GUEST)))
        for length, received in packets
    ]
    path = tmp_path_factory.mktemp("a") / "a.pcap"
    path.write_bytes(writer.pcap_header() + b"".join(map(writer.pcap_record, frames)))
    for direction, wanted in (("in", (True,)), ("out", (False,)), ("both", (True, False))):
        how = {"guest_macs": ("52:54:00:00:00:01",), "direction": direction, "fcs": 4}
        results = rxreplay.compare([path], ["5.10/big"], **how)
        lengths = [length for length, received in packets if received in wanted]
        [trace], [result] = results.traces, results.results
        expected = counted(lengths)["replayed_len"]
        assert (trace.replayed_len.max, trace.replayed_len.counts) == (*expected.values(),)
        assert (len(lengths), sum(lengths)) == (result.figures.packets, result.figures.wire_bytes)
        assert trace.packets == len(packets)


@pytest.mark.parametrize(
    ("options", "lengths"),
    [
        ({}, [60, 1514, 300, 70_000, 70_000]),
        ({"packet_range": "2:3"}, [1514, 300]),
        ({"filter": "len > 1000 and len < 9000"}, [1514]),
        ({"queues": 2, "steering": "rss"}, [60, 1514, 300, 70_000, 70_000]),
    ],
)
def test_lengths_are_those_of_the_packets_that_were_chosen(tmp_path, options, lengths):
    records = [writer.pcap_record(writer.frame(n)) for n in (60, 1514, 300)]
    records += [writer.pcap_record(writer.frame(60), wire_len=70_000)] * 2
    (tmp_path / "a.pcap").write_bytes(writer.pcap_header() + b"".join(records))
    how = {"direction": "both"} | options
    [trace] = rxreplay.compare([tmp_path / "a.pcap"], ["5.10/small"], **how).traces
    expected = counted(lengths)["replayed_len"]
    assert {"max": trace.replayed_len.max, "counts": trace.replayed_len.counts} == expected


def test_where_nothing_is_replayed_there_are_none():
    [trace] = rxreplay.info([[60, 1514]]).traces
    assert trace.replayed_len is None
