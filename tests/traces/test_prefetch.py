"""How far ahead of the walk memory is asked for."""

import pytest
from rxreplay.traces import prefetch


@pytest.mark.parametrize(
    ("lengths", "reach"),
    [
        ([80] * 5, 0),  # alike
        ([1530] * 5, 0),
        ([80, 1530], prefetch.REACH),
        ([1530, 80], prefetch.REACH),
        ([prefetch.REACH - 2, prefetch.REACH + 1], prefetch.REACH),  # the mean is just short
        ([prefetch.REACH - 1, prefetch.REACH + 1], 0),
        ([80, 65_536], 0),
        ([], 0),
    ],
)
def test_every_line_is_asked_for_where_records_are_short_and_mixed(lengths, reach):
    last = lengths[-1] if lengths else 16
    assert prefetch.reach_after(sum(lengths), len(lengths), last) == reach


@pytest.mark.parametrize(
    ("asked", "reach", "then"),
    [
        (0, 0, 0),
        (0, 128, 180 + 128),  # what lies in the record itself is left out
        (300, 128, 364),
        (308, 128, 308),
    ],
)
def test_what_is_asked_for_is_asked_once(asked, reach, then):
    assert prefetch.ask_ahead(0, 100, 80, asked, reach) == then
