"""What a packet costs by its length: the emulator run over lengths, one after the other."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from rxreplay.emulator import Receiver, Strategy

SHORTEST: Final = 60  # an Ethernet frame without FCS
LONGEST: Final = 65_550  # an IP packet behind its header and a tag
STEP: Final = 1.09  # from one length to the next: 80 of them, and both sides of each threshold
SETTLING: Final = 512  # packets until an average of weight 64 stands within a thousandth
MEAN_OVER: Final = 128  # packets: several chunks of the smallest buffers
FIXED: Final = (64, 128, 256, 512, 1024, 1514, 2048, 4096, 9014, 16_384, 32_768)


def lengths_to_try(strategies: Sequence[Strategy], ring: int) -> list[int]:
    """Give the lengths that show steps and cliffs: even steps, and both sides of each threshold.

    Examples
    --------
    >>> from rxreplay.emulator import strategy
    >>> tried = lengths_to_try([strategy("5.10/small")], 256)
    >>> 1518 in tried, 1519 in tried, tried[0], tried[-1]
    (True, True, 60, 65550)
    """
    count = int(np.log(LONGEST / SHORTEST) / np.log(STEP)) + 1
    even = np.geomspace(SHORTEST, LONGEST, count).round().astype(int).tolist()
    layouts = [each.layout(ring) for each in strategies]
    thresholds = {size for each in layouts for size in (each.copy_room, each.capacity)}
    sides = {size + side for size in thresholds for side in (0, 1)}
    known = {n for n in (*even, *FIXED, *sides) if SHORTEST <= n <= LONGEST}
    return sorted(known)


def truesize_by_length(chosen: Strategy, ring: int, lengths: Sequence[int]) -> list[float | None]:
    """Give the mean truesize of a packet in a steady stream of each length.

    Buffers that follow the average have settled on that length then, so that a curve belongs to a
    strategy and a ring, and to no traffic.

    Parameters
    ----------
    chosen : Strategy
        What receives.
    ring : int
        Buffers in the ring.
    lengths : sequence of int
        Bytes of the frames, ascending.

    Returns
    -------
    list of float or None
        Bytes; None where such packets are dropped.

    Examples
    --------
    >>> from rxreplay.emulator import strategy
    >>> truesize_by_length(strategy("5.10/small"), 256, [60, 1518, 1519])
    [2176.0, 2176.0, None]
    """
    receiver = Receiver(chosen, ring=ring, keep=MEAN_OVER)
    found: list[float | None] = []
    for length in lengths:
        before = receiver.taken
        receiver.receive(np.full(2 * ring + SETTLING, length))
        kept = receiver.skbs["truesize"]
        delivered = kept[kept > 0] if receiver.taken - before >= MEAN_OVER else kept[:0]
        found.append(float(delivered.mean()) if delivered.size else None)
    return found
