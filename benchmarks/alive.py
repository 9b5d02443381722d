"""What a packet costs by the clock, against how many skbs are alive: it has to stay flat.

    python benchmarks/alive.py [--strategy KERNEL/MODE] [--packets 1000000] [--runs 5]

The first packets fill what the consumer keeps, and are not timed. Nanoseconds of processor time,
the best of the runs: caches of the processor are felt, and so would be a search through what is
alive.
"""

import argparse
import time
from dataclasses import dataclass

import numpy as np
from rxreplay.emulator import strategy
from rxreplay.emulator.clock import Service
from rxreplay.emulator.holding import DELAY, READER, UDP, UNREAD, Consumer
from rxreplay.emulator.timed_receiver import TimedReceiver

SPACING_NS = 700
FLOWS = 1_000
SIZES, SHARES = (64, 576, 1514), (0.58, 0.33, 0.09)
RCVBUF = 2**30  # so that nothing is dropped


@dataclass(frozen=True)
class Case:
    """A consumer, the packets that fill what it keeps, and how far apart the timed ones are."""

    consumer: Consumer
    before: int = 0
    spacing_ns: int = SPACING_NS


def backlog(packets: int) -> Case:
    """Give readers as fast as the timed packets, which come half as fast as those before."""
    spacing = 2 * SPACING_NS
    return Case(Consumer(READER, spacing * FLOWS, RCVBUF), 2 * packets, spacing)


DEPTHS = (10, 100, 1_000, 10_000, 100_000)
CASES = {
    "drop": Case(Consumer()),
    **{f"delay of {n:,} packets": Case(Consumer(DELAY, n * SPACING_NS), n) for n in DEPTHS},
    "readers that keep up": Case(Consumer(READER, SPACING_NS * FLOWS // 2), 10_000),
    **{f"readers {n:,} behind": backlog(n) for n in (10_000, 100_000, 1_000_000)},
    "readers at half the rate": Case(Consumer(READER, SPACING_NS * FLOWS * 2), 1_000_000),
    "unread": Case(Consumer(UNREAD), 1_000_000),
}


def measure(name: str, case: Case, packets: int) -> tuple[float, int, int]:
    """Give nanoseconds a packet, how many skbs are alive at the end, how many were dropped."""
    rng = np.random.default_rng(1)
    count = case.before + packets
    frames = rng.choice(SIZES, count, p=SHARES)
    keys = rng.integers(1, 2**40, FLOWS) << 2 | UDP
    flows = keys[rng.integers(0, FLOWS, count)]
    times = np.repeat((SPACING_NS, case.spacing_ns), (case.before, packets)).cumsum()
    queue = TimedReceiver(strategy(name), Service(), consumer=case.consumer)
    queue.receive(*(column[: case.before + 1] for column in (frames, times, flows)))
    begin = time.process_time()
    queue.receive(*(column[case.before + 1 :] for column in (frames, times, flows)))
    spent = time.process_time() - begin
    received = queue.finish()
    held = received.consumed.held_packets if received.consumed else 0
    return spent / packets * 1e9, held, received.drops.total()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--strategy", default="5.10/mergeable")
    parser.add_argument("--packets", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    print(f"{asked.strategy:24} {'alive':>9} {'dropped':>9} {'ns':>7}")
    for name, case in CASES.items():
        found = [measure(asked.strategy, case, asked.packets) for _ in range(asked.runs)]
        ns, (_, alive, dropped) = min(each[0] for each in found), found[0]
        print(f"{name:24} {alive:9,} {dropped:9,} {ns:7.1f}", flush=True)


if __name__ == "__main__":
    main()
