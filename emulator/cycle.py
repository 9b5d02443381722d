"""A queue whose buffers do not change their sizes comes back to where it was.

After some packets the ring, the chunks and the cursors are as they were before, but for the chunks'
numbers; and what a packet does on the way depends on its place in that cycle, and on its length in
spans of lengths, each a straight line. All of this is measured on the queue itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import ModuleType
from typing import Final

import numpy as np
from rxreplay._jit import kernel

from .abi import ETH_HLEN
from .measuring import CARVED_HEADS, Circuit, Left, Measured, Still, slices_taken
from .probing import COUNTED_AT, HIGHEST, NUMBERS, OFFSETS_AT, ONE_POLL, Scratch, copied, passed
from .standing import alike
from .state import Int64s, Layout, Queue

PHASES: Final = (256, 1024, 4096)  # of a cycle, at most: looked for in turn
CANDIDATES: Final = 4  # places of equal offsets that are looked at in full
LEVEL_AT: Final = [at for at, name in enumerate(HIGHEST) if "payload" not in name]


def spans(layout: Layout, sizes: Int64s) -> list[int]:
    """Give the lengths at which what becomes of a packet may change, in order; the last one is out.

    Between two of them, everything that a packet of one buffer adds is a straight line.
    """
    head = layout.headroom + layout.hdr_len
    behind = layout.shared_info
    if layout.pages:  # big
        before = layout.hdr_len + layout.alignment
        ends = [before + layout.sizeof_shared_info, *([before] * layout.pages)]
        pages = [layout.page_size, *(layout.page_size * n for n in range(1, layout.pages + 1))]
        ends = [page - end for page, end in zip(pages, ends, strict=True)]
        most = layout.capacity
    elif layout.buf_len:  # small
        ends, most = [], layout.capacity
    else:  # mergeable: one buffer, and an average that asks for no longer ones
        ends = [int(size) - head - layout.sizeof_shared_info for size in sizes]
        most = int(sizes.min()) - max(head + behind, layout.len_term * (layout.avg_max > 0))
    copied = {layout.copy_len, layout.copy_room} if layout.pages or not layout.buf_len else set()
    inner = {*copied, *ends}
    return [ETH_HLEN, *sorted({end + 1 for end in inner if ETH_HLEN <= end < most}), most + 1]


@dataclass(frozen=True, slots=True)
class Added:
    """What a cycle of packets has added to some numbers.

    Attributes
    ----------
    numbers : int64 array, shape (m,)
        Which numbers of STATE.
    rows : int64 array, shape (turns, phases + 1, m)
        How much, before and after each packet, from each start.
    """

    numbers: Int64s
    rows: Int64s

    def weighted(self, times: Int64s, at: Int64s) -> Int64s:
        """Add up what each place has added, so many times: the row after it less that before.

        `times` has the shape (phases, turns); `at` are the turns of `Circuit.turns_of`.
        """
        weights = np.zeros(at.shape, np.int64)
        weights[:, 1:] = times[np.arange(times.shape[0]), at[:, :-1]]
        weights[:, :-1] -= weights[:, 1:]
        added: Int64s = weights.ravel() @ self.rows.reshape(weights.size, -1)
        return added


@dataclass(frozen=True, slots=True)
class Span:
    """Lengths between which all that a packet adds is a straight line.

    Attributes
    ----------
    least, most : int
        The lengths.
    turn : int64 array, shape (phases,)
        Slices that a packet's head takes of the page behind heads: 0 or 1.
    at : int64 array, shape (turns, phases + 1)
        The turn of each phase from each start; the last is that of the end.
    rows : Added
        What a cycle of packets of `least` has added.
    slope : Added
        What each byte more of all those packets has added.
    left : Left or None
        What packets leave to the later ones of their cycle.
    highest : int64 array, shape (phases, turns, fields of HIGHEST)
        How high it can raise each peak, from 0; the least linear part.
    """

    least: int
    most: int
    turn: Int64s
    at: Int64s
    rows: Added
    slope: Added
    left: Left | None
    highest: Int64s

    def added(self, packets: Int64s, size: Int64s) -> Int64s:
        """Give what packets have added to each number of STATE, in all.

        `packets` and `size`, of shape (phases, turns), are how many came to each place, and their
        bytes.
        """
        added = np.zeros(NUMBERS, np.int64)
        above = size - packets * self.least
        added[self.rows.numbers] = self.rows.weighted(packets, self.at)
        added[self.slope.numbers] += self.slope.weighted(above, self.at)
        if self.left:
            added[self.left.numbers] += self.left.weighted(packets.sum(axis=1))
        return added


@dataclass(frozen=True, slots=True)
class Cycle:
    """A queue at the beginning of a cycle, and what packets do in it.

    Attributes
    ----------
    starts : tuple of Queue
        The queue, by the slices taken of the page behind heads: its turns.
    phases : int
        Packets of a cycle.
    spans : tuple of Span
    """

    starts: tuple[Queue, ...]
    phases: int
    spans: tuple[Span, ...]

    @property
    def leaves(self) -> bool:
        """Whether packets leave something behind for the later ones of their cycle.

        How high those raise peaks then depends on what came before them, but for the first.
        """
        return any(span.left for span in self.spans)


def still_and_turning(
    queue: Queue, kernels: ModuleType, least: Sequence[int]
) -> tuple[int | None, int | None]:
    """Give a length of packets that take no slice of the page behind heads, and one that does.

    None where there is no such length.
    """
    if not queue.layout.slices_1k:
        return least[0], None
    rows = np.empty((len(least) + 1, NUMBERS), np.int64)
    passed(copied(queue), kernels, np.array(least), rows)
    taken = np.diff(rows[:, CARVED_HEADS])
    still = [each for each, slices in zip(least, taken, strict=True) if not slices]
    turning = [each for each, slices in zip(least, taken, strict=True) if slices]
    return still[0] if still else None, turning[0] if turning else None


def period(queue: Queue, kernels: ModuleType, frame: int, scratch: Scratch) -> int:
    """Give the packets after which a queue is again where it was, 0 where it is not soon."""
    probe, done = copied(queue), 0
    rows = scratch.rows("period", PHASES[-1] + 1)
    for phases in PHASES:
        passed(probe, kernels, np.full(phases - done, frame), rows[done : phases + 1])
        offsets = rows[: phases + 1, OFFSETS_AT]
        again = (offsets[1:] == offsets[0]).all(axis=1)
        candidates = np.flatnonzero(again)[:CANDIDATES] + 1
        for candidate in candidates.tolist():
            end = copied(queue)
            kernels.receive(end, np.full(candidate, frame), ONE_POLL)
            if alike(end, queue):
                return int(candidate)
        done = phases
    return 0


def starts_of(
    queue: Queue, kernels: ModuleType, phases: int, still: int, turning: int
) -> tuple[Queue, ...]:
    """Give the queue at the beginning of a cycle with each number of slices taken.

    Some packets of a cycle have the length `turning` and take a slice, the others are `still`.
    """
    turns = queue.layout.page_size // queue.layout.head_slice
    starts = {}
    for slices in range(turns):
        start = copied(queue)
        frames = np.full(phases, still)
        frames[:slices] = turning
        kernels.receive(start, frames, ONE_POLL)
        starts[slices_taken(start)] = start
    return tuple(starts[taken] for taken in range(turns))


def find_cycle(
    queue: Queue, kernels: ModuleType, bounds: Sequence[int], scratch: Scratch
) -> Cycle | None:
    """Measure the cycle that a queue is in, None where it is in none.

    `bounds` are the lengths at which a span begins and the one before it ends. The offsets decide
    where a queue stands: all that its packets held is back when a poll ends, buffers are posted one
    behind the other, and free pages are alike.
    """
    quiet, turning = still_and_turning(queue, kernels, bounds[:-1])
    phases = 0 if quiet is None else period(queue, kernels, quiet, scratch)
    if quiet is None or not phases:
        return None
    own = (copied(queue),)
    starts = own if turning is None else starts_of(queue, kernels, phases, quiet, turning)
    still = Still.of(Circuit(starts, kernels, phases, scratch), quiet)
    if still is None:
        return None
    measured, found = [], []
    for least, end in pairwise(bounds):
        low, high = still.measured(least, "least"), still.measured(end - 1, "most")
        span = straight(low, high) if low and high else None
        if low is None or span is None:
            return None
        measured.append(low)
        found.append(span)
    raise_peaks(measured)
    return Cycle(starts, phases, tuple(found))


def raise_peaks(measured: Sequence[Measured]) -> None:
    """Raise the peaks of chunks to what they can be after any packets that leave something."""
    if any(each.left for each in measured):
        most = np.max([each.before for each in measured], axis=0)
        for each in measured:
            each.raise_to(most)


def straight(low: Measured, high: Measured) -> Span | None:
    """Join what the ends of a span have shown, None where no straight line does."""
    width = max(1, high.frame - low.frame)
    changes, rises = np.zeros((2, NUMBERS), np.int64)
    mark(low.rows, high.rows, changes, rises)
    numbers, rising = (COUNTED_AT[marked[COUNTED_AT] != 0] for marked in (changes, rises))
    rise = high.rows[..., rising] - low.rows[..., rising]
    rise -= rise[:, :1].copy()  # since the cycle has begun
    bent = (high.highest != low.highest)[..., LEVEL_AT].any() or (high.turn != low.turn).any()
    if bent or (rise % width).any() or not alike_left(low.left, high.left):
        return None
    return Span(
        *(low.frame, high.frame, low.turn, low.at),
        *(Added(numbers, low.rows[..., numbers]), Added(rising, rise // width)),
        *(low.left, low.highest),
    )


@kernel
def mark(low: Int64s, high: Int64s, changes: Int64s, rises: Int64s) -> None:
    """Mark the numbers that change in `low`, and those that rise from there to `high`.

    Both have the shape of `Measured.rows`; what is marked is not 0.
    """
    for turn in range(low.shape[0]):
        for phase in range(1, low.shape[1]):
            for number in range(changes.size):
                short = low[turn, phase, number] - low[turn, 0, number]
                long = high[turn, phase, number] - high[turn, 0, number]
                changes[number] |= short
                rises[number] |= long - short


def alike_left(one: Left | None, other: Left | None) -> bool:
    """Say whether packets of two lengths leave the same behind."""
    if one is None or other is None:
        return one is other
    return all(map(np.array_equal, (one.numbers, one.added), (other.numbers, other.added)))
