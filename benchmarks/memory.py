"""Sample the memory of a comparison of all strategies over a small and a large capture.

    python benchmarks/memory.py [--gigabytes 10] [--small 0.1] [--ways mapped piped gzip] [-o FILE]

Mapped captures are written to a temporary folder (TMPDIR) and removed; piped and compressed ones
are made while they are read. RssAnon is what the process has for itself; the largest resident size
(VmHWM) counts the pages of a mapped capture as well. A warm run comes first: it compiles.
"""

import argparse
import gzip
import json
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import captures
import ours

LIMIT_MIB = 400
EVERY_SECONDS = 0.02
COMMAND = ours.compare(ours.every())

Pack = Callable[[bytes], bytes]


def parts(load: str, size: float, pack: Pack) -> Iterator[bytes]:
    """Give a capture of about `size` bytes: one block of records, again and again."""
    block = captures.records(captures.lengths(load, captures.BLOCK), 0)
    packed = pack(block)
    yield pack(captures.FILE_HEADER)
    for _ in range(max(1, round(size / len(block)))):
        yield packed


def member(data: bytes) -> bytes:
    return gzip.compress(data, 1)


def feed(process: subprocess.Popen, pieces: Iterator[bytes]) -> None:
    with process.stdin as sink:
        for piece in pieces:
            sink.write(piece)


def status(pid: int) -> dict[str, int]:
    """Give what /proc says of the memory of a process, KiB; nothing once it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return {}
    fields = (line.split() for line in lines if line.startswith(("RssAnon:", "VmHWM:")))
    return {name.rstrip(":"): int(value) for name, value, _ in fields}


def watch(process: subprocess.Popen) -> dict[str, float]:
    """Wait for a process; give the most memory it was seen to have, MiB, and its seconds."""
    begin, most = time.perf_counter(), {"RssAnon": 0, "VmHWM": 0}
    while process.poll() is None:
        now = status(process.pid)
        most = {name: max(value, now.get(name, 0)) for name, value in most.items()}
        time.sleep(EVERY_SECONDS)
    if process.returncode:
        raise SystemExit(f"rxreplay ended with status {process.returncode}")
    seconds = round(time.perf_counter() - begin, 1)
    return {name: round(value / 1024) for name, value in most.items()} | {"seconds": seconds}


def run_mapped(load: str, size: float) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{load}.pcap"
        with path.open("wb") as out:
            out.writelines(parts(load, size, bytes))
        return watch(subprocess.Popen([*COMMAND, str(path)], stdout=subprocess.DEVNULL))


def run_piped(load: str, size: float, pack: Pack = bytes) -> dict[str, float]:
    process = subprocess.Popen(
        [*COMMAND, "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, bufsize=0
    )
    writer = threading.Thread(target=feed, args=(process, parts(load, size, pack)), daemon=True)
    writer.start()
    return watch(process)


def run_gzip(load: str, size: float) -> dict[str, float]:
    return run_piped(load, size, member)


WAYS = {"mapped": run_mapped, "piped": run_piped, "gzip": run_gzip}


def measure(ways: list[str], load: str, gigabytes: list[float]) -> list[dict]:
    run_piped(load, 1)
    return [
        {"way": way, "gigabytes": size} | WAYS[way](load, size * 1e9)
        for way in ways
        for size in gigabytes
    ]


def table(rows: list[dict]) -> str:
    lines = ["| capture | GB | most RssAnon | largest resident size | under 400 MiB | seconds |"]
    lines.append("|---|--:|--:|--:|---|--:|")
    for r in rows:
        kept = "yes" if max(r["RssAnon"], r["VmHWM"]) < LIMIT_MIB else "NO"
        lines.append(
            f"| {r['way']} | {r['gigabytes']:g} | {r['RssAnon']} MiB | {r['VmHWM']} MiB "
            f"| {kept} | {r['seconds']} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gigabytes", type=float, default=10)
    parser.add_argument("--small", type=float, default=0.1, help="gigabytes of the small capture")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--load", default="imix")
    parser.add_argument("-o", "--output", type=Path)
    asked = parser.parse_args()
    rows = measure(asked.ways, asked.load, [asked.small, asked.gigabytes])
    print(table(rows))
    if asked.output:
        asked.output.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
