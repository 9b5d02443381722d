import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rxreplay.traces import NO_TIME
from rxreplay.traces.span import Span

TIMES = st.none() | st.sampled_from([0, 1, 2**62, -1, -(2**62), 2**63 - 1, 1 - 2**63])
CLIMB = st.lists(st.integers(0, 9), max_size=20).map(lambda steps: np.cumsum(steps).tolist())


def span_of(times):
    """Give first and latest time and the longest pause, of times that may be None."""
    known = [time for time in times if time is not None]
    if not known:
        return None, NO_TIME, 0
    latest, pause = known[0], 0
    for time in known:
        pause = max(pause, min(time - latest, 2**63 - 1))
        latest = max(latest, time)
    return known[0], latest, pause


@given(st.lists(TIMES | st.integers(0, 20), max_size=12) | CLIMB, st.integers(0, 12))
def test_a_span_is_the_obvious_one_however_it_is_fed(times, at):
    span = Span()
    for part in (times[:at], times[at:]):
        span.add(np.array([NO_TIME if time is None else time for time in part], np.int64))
    assert (span.first, span.latest, span.longest_pause) == span_of(times)


@pytest.mark.parametrize("at", range(5))
def test_a_pause_is_measured_from_the_latest_time(at):
    times, span = np.array([5, NO_TIME, 9, 7, 20]), Span()
    for part in (times[:at], times[at:]):
        span.add(part)
    assert (span.first, span.latest, span.longest_pause) == (5, 20, 11)
