"""Whole processes on so many cores, timed on two files: what lies between them is the work."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from loads import Pair

ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


@dataclass
class Task:
    """What is timed, on how many cores, and the seconds that it took."""

    load: str
    what: str
    command: list[str]
    cores: int
    files: Pair
    strategies: int = 0  # that a comparison has
    times: int = 1  # in each turn
    large: list[float] = field(default_factory=list)
    small: list[float] = field(default_factory=list)

    def run(self) -> None:
        """Time it on both files."""
        for _ in range(self.times):
            self.large.append(seconds([*self.command, str(self.files.large)], self.cores))
            self.small.append(seconds([*self.command, str(self.files.small)], self.cores))

    def forget(self) -> None:
        """Drop what was timed so far: caches were cold."""
        self.large, self.small = [], []

    def as_row(self) -> dict:
        """Give the medians and the single runs."""
        each = [large - small for large, small in zip(self.large, self.small, strict=True)]
        middle = statistics.median(each)
        spread = statistics.median(abs(took - middle) for took in each)
        clear = middle > 4 * spread  # else the work is lost in the noise of starts
        return {
            "load": self.load,
            "what": self.what,
            "cores": self.cores,
            "strategies": self.strategies,
            "packets": self.files.packets,
            "ns_per_packet": round(1e9 * middle / self.files.packets, 3) if clear else None,
            "packets_per_second": round(self.files.packets / middle) if clear else None,
            "spread": round(spread / middle, 3) if clear else None,
            "start_up_seconds": round(statistics.median(self.small), 4),
            "large_seconds": [round(s, 4) for s in self.large],
            "small_seconds": [round(s, 4) for s in self.small],
        }


def seconds(command: list[str], cores: int) -> float:
    """Run a process on the first so many cores; give the seconds."""
    allowed = sorted(os.sched_getaffinity(0))[:cores]
    begin = time.perf_counter()
    done = subprocess.run(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
        preexec_fn=lambda: os.sched_setaffinity(0, allowed),
        check=False,
    )
    took = time.perf_counter() - begin
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr.decode().strip()}")
    return took


def interleaved(tasks: Iterable[Task], runs: int) -> list[dict]:
    """Run every task in turn, and all of them again; the first round only warms the caches."""
    tasks = list(tasks)
    for task in tasks:
        task.run()
        task.forget()
    for done in range(runs):
        for task in tasks:
            task.run()
        print(f"{tasks[0].load}: run {done + 1} of {runs}", file=sys.stderr)
    return [task.as_row() for task in tasks]


def start_up(commands: dict[str, list[str]], runs: int) -> list[dict]:
    """Time processes that have nothing to do, on all cores, warm."""
    cores = len(os.sched_getaffinity(0))
    single: dict[str, list[float]] = {what: [] for what in commands}
    for round_ in range(runs + 1):
        for what, command in commands.items():
            took = seconds(command, cores)
            if round_:
                single[what].append(round(took, 4))
    return [
        {"what": what, "seconds": round(statistics.median(each), 3), "runs": each}
        for what, each in single.items()
    ]


def script(name: str, *arguments: str) -> list[str]:
    """Give the command that runs a script which lies here."""
    return [sys.executable, str(Path(__file__).with_name(name)), *arguments]
