"""What is made of a measured cycle, and what refuses one that is none."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rxreplay.emulator import Receiver, strategy
from rxreplay.emulator.cycle import Added, find_cycle, spans, starts_of, straight
from rxreplay.emulator.measuring import Circuit, Left, Still
from rxreplay.emulator.probing import FIELDS, HIGHEST, NUMBERS, OFFSETS_AT, Scratch, copied

PHASES = 5
TRUESIZE, PAYLOAD = FIELDS["truesize_bytes"], FIELDS["payload"]


def numbers(seed, *shape):
    return np.random.default_rng(seed).integers(-50, 50, shape)


def shown(frame):
    """Give what could be shown of frames that add 7 to one number, and their bytes to another."""
    rows = np.zeros((1, PHASES + 1, NUMBERS), np.int64)
    rows[0, :, TRUESIZE] = 1000 * frame + 7 * np.arange(PHASES + 1)  # not from 0
    rows[0, :, PAYLOAD] = frame * np.arange(PHASES + 1)
    return SimpleNamespace(
        frame=frame,
        rows=rows,
        turn=np.zeros(PHASES, np.int64),
        at=np.zeros((1, PHASES + 1), np.int64),
        highest=np.ones((PHASES, 1, len(HIGHEST)), np.int64),
        left=None,
    )


def test_a_straight_line_gives_what_packets_of_any_length_add():
    span = straight(shown(60), shown(100))
    packets, size = np.arange(PHASES)[:, None], 80 * np.arange(PHASES)[:, None]
    added = span.added(packets, size)
    assert added[TRUESIZE] == 7 * packets.sum()
    assert added[PAYLOAD] == size.sum()
    assert np.count_nonzero(added) == 2


@pytest.mark.parametrize(
    ("of", "at", "value"),
    [
        ("rows", (0, 3, PAYLOAD), 181),  # not by whole bytes
        ("highest", (2, 0, HIGHEST.index("peak_chunk_bytes")), 2),
        ("turn", 3, 1),
    ],
)
def test_no_straight_line_where_the_ends_differ(of, at, value):
    low, high = shown(60), shown(100)
    getattr(high, of)[at] = value
    assert straight(low, high) is None


@pytest.mark.parametrize("other", [None, Left(np.array([3]), np.ones((PHASES, 1), np.int64))])
def test_no_straight_line_where_the_ends_leave_something_else(other):
    low, high = shown(60), shown(100)
    low.left, high.left = Left(np.array([3]), np.zeros((PHASES, 1), np.int64)), other
    assert straight(low, high) is None
    high.left = low.left
    assert straight(low, high)


@given(st.integers(0, 99), st.sampled_from([1, 4]))
def test_what_was_added_counts_as_often_as_packets_came_there(seed, turns):
    rows, times = numbers(seed, turns, PHASES + 1, 3), numbers(seed + 1, PHASES, turns)
    at = (np.arange(turns)[:, None] + np.cumsum(abs(numbers(seed, PHASES + 1)))) % turns
    expected = np.zeros(3, np.int64)
    for start, phase in np.ndindex(turns, PHASES):
        expected += times[phase, at[start, phase]] * (rows[start, phase + 1] - rows[start, phase])
    assert Added(np.arange(3), rows).weighted(times, at).tolist() == expected.tolist()


@given(st.integers(0, 99))
def test_what_is_left_counts_for_every_later_packet(seed):
    added, packets = numbers(seed, PHASES, 2), abs(numbers(seed + 1, PHASES))
    expected = np.zeros(2, np.int64)
    for phase in range(PHASES):
        for later in range(phase + 1, PHASES):
            expected += packets[phase] * added[later]
        expected -= packets[phase] * phase * added[phase]  # shown after others of its own kind
    assert Left(np.arange(2), added).weighted(packets).tolist() == expected.tolist()


def queue_of(name, before=600):
    receiver = Receiver(strategy(name))
    receiver.receive(np.full(before, 60))
    return receiver._queue, receiver._kernels


@pytest.mark.parametrize(("phases", "closes"), [(231, True), (230, False), (33, False)])
def test_a_circuit_ends_where_it_began(phases, closes):
    queue, kernels = queue_of("5.10/mergeable")
    circuit = Circuit([copied(queue)], kernels, phases, Scratch())
    assert (circuit.rows_of(np.full(phases, 300), "least") is not None) == closes
    assert (Still.of(circuit, 60) is not None) == closes


def test_starts_do_not_end_in_the_same():
    queue, kernels = queue_of("6.1/mergeable", 604)  # no slice is taken
    circuit = Circuit([queue, queue], kernels, 231, Scratch())
    assert circuit.rows_of(np.full(231, 300), "least") is None


@pytest.mark.parametrize(("frame", "still"), [(300, True), (60, False)])
def test_packets_that_take_slices_are_not_still(frame, still):
    queue, kernels = queue_of("6.1/mergeable")
    starts = starts_of(queue, kernels, 231, 300, 60)
    assert (Still.of(Circuit(starts, kernels, 231, Scratch()), frame) is not None) == still


@pytest.mark.parametrize(("phase", "more"), [(0, 0), (1, 1), (32, 1)])
def test_what_packets_leave_explains_where_a_queue_stands(phase, more):
    queue, kernels = queue_of("5.10/big", 19 * 33)  # right after a refill
    still = Still.of(Circuit([queue], kernels, 33, Scratch()), 300)
    rows = still.circuit.rows_of(np.full(33, 5000), "least")
    moved = (rows - still.shown.rows)[:, :-1, OFFSETS_AT]
    moved[0, phase, OFFSETS_AT.index(FIELDS["chunk_bytes"])] += more
    assert moved.any()
    assert (still._left_by(5000, 0, moved) is not None) == (not more)


def test_what_only_some_packets_leave_explains_nothing():
    queue, kernels = queue_of("6.12/big", 19 * 33)
    circuit = Circuit(starts_of(queue, kernels, 33, 300, 60), kernels, 33, Scratch())
    still = Still.of(circuit, 300)
    rows_of = circuit.rows_of

    def bent(frames, use):
        rows = rows_of(frames, use)
        rows[2, 9:, TRUESIZE] += 1  # from one start only
        return rows

    assert still.measured(60, "least").left
    circuit.rows_of = bent
    assert still.measured(60, "least") is None


@pytest.mark.parametrize(
    ("broken", "found"), [("nothing", True), ("still", False), ("left", False)]
)
def test_a_queue_that_does_not_come_back_is_in_no_cycle(monkeypatch, broken, found):
    """Big buffers leave pages behind, so that all three ways of looking are needed."""
    rows_of = Circuit.rows_of

    def refused(self, frames, use):
        return None if use == broken else rows_of(self, frames, use)

    monkeypatch.setattr(Circuit, "rows_of", refused)
    big = strategy("4.10/big")
    receiver = Receiver(big, ring=64)
    receiver.receive(np.full(33 * 64, 1514))
    queue = receiver._queue
    bounds = spans(queue.layout, np.unique(queue.ring["size"]))
    cycle = find_cycle(queue, big.load(), bounds, Scratch())
    assert (cycle is not None) == found
