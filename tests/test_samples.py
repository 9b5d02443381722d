"""The bundled captures: counts, kinds, and that only received packets are in them."""

import numpy as np
import pytest
from helpers.samples import SAMPLES, expected_counts
from rxreplay import info, open_trace


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_counts_are_those_of_capinfos(path):
    trace = info([path]).traces[0]
    counts = {"packets": trace.packets, "wire_bytes": trace.wire_bytes}
    assert counts | {"duration_ns": trace.duration_ns} == expected_counts()[path.name]
    assert trace.link_type == "EN10MB"


def test_the_table_of_counts_names_every_capture():
    assert sorted(expected_counts()) == [path.name for path in SAMPLES]


def test_there_is_one_of_each_kind():
    traces = {trace.path: trace for trace in info(SAMPLES).traces}
    assert {trace.format for trace in traces.values()} == {"pcap", "pcapng"}
    assert any(trace.truncated_packets for trace in traces.values())
    assert any(trace.wire_len["max"] > 60_000 for trace in traces.values())
    assert any(trace.first_ns % 1000 for trace in traces.values()), "none has nanoseconds"
    assert any(trace.first_ns % 1000 == 0 for trace in traces.values()), "none has microseconds"
    assert sum(path.stat().st_size for path in SAMPLES) < 5 * 2**20


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_only_received_packets_are_in_it(path):
    with open_trace(path) as trace:
        dst = np.concatenate([block.dst.copy() for block in trace.blocks()])
    unicast = dst[(dst >> 40) & 1 == 0]
    assert np.unique(unicast).size == 1
