"""Percentiles by nearest rank, and sums, against plain words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles.planning import added, percentile
from rxreplay.amounts import InUse, Spread, Use, nearest_rank, spread, total

VALUES = st.lists(
    st.sampled_from([0, 1, 2, 4096, 2**40]) | st.integers(0, 2**62), min_size=1, max_size=210
)
USES = st.lists(st.builds(Use, *[st.integers(0, 99)] * 4), min_size=1, max_size=30)


@given(VALUES, st.sampled_from([1, 50, 95, 99, 100]))
def test_a_percentile_is_the_least_that_covers_so_many(values, percent):
    assert nearest_rank(values, percent) == percentile(values, percent)


@pytest.mark.parametrize(
    ("count", "p50", "p95", "p99"),
    [
        *[(1, 1, 1, 1), (2, 1, 2, 2), (19, 10, 19, 19), (20, 10, 19, 20), (21, 11, 20, 21)],
        *[(99, 50, 95, 99), (100, 50, 95, 99), (101, 51, 96, 100), (200, 100, 190, 198)],
    ],
)
def test_ranks_on_both_sides(count, p50, p95, p99):
    assert Spread.of(range(1, count + 1)) == Spread(p50, p95, p99, count)


@given(USES, st.integers(1, 1000))
def test_amounts_add_up(uses, count):
    found = spread(uses)
    for name in ("posted", "in_flight", "resident_peak", "resident_mean"):
        values = [getattr(use, name) for use in uses]
        assert getattr(found, name).p95 == percentile(values, 95)
        assert getattr(found, name).most == max(values)
    assert isinstance(found, InUse)
    assert found.times(3).as_dict() == added(*[found.as_dict()] * 3)
    assert total([found] * 4) == found.times(4)
    assert found.times(count).resident_peak.p50 == found.resident_peak.p50 * count
