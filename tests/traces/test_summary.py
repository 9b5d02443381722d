import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from oracles.summaries import nearest_rank, summary_of
from rxreplay.traces import NO_TIME, Block, length_counts
from rxreplay.traces.length_counts import HISTOGRAM
from rxreplay.traces.summary import Summary

LENGTHS = st.sampled_from([0, 60, 1514, 1515, HISTOGRAM - 1, HISTOGRAM, 2**32 - 1])
TIMES = st.none() | st.sampled_from([0, 1, 2**62, -(2**62)]) | st.integers(0, 1000)
PACKETS = st.tuples(TIMES, LENGTHS | st.integers(0, 2000), st.sampled_from([0, 59, 60, 1514]))


def block_of(packets):
    rows = [(NO_TIME if ts is None else ts, wire, cap) for ts, wire, cap in packets]
    columns = np.array(rows, np.int64).reshape(-1, 3).T.copy()
    return Block(*columns, columns[0, :0], columns[0, :0])


@given(st.lists(PACKETS, max_size=40), st.integers(0, 40))
def test_a_summary_agrees_with_the_obvious_one_however_it_is_fed(packets, at):
    fast = Summary()
    for part in (packets[:at], packets[at:]):
        fast.add(block_of(part))
    assert fast.as_dict() == summary_of(packets)
    json.dumps(fast.as_dict())


@given(st.lists(LENGTHS, min_size=1, max_size=200), st.integers(0, 100))
def test_every_percentile_is_the_nearest_rank(lengths, percent):
    fast = Summary()
    fast.add(block_of([(0, length, 0) for length in lengths]))
    assert fast.percentile(percent) == nearest_rank(lengths, percent)


def test_nothing_at_all_has_counts_of_zero_and_no_extremes():
    got = Summary().as_dict()
    assert got["wire_len"] == {"min": None, "median": None, "p99": None, "max": None}
    assert (got["packets"], got["first_ns"], got["last_ns"], got["duration_ns"]) == (0, *[None] * 3)


def test_lengths_beyond_the_exact_ones_are_rounded_up_and_the_longest_stays(monkeypatch):
    monkeypatch.setattr(length_counts, "EXACT_BEYOND", 2)
    fast = Summary()
    fast.add(block_of([(0, length, 0) for length in (70_000, 70_001, 70_002, 90_000, 70_001)]))
    assert [fast.percentile(p) for p in (20, 60, 80, 100)] == [70_000, 70_001, 70_143, 90_000]
