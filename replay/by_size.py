"""Packets by size, in the classes that switches count: exact, and without a further pass."""

from typing import Final

import numpy as np
from rxreplay.emulator.traffic import SIZE_CLASSES
from rxreplay.traces.summary import Summary

NAMES: Final = tuple(name.removeprefix("packets_") for name in SIZE_CLASSES)
FROM: Final = (0, 65, 128, 256, 512, 1024, 1519)  # bytes, of each class


def by_size(summary: Summary) -> dict[str, dict[str, int]]:
    """Give the packets of each size class, and their bytes on the wire.

    The last class has all that is not in another: lengths beyond the histogram as well.

    Examples
    --------
    >>> from rxreplay.traces.packets import Block
    >>> summary, none = Summary(), np.zeros(0, np.int64)
    >>> lengths = np.array([64, 65, 1518, 1519])
    >>> summary.add(Block(lengths, lengths, lengths, none, none))
    >>> {name: of for name, of in by_size(summary).items() if of["packets"]}["1024_to_1518"]
    {'packets': 1, 'wire_bytes': 1518}
    """
    counted = summary.histogram
    packets = np.add.reduceat(counted, FROM)[:-1].tolist()
    size = np.add.reduceat(counted * np.arange(counted.size), FROM)[:-1].tolist()
    packets.append(summary.packets - sum(packets))
    size.append(summary.wire_bytes - sum(size))
    pairs = zip(packets, size, strict=True)
    return {n: {"packets": p, "wire_bytes": b} for n, (p, b) in zip(NAMES, pairs, strict=True)}
