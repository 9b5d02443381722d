"""A recording from the middle: what of each packet does not depend on the ring before it.

The emulator receives the recording after each of many pasts: the allocator's cursor at each place,
the ring with some numbers of free buffers, the average length at either end where that matters.
Where all of them give a packet the same data_len, truesize or nr_frags, once the ring has turned,
that is compared; of buffers sized by the average only what is so for any size: `certain`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from rxreplay.emulator import Strategy, receive
from rxreplay.emulator.abi import ETH_HLEN, GOOD_PACKET_LEN
from rxreplay.emulator.state import (
    BUILD_ALWAYS,
    BUILD_NEVER,
    HOLE_NOT_COUNTED,
    Int64s,
    Layout,
)

from .differing import Difference, difference_at
from .recording import NothingToCompareError, Recording

PLACES = 64  # at most: a poll moves the cursor so far
STEPS = 8  # numbers of free buffers
LONGEST = 65_550  # what the average can have come from: GSO, with its headers
BUFS_OF_LONGEST = 17
TO_SETTLE = 512  # packets of one length after which the average is that, or near

Past = list[tuple[int, int]]  # polls: bytes of their frames, and how many
Bools = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class Midway:
    """What could be compared of a recording from the middle.

    Attributes
    ----------
    packets, compared, in_part : int
        All up to the first difference, those compared in everything, those in something.
    explained : int
        Packets behind the first turn that are as after the one past that explains most.
    difference : Difference or None
        The first one.
    """

    packets: int
    compared: int
    in_part: int
    explained: int
    difference: Difference | None

    def __str__(self) -> str:
        """Say what was compared."""
        rest = self.packets - self.compared - self.in_part
        return (
            f"from the middle (unless --from-start): {self.compared:,} packets compared, "
            f"{self.in_part:,} in part; {rest:,} not, which depend on the ring before"
        )


class Seen(NamedTuple):
    """A recording, as arrays."""

    frames: Int64s
    polls: Int64s
    figures: Int64s  # data_len, truesize, nr_frags of each packet
    pulled: Bools


def compare_midway(recording: Recording, chosen: Strategy, ring: int) -> Midway:
    """Compare what all pasts agree on, after a turn of the ring.

    Raises
    ------
    NothingToCompareError
        They agree on nothing, or it is shorter than a turn.
    """
    seen, layout = seen_in(recording), chosen.layout(ring)
    explained = []  # packets behind the first turn, for each past
    empty, agreed = figures_after([], seen, chosen, ring), certain(seen, layout)
    agreed[:ring] = False
    for past in pasts(layout) if agreed.any() else ():
        mine = figures_after(past, seen, chosen, ring)
        agreed &= mine == empty
        right = equal(mine, seen, layout.copy_room)[ring:]
        explained.append(int(np.count_nonzero(right.all(axis=1))))
    if not agreed.any():
        raise NothingToCompareError(
            f"{recording.name}: {len(seen.frames):,} packets from the middle: with {chosen.name} "
            f"all depend on the ring of {ring:,} buffers before them; record from its fill on"
        )
    right = equal(empty, seen, layout.copy_room)
    wrong: Bools = np.any(agreed & ~right, axis=1)
    first = int(np.argmax(wrong)) if wrong.any() else len(wrong)
    whole, some = agreed[:first].all(axis=1), agreed[:first].any(axis=1)
    return Midway(
        first,
        int(whole.sum()),
        int((some & ~whole).sum()),
        max(explained),
        difference_in(recording, empty, agreed, first) if first < len(wrong) else None,
    )


def certain(seen: Seen, layout: Layout) -> Bools:
    """Say which figures can be independent of the past.

    A buffer that the average sizes has at least `least` bytes, and no past can tell more of it.
    What is copied whole has a fresh head and nothing else; what fits the least buffer, with the
    room that build_skb() wants, is built, or copied, in the same way in any. Its truesize is that
    buffer's, and the same in all only where the end of a chunk is not charged.
    """
    sure = np.ones(seen.figures.shape, np.bool_)
    if layout.avg_max == 0:
        return sure
    built = layout.build_skb != BUILD_NEVER
    behind = layout.shared_info or built * layout.sizeof_shared_info
    wanted = seen.frames + layout.headroom + layout.hdr_len + behind
    sure[:, :] = (wanted <= layout.len_term + layout.avg_min)[:, np.newaxis]
    copied = (seen.frames <= layout.copy_len) & (layout.build_skb != BUILD_ALWAYS)
    sure[:, 1] &= copied | (layout.hole == HOLE_NOT_COUNTED)
    return sure


def pasts(layout: Layout) -> Iterator[Past]:
    """Give what may have come before: other cursors, free buffers and average lengths."""
    most = [(min(LONGEST, (layout.ring_size - layout.refill_above) * GOOD_PACKET_LEN), 1)]
    charged = layout.hole != HOLE_NOT_COUNTED  # then no truesize of a buffer is certain anyway
    for settle in ([],) if layout.avg_max == 0 or charged else ([], most * TO_SETTLE):
        for place in range(places(layout)):
            yield moved(layout, place) + settle
        for free in range(layout.refill_above, 0, -max(1, layout.refill_above // STEPS)):
            many, few = divmod(free, BUFS_OF_LONGEST) if settle else (0, free)
            yield moved(layout, 0) + settle + most * many + [(ETH_HLEN, 1)] * few


def places(layout: Layout) -> int:
    """Give how many buffers a chunk has at most: after so many the cursor is where it was."""
    least = layout.buf_len or layout.len_term + layout.avg_min
    return min(PLACES, layout.chunk_size // least + 1)


def moved(layout: Layout, place: int) -> Past:
    """Refill the ring so that the cursor stands `place` buffers further than with place 0."""
    most = min(PLACES, layout.ring_size - layout.refill_above) - 1  # above the least refill
    refills = -(-places(layout) // most) if most else place + 1
    polls: Past = []
    for _ in range(refills):
        extra = min(place, most)
        polls += [(ETH_HLEN, 1)] * layout.refill_above + [(ETH_HLEN, 1 + extra)]
        place -= extra
    return polls


def seen_in(recording: Recording) -> Seen:
    """Give a recording as arrays."""
    packets = [event for event in recording.events if event[0] == "packet"]
    return Seen(
        np.array(recording.frames, np.int64),
        np.array(recording.polls, np.int64),
        np.array([[int(number) for number in packet[4:7]] for packet in packets], np.int64),
        np.isin(np.arange(len(packets)), list(recording.pulled)),
    )


def figures_after(past: Past, seen: Seen, chosen: Strategy, ring: int) -> Int64s:
    """Give data_len, truesize and nr_frags of each packet of a recording after a past."""
    before = [frame for frame, packets in past for _ in range(packets)]
    frames = np.concatenate([np.array(before, np.int64), seen.frames])
    polls = np.concatenate([np.array([packets for _, packets in past], np.int64), seen.polls])
    skbs = receive(frames, chosen, ring=ring, polls=polls)[len(before) :]
    return np.stack([skbs["frame"] - skbs["linear"], skbs["truesize"], skbs["nr_frags"]], axis=1)


def equal(mine: Int64s, seen: Seen, copy_room: int) -> Bools:
    """Say which figures are equal; `with_pull` has the rule for data_len where headers moved."""
    same: Bools = mine == seen.figures
    data_len = seen.figures[:, 0]
    same[:, 0] |= seen.pulled & (data_len < mine[:, 0]) & (seen.frames - data_len <= copy_room)
    return same


def difference_in(recording: Recording, mine: Int64s, agreed: Bools, packet: int) -> Difference:
    """Describe the difference at a packet; what depends on the past is `-` in it."""
    places = [i for i, event in enumerate(recording.events) if event[0] == "packet"]
    event = recording.events[places[packet]]
    figures = zip(mine[packet].tolist(), agreed[packet], strict=True)
    shown = (str(figure) if sure else "-" for figure, sure in figures)
    return difference_at(recording, places[packet], (*event[:4], *shown))
