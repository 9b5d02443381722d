"""Buckets of lengths, against lists that are sorted."""

from bisect import bisect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles.summaries import bucket_edges
from rxreplay.traces import length_counts
from rxreplay.traces.buckets import least_of, leasts, most_of
from rxreplay.traces.length_counts import HISTOGRAM, LengthCounts

EDGES = bucket_edges()  # of all buckets up to 2^32, made the long way
AROUND = [edge + step for edge in EDGES for step in (-1, 0, 1) if edge + step >= 0]
LENGTHS = st.sampled_from(AROUND) | st.integers(0, 2**32 - 1)


def test_the_buckets_follow_one_another_without_a_gap():
    assert [least_of(edge) for edge in EDGES] == EDGES
    assert [most_of(edge) + 1 for edge in EDGES[:-1]] == EDGES[1:]
    assert [least_of(edge - 1) for edge in EDGES[1:]] == EDGES[:-1]
    assert leasts(HISTOGRAM).tolist() == [edge for edge in EDGES if edge < HISTOGRAM]


@pytest.mark.parametrize(("length", "width"), [(2047, 1), (2048, 16), (4095, 16), (4096, 32)])
def test_width_changes_where_a_doubling_begins(length, width):
    assert most_of(length) - least_of(length) + 1 == width


@given(LENGTHS)
def test_a_bucket_is_narrower_than_the_stated_part_of_it(length):
    least, most = least_of(length), most_of(length)
    assert least <= length <= most
    assert least == most if length < 2048 else 128 * (most - least) < least
    assert least_of(least) == least_of(most) == least


@given(st.lists(LENGTHS, max_size=60), st.integers(0, 60), st.sampled_from([2, 65_536]))
def test_each_length_is_counted_in_its_bucket(lengths, at, exact_beyond):
    """Also where there are more long ones than are kept apart, and however they come."""
    counts = LengthCounts()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(length_counts, "EXACT_BEYOND", exact_beyond)
        for part in (lengths[:at], lengths[at:]):
            counts.add(np.array(part, np.int64))
            after = LengthCounts()
            after.resume(counts.carried)
            counts = after
    buckets = counts.buckets()
    owners = [EDGES[bisect(EDGES, length) - 1] for length in lengths]
    assert buckets == {edge: owners.count(edge) for edge in owners}
    assert list(buckets) == sorted(buckets)
    assert counts.longest() == max(lengths, default=None)
