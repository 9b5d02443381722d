"""The files that are walked: a large and a small one for each load, and what is cut from them."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import captures

# So many that all is there which a run needs once: strategies count in strides only when 65,536
# packets have shown where the capture was taken, and load the kernels for it then.
SMALL = 80_000
SLICE = 200_000  # packets for what would take minutes over all
TITLES = {"64": "64-byte", "imix": "IMIX", "1514": "1,514-byte", "gso": "GSO mix"}
# Short work has more of it, to be told from the start.
GIGABYTES = {"64": 2.0, "imix": 1.0, "1514": 2.0, "gso": 2.0}


@dataclass(frozen=True)
class Pair:
    """Two captures of a load that differ in their packets alone."""

    large: Path
    small: Path
    packets: int  # that the large one has more


@contextmanager
def pair(folder: Path, kind: str, packets: int) -> Iterator[Pair]:
    """Write both, and remove them in the end."""
    large, small = folder / f"{kind}-{packets}.pcap", folder / f"{kind}-small.pcap"
    try:
        captures.write(large, kind, packets)
        captures.write(small, kind, SMALL)
        yield Pair(large, small, packets - SMALL)
    finally:
        large.unlink(missing_ok=True)
        small.unlink(missing_ok=True)


@contextmanager
def gzip_pair(folder: Path, packets: int) -> Iterator[Pair]:
    """Write both of IMIX with a payload, compressed."""
    large, small = folder / "imix-large.pcap.gz", folder / "imix-small.pcap.gz"
    try:
        write_gzip(large, packets)
        write_gzip(small, SMALL)
        yield Pair(large, small, packets - SMALL)
    finally:
        large.unlink(missing_ok=True)
        small.unlink(missing_ok=True)


def write_gzip(path: Path, packets: int) -> None:
    """Compress a capture while it is made."""
    squeeze = zlib.compressobj(6, wbits=31)
    with path.open("wb") as out:
        for piece in captures.pieces("imix", packets, payload=True):
            out.write(squeeze.compress(piece))
        out.write(squeeze.flush())


def packets_of(kind: str, gigabytes: float) -> int:
    """Say how many packets of a load make so many gigabytes."""
    size = gigabytes * GIGABYTES[kind] * 1e9
    return max(2 * SMALL, int(size / captures.mean_record(kind)))
