"""Time the tool and every peer on the same generated captures, in turn.

    python benchmarks/bench.py [--runs 5] [--gigabytes 2] [--loads 64 imix 1514 gso] [-o FILE]
    python benchmarks/bench.py --stages      # each stage by itself, in one process
    python benchmarks/bench.py --docs FILE   # keep a result, and put its tables into the pages

A process is timed on a large and on a small capture; the difference over the packets between them
is the time per packet, without start-up, which is a figure of its own.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import captures
import ours
import peers
import stages
from documents import as_text, keep
from loads import SLICE, TITLES, Pair, gzip_pair, packets_of, pair
from machine import machine
from table import bar_table, full_table, start_table, summary
from timing import Task, interleaved, script, start_up

STARTS = 9


def tasks_of(load: str, files: Pair, walk: list[str]) -> Iterator[Task]:
    """List what is timed on a load: the same cores for the tool and for its peers."""
    alone = {"C walk": walk, "walk": script("walk_alone.py"), "info": ours.INFO}
    replays = {name: ours.replay(name) for name in ours.REPLAYED[load]}
    clocked = {ours.CLOCKED: ours.by_the_clock()} if load in ours.CLOCKED_LOADS else {}
    for what, command in (alone | dict(islice(replays.items(), 1)) | clocked).items():
        yield Task(load, what, command, 1, files, times=ours.TIMES.get(what, 1))
    for what, command in ({"C walk": walk} | replays | peers.programs()).items():
        yield Task(load, what, command, 2, files, times=ours.TIMES.get(what, 1))
    if load == "imix":
        names = ours.every()
        yield Task(load, "compare", ours.compare(names), 2, files, len(names))
        yield from marginal_tasks(load, files)


def marginal_tasks(load: str, files: Pair) -> Iterator[Task]:
    """List comparisons of one and of all strategies of a group, in one thread on one core."""
    for group, members in ours.GROUPS.items():
        names = members()
        for which, some in (("one", names[:1]), ("all", names)):
            command = ours.compare(some, "--threads=1")
            yield Task(load, f"{which} of {group}", command, 1, files, len(some))


def measure_load(load: str, packets: int, runs: int, folder: Path) -> list[dict]:
    """Time all on one load, the loops on a slice of it."""
    walk = peers.compiled_walk(folder)
    with pair(folder, load, packets) as files:
        rows = interleaved(tasks_of(load, files, walk), runs)
    with pair(folder, load, min(SLICE, packets)) as files:
        sliced = [Task(load, what, do, 1, files) for what, do in peers.loops().items()]
        return rows + (interleaved(sliced, runs) if sliced else [])


def measure_gzip(packets: int, runs: int, folder: Path) -> list[dict]:
    """Time a replay from gzip beside the decompression alone."""
    with gzip_pair(folder, packets) as files:
        commands = {
            "decompression": script("decompress.py"),
            "5.10/small": ours.replay("5.10/small"),
        }
        todo = [Task("imix.gz", what, do, 2, files, times=3) for what, do in commands.items()]
        return interleaved(todo, runs)


def measure_starts(folder: Path) -> list[dict]:
    """Time starts."""
    empty = folder / "empty.pcap"
    empty.write_bytes(captures.FILE_HEADER)
    commands = {
        "--help": [*ours.TOOL, "--help"],
        "strategies": [*ours.TOOL, "strategies"],
        "replay of nothing": ours.replay("5.10/small", str(empty)),
        "comparison of nothing": [*ours.COMPARE, str(empty)],
    }
    return start_up(commands, STARTS)


def measure(asked: argparse.Namespace) -> dict:
    """Time everything."""
    rows: list[dict] = []
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        folder = Path(name)
        starts = measure_starts(folder)
        for load in asked.loads:
            packets = packets_of(load, asked.gigabytes)
            rows += measure_load(load, packets, asked.runs, folder)
        if "imix" in asked.loads:
            packets = packets_of("imix", asked.gigabytes)
            rows += measure_gzip(packets, asked.runs, folder)
    return {"machine": machine(), "runs": asked.runs, "start_up": starts, "rows": rows}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument(
        "--gigabytes", type=float, default=2.0, help="of IMIX; twice that of others"
    )
    parser.add_argument("--loads", nargs="+", choices=TITLES, default=list(TITLES))
    parser.add_argument("--folder", type=Path, help="where captures are made [default: temporary]")
    parser.add_argument("-o", "--output", type=Path, help="write the results as JSON")
    parser.add_argument("--stages", action="store_true", help="time each stage in one process")
    parser.add_argument("--docs", type=Path, metavar="FILE", help="put a result into the pages")
    return parser.parse_args()


def main() -> None:
    asked = arguments()
    if asked.docs:
        keep(json.loads(asked.docs.read_text()))
        return
    if asked.stages:
        print(stages.report(asked.loads, asked.runs))
        return
    results = measure(asked)
    if asked.output:
        asked.output.parent.mkdir(parents=True, exist_ok=True)
        asked.output.write_text(as_text(results))
    for part in (full_table, summary, start_table, bar_table):
        print(part(results), end="\n\n")


if __name__ == "__main__":
    main()
