"""Times of packets, against a loop over fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rxreplay.errors import OptionError
from rxreplay.timeline import Timeline
from rxreplay.timing import Timing
from rxreplay.traces import NO_TIME

TIMES = st.lists(
    st.sampled_from([NO_TIME, 10**18, 10**18 + 1, 10**18 + 999, 10**18 - 5]) | st.integers(0, 2**60)
)


def obvious(ts_ns, scale=None, rate=None):
    """Give times, and how many steps back and without a time there were."""
    first, latest, times, backwards, timeless = None, 0, [], 0, 0
    for number, ts in enumerate(ts_ns):
        if rate:
            times.append(int(number * Fraction(10**9) / rate))
            continue
        if ts == NO_TIME:
            timeless += 1
        else:
            first = ts if first is None else first
            backwards += ts - first < latest
            latest = max(latest, ts - first)
        times.append(int(latest / (scale or Fraction(1))))
    return times, backwards, timeless


@given(TIMES, st.integers(0, 30), st.sampled_from(["recorded", "scale:2", "scale:0.25", "rate:3"]))
def test_times_are_those_of_the_loop_in_any_blocks(ts_ns, cut, time):
    timeline, column = Timeline(time), np.array(ts_ns, np.int64)
    got = [*timeline.times(column[:cut]).tolist(), *timeline.times(column[cut:]).tolist()]
    kind, _, number = time.partition(":")
    told = {kind: Fraction(number)} if number else {}
    assert (got, timeline.backwards, timeline.timeless) == obvious(ts_ns, **told)


@pytest.mark.parametrize("time", ["asap", "scale:0", "rate:-1", "scale:", "rate:1e6", "rate:1e99"])
def test_what_is_no_time(time):
    with pytest.raises(OptionError, match=f"--time {time}: write recorded, scale:K"):
        Timeline(time)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({"irq_delay": "soon"}, "--irq-delay soon: write a time span"),
        ({"service": "-1us"}, "--service -1us: write a time span"),
        ({"stall": "2ms"}, "--stall 2ms: write LENGTH/PERIOD, as 2ms/100ms"),
    ],
)
def test_what_is_no_service(asked, text):
    with pytest.raises(OptionError, match=text):
        Timing(**asked).as_service()


def test_a_service_is_in_nanoseconds():
    service = Timing(
        irq_delay="5us", service="1ms", backend_queue=7, stall="2ms/100ms"
    ).as_service()
    assert service == (5000, 10**6, 7, 2 * 10**6, 10**8)
