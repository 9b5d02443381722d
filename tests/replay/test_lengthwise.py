"""Curves of truesize: the plain-Python model says the same of steady streams."""

import pytest
from oracles.virtio_net import oracle
from rxreplay.emulator import strategy
from rxreplay.lengthwise import (
    LONGEST,
    MEAN_OVER,
    SETTLING,
    SHORTEST,
    lengths_to_try,
    truesize_by_length,
)

RING = 16
LENGTHS = [60, 128, 129, 1514, 1518, 1519, 4081]
TRUESIZE = 5  # of a packet's event


def steady(name):
    """Give the mean of the last packets of each length, as the model has them."""
    model = oracle(name, ring=RING)
    count = 2 * RING + SETTLING
    model.run([length for length in LENGTHS for _ in range(count)], [1])
    packets = {event[1]: event[TRUESIZE] for event in model.events if event[0] == "packet"}
    for index, _ in enumerate(LENGTHS):
        numbers = range(count * (index + 1) - MEAN_OVER, count * (index + 1))
        sizes = [packets[number] for number in numbers if number in packets]
        yield sum(sizes) / len(sizes) if sizes else None


@pytest.mark.parametrize(
    "name",
    [
        "4.10/small",
        "5.10/small",
        "4.11/mergeable",
        "5.10/mergeable",
        "mst-2016/mergeable",
        "5.10/big",
    ],
)
def test_a_curve_is_the_models_mean_in_a_steady_stream(name):
    assert truesize_by_length(strategy(name), RING, LENGTHS) == list(steady(name))


@pytest.mark.parametrize(
    ("name", "length", "truesize"),
    [
        ("5.10/small", 1518, 2176.0),
        ("5.10/small", 1519, None),
        ("5.10/big", 128, 768.0),
        ("5.10/big", 129, 4864.0),
    ],
)
def test_a_cliff_is_between_two_lengths(name, length, truesize):
    assert truesize_by_length(strategy(name), 256, [length]) == [truesize]


def test_lengths_ascend_within_their_ends_and_have_both_sides_of_each_threshold():
    tried = lengths_to_try([strategy("5.10/small"), strategy("6.12/mergeable")], 256)
    assert tried == sorted(set(tried))
    assert (tried[0], tried[-1]) == (SHORTEST, LONGEST)
    copy_room = strategy("6.12/mergeable").layout(256).copy_room
    assert {1518, 1519, copy_room, copy_room + 1} <= set(tried)
