"""What a look at a row of frames says, against the frames themselves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rxreplay.emulator.looking import LONGEST, NONE_MET, Look, Looks

AWKWARD = st.sampled_from([0, 14, 60, 1514, 65_550, LONGEST - 1, LONGEST, LONGEST + 1, 2**32 - 1])
LENGTHS = AWKWARD | st.integers(0, 2000)
ROWS = st.lists(LENGTHS, max_size=60)


@given(ROWS, LENGTHS, st.integers(0, 3))
def test_a_look_knows_every_length(frames, bound, more):
    look, end = Look(np.array(frames, np.int64)), bound + more
    assert look.lengths == sorted(set(frames))
    assert look.any_of(bound, end) == any(bound <= frame < end for frame in frames)
    assert look.least_from(bound) == min([f for f in frames if f >= bound], default=NONE_MET)
    assert look.most_below(bound) == max([f for f in frames if f < bound], default=0)


@given(ROWS, LENGTHS.filter(bool))
def test_an_average_follows_as_the_kernels(frames, average):
    look, expected = Look(np.array(frames, np.int64)), average
    for frame in frames:
        expected = (expected * 64 - expected + frame) // 64
    assert look.average(average) == expected
    assert look.average(average) == expected  # remembered


@pytest.mark.parametrize(
    ("start", "size", "looked_again"), [(7, 3, False), (8, 3, True), (7, 2, True), (7, 4, True)]
)
def test_the_same_row_is_looked_at_once(start, size, looked_again):
    looks, frames = Looks(), np.array([60, 590, 1514, 61])
    first = looks.of(7, frames[:3])
    again = looks.of(start, frames[:size])
    assert (again is not first) == looked_again
    assert again.lengths == sorted(frames[:size].tolist())
