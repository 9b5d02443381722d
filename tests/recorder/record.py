"""Record what a stock distribution kernel does with the packets of a capture.

Boots the kernel under QEMU, sends it the frames, and writes a log in the format of the recordings
that `rxreplay verify` reads. docs/recorder.md has more.
"""

import argparse
import gzip
import json
import shutil
import sys
import tempfile
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from guest import RecorderError, build
from machine import QEMU, Card, Machine, booted
from rxreplay.errors import RxReplayError
from rxreplay.ftrace import Event, LostEventsError, events, records
from rxreplay.traces import open_trace

NEEDED = {QEMU: "qemu-system-x86", "cpio": "cpio", "dpkg-deb": "dpkg", "apt-get": "apt"}
SHORTEST, LONGEST = 14, 65550  # an Ethernet header; the most that QEMU's socket takes
RINGS = (256, 512, 1024)  # all that QEMU has


@dataclass(frozen=True)
class Run:
    """What the guest said, and what its driver did."""

    uname: str
    buf_lens: list[int]
    events: list[Event]


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    missing = [package for tool, package in NEEDED.items() if shutil.which(tool) is None]
    try:
        if missing:
            raise RecorderError(f"missing: run  apt-get install {' '.join(missing)}")
        lengths = lengths_of(options)
        card = Card(options.mode == "mergeable", options.ring, options.mtu)
        with tempfile.TemporaryDirectory() as scratch:
            guest = build(options.package, options.modules_from, options.work, Path(scratch))
            with booted(guest, card) as machine:
                run = record(machine, lengths, options)
        check(run.events, lengths, options.ring if options.mode != "big" else 0)
    except (RecorderError, RxReplayError, LostEventsError, OSError) as error:
        print(f"record: {error}", file=sys.stderr)
        return 1
    write(options.output, head(options, run, len(lengths)), run.events)
    print(f"Wrote {options.output}: {len(lengths):,} packets, {len(run.events):,} events")
    return 0


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0] if __doc__ else None)
    add = parser.add_argument
    add("--package", required=True, help="Debian package of the kernel: its name, or a .deb file")
    add("--modules-from", metavar="PACKAGE", help="package of its modules, if they have their own")
    add("--kernel", metavar="X.Y", help="kernel that `verify` emulates (default: by uname)")
    add("--capture", required=True, type=Path, help="pcap or pcapng: only its lengths are used")
    add("--max-packets", type=int, metavar="N", help="send only the first N packets")
    add("--max-len", type=int, metavar="BYTES", help="leave out what is longer on the wire")
    add("--mode", choices=("mergeable", "small", "big"), default="mergeable")
    add("--ring", type=int, choices=RINGS, default=256)
    add("--mtu", type=int, help="the device's MTU (default: 9000 for big, else none)")
    add("--gap-ms", type=float, default=10, help="wait between polls (default: 10)")
    add("--burst", type=int, default=1, metavar="N", help="send N frames at once (default: 1)")
    add(
        "--work",
        type=Path,
        metavar="FOLDER",
        default=Path(tempfile.gettempdir()) / "rxreplay-recorder",
        help="where packages are unpacked, and kept for the next time (default: %(default)s)",
    )
    add("-o", "--output", required=True, type=Path, help="the log to write, a .tsv.gz")
    options = parser.parse_args(arguments)
    if options.mode == "big" and options.mtu is None:
        options.mtu = 9000
    return options


def lengths_of(options: argparse.Namespace) -> list[int]:
    """Give the lengths to send: the guest gets frames of these, whatever the packets hold."""
    with open_trace(str(options.capture)) as trace:
        lengths = [int(length) for block in trace.blocks() for length in block.wire_len]
    longest = min(options.max_len or LONGEST, LONGEST)
    kept = [length for length in lengths if SHORTEST <= length <= longest]
    if not kept:
        raise RecorderError(f"{options.capture}: no packet of {SHORTEST} to {longest} bytes")
    if len(kept) < len(lengths):
        print(f"Leaving out {len(lengths) - len(kept):,} packets by their length", file=sys.stderr)
    return kept[: options.max_packets]


def record(machine: Machine, lengths: list[int], options: argparse.Namespace) -> Run:
    uname, *before = machine.hear("up")
    machine.send(lengths, options.gap_ms / 1000, options.burst)
    machine.say("done")
    after = machine.hear("buf_len")
    if (missed := machine.hear("missed")) != ["0"]:
        raise LostEventsError(f"{missed[0]} calls of probed functions were missed")
    found = events(records(machine.lines_until("end")))
    return Run(uname, [int(length) for length in before + after], found)


def check(found: list[Event], lengths: list[int], fill: int) -> None:
    """Refuse a recording that is not whole, or does not begin with `fill` refills."""
    first = next((i for i, event in enumerate(found) if event[0] == "packet"), len(found))
    filled = sum(event[0] in ("refill", "frag") for event in found[:first])
    if filled != fill:
        raise RecorderError(f"{filled} refills before the first packet, not {fill}")
    seen = [int(event[2]) for event in found if event[0] == "packet"]
    if seen != lengths:
        same = takewhile(lambda pair: pair[0] == pair[1], zip(lengths, seen, strict=False))
        raise RecorderError(
            f"{len(lengths):,} packets were sent, {len(seen):,} came; the first "
            f"{len(list(same)):,} are the same. Too long for this mode (--max-len), or too fast "
            "(--gap-ms)?"
        )


def head(options: argparse.Namespace, run: Run, sent: int) -> dict[str, object]:
    facts: dict[str, object] = {
        "name": options.output.name.partition(".tsv")[0],
        "kernel": options.kernel or ".".join(run.uname.split(".")[:2]),
        "mode": options.mode,
        "input": {"kind": "pcap", "file": options.capture.name, "n": sent},
        "ring": options.ring if options.ring != RINGS[0] else None,
        "mtu": options.mtu,
        "max": options.max_len,
        "batch": options.burst if options.burst > 1 else None,
        "uname": run.uname,
        "sent": sent,
        "seen": sum(event[0] == "packet" for event in run.events),
        "mergeable_rx_buffer_size": run.buf_lens,
    }
    return {name: value for name, value in facts.items() if value is not None}


def write(path: Path, facts: dict[str, object], found: list[Event]) -> None:
    lines = [f"# {json.dumps(facts)}", *("\t".join(map(str, event)) for event in found)]
    path.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode("ascii"), mtime=0))


if __name__ == "__main__":
    raise SystemExit(main())
