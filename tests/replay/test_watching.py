"""Who looks at a walk sees every frame, and rings are those of runs of their own."""

import numpy as np
import pytest
import rxreplay
from hypothesis import given
from hypothesis import strategies as st
from rxreplay.emulator import strategy
from rxreplay.options import Options
from rxreplay.timing import Timing
from rxreplay.vantages import Frames
from rxreplay.watching import LONGEST_COUNTED, LengthCounter, RingBank

LENGTHS = st.sampled_from([0, 60, LONGEST_COUNTED - 1, LONGEST_COUNTED, 2**32 - 1])


@given(st.lists(st.lists(LENGTHS | st.integers(0, 2000), max_size=9), max_size=4))
def test_every_frame_is_counted_once(blocks):
    counter = LengthCounter()
    for block in blocks:
        counter.add(np.array(block, np.int64))
    lengths = [length for block in blocks for length in block]
    short = [length for length in lengths if length < LONGEST_COUNTED]
    long = [length for length in lengths if length >= LONGEST_COUNTED]
    assert counter.counts() == {length: short.count(length) for length in sorted(set(short))}
    assert (counter.beyond_frames, counter.beyond_bytes) == (len(long), sum(long))


@pytest.mark.parametrize("threads", [1, 2])
def test_rings_in_one_walk_are_those_of_runs_of_their_own(threads):
    lengths = np.array([60, 1514, 300, 9014] * 60)
    times = np.arange(lengths.size) * 100
    names = ["4.11/small", "4.13/small", "5.10/mergeable"]
    timing = Timing(backend_queue=9)
    bank = RingBank([strategy(n) for n in names], [4, 16], timing, Options(threads=threads))
    for part in np.array_split(np.arange(lengths.size), 3):
        none = np.zeros(0, np.int64)
        bank.see(Frames(lengths[part], none, times[part], none))
    tried = bank.finish()
    assert [(each.strategy, each.ring) for each in tried] == [
        (n, r) for n in names for r in (4, 16)
    ]
    alone = rxreplay.ring(list(lengths), names, [4, 16], Timing("rate:10000000", backend_queue=9))
    shown = [(each.lost, each.peak_waiting, each.figures.resident_bytes) for each in tried]
    assert shown == [(e.lost, e.peak_waiting, e.figures.resident_bytes) for e in alone.tried]
    assert any(each.lost for each in tried)
