"""What each stage costs by itself, in one process: nanoseconds a packet."""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import partial
from pathlib import Path

import captures
import ours
from rxreplay.emulator import Receiver, Strategy, strategy
from rxreplay.traces import Block, open_trace
from rxreplay.traces.summary import Summary
from table import markdown

PACKETS = {"64": 2_000_000, "imix": 2_000_000, "1514": 500_000, "gso": 100_000}
FRAMES = 2_000_000  # for strategies, which need no file
BATCH = 65_536

Stage = Callable[[], object]


def walk(path: Path, *, addresses: bool) -> int:
    """Walk a capture and do nothing with it."""
    with open_trace(path) as trace:
        return sum(block.wire_len.size for block in trace.blocks(addresses=addresses))


def copies(path: Path) -> list[Block]:
    """Keep the blocks of a capture, which a walk uses again."""
    with open_trace(path) as trace:
        return [deepcopy(block) for block in trace.blocks()]


def fed(summary: Summary, blocks: list[Block]) -> None:
    """Give all blocks to statistics."""
    for block in blocks:
        summary.add(block)


def received(chosen: Strategy, frames: list) -> None:
    """Run a strategy as a comparison does."""
    receiver = Receiver(chosen, strides=True)
    for batch in frames:
        receiver.receive(batch)
    receiver.finish()


def reading(path: Path) -> Iterator[tuple[str, Stage]]:
    """Name the stages that read a capture, and what runs each."""
    yield "walk", lambda: walk(path, addresses=False)
    yield "walk, with addresses", lambda: walk(path, addresses=True)
    blocks = copies(path)
    yield "statistics: lengths and times", lambda: fed(Summary(), blocks)


def emulating(load: str) -> Iterator[tuple[str, Stage]]:
    """Name the strategies, and what runs each."""
    frames = captures.lengths(load, FRAMES)
    batches = [frames[start : start + BATCH] for start in range(0, FRAMES, BATCH)]
    for name in (*ours.page_frag(), *ours.page_pool(), "4.10/big", "5.10/big", "7.2/big"):
        yield name, partial(received, strategy(name), batches)


def ns_per_packet(stage: Stage, packets: int, runs: int) -> float:
    """Give the median time of a stage, after one run that warms it."""
    stage()
    took = []
    for _ in range(runs):
        begin = time.perf_counter()
        stage()
        took.append(time.perf_counter() - begin)
    return 1e9 * statistics.median(took) / packets


def measured(load: str, runs: int, folder: Path) -> Iterator[tuple[str, float]]:
    """Time every stage on one load."""
    path = folder / f"{load}.pcap"
    captures.write(path, load, PACKETS[load])
    for name, stage in reading(path):
        yield name, ns_per_packet(stage, PACKETS[load], runs)
    path.unlink()
    for name, stage in emulating(load):
        yield name, ns_per_packet(stage, FRAMES, runs)


def report(loads: list[str], runs: int) -> str:
    """Give a table: a row for each stage, a column for each load."""
    rows: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for load in loads:
            for name, ns in measured(load, runs, Path(folder)):
                rows.setdefault(name, []).append(f"{ns:.1f}")
    table = [[name, *cells] for name, cells in rows.items()]
    return markdown(["ns a packet, one thread", *loads], table, len(loads))
