"""What a packet costs by the clock, against how many skbs are alive: it has to stay flat.

    python benchmarks/alive.py [--strategy KERNEL/MODE] [--packets 1000000] [--runs 5]

The first packets fill what the consumer keeps, and are not timed. Nanoseconds of processor time,
the best of the runs: caches of the processor are felt, and so would be a search through what is
alive.
"""

import argparse
import time

import numpy as np
from rxreplay.emulator import strategy
from rxreplay.emulator.clock import Service
from rxreplay.emulator.holding import DELAY, READER, UDP, UNREAD, Consumer
from rxreplay.emulator.timed_receiver import TimedReceiver

SPACING_NS = 700
FLOWS = 1_000
SIZES, SHARES = (64, 576, 1514), (0.58, 0.33, 0.09)
CONSUMERS = {
    "drop": (Consumer(), 0),
    **{
        f"delay of {n:,} packets": (Consumer(DELAY, n * SPACING_NS), n)
        for n in (10, 100, 1_000, 10_000, 100_000)
    },
    "reader that keeps up": (Consumer(READER, SPACING_NS * FLOWS // 2), 10_000),
    "reader at half the rate": (Consumer(READER, SPACING_NS * FLOWS * 2), 1_000_000),
    "unread": (Consumer(UNREAD), 1_000_000),
}


def measure(name: str, consumer: Consumer, before: int, packets: int) -> tuple[float, int]:
    """Give nanoseconds a packet, and how many skbs are alive at the end."""
    rng = np.random.default_rng(1)
    count = before + packets
    frames = rng.choice(SIZES, count, p=SHARES)
    keys = rng.integers(1, 2**40, FLOWS) << 2 | UDP
    flows, times = keys[rng.integers(0, FLOWS, count)], np.arange(count) * SPACING_NS
    queue = TimedReceiver(strategy(name), Service(), consumer=consumer)
    queue.receive(*(column[: before + 1] for column in (frames, times, flows)))
    begin = time.process_time()
    queue.receive(*(column[before + 1 :] for column in (frames, times, flows)))
    spent = time.process_time() - begin
    consumed = queue.finish().consumed
    return spent / packets * 1e9, consumed.held_packets if consumed else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--strategy", default="5.10/mergeable")
    parser.add_argument("--packets", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    print(f"{asked.strategy:24} {'alive':>9} {'ns':>7}")
    for name, (consumer, before) in CONSUMERS.items():
        found = [
            measure(asked.strategy, consumer, before, asked.packets) for _ in range(asked.runs)
        ]
        print(f"{name:24} {found[0][1]:9,} {min(ns for ns, _ in found):7.1f}", flush=True)


if __name__ == "__main__":
    main()
