"""The log keeps the first events, as many as it was made for."""

import pytest
from helpers.replaying import events, run


def test_the_first_events_are_kept():
    full = events(run("4.11/mergeable", [60, 1514, 60], ring=2))
    assert {event[0] for event in full} == {"refill", "chunk", "packet", "poll"}
    for kept in range(len(full) + 2):
        assert events(run("4.11/mergeable", [60, 1514, 60], ring=2, events=kept)) == full[:kept]


@pytest.mark.parametrize("kept", [0, 1])
def test_every_kind_of_event_respects_the_end(kept):
    lengths = [1514] * 40  # chunks are taken and given back, polls end
    assert len(run("4.11/small", lengths, ring=2, events=kept).log) == kept


def test_a_run_as_a_recording_has_it():
    assert events(run("4.11/small", [60, 1514], ring=2)) == [
        ("refill", 1920, None, 0, 0),
        ("chunk", "+", 0),
        ("refill", 1920, 0, 1920, 32768),
        ("packet", 0, 60, 46, 0, 2176, 0),
        ("poll", 1),
        ("packet", 1, 1514, 1500, 0, 2176, 0),
        ("refill", 1920, 0, 3840, 32768),
        ("refill", 1920, 0, 1920, 32768),
        ("poll", 1),
    ]
