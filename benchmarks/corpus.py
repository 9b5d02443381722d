"""What a small capture costs in a corpus: many files of 100 packets, and the same packets in one.

    python benchmarks/corpus.py [--files N] [--workers N...]

What the files take longer than the one is their overhead: to list each, hand it out, open it, make
fresh receivers for all strategies, write the result, and read it again for the sum.
"""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import captures
from machine import machine

PACKETS = 100  # of a file
KIND = "imix"
IN_A_FOLDER = 1000


def write_archive(folder: Path, files: int) -> None:
    """Write small files in folders of a thousand, and one file of all their packets."""
    content = b"".join(map(bytes, captures.pieces(KIND, PACKETS)))
    for number in range(files):
        path = folder / "many" / f"{number // IN_A_FOLDER:03}" / f"{number:06}.pcap"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / "one").mkdir()
    captures.write(folder / "one" / "one.pcap", KIND, PACKETS * files)


def timed(source: Path, results: Path, workers: int) -> tuple[float, float]:
    """Give the seconds of a run by the clock, and of the processor in the command's process."""
    command = [sys.executable, "-m", "rxreplay", "corpus", source, "-o", results, "-q"]
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [*map(str, command), "--direction", "both", "--workers", str(workers)],
        stdout=subprocess.DEVNULL,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - start, busy


def measure(folder: Path, files: int, workers: int) -> dict:
    """Run over many files, again when all is done, and over one file of all their packets."""
    runs = {}
    for name in ("warm", "one", "many", "again"):  # warm: kernels are compiled if they are not
        results = folder / ("many-results" if name == "again" else f"{name}-results")
        source = folder / ("many" if name in ("many", "again") else "one")
        runs[name] = timed(source, results, workers)
    for left in folder.glob("*-results"):
        shutil.rmtree(left)
    (many, many_cpu), (one, one_cpu), (again, _) = (runs[n] for n in ("many", "one", "again"))
    row = {
        "workers": workers,
        "files": files,
        "many_s": many,
        "one_s": one,
        "again_s": again,
        "ms_per_file": 1e3 * (many - one) / files,
        "again_ms_per_file": 1e3 * again / files,
    }
    if workers == 1:  # of other processes it is not known here
        row["cpu_ms_per_file"] = 1e3 * (many_cpu - one_cpu) / files
    return {name: round(value, 2) for name, value in row.items()}


def main() -> None:
    """Measure, and print what was measured as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_archive(folder, given.files)
        rows = [measure(folder, given.files, workers) for workers in given.workers]
    print(json.dumps({"machine": machine(), "runs": rows}, indent=2))


if __name__ == "__main__":
    main()
