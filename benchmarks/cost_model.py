"""What a corpus costs: measured here on one and two workers, computed for a thousand cores.

    python benchmarks/cost_model.py --measure      writes benchmarks/cost_model.json and the page
    python benchmarks/cost_model.py                the page from what was measured

The page is docs/cost-model.md; a test holds it against this script. What is measured: bytes and
packets a second of `rxreplay corpus` over equal captures of Internet mix, from the page cache and
over HTTP on loopback, what one more small capture costs, and how fast a Dask scheduler passes
tasks on. What is assumed stands in ASSUMED, and is said on the page.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import captures
from machine import machine

ROOT = Path(__file__).resolve().parents[1]
MEASURED = ROOT / "benchmarks" / "cost_model.json"
PAGE = ROOT / "docs" / "cost-model.md"
PETABYTE = 10**15
BLOCK = 8 << 20  # as replay/remote/read_ahead.py has it
ASSUMED = {
    "cores_a_node": 32,
    "link_bits": 25e9,  # of a node
    "connection_bytes": 85e6,  # of one GET, as AWS says of S3
    "connections": 5,  # that one core has at a time
    "requests": 5500,  # GET a second for each prefix of a bucket, as AWS says of S3
    "prefixes": 16,
    "object_bytes": 1e9,
}
CORES = (1, 2, 32, 1000)
COUNT, PACKETS = 16, 600_000  # captures to measure with, and packets of each
SMALL, FEW = 400, 100
RUNS = 5
MARKED = re.compile(r"(<!-- cost: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def corpus_seconds(source: str, *how: str) -> float:
    """Time a run of its own, results and all."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "rxreplay", "corpus", source, "-o", f"{folder}/r", "-q"]
        begin = time.perf_counter()
        subprocess.run([*command, *how], check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - begin


def write(folder: Path, count: int, packets: int) -> int:
    """Write equal captures; give their bytes."""
    folder.mkdir()
    data = b"".join(bytes(piece) for piece in captures.pieces("imix", packets))
    for number in range(count):
        (folder / f"{number:06}.pcap").write_bytes(data)
    return count * len(data)


def rates(folder: Path, strategies: tuple[str, ...]) -> dict[str, float]:
    """Give bytes and packets a second with one and two workers, starts taken off."""
    chosen = [part for name in strategies for part in ("-s", name)]
    size = write(folder / "large", COUNT, PACKETS)
    write(folder / "few", 2, FEW)
    found = {"bytes_a_packet": size / COUNT / PACKETS}
    ways = {w: (*chosen, "--direction=both", "--workers", w) for w in ("1", "2")}
    times: dict[tuple[str, str], list[float]] = {}
    for _ in range(RUNS):  # in turn, so that what else goes on meets all alike
        for workers, how in ways.items():
            for part in ("few", "large"):
                taken = corpus_seconds(str(folder / part), *how)
                times.setdefault((workers, part), []).append(taken)
    for workers in ways:
        whole, start = (min(times[workers, part]) for part in ("large", "few"))
        found[f"bytes_{workers}"] = size / (whole - start)
    return found


def small_cost(folder: Path) -> float:
    """Give the seconds that one more small capture costs one worker."""
    write(folder / "small", SMALL, FEW)
    how = ("-s", "5.10/mergeable", "--direction=both", "--workers", "1")
    start = min(corpus_seconds(str(folder / "few"), *how) for _ in range(2))
    return (min(corpus_seconds(str(folder / "small"), *how) for _ in range(2)) - start) / SMALL


def fetch_rate() -> float:
    """Give bytes a second that one core fetches and drops over HTTP on loopback."""
    import far_server
    from rxreplay.remote import opened

    size, zeros = 512 << 20, bytes(1 << 20)
    with far_server.serving(lambda start, end: zeros[: end - start], size) as server:
        cpu, begin = time.process_time(), time.perf_counter()
        with opened(server.url) as stream:
            while stream.read(1 << 20):
                pass
        wall, cpu = time.perf_counter() - begin, time.process_time() - cpu
    return size / max(wall, cpu)  # the server is in this process, so that this is too low


def tasks_a_second() -> float:
    """Give how many tasks without work a scheduler passes on, each in its turn."""
    from distributed import Client, LocalCluster, as_completed

    count = 2000
    with (
        LocalCluster(2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster,
        Client(cluster) as client,
    ):
        begin = time.perf_counter()
        coming = as_completed(client.map(bool, range(6), pure=False))
        for sent, _ in enumerate(coming):
            if sent < count:
                coming.add(client.submit(bool, sent, pure=False))
        return count / (time.perf_counter() - begin)


def measure() -> dict:
    """Measure everything on this machine."""
    with tempfile.TemporaryDirectory() as folder:
        one = rates(Path(folder), ("5.10/mergeable",))
        small = small_cost(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        eleven = rates(Path(folder), ())
    return {
        "machine": machine(),
        "load": os.getloadavg()[0],
        "one": one,
        "eleven": eleven,
        "small_seconds": small,
        "fetch_bytes": fetch_rate(),
        "tasks": tasks_a_second(),
    }


def per_core(rate: dict[str, float]) -> float:
    """Give what a core does where others work beside it: half of what two do."""
    return rate["bytes_2"] / 2


def limits(measured: dict, cores: int, load: str) -> dict[str, float]:
    """Give the seconds that each part of a system would need for a petabyte by itself."""
    nodes = -(-cores // ASSUMED["cores_a_node"])
    objects = PETABYTE / ASSUMED["object_bytes"]
    gets = PETABYTE / BLOCK + 3 * objects  # two looks at each, and its head
    fetching = ASSUMED["connections"] * ASSUMED["connection_bytes"]
    rate = 1 / (1 / per_core(measured[load]) + 1 / measured["fetch_bytes"])
    return {
        "cores": PETABYTE / (cores * rate),
        "links": PETABYTE / (nodes * ASSUMED["link_bits"] / 8),
        "connections": PETABYTE / (cores * fetching),
        "requests": gets / (ASSUMED["requests"] * ASSUMED["prefixes"]),
        "scheduler": objects / measured["tasks"],
    }


def duration(seconds: float) -> str:
    """Write a time with two or three digits that count."""
    for unit, size in (("days", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return (
                f"{seconds / size:,.1f} {unit}"
                if seconds < 10 * size
                else (f"{seconds / size:,.0f} {unit}")
            )
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.2g} s"


def measured_table(measured: dict) -> str:
    """Write what was measured."""
    lines = [
        "| strategies | workers | packets/s | bytes/s | to one worker |",
        "|---|--:|--:|--:|--:|",
    ]
    for title, load in (("5.10/mergeable", "one"), ("the default eleven", "eleven")):
        rate = measured[load]
        for workers in (1, 2):
            size = rate[f"bytes_{workers}"]
            lines.append(
                f"| {title} | {workers} | {size / rate['bytes_a_packet'] / 1e6:.1f} million "
                f"| {size / 1e6:,.0f} MB | {size / rate['bytes_1']:.2f} |"
            )
    return "\n".join(lines)


def parts_list(measured: dict) -> str:
    """Write the other measured costs."""
    milliseconds = 1000 * measured["small_seconds"]
    return (
        f"- one more capture of {FEW} packets: {milliseconds:.1f} ms of a core;\n"
        f"- fetching over HTTP: {measured['fetch_bytes'] / 1e6:,.0f} MB a second and core, server "
        "included;\n"
        f"- a Dask scheduler with one client: {measured['tasks']:,.0f} tasks a second."
    )


def steps_table(measured: dict) -> str:
    """Write what a petabyte takes, and what it waits for."""
    names = list(limits(measured, 1, "one"))
    lines = [f"| strategies | cores | {' | '.join(names)} | waits for |"]
    lines.append("|---|--:|" + "--:|" * len(names) + "---|")
    for title, load in (("one", "one"), ("eleven", "eleven")):
        for cores in CORES:
            found = limits(measured, cores, load)
            slowest = max(found, key=lambda name: found[name])
            times = " | ".join(duration(found[name]) for name in names)
            lines.append(f"| {title} | {cores:,} | {times} | {slowest} |")
    return "\n".join(lines)


def machine_text(measured: dict) -> str:
    """Say where and when, and how busy it was."""
    about = measured["machine"]
    return (
        f"{about['cpu']}, {about['cores']} cores, Linux {about['kernel']}, {about['date']}; "
        f"the load was {measured['load']:.1f}, other work included."
    )


PARTS = {
    "measured": measured_table,
    "parts": parts_list,
    "steps": steps_table,
    "machine": machine_text,
}


def refreshed(page: str, measured: dict) -> str:
    """Give the page with every marked part made anew."""
    return MARKED.sub(lambda found: f"{found[1]}{PARTS[found[2]](measured)}\n{found[3]}", page)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--measure", action="store_true", help="measure again, on this machine")
    if parser.parse_args().measure:
        MEASURED.write_text(json.dumps(measure(), indent=1) + "\n")
    PAGE.write_text(refreshed(PAGE.read_text(), json.loads(MEASURED.read_text())))


if __name__ == "__main__":
    main()
