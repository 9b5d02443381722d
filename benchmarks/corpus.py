"""What a small capture costs in a corpus: 10,000 files of 100 packets, and the same packets in one.

    python benchmarks/corpus.py [--files N] [--workers N]

What is more than the one file takes is the overhead of a file: to list it, hand it out, open it,
make fresh receivers, write the result, and read it again for the sum.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import captures
from machine import machine

PACKETS = 100  # of a file
KIND = "imix"
BY_DEFAULT = ()
ONE = ("-s", "5.10/mergeable")


def write_archive(folder: Path, files: int) -> None:
    """Write files in folders of a thousand, and beside them one of all their packets."""
    content = b"".join(map(bytes, captures.pieces(KIND, PACKETS)))
    for number in range(files):
        path = folder / "many" / f"{number // 1000:03}" / f"{number:06}.pcap"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / "one").mkdir()
    captures.write(folder / "one" / "one.pcap", KIND, PACKETS * files)


def timed(source: Path, results: Path, workers: int, strategies: Sequence[str]) -> float:
    """Give the seconds of a run; the results are removed unless they were there before."""
    command = [sys.executable, "-m", "rxreplay", "corpus", source, "-o", results, "-q"]
    start = time.perf_counter()
    subprocess.run(
        [*map(str, command), "--direction", "both", "--workers", str(workers), *strategies],
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - start


def measure(folder: Path, files: int, workers: int, strategies: Sequence[str]) -> dict:
    """Run over many files, again where all is done, and over one file of all packets."""
    results = folder / f"results-{workers}-{len(strategies)}"
    warm = folder / "warm"
    timed(folder / "one", warm, workers, strategies)  # kernels are compiled, pages cached
    shutil.rmtree(warm)
    many = timed(folder / "many", results, workers, strategies)
    again = timed(folder / "many", results, workers, strategies)
    one = timed(folder / "one", warm, workers, strategies)
    shutil.rmtree(results)
    shutil.rmtree(warm)
    return {
        "workers": workers,
        "strategies": len(strategies) // 2 or 11,
        "files": files,
        "many_s": round(many, 2),
        "one_s": round(one, 2),
        "again_s": round(again, 2),
        "ms_per_file": round(1e3 * (many - one) / files, 2),
        "ms_per_file_again": round(1e3 * again / files, 2),
    }


def main() -> None:
    """Measure, and print what was measured as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_archive(folder, given.files)
        rows = [
            measure(folder, given.files, workers, strategies)
            for workers in given.workers
            for strategies in (BY_DEFAULT, ONE)
        ]
    print(json.dumps({"machine": machine(), "runs": rows}, indent=2))


if __name__ == "__main__":
    main()
