"""Time the tool beside a C walk, tcpdump and capinfos on the same file, interleaved.

    python benchmarks/bench.py [--runs 7] [--packets 10000000] [--cores 2] [-o bench.json]

A process is timed on a large and on a small capture; the difference over the packets between them
is the time per packet, without start-up. The C walk and `info` have one core, the others all that
are asked for; what is not installed is left out.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import captures

HERE = Path(__file__).parent
SMALL = 1000
STRATEGIES = (
    "4.11/small",
    "5.10/small",
    "5.10/mergeable",
    "6.12/mergeable",
    "7.2/mergeable",
    "5.10/big",
)
PEERS = {
    "cat > /dev/null": ["sh", "-c", 'cat "$0" > /dev/null'],
    "tcpdump -w /dev/null": ["sh", "-c", 'tcpdump -r "$0" -w /dev/null 2> /dev/null'],
    "capinfos -c": ["capinfos", "-c"],
}
ONE_CORE = ("C walk", "info")


def compiled_walk(folder: Path) -> list[str]:
    binary = folder / "walk"
    flags = ["-O3", "-march=native"]
    subprocess.run(["gcc", *flags, str(HERE / "walk.c"), "-o", str(binary)], check=True)
    return [str(binary)]


def commands(folder: Path) -> dict[str, list[str]]:
    tool = [sys.executable, "-m", "rxreplay"]
    replays = {name: [*tool, "replay", "-q", "--format=json", "-s", name] for name in STRATEGIES}
    every = [f"-s{each.name}" for each in all_strategies()]
    peers = {name: do for name, do in PEERS.items() if shutil.which(name.split()[0])}
    compare = {f"compare of {len(every)}": [*tool, "compare", "-q", "--format=json", *every]}
    return {
        "C walk": compiled_walk(folder),
        "info": [*tool, "info", "-q"],
        **replays,
        **compare,
    } | peers


def all_strategies() -> list:
    from rxreplay.emulator import STRATEGIES

    return [each for each in STRATEGIES if not each.xdp]


def seconds(name: str, command: list[str], capture: Path, cores: set[int]) -> float:
    allowed = {min(cores)} if name in ONE_CORE else cores
    begin = time.perf_counter()
    subprocess.run(
        [*command, str(capture)],
        check=True,
        stdout=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, allowed),
    )
    return time.perf_counter() - begin


def measure(kind: str, packets: int, runs: int, folder: Path, cores: set[int]) -> list[dict]:
    large, small = folder / f"{kind}-large.pcap", folder / f"{kind}-small.pcap"
    captures.write(large, kind, packets)
    captures.write(small, kind, SMALL)
    todo = commands(folder)
    for name, command in todo.items():  # compile, and warm the page cache
        seconds(name, command, small, cores), seconds(name, command, large, cores)
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in todo}
    for _ in range(runs):
        for name, command in todo.items():
            pair = (seconds(name, command, file, cores) for file in (large, small))
            times[name].append(tuple(pair))
    large.unlink()
    small.unlink()
    return [row(kind, name, pairs, packets - SMALL) for name, pairs in times.items()]


def row(kind: str, name: str, pairs: list[tuple[float, float]], packets: int) -> dict:
    each = [(big - little) / packets for big, little in pairs]
    return {
        "load": kind,
        "what": name,
        "packets_per_second": round(1 / statistics.median(each)),
        "ns_per_packet": round(1e9 * statistics.median(each), 2),
        "start_up_seconds": round(statistics.median(little for _, little in pairs), 3),
    }


def table(rows: list[dict]) -> str:
    walks = {r["load"]: r["ns_per_packet"] for r in rows if r["what"] == "C walk"}
    lines = ["| load | what | million packets/s | ns a packet | times the C walk | start-up |"]
    lines.append("|---|---|--:|--:|--:|--:|")
    for r in rows:
        ratio = r["ns_per_packet"] / walks[r["load"]]
        lines.append(
            f"| {r['load']} | {r['what']} | {r['packets_per_second'] / 1e6:.1f} "
            f"| {r['ns_per_packet']:.1f} | {ratio:.1f} | {r['start_up_seconds']:.2f} s |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--packets", type=int, default=10_000_000)
    parser.add_argument("--loads", nargs="+", default=["64", "imix"])
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--cores", type=int, default=2)
    asked = parser.parse_args()
    cores = set(sorted(os.sched_getaffinity(0))[: asked.cores])
    with tempfile.TemporaryDirectory() as folder:
        rows = [
            each
            for kind in asked.loads
            for each in measure(kind, asked.packets, asked.runs, Path(folder), cores)
        ]
    print(table(rows))
    if asked.output:
        asked.output.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
