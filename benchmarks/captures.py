"""Generated captures: classic pcap, little-endian, microseconds, whole packets, seeded."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

FILE_HEADER = np.array([0xA1B2C3D4, 0x00040002, 0, 0, 262_144, 1], "<u4").tobytes()
BLOCK = 100_000  # packets; a load comes again after them
BLOCK_BYTES = 256 << 20
RECORD_HEADER = 16
IMIX = {60: 7, 590: 4, 1514: 1}
GSO = {66: 6, 1514: 3, 65_226: 1}  # acknowledgements, what was not merged, and what was
MIXES = {"imix": IMIX, "gso": GSO}
ADDRESSES = np.frombuffer(bytes.fromhex("525400000001525400000002"), np.uint8)
WORDS, WORD = 1000, 8


def lengths(kind: str, packets: int) -> np.ndarray:
    """Give the lengths of a load: `imix`, `gso`, or packets of one length, as `64` or `1514`."""
    if kind not in MIXES:
        return np.full(packets, int(kind))
    mix = MIXES[kind]
    drawn = np.random.default_rng(1).choice(np.repeat(list(mix), list(mix.values())), BLOCK)
    return np.resize(drawn, packets)


def mean_record(kind: str) -> float:
    """Give the mean bytes of a record of a load, with its header."""
    return float(lengths(kind, BLOCK).mean()) + RECORD_HEADER


def write(path: Path, kind: str, packets: int, *, payload: bool = False) -> None:
    """Write a capture of `packets` packets, one every microsecond; see `pieces`."""
    with path.open("wb") as out:
        for piece in pieces(kind, packets, payload=payload):
            out.write(piece)


def pieces(kind: str, packets: int, *, payload: bool = False) -> Iterator[memoryview | bytes]:
    """Give a capture piece by piece, each to be used before the next is asked for.

    The payload is zeros, or, with `payload`, words that compress as three to one.
    """
    yield FILE_HEADER
    most = max(1, min(BLOCK, int(BLOCK_BYTES / mean_record(kind))))
    every = lengths(kind, most)
    starts, block = laid_out(every, payload=payload)
    for first in range(0, packets, most):
        count = min(most, packets - first)
        stamp(block, starts[:count], first)
        end = starts[count - 1] + RECORD_HEADER + every[count - 1]
        yield memoryview(block[:end])


def laid_out(wire_len: np.ndarray, *, payload: bool) -> tuple[np.ndarray, np.ndarray]:
    """Lay out records, all but their times; every frame goes from one address to one other."""
    ends = np.cumsum(wire_len + RECORD_HEADER)
    starts = ends - wire_len - RECORD_HEADER
    block = words(int(ends[-1])) if payload else np.zeros(ends[-1], np.uint8)
    both = np.stack([wire_len, wire_len], 1).astype("<u4").view(np.uint8)
    heads = np.concatenate([both, np.tile(ADDRESSES, (wire_len.size, 1))], 1)
    block[starts[:, None] + np.arange(8, 8 + heads.shape[1])] = heads
    return starts, block


def records(wire_len: np.ndarray, first: int) -> bytes:
    """Give records with zeros as payload, from packet number `first` on."""
    starts, block = laid_out(wire_len, payload=False)
    stamp(block, starts, first)
    return block.tobytes()


def stamp(block: np.ndarray, starts: np.ndarray, first: int) -> None:
    """Write the times of the packets from number `first` on."""
    times = first + np.arange(starts.size)
    both = np.stack([times // 10**6, times % 10**6], 1).astype("<u4").view(np.uint8)
    block[starts[:, None] + np.arange(8)] = both


def words(size: int) -> np.ndarray:
    """Give bytes that are drawn as words from a small dictionary."""
    random = np.random.default_rng(2)
    dictionary = random.integers(0, 256, (WORDS, WORD), np.uint8)
    return dictionary[random.integers(0, WORDS, size // WORD + 1)].ravel()[:size]
