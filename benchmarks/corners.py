"""CPU time per byte and memory of captures made to be slow: of n bytes, and of 4 n.

    python benchmarks/corners.py [--megabytes 8] [--cases NAME ...] [-o FILE]

Each capture is written to a temporary folder (TMPDIR) and read by a process of its own. `growth` is
how the time grows, without that of a start, where the capture grows fourfold: 4 is linear, 16 is
quadratic. RssAnon is what the process has for itself. A warm run comes first: it compiles.
"""

import argparse
import gzip
import json
import resource
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import lz4.frame
import zstandard
from memory import watch

RXREPLAY = [sys.executable, "-m", "rxreplay"]
TIMES_LARGER = 4
MOST_INTERFACES = 65_536
LARGEST_BLOCK = 16 * 1024 * 1024
BOMB = 1_000_000_000  # zeros of the larger one
MIB = 1 << 20

Parts = Iterator[bytes]


def block(kind: int, body: bytes) -> bytes:
    length = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + length + body + length


SECTION = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
PCAP = struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 1)
FRAME = bytes.fromhex("525400000001525400000002") + bytes(48)


def interface(link_type: int = 1, options: bytes = b"") -> bytes:
    return block(1, struct.pack("<HHI", link_type, 0, 0) + options)


def packet(number: int = 0, frame: bytes = FRAME, options: bytes = b"") -> bytes:
    words = struct.pack("<IIIII", number, 0, 0, len(frame), len(frame))
    return block(6, words + frame + options)


def option(code: int, value: bytes) -> bytes:
    return struct.pack("<HH", code, len(value)) + value + bytes(-len(value) % 4)


def again(piece: bytes, size: float) -> Parts:
    """Give `size` bytes of a piece."""
    many = piece * max(1, MIB // len(piece))
    for _ in range(max(1, round(size / len(many)))):
        yield many


def pcapng(size: float, piece: bytes) -> Parts:
    yield SECTION + interface()
    yield from again(piece, size)


def tiny_blocks(size: float) -> Parts:
    return pcapng(size, block(0xBAD, b""))


def sections(size: float) -> Parts:
    return pcapng(size, SECTION)


def sections_with_packets(size: float) -> Parts:
    return pcapng(size, SECTION + interface() + packet())


def per_section(size: float, make: Callable[[int], bytes]) -> Parts:
    """Give sections of as many interfaces as there can be, each with what `make` puts there."""
    full = b"".join([SECTION, *(make(number) for number in range(MOST_INTERFACES))])
    while size > 0:
        yield full[: int(size) // 4 * 4]
        size -= len(full)


def interfaces(size: float) -> Parts:
    return per_section(size, lambda _: interface())


def link_types(size: float) -> Parts:
    return per_section(size, interface)


def interface_a_packet(size: float) -> Parts:
    return per_section(size, lambda number: interface() + packet(number))


def link_type_a_packet(size: float) -> Parts:
    known = (1, 101, 113, 276)
    return per_section(size, lambda n: interface(known[n % 4]) + packet(n))


def options_of_one_byte(size: float) -> Parts:
    yield SECTION
    options = option(2, b"x") * (LARGEST_BLOCK // 8 - 100)
    yield from again(interface(options=options), size)


def name_resolution(size: float) -> Parts:
    record = option(1, bytes([10, 0, 0, 1]) + b"a\0")
    return pcapng(size, block(4, record * 20 + option(0, b"")))


def comments(size: float) -> Parts:
    options = option(1, b"x" * 65_532) * (LARGEST_BLOCK // 65_536 - 1)
    return pcapng(size, packet(options=options))


def records_of_length_0(size: float) -> Parts:
    yield PCAP
    yield from again(bytes(16), size)


def records(size: float, macs: Callable[[int], bytes]) -> Parts:
    yield PCAP
    for number in range(int(size) // 76):
        yield struct.pack("<IIII", 0, number, 60, 60) + macs(number) + bytes(48)


def addresses(size: float) -> Parts:
    return records(size, lambda n: struct.pack(">HIHI", 2, n % 10**6, 4, n % 999_983))


def zeros(size: float) -> Parts:
    yield PCAP
    yield from again(bytes(16), size)


def gzip_bomb(size: float) -> Parts:
    packer = zlib.compressobj(9, wbits=31)
    yield from (packer.compress(part) for part in zeros(size))
    yield packer.flush()


def zstd_bomb(size: float) -> Parts:
    packer = zstandard.ZstdCompressor(level=19).compressobj()
    yield from (packer.compress(part) for part in zeros(size))
    yield packer.flush()


def zstd_wide_bomb(size: float) -> Parts:
    """Give one whose window is as wide as is read without being told so, 128 MiB."""
    wide = zstandard.ZstdCompressionParameters.from_level(3, window_log=27)
    packer = zstandard.ZstdCompressor(compression_params=wide).compressobj()
    yield from (packer.compress(part) for part in zeros(size))
    yield packer.flush()


def lz4_bomb(size: float) -> Parts:
    with lz4.frame.LZ4FrameCompressor(block_size=7) as packer:
        yield packer.begin()
        yield from (packer.compress(part) for part in zeros(size))
        yield packer.flush()


def members(size: float, pack: Callable[[bytes], bytes], content: bytes) -> Parts:
    yield pack(PCAP)
    yield from again(pack(content), size)


def gzip_members(size: float) -> Parts:
    return members(size, lambda data: gzip.compress(data, mtime=0), bytes(16))


def gzip_empty_members(size: float) -> Parts:
    return members(size, lambda data: gzip.compress(data, mtime=0), b"")


def zstd_frames(size: float) -> Parts:
    return members(size, zstandard.ZstdCompressor().compress, bytes(16))


def lz4_frames(size: float) -> Parts:
    return members(size, lz4.frame.compress, bytes(16))


def skippable_frames(size: float) -> Parts:
    yield lz4.frame.compress(PCAP)
    yield from again(bytes.fromhex("502a4d1800000000"), size)


CAPTURES: dict[str, Callable[[float], Parts]] = {
    made.__name__: made
    for made in (
        tiny_blocks,
        sections,
        sections_with_packets,
        interfaces,
        link_types,
        interface_a_packet,
        link_type_a_packet,
        options_of_one_byte,
        name_resolution,
        comments,
        records_of_length_0,
        addresses,
        gzip_members,
        gzip_empty_members,
        zstd_frames,
        lz4_frames,
        skippable_frames,
    )
}
BOMBS: dict[str, Callable[[float], Parts]] = {
    made.__name__: made for made in (gzip_bomb, zstd_bomb, zstd_wide_bomb, lz4_bomb)
}

WAYS = {
    "info": ["info"],
    "replay": ["replay", "-s", "5.10/small"],
    "packets": ["info", "--packets", "2:"],
    "piped": ["info", "-"],
}
USUAL = ("info", "replay", "packets")
ONLY = {"comments": ("info", "packets", "piped"), "link_types": ("info", "packets")}
FAST = {"tiny_blocks", "name_resolution", "comments", "records_of_length_0", "addresses"}
FAST_TIMES = 16  # as many bytes, so that there is something to measure
FILES = 250
LEAST_SECONDS = 0.2  # below, a growth says nothing


def written(folder: str, parts: Parts) -> Path:
    path = Path(folder) / "capture"
    with path.open("wb") as out:
        out.writelines(parts)
    return path


def run(arguments: list[str], source: Path | None = None) -> dict[str, float]:
    """Run a command in a process of its own, on a pipe from `source` where one is given."""
    command = [*RXREPLAY, *arguments, "--quiet", "--format=json"]
    before = cpu_seconds()
    if source is None:
        seen = watch(subprocess.Popen(command, stdout=subprocess.DEVNULL))
    else:
        with subprocess.Popen(["cat", source], stdout=subprocess.PIPE) as cat:
            seen = watch(subprocess.Popen(command, stdin=cat.stdout, stdout=subprocess.DEVNULL))
    return seen | {"seconds": round(cpu_seconds() - before, 2)}


def cpu_seconds() -> float:
    """Give the seconds that processes from here have had, which others' load changes little."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def read(make: Callable[[float], Parts], way: str, size: float) -> dict[str, float]:
    """Make a capture and have it read."""
    with tempfile.TemporaryDirectory() as folder:
        path = written(folder, make(size))
        seen = run(WAYS[way], path) if way == "piped" else run([*WAYS[way], str(path)])
        return seen | {"bytes": path.stat().st_size}


def joined(files: int) -> dict[str, float]:
    """Have so many files joined by their times."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.pcap" for number in range(files)]
        for number, path in enumerate(paths):
            path.write_bytes(PCAP + struct.pack("<IIII", number, 0, 60, 60) + FRAME)
        seen = run(["info", "--join", *map(str, paths)])
        return seen | {"bytes": files * len(paths[0].read_bytes())}


def start_up(way: str) -> float:
    """Give the seconds that a way takes for one packet, once its kernels are compiled."""
    return min(read(lambda _: iter([PCAP, bytes(16)]), way, 0)["seconds"] for _ in range(4))


def row(name: str, way: str, start: float, pair: list[dict[str, float]]) -> dict:
    """Give what is told of a pair of runs."""
    times = [max(each["seconds"] - start, 0.0) for each in pair]
    megabytes = pair[1]["bytes"] / 1e6
    return {
        "capture": name,
        "way": way,
        "MB": round(megabytes, 2),
        "seconds": round(times[1], 2),
        "ns a byte": round(1000 * times[1] / megabytes, 1),
        "growth": round(times[1] / times[0], 1) if times[0] >= LEAST_SECONDS else None,
        "RssAnon, MiB": f"{pair[0]['RssAnon']} and {pair[1]['RssAnon']}",
    }


def pairs(cases: list[str], megabytes: float) -> Iterator[tuple[str, str, list[dict[str, float]]]]:
    """Have each capture read in each way, of two sizes."""
    for name in cases:
        if name == "joined":
            yield name, "info", [joined(FILES), joined(TIMES_LARGER * FILES)]
        elif name in BOMBS:
            sizes = (BOMB / TIMES_LARGER, BOMB)
            yield name, "info", [read(BOMBS[name], "info", size) for size in sizes]
        else:
            size = megabytes * 1e6 * (FAST_TIMES if name in FAST else 1)
            for way in ONLY.get(name, USUAL):
                sizes = (size, TIMES_LARGER * size)
                yield name, way, [read(CAPTURES[name], way, each) for each in sizes]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    known = [*CAPTURES, *BOMBS, "joined"]
    parser.add_argument("--megabytes", type=float, default=2, help="of the smaller captures")
    parser.add_argument("--cases", nargs="+", choices=known, default=known)
    parser.add_argument("-o", "--output", type=Path)
    asked = parser.parse_args()
    starts, rows = {way: start_up(way) for way in WAYS}, []
    for name, way, pair in pairs(asked.cases, asked.megabytes):
        rows.append(row(name, way, starts[way], pair))
        if len(rows) == 1:
            print("| " + " | ".join(rows[0]) + " |\n|" + "---|" * len(rows[0]))
        print("| " + " | ".join(map(str, rows[-1].values())) + " |", flush=True)
    if asked.output:
        asked.output.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
