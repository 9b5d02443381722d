"""The figures as JSON has them, and what this run could not tell."""

import json
from dataclasses import replace

from helpers.replaying import finished


def test_figures_survive_json():
    figures = finished("5.10/mergeable", [60, 1514, 13])
    as_json = json.loads(json.dumps(figures.as_dict()))
    assert as_json == figures.as_dict()
    assert as_json["nr_frags"] == [1, 1] + [0] * 16
    assert as_json["waste"]["heads"]["payload"] == 74
    assert as_json["drops"]["rx_length_errors"] == 1


def test_what_was_not_computed_is_null():
    as_dict = finished("5.10/mergeable", [60]).as_dict()
    nulls = {name for name, value in as_dict.items() if value is None}
    assert nulls >= {"pull_headers", "headers_linear_packets", "copied_with_pulls", "linearize"}
    assert as_dict["drops"] == {
        "device_too_long": 0,
        "rx_length_errors": 0,
        "xdp_drops": 0,
        "backend_full": None,
        "rcvbuf": None,
    }


def test_drops_are_added_up_where_they_were_counted():
    drops = finished("5.10/small", [1519, 1519, 13]).drops
    assert drops.total() == 3
    assert replace(drops, backend_full=10, rcvbuf=100, xdp_drops=1000).total() == 1113


def test_length_per_truesize():
    assert finished("5.10/small", [1088, 1088]).len_per_truesize == 0.5


def test_wire_bytes_are_the_frames_unless_told():
    assert finished("5.10/small", [60, 64]).wire_bytes == 124
