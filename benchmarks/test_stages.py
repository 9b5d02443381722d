"""What each stage costs by itself, in one process: `make bench-stages` (pytest-benchmark)."""

import captures
import numpy as np
import pytest
from rxreplay.comparing import default_strategies
from rxreplay.emulator import Receiver
from rxreplay.traces import NO_TIME, Block, open_trace
from rxreplay.traces.summary import Summary

PACKETS = 1_000_000
LOADS = ("64", "imix", "1514")


@pytest.mark.parametrize("load", LOADS)
@pytest.mark.parametrize("strategy", default_strategies(), ids=lambda strategy: strategy.name)
def test_strategy(benchmark, strategy, load):
    frames = captures.lengths(load, PACKETS)
    receiver = Receiver(strategy)
    benchmark.pedantic(receiver.receive, (frames,), rounds=5, warmup_rounds=1)
    assert receiver.finish().packets == 6 * PACKETS


@pytest.mark.parametrize("load", LOADS)
def test_walk(benchmark, tmp_path, load):
    captures.write(tmp_path / "load.pcap", load, PACKETS)

    def walk():
        with open_trace(tmp_path / "load.pcap") as trace:
            return sum(block.wire_len.size for block in trace.blocks(addresses=False))

    assert benchmark.pedantic(walk, rounds=5, warmup_rounds=1) == PACKETS


def test_summary(benchmark):
    frames = captures.lengths("imix", 8192)
    block = Block(np.full(8192, NO_TIME), frames, frames, frames[:0], frames[:0])
    summary = Summary()
    benchmark.pedantic(summary.add, (block,), rounds=100, warmup_rounds=1)
    assert summary.packets == 101 * 8192
