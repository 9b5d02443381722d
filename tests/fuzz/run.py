"""`make fuzz`: every target for a while, first as plain Python, then compiled with bounds checks.

    PYTHONPATH=tests python -m fuzz.run [--seconds 60] [--targets walks bpf ...] [--legs checked]

Each run is a process of its own, one at a time, with a limit of memory and of seconds for an
input. What is found lies in build/fuzz/finds; `python -m fuzz.drive TARGET FILE` runs it again. The
corpus that grows lies in build/fuzz/corpus, for the next time. Status 1 where anything was found.
"""

import argparse
import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

from fuzz.targets import TARGETS

ROOT = Path(__file__).resolve().parents[2] / "build" / "fuzz"
LEGS = {"plain": {"NUMBA_DISABLE_JIT": "1"}, "checked": {"NUMBA_BOUNDSCHECK": "1"}}
RSS_MIB = 2048
SECONDS_AN_INPUT = {"plain": 30, "checked": 180}  # some inputs are the first to need a kernel
START_UP = 300  # compiling, and reading the corpus
HUNG = 1
INPUTS = re.compile(r"stat::number_of_executed_units:\s+(\d+)")


def seeded(name):
    """Give the folder of a target's corpus, with its seeds in it."""
    folder = ROOT / "corpus" / name
    folder.mkdir(parents=True, exist_ok=True)
    for seed in TARGETS[name].seeds():
        (folder / hashlib.sha1(seed, usedforsecurity=False).hexdigest()).write_bytes(seed)
    return folder


def command(name, leg, seconds):
    """Give the command that runs a target."""
    finds = ROOT / "finds"
    finds.mkdir(parents=True, exist_ok=True)
    options = [
        f"-max_total_time={seconds}",
        f"-max_len={TARGETS[name].most_bytes}",
        f"-rss_limit_mb={RSS_MIB}",
        f"-timeout={SECONDS_AN_INPUT[leg]}",
        f"-artifact_prefix={finds}/{name}-{leg}-",
        "-print_final_stats=1",
    ]
    return [sys.executable, "-m", "fuzz.drive", name, *options, str(seeded(name))]


def fuzz(name, leg, seconds):
    """Run a target; give how many inputs it had, and its status."""
    try:
        done = subprocess.run(
            command(name, leg, seconds),
            env=os.environ | LEGS[leg],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="backslashreplace",
            timeout=seconds + START_UP,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return 0, HUNG
    if done.returncode:
        print(done.stderr[-4000:], file=sys.stderr)
    found = INPUTS.search(done.stderr)
    return int(found[1]) if found else 0, done.returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=60, help="of each target in each leg")
    parser.add_argument("--targets", nargs="+", choices=TARGETS, default=list(TARGETS))
    parser.add_argument("--legs", nargs="+", choices=LEGS, default=list(LEGS))
    asked = parser.parse_args()
    statuses = []
    for name in asked.targets:
        for leg in asked.legs:
            inputs, status = fuzz(name, leg, asked.seconds)
            outcome = "FOUND SOMETHING" if status else "nothing found"
            print(f"{name:12} {leg:8} {inputs:>10,} inputs  {outcome}", flush=True)
            statuses.append(status)
    sys.exit(any(statuses))


if __name__ == "__main__":
    main()
