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

from .abi import ETH_HLEN, GOOD_COPY_LEN
from .measuring import CARVED_HEADS, LEVEL_AT, Measuring, Still
from .probing import ONE_POLL, Probe, copied, shape
from .state import Int64s, Layout, Queue

PHASES: Final = (256, 1024, 4096)  # of a cycle, at most: looked for in turn
CANDIDATES: Final = 4  # places of equal offsets that are looked at in full


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
    copied = {GOOD_COPY_LEN, layout.copy_room} if layout.pages or not layout.buf_len else set()
    inner = {*copied, *ends}
    return [ETH_HLEN, *sorted({end + 1 for end in inner if ETH_HLEN <= end < most}), most + 1]


@dataclass(frozen=True, slots=True)
class Span:
    """Lengths between which all that a packet adds is a straight line.

    Attributes
    ----------
    least, most : int
        The lengths.
    turn : int64 array, shape (phases,)
        Slices that a packet's head takes of the page behind heads: 0 or 1.
    added : int64 array, shape (phases, turns, numbers of COUNTED_AT)
        What a packet of `least` adds to each number, until the cycle ends.
    slope : int64 array, of the same shape
        What it adds for each byte more.
    highest : int64 array, shape (phases, turns, fields of HIGHEST)
        How high it can raise each peak, from 0; the least linear part.
    """

    least: int
    most: int
    turn: Int64s
    added: Int64s
    slope: Int64s
    highest: Int64s


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
    leaves : bool
        Whether packets leave something behind for the later ones of their cycle: how high those
        raise peaks then depends on what came before them, but for the first.
    """

    starts: tuple[Queue, ...]
    phases: int
    spans: tuple[Span, ...]
    leaves: bool


def slices_taken(queue: Queue) -> int:
    """Count the slices taken of the page behind heads, 0 where a fresh one is next."""
    layout, left = queue.layout, int(queue.state["cache_offset"])
    return (layout.page_size - left) // layout.head_slice if layout.slices_1k and left else 0


def turn_of(queue: Queue, kernels: ModuleType, frame: int) -> int:
    """Say whether a packet takes a slice of the page behind heads, if there is such a page."""
    if not queue.layout.slices_1k:
        return 0
    return int(Probe(queue, kernels, np.array([frame])).added[0, CARVED_HEADS] > 0)


def period(queue: Queue, kernels: ModuleType, frame: int) -> int:
    """Give the packets after which a queue is again where it was, 0 where it is not soon."""
    start = shape(queue)
    for phases in PHASES:
        frames = np.full(phases, frame)
        offsets = Probe(queue, kernels, frames).offsets
        again = (offsets[1:] == offsets[0]).all(axis=1)
        candidates = (np.flatnonzero(again)[:CANDIDATES] + 1).tolist()
        found = [n for n in candidates if shape(Probe(queue, kernels, frames[:n]).queue) == start]
        if found:
            return int(found[0])
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


def find_cycle(queue: Queue, kernels: ModuleType, bounds: Sequence[int]) -> Cycle | None:
    """Measure the cycle that a queue is in, None where it is in none.

    `bounds` are the lengths at which a span begins and the one before it ends. The offsets decide
    where a queue stands: all that its packets held is back when a poll ends, buffers are posted one
    behind the other, and free pages are alike.
    """
    turns = {least: turn_of(queue, kernels, least) for least in bounds[:-1]}
    quiet = min(turns, key=lambda least: turns[least])
    phases = period(queue, kernels, quiet)
    if not phases:
        return None
    starts: tuple[Queue, ...] = (copied(queue),)
    if len(set(turns.values())) > 1:
        turning = max(turns, key=lambda least: turns[least])
        starts = starts_of(queue, kernels, phases, quiet, turning)
    elif turns[quiet]:
        return None
    still = Still(starts, kernels, quiet, phases)
    ends = [(Measuring(still, least), Measuring(still, end - 1)) for least, end in pairwise(bounds)]
    measured = [each for pair in ends for each in pair]
    if not all(each.holds for each in measured):
        return None
    leaves = any(each.leaves for each in measured)
    if leaves:
        most = np.max([each.before for each in measured], axis=0)
        for each in measured:
            each.raise_to(most)
    found = [
        straight(least, end - 1, *pair)
        for (least, end), pair in zip(pairwise(bounds), ends, strict=True)
    ]
    straights = tuple(span for span in found if span)
    return Cycle(starts, phases, straights, leaves) if all(found) else None


def straight(least: int, most: int, low: Measuring, high: Measuring) -> Span | None:
    """Join what the ends of a span have shown, None where no straight line does."""
    rise, width = high.added - low.added, max(1, most - least)
    rising = np.flatnonzero(rise.any(axis=(0, 1)))
    bent = (high.highest != low.highest)[..., LEVEL_AT]
    if (rise[..., rising] % width).any() or bent.any():
        return None
    rise[..., rising] //= width
    return Span(least, most, low.turn, low.added, rise, low.highest)
