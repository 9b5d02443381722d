"""Polls: the refill test on both sides, budgets, and a ring that runs empty."""

import pytest
from helpers.replaying import finished, kinds, run
from rxreplay.emulator.poll import posted

MODES = ("small", "mergeable", "big")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("kernel", "ring", "free"),
    [("4.10", 256, 128), ("4.11", 16, 8), ("5.10", 256, 32), ("5.10", 64, 32), ("5.10", 16, 8)],
)
def test_a_poll_refills_from_one_above_the_threshold(kernel, mode, ring, free):
    left = run(f"{kernel}/{mode}", [60] * free, ring=ring)
    assert posted(left._queue) == ring - free
    refilled = run(f"{kernel}/{mode}", [60] * (free + 1), ring=ring)
    assert posted(refilled._queue) == ring


@pytest.mark.parametrize("mode", MODES)
def test_the_refill_waits_for_the_end_of_the_poll(mode):
    open_poll = run(f"5.10/{mode}", [60] * 40, polls=64)
    assert posted(open_poll._queue) == 216
    open_poll.finish()
    assert posted(open_poll._queue) == 256


@pytest.mark.parametrize("mode", MODES)
def test_the_last_poll_refills_by_the_same_test(mode):
    open_poll = run(f"5.10/{mode}", [60] * 32, polls=64)
    open_poll.finish()
    assert posted(open_poll._queue) == 224


def polls(name, lengths, **options):
    receiver = run(name, lengths, **options)
    receiver.finish()
    return [work for _, work in kinds(receiver, "poll")]


@pytest.mark.parametrize("mode", MODES)
def test_the_last_budget_repeats(mode):
    assert polls(f"4.11/{mode}", [60] * 9, polls=[1, 3, 2]) == [1, 3, 2, 2, 1]


@pytest.mark.parametrize("mode", ["small", "big"])
def test_packets_that_the_device_drops_are_in_no_poll(mode):
    long = 10**6
    assert polls(f"4.11/{mode}", [long, 60, long, 60, long, 60], polls=2) == [2, 1]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("ring", [2, 16])
def test_an_empty_ring_ends_the_poll(mode, ring):
    assert polls(f"5.10/{mode}", [60] * ring, ring=ring, polls=64) == [ring]
    assert polls(f"5.10/{mode}", [60] * (ring + 1), ring=ring, polls=64) == [ring, 1]


@pytest.mark.parametrize("mode", MODES)
def test_a_poll_that_ends_early_has_had_its_budget(mode):
    assert polls(f"5.10/{mode}", [60] * 7, ring=4, polls=[6, 1, 2]) == [4, 1, 2]


@pytest.mark.parametrize("mode", MODES)
def test_nothing_received_is_no_poll(mode):
    assert polls(f"4.11/{mode}", []) == []
    assert finished(f"4.11/{mode}", []).ring_bytes.mean is None
