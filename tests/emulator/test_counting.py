"""Counts of whole rows of frames against a count frame by frame."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles.counting import Tally
from rxreplay.emulator import counting
from rxreplay.emulator.counting import Counter, Counters, Track
from rxreplay.emulator.looking import NONE_MET, Looks

BOUNDS = (14, 129, 641, 1525)
FRAMES = st.sampled_from([14, 60, 128, 129, 640, 641, 1514, 1524])
ENDING = st.sampled_from([0, 13, 1525, 9014, 200_000])
ROWS = st.lists(st.lists(FRAMES, max_size=40), min_size=1, max_size=6)
PHASES = st.sampled_from([1, 2, 3, 7, 33])


def track(phases, takes=None, **more):
    bits = np.zeros((phases, len(BOUNDS) - 1), np.int8) if takes is None else np.array(takes)
    usual = {
        "start": 0,
        "phases": phases,
        "takes": bits.astype(np.int8).tobytes(),
        "turns": 1,
        "turn": 0,
        "bounds": BOUNDS,
        "stops": frozenset(),
        "drops_longer": False,
        "avg_pkt_len": 300,
    }
    return Track(**{**usual, **more})


def counted_alike(counter, tally, rows):
    """Give rows to both; compare all that they know in the end."""
    start = 0
    for row in rows:
        counted = counter.count(start, np.array(row, np.int64))
        assert counter._room >= 0
        assert counted == tally.count(row)
        met = row[:counted]
        least = [min([f for f in met if f >= bound], default=NONE_MET) for bound in BOUNDS[:-1]]
        assert list(counter.least) == least
        start += len(row)
        if counted < len(row):
            break
    packets, size = counter.counted()
    for place in np.ndindex(packets.shape):
        assert packets[place] == tally.packets.get(place, 0)
        assert size[place] == tally.bytes.get(place, 0)
    last, places = counter.unfinished()
    unfinished = zip(*(place.tolist() for place in places), strict=True)
    assert list(zip(last.tolist(), unfinished, strict=True)) == tally.cycle
    assert (counter.phase, counter.turn) == (tally.phase, tally.turn)
    assert (counter.longest, counter.too_long) == (tally.longest, tally.too_long)


@given(ROWS, PHASES, st.booleans())
def test_cells_have_what_came_to_each_phase_and_span(rows, phases, scarce):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counting, "MOST_AT_ONCE", 16 if scarce else 1 << 20)
        counter = Counter(track(phases), Looks())
        tally = Tally(BOUNDS, [[0] * 3] * phases, 1, average=300)
        counted_alike(counter, tally, rows)
    assert counter.avg_pkt_len == tally.average


@given(ROWS, PHASES, st.data())
def test_turns_go_on_with_the_slices_that_are_taken(rows, phases, data):
    slices = st.lists(st.integers(0, 1), min_size=3, max_size=3)
    takes = data.draw(st.lists(slices, min_size=phases, max_size=phases))
    turn = data.draw(st.integers(0, 3))
    counter = Counter(track(phases, takes, turns=4, turn=turn), Looks())
    counted_alike(counter, Tally(BOUNDS, takes, 4, turn=turn), rows)


@given(ROWS, ENDING | st.just(300), st.booleans(), st.integers(0, 5))
def test_a_frame_ends_the_count_or_is_dropped(rows, ending, drops_longer, row):
    rows[row % len(rows)][1:1] = [ending]
    more = {"stops": frozenset([1]), "drops_longer": drops_longer}
    counter = Counter(track(3, avg_pkt_len=0, **more), Looks())
    tally = Tally(BOUNDS, [[0] * 3] * 3, 1, **more)
    counted_alike(counter, tally, rows)


@pytest.mark.parametrize("packets", [15, 16, 17, 40])
def test_cells_are_emptied_before_they_overflow(monkeypatch, packets):
    monkeypatch.setattr(counting, "MOST_AT_ONCE", 16)
    counter = Counter(track(3), Looks())
    counter.count(0, np.full(packets, 60))
    assert 0 <= counter._room < 16
    found, size = counter.counted()
    assert (found.sum(), size.sum()) == (packets, 60 * packets)


def test_who_shares_a_counter_counts_once():
    counters, frames = Counters(), np.full(10, 60)
    counter = counters.of(track(3))
    assert counters.of(track(3)) is counter
    assert [counter.count(0, frames), counter.count(0, frames)] == [10, 10]
    assert counter.counted()[0].sum() == 10
    assert counters.of(track(4)) is not counter


def test_a_counter_is_forgotten_with_the_last_who_has_it():
    counters = Counters()
    counter = counters.of(track(3))
    counter.count(0, np.full(10, 60))
    kept = counters.of(track(3))
    del counter
    assert counters.of(track(3)) is kept
    del kept
    assert counters.of(track(3)).counted()[0].sum() == 0


def test_later_counters_do_not_part_those_who_came_before():
    counters = Counters()
    early, late = counters.of(track(3)), counters.of(track(3, start=5))
    assert counters.of(track(3)) is early is not late
