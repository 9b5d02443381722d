"""Generated captures: classic pcap, little-endian, microseconds, whole packets, seeded."""

from pathlib import Path

import numpy as np

FILE_HEADER = np.array([0xA1B2C3D4, 0x00040002, 0, 0, 262_144, 1], "<u4").tobytes()
IMIX = ([60] * 7) + ([590] * 4) + [1514]
BLOCK = 100_000


def lengths(kind: str, packets: int) -> np.ndarray:
    """Give the lengths of a load: `64`, `imix` or `1514`."""
    if kind == "imix":
        return np.random.default_rng(1).choice(IMIX, packets)
    return np.full(packets, int(kind))


def write(path: Path, kind: str, packets: int) -> None:
    """Write a capture of `packets` packets, one every microsecond."""
    with path.open("wb") as out:
        out.write(FILE_HEADER)
        for start in range(0, packets, BLOCK):
            out.write(records(lengths(kind, min(BLOCK, packets - start)), start))


def records(wire_len: np.ndarray, start: int) -> bytes:
    """Lay out the records of a block; every frame goes from one address to one other."""
    ends = np.cumsum(wire_len + 16)
    block = np.zeros(ends[-1], np.uint8)
    times = start + np.arange(wire_len.size)
    header = np.stack([times // 10**6, times % 10**6, wire_len, wire_len], 1).astype("<u4")
    addresses = np.frombuffer(bytes.fromhex("525400000001525400000002"), np.uint8)
    heads = np.concatenate([header.view(np.uint8), np.tile(addresses, (wire_len.size, 1))], 1)
    starts = ends - wire_len - 16
    block[starts[:, None] + np.arange(28)] = heads
    return block.tobytes()
